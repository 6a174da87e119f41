//! What only the functions without an audience work with: the sockets, the queues, the post. None of it can be run
//! here, so each is either live or a record of what would have gone out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_sdk_apigatewaymanagement::error::DisplayErrorContext;
use aws_sdk_apigatewaymanagement::operation::delete_connection::DeleteConnectionError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::ids::{BookingId, PaymentId, UserId};
use serde::{Deserialize, Serialize};
use store::{MailOf, RefundOf};

use crate::mail::Post;
use crate::{App, Error, Result};

/// The app and its ways out.
#[derive(Clone)]
pub struct Background {
    pub app: App,
    pub sockets: Sockets,
    pub queues: Queues,
    pub post: Post,
}

/// Live connections of clients.
#[derive(Clone, Debug)]
pub enum Sockets {
    Live(aws_sdk_apigatewaymanagement::Client),
    Recorded(Recording),
}

/// What was pushed to whom, for tests.
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<Recorded>>);

#[derive(Debug, Default)]
struct Recorded {
    frames: BTreeMap<String, Vec<String>>,
    gone: BTreeSet<String>,
    failing: BTreeSet<String>,
}

impl Recording {
    fn inside(&self) -> std::sync::MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// Every frame a connection got so far.
    pub fn frames(&self, connection: &str) -> Vec<String> {
        self.inside().frames.get(connection).cloned().unwrap_or_default()
    }

    /// From now on this connection is gone.
    pub fn lose(&self, connection: &str) {
        self.inside().gone.insert(connection.to_owned());
    }

    pub fn is_gone(&self, connection: &str) -> bool {
        self.inside().gone.contains(connection)
    }

    /// Pushes to this connection fail, without it being gone, until told otherwise.
    pub fn fail(&self, connection: &str, fails: bool) {
        let mut inside = self.inside();
        if fails {
            inside.failing.insert(connection.to_owned())
        } else {
            inside.failing.remove(connection)
        };
    }

    fn push(&self, connection: &str, frame: String) -> Result<Pushed> {
        let mut inside = self.inside();
        if inside.gone.contains(connection) {
            return Ok(Pushed::Gone);
        }
        if inside.failing.contains(connection) {
            return Err(broken("pushing a frame", "on purpose"));
        }
        inside.frames.entry(connection.to_owned()).or_default().push(frame);
        Ok(Pushed::Arrived)
    }
}

/// Whether a frame found its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    Arrived,
    Gone,
}

fn broken(what: &'static str, detail: impl std::fmt::Display) -> Error {
    Error::Broken { what, detail: detail.to_string() }
}

impl Sockets {
    pub async fn push(&self, connection: &str, frame: String) -> Result<Pushed> {
        let client = match self {
            Sockets::Live(client) => client,
            Sockets::Recorded(recording) => return recording.push(connection, frame),
        };
        match client.post_to_connection().connection_id(connection).data(Blob::new(frame)).send().await {
            Ok(_) => Ok(Pushed::Arrived),
            Err(error) if error.as_service_error().is_some_and(PostToConnectionError::is_gone_exception) => {
                Ok(Pushed::Gone)
            }
            Err(error) => Err(broken("pushing a frame", DisplayErrorContext(error))),
        }
    }

    /// Ends a connection; one that is gone already is fine.
    pub async fn close(&self, connection: &str) -> Result<()> {
        let client = match self {
            Sockets::Live(client) => client,
            Sockets::Recorded(recording) => {
                recording.lose(connection);
                return Ok(());
            }
        };
        match client.delete_connection().connection_id(connection).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(DeleteConnectionError::is_gone_exception) => Ok(()),
            Err(error) => Err(broken("closing a connection", DisplayErrorContext(error))),
        }
    }
}

/// Work for later. Queues deliver at least once, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Something is due at this booking.
    Due(BookingId),
    /// Money has to go back.
    Refund(RefundOf),
    Mail(MailOf),
    /// This expert was suspended a while ago: whatever they are still booked for is cancelled.
    Sweep(UserId),
}

/// A job as it travels.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wire {
    Due { booking: i64 },
    RefundOfBooking { booking: i64 },
    RefundOfPayment { payment: i64 },
    Mail { user: i64, about: Option<i64> },
    Sweep { user: i64 },
}

impl Job {
    fn is_mail(self) -> bool {
        matches!(self, Job::Mail(_))
    }

    /// Seconds until it may be delivered.
    fn delay(self) -> Option<i32> {
        matches!(self, Job::Sweep(_)).then_some(SWEEP_WAITS_SECONDS)
    }

    pub fn to_text(self) -> String {
        let wire = match self {
            Job::Due(booking) => Wire::Due { booking: booking.get() },
            Job::Refund(RefundOf::Booking(root)) => Wire::RefundOfBooking { booking: root.get() },
            Job::Refund(RefundOf::Payment(id)) => Wire::RefundOfPayment { payment: id.get() },
            Job::Sweep(user) => Wire::Sweep { user: user.get() },
            Job::Mail(mail) => Wire::Mail { user: mail.user.get(), about: mail.about.map(|notice| notice.get()) },
        };
        serde_json::to_string(&wire).expect("numbers and fixed words are JSON")
    }

    /// `None` for what no queue of ours ever held.
    pub fn from_text(text: &str) -> Option<Self> {
        match serde_json::from_str(text).ok()? {
            Wire::Due { booking } => BookingId::new(booking).map(Job::Due),
            Wire::RefundOfBooking { booking } => BookingId::new(booking).map(RefundOf::Booking).map(Job::Refund),
            Wire::RefundOfPayment { payment } => PaymentId::new(payment).map(RefundOf::Payment).map(Job::Refund),
            Wire::Sweep { user } => UserId::new(user).map(Job::Sweep),
            Wire::Mail { user, about } => {
                let about = match about {
                    Some(id) => Some(domain::ids::NoticeId::new(id)?),
                    None => None,
                };
                Some(Job::Mail(MailOf { user: UserId::new(user)?, about }))
            }
        }
    }
}

/// The two queues.
#[derive(Clone, Debug)]
pub enum Queues {
    Live { client: aws_sdk_sqs::Client, due_url: String, mail_url: String },
    Recorded(Arc<Mutex<Vec<Job>>>),
}

/// What SQS takes in one call.
const BATCH: usize = 10;

/// A booking that was begun before the suspension may commit after it: no function that writes runs longer than this.
/// By then the list index has it too.
const SWEEP_WAITS_SECONDS: i32 = 60;

impl Queues {
    /// Puts jobs of one kind into their queue; all of them, or an error.
    pub async fn send(&self, jobs: &[Job]) -> Result<()> {
        let (client, due_url, mail_url) = match self {
            Queues::Live { client, due_url, mail_url } => (client, due_url, mail_url),
            Queues::Recorded(record) => {
                record.lock().unwrap_or_else(|broken| broken.into_inner()).extend(jobs);
                return Ok(());
            }
        };
        for batch in jobs.chunk_by(|a, b| a.is_mail() == b.is_mail()) {
            let url = if batch[0].is_mail() { mail_url } else { due_url };
            for batch in batch.chunks(BATCH) {
                send_batch(client, url, batch).await?;
            }
        }
        Ok(())
    }
}

async fn send_batch(client: &aws_sdk_sqs::Client, url: &str, batch: &[Job]) -> Result<()> {
    let entry = |(number, job): (usize, &Job)| {
        SendMessageBatchRequestEntry::builder()
            .id(number.to_string())
            .message_body(job.to_text())
            .set_delay_seconds(job.delay())
            .build()
    };
    let entries = batch.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>();
    let entries = entries.map_err(|error| broken("sending jobs", error))?;
    let answer = client.send_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
    let answer = answer.map_err(|error| broken("sending jobs", aws_sdk_sqs::error::DisplayErrorContext(error)))?;
    match answer.failed().first() {
        None => Ok(()),
        // Whoever called does it all again; jobs may come twice.
        Some(failed) => Err(broken("sending jobs", failed.message().unwrap_or(failed.code()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::NoticeId;

    #[test]
    fn a_job_reads_back_and_nothing_else_is_one() {
        let mail = MailOf { user: UserId::new(4).unwrap(), about: NoticeId::new(7) };
        for job in [
            Job::Due(BookingId::new(1 << 53).unwrap()),
            Job::Mail(mail),
            Job::Mail(MailOf { about: None, ..mail }),
            Job::Refund(RefundOf::Booking(BookingId::new(5).unwrap())),
            Job::Refund(RefundOf::Payment(PaymentId::new(5).unwrap())),
            Job::Sweep(mail.user),
        ] {
            assert_eq!(Job::from_text(&job.to_text()), Some(job));
        }
        let bad = ["", "{}", "null", r#"{"due":{}}"#, r#"{"due":{"booking":0}}"#, r#"{"mail":{"user":2,"about":-1}}"#];
        assert!(bad.iter().all(|text| Job::from_text(text).is_none()));
    }
}
