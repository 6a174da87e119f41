//! The SQS queues that jobs wait in.

use std::sync::{Arc, Mutex};

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;

use super::broken;
use super::job::{Order, Waits};
use crate::Result;

/// The queues.
#[derive(Clone, Debug)]
pub enum Queues {
    Live { client: aws_sdk_sqs::Client, due_url: String, mail_url: String, report_url: String },
    Recorded(Arc<Mutex<Vec<Order>>>),
}

/// What SQS takes in one call.
const BATCH: usize = 10;

impl Queues {
    /// Puts jobs of one kind into their queue; all of them, or an error.
    pub async fn send(&self, jobs: &[Order]) -> Result<()> {
        let (client, due_url, mail_url, report_url) = match self {
            Queues::Live { client, due_url, mail_url, report_url } => (client, due_url, mail_url, report_url),
            Queues::Recorded(record) => {
                record.lock().unwrap_or_else(|broken| broken.into_inner()).extend_from_slice(jobs);
                return Ok(());
            }
        };
        for batch in jobs.chunk_by(|a, b| a.job.waits_in() == b.job.waits_in()) {
            let url = match batch[0].job.waits_in() {
                Waits::Due => due_url,
                Waits::Mail => mail_url,
                Waits::Report => report_url,
            };
            for batch in batch.chunks(BATCH) {
                send_batch(client, url, batch).await?;
            }
        }
        Ok(())
    }
}

async fn send_batch(client: &aws_sdk_sqs::Client, url: &str, batch: &[Order]) -> Result<()> {
    let entry = |(number, order): (usize, &Order)| {
        SendMessageBatchRequestEntry::builder()
            .id(number.to_string())
            .message_body(order.to_text())
            .set_delay_seconds(order.job.delay())
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
