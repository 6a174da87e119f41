//! Reports that are written by a job: one item for each report, whoever asks for it and however often.

use domain::Instant;
use domain::report::{Commission, Progress, Report};
use table::{Item, Returning, Update, absent, equals};

use crate::cause::{self, Cause};
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, number, text, time};

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
    let (new, old): (Item, Item) = (table::item_from(new), table::item_from(old));
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
        let request = Cause::current().map_or_else(String::new, |cause| cause.as_str().to_owned());
        let update = Update::of(keys::commission(report))
            .set("asked_at", time(now))
            .set("progress", text(ASKED))
            .set("request", text(request))
            .set("expires_at", number(now.timestamp() + KEPT_SECONDS))
            .remove("file")
            .when(match seen {
                None => absent("pk"),
                Some(seen) => equals("asked_at", time(seen.asked_at)),
            });
        self.took(update).await
    }

    /// Notes how it ended, once.
    pub async fn commission_end(&self, ended: &Commission) -> Result<(), Fault> {
        let (progress, file) = match &ended.progress {
            Progress::Asked => return Ok(()),
            Progress::Written(file) => (WRITTEN, file.as_str()),
            Progress::TooLong => (TOO_LONG, ""),
        };
        let update = Update::of(keys::commission(ended.report))
            .set("progress", text(progress))
            .set("file", text(file))
            .when(equals("asked_at", time(ended.asked_at)).and(equals("progress", text(ASKED))));
        self.took(update).await.map(drop)
    }

    async fn took(&self, update: Update) -> Result<bool, Fault> {
        match self.update(update, Returning::Nothing).await {
            Ok(_) => Ok(true),
            Err(Failed::Refused(_)) => Ok(false),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
