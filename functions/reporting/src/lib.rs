//! Long reports, written into the file store. Every message may come twice, late, or beside its own copy.

use app::background::{Background, Job, Order};
use app::reports::write;
use aws_lambda_events::event::sqs::SqsEvent;
use edge::batch::Failures;
use lambda_runtime::{Error, LambdaEvent};

/// Why a message is not done.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error("the message is no job of ours")]
    Unreadable,
    #[error(transparent)]
    App(#[from] app::Error),
}

pub async fn handle(background: Background, event: LambdaEvent<SqsEvent>) -> Result<Failures, Error> {
    let work = event.payload.records.into_iter().map(|message| {
        let order = Order::from_text(message.body.as_deref().unwrap_or_default());
        let cause = order.as_ref().and_then(|order| order.cause.clone());
        (message.message_id.unwrap_or_default(), cause, carry_out(&background, order))
    });
    Ok(Failures::of(work, 1).await)
}

async fn carry_out(background: &Background, order: Option<Order>) -> Result<(), Undone> {
    let Job::Write(report, asked_at) = order.ok_or(Undone::Unreadable)?.job else { return Err(Undone::Unreadable) };
    let pen = reports::pen(report.facade).ok_or(Undone::Unreadable)?;
    Ok(write(&background.app, report, asked_at, pen).await?)
}
