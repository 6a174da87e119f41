//! What SES would tell of a mail, put into the queue that the configuration set of the template ends in.

use chrono::SecondsFormat;
use serde_json::{Value as Json, json};

use crate::embedded::mail::CapturedMail;

/// The queue, by its logical id.
pub(super) const QUEUE: &str = "FeedbackQueue";

/// `{"to": address, "kind": "bounce"}`, or `complaint`, or `transient`.
pub(super) fn which(body: &[u8]) -> Result<(String, String), &'static str> {
    let body: Json = serde_json::from_slice(body).map_err(|_| "The body is not JSON.")?;
    let to = body["to"].as_str().ok_or("to is not an address.")?;
    let kind = body["kind"].as_str().unwrap_or("bounce");
    if !["bounce", "complaint", "transient"].contains(&kind) {
        return Err("kind is none of bounce, complaint, transient.");
    }
    Ok((to.to_owned(), kind.to_owned()))
}

/// The event of SES.
pub(super) fn event(mail: &CapturedMail, kind: &str) -> Json {
    let recipients: Vec<_> = mail.to.iter().map(|to| json!({ "emailAddress": to })).collect();
    let at = mail.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let tags: Json = mail.tags.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    let mail = json!({ "timestamp": at, "destination": mail.to, "tags": tags });
    match kind {
        "complaint" => json!({
            "eventType": "Complaint",
            "complaint": {
                "complainedRecipients": recipients, "complaintFeedbackType": "abuse", "feedbackId": "local",
                "timestamp": at,
            },
            "mail": mail,
        }),
        kind => {
            let (of_type, sub_type) =
                if kind == "transient" { ("Transient", "MailboxFull") } else { ("Permanent", "General") };
            json!({
                "eventType": "Bounce",
                "bounce": {
                    "bounceType": of_type, "bounceSubType": sub_type, "bouncedRecipients": recipients,
                    "feedbackId": "local", "timestamp": at,
                },
                "mail": mail,
            })
        }
    }
}
