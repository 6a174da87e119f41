//! What became of mails that went out: SES tells of each that bounced or was called unwanted.
//!
//! An event names the person in a tag the mail was sent with. It may come twice, late, or after the address was changed.

use std::collections::BTreeMap;

use domain::ids::UserId;
use domain::mailbox::Undelivered;
use serde::Deserialize;
use store::Transaction;

use crate::facades::undelivered;
use crate::idempotency::retry_stale;
use crate::mail::{PERSON_TAG, REQUEST_TAG, is_same_mailbox};
use crate::metrics::Count;
use crate::{App, Common, Result, newsletter};

/// What an event led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// No more mail goes to this address.
    Noted(Undelivered),
    /// It was known, or concerns nobody's present address.
    Nothing,
    /// A full mailbox, a server that was away: the next mail may arrive.
    Passing,
}

/// An event of a configuration set, as far as it matters (SES Developer Guide, "Contents of event data").
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    event_type: String,
    mail: Mail,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Debug, Deserialize)]
struct Mail {
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
    #[serde(default)]
    bounce_sub_type: String,
    #[serde(default)]
    bounced_recipients: Vec<Recipient>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    #[serde(default)]
    complaint_feedback_type: Option<String>,
    #[serde(default)]
    complained_recipients: Vec<Recipient>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

impl Event {
    /// `None` for what is no such event.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// What caused the mail.
    pub fn request(&self) -> Option<&str> {
        self.tag(REQUEST_TAG)
    }

    fn tag(&self, name: &str) -> Option<&str> {
        self.mail.tags.get(name)?.first().map(String::as_str)
    }

    /// What it says of its mail, and the addresses it says it of.
    fn verdict(&self) -> Option<(Undelivered, &[Recipient])> {
        match (self.event_type.as_str(), &self.bounce, &self.complaint) {
            // Also for what SES did not even try, because the address is on the account's suppression list.
            ("Bounce", Some(bounce), _) if bounce.bounce_type == "Permanent" => {
                Some((Undelivered::Bounced, &bounce.bounced_recipients))
            }
            // Somebody took a mail out of the junk.
            ("Complaint", _, Some(complaint)) if complaint.complaint_feedback_type.as_deref() == Some("not-spam") => {
                None
            }
            ("Complaint", _, Some(complaint)) => Some((Undelivered::Unwanted, &complaint.complained_recipients)),
            _ => None,
        }
    }
}

impl Heard {
    pub fn as_str(self) -> &'static str {
        match self {
            Heard::Noted(why) => why.as_str(),
            Heard::Nothing => "nothing_new",
            Heard::Passing => "passing",
        }
    }
}

/// Takes in an event.
pub async fn hear(app: &App, event: &Event) -> Result<Heard> {
    let heard = take_in(app, event).await?;
    let detail = event.bounce.as_ref().map_or("", |bounce| bounce.bounce_sub_type.as_str());
    let (kind, outcome) = (&event.event_type, heard.as_str());
    tracing::info!(kind, detail, outcome, "a mail that went out was reported");
    app.metrics.count(Count::Report(heard.as_str()), app.clock.now());
    Ok(heard)
}

async fn take_in(app: &App, event: &Event) -> Result<Heard> {
    let Some((why, recipients)) = event.verdict() else { return Ok(Heard::Passing) };
    let Some(person) = event.tag(PERSON_TAG).and_then(|id| id.parse().ok()).and_then(UserId::new) else {
        tracing::warn!("nobody is known who got this mail");
        return Ok(Heard::Nothing);
    };
    let Some(user) = app.store.user(person).await? else {
        let is_subscriber = newsletter::undelivered(app, person).await?;
        return Ok(if is_subscriber { Heard::Noted(why) } else { Heard::Nothing });
    };
    if !recipients.iter().any(|recipient| is_same_mailbox(&recipient.email_address, user.email.as_str())) {
        return Ok(Heard::Nothing); // they have another address by now
    }
    note(app, person, why).await
}

/// Notes that mail to somebody's present address does not arrive, and tells them in their list, once.
pub async fn note(app: &App, person: UserId, why: Undelivered) -> Result<Heard> {
    retry_stale(|| async {
        let Some(before) = app.store.user(person).await? else {
            return match newsletter::undelivered(app, person).await? {
                true => Ok(Heard::Noted(why)),
                false => Err(Common::NotFound.into()),
            };
        };
        let now = app.clock.now();
        let Some(after) = before.undelivered(why, now) else { return Ok(Heard::Nothing) };
        let mut transaction = Transaction::new();
        store::notice_told(&mut transaction, &undelivered::told(&after, why, &app.mint, now));
        app.store.user_save(transaction, &before, &after).await?;
        Ok(Heard::Noted(why))
    })
    .await
}
