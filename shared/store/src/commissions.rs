//! Reports that are written by a job: one item for each report, whoever asks for it and however often.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::Instant;
use domain::report::{Commission, Progress, Report};

use crate::cause::{self, Cause};
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::row::{Item, Reader, number, text, time};
use crate::table::Store;
use crate::transaction::Update;

/// As long as the file store keeps the file, and longer than any commission stands.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

const ASKED: &str = "asked";
const WRITTEN: &str = "written";
const TOO_LONG: &str = "too_long";

/// A report in one word, as jobs name it.
pub fn report_word(report: Report) -> String {
    keys::report_word(report)
}

/// The report behind such a word.
pub fn report_of(word: &str) -> Option<Report> {
    keys::report_of(word)
}

fn from_item(item: &Item) -> Result<Commission, Fault> {
    let row = Reader(item);
    let word = row.text("pk")?.split_once('#').map_or("", |(_, word)| word);
    Ok(Commission {
        report: keys::report_of(word).ok_or_else(|| row.corrupt("pk"))?,
        asked_at: row.time("asked_at")?,
        progress: match row.text("progress")? {
            ASKED => Progress::Asked,
            WRITTEN => Progress::Written(row.owned("file")?),
            TOO_LONG => Progress::TooLong,
            _ => return Err(row.corrupt("progress")),
        },
    })
}

/// The commission in an item of the stream that nobody has heard of, and what caused it.
pub fn read(new: serde_dynamo::Item, old: serde_dynamo::Item) -> Result<Option<(Commission, Option<Cause>)>, Fault> {
    let (new, old): (Item, Item) = (new.into(), old.into());
    if Reader(&new).text("sk")? != keys::COMMISSION {
        return Ok(None);
    }
    let commission = from_item(&new)?;
    let is_known = !old.is_empty() && from_item(&old)?.asked_at == commission.asked_at;
    let is_news = commission.progress == Progress::Asked && !is_known;
    let cause = Cause::new(Reader(&new).text(cause::REQUEST)?);
    Ok(is_news.then_some((commission, cause)))
}

impl Store {
    /// The newest commission of a report, as last written.
    pub async fn commission(&self, report: Report) -> Result<Option<Commission>, Fault> {
        self.get(&keys::commission(report)).await?.as_ref().map(from_item).transpose()
    }

    /// Asks for a report, in place of the commission that was seen; `false`: somebody else has done so meanwhile.
    pub async fn commission_ask(&self, report: Report, seen: Option<&Commission>, now: Instant) -> Result<bool, Fault> {
        let set = "SET #asked_at = :now, #progress = :asked, #request = :request, #expires_at = :gone REMOVE #file";
        let request = Cause::current().map_or_else(String::new, |cause| cause.as_str().to_owned());
        let update = Update::new(keys::commission(report), set)
            .value(":now", time(now))
            .value(":asked", text(ASKED))
            .value(":request", text(request))
            .value(":gone", number(now.timestamp() + KEPT_SECONDS));
        let update = match seen {
            None => update.when("attribute_not_exists(#pk)"),
            Some(seen) => update.when("#asked_at = :seen").value(":seen", time(seen.asked_at)),
        };
        self.took(update).await
    }

    /// Notes how it ended, once.
    pub async fn commission_end(&self, ended: &Commission) -> Result<(), Fault> {
        let (progress, file) = match &ended.progress {
            Progress::Asked => return Ok(()),
            Progress::Written(file) => (WRITTEN, file.as_str()),
            Progress::TooLong => (TOO_LONG, ""),
        };
        let set = "SET #progress = :progress, #file = :file";
        let update = Update::new(keys::commission(ended.report), set)
            .when("#asked_at = :seen AND #progress = :asked")
            .value(":progress", text(progress))
            .value(":file", text(file))
            .value(":seen", time(ended.asked_at))
            .value(":asked", text(ASKED));
        self.took(update).await.map(drop)
    }

    async fn took(&self, update: Update) -> Result<bool, Fault> {
        match self.update(update, ReturnValue::None).await {
            Ok(_) => Ok(true),
            Err(Failed::Refused(_)) => Ok(false),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
