//! What is due, done; money, given back; and mail, sent. Every message may come twice, late, or beside its own copy.

use app::background::{Background, Job};
use app::{bookings, mailing, payments, suspensions};
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
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
        let id = message.message_id.clone().unwrap_or_default();
        (id, carry_out(&background, message))
    });
    // One after the other: a new account may send one mail a second.
    Ok(Failures::of(work, 1).await)
}

async fn carry_out(background: &Background, message: SqsMessage) -> Result<(), Undone> {
    let body = message.body.as_deref().unwrap_or_default();
    match Job::from_text(body).ok_or(Undone::Unreadable)? {
        Job::Due(booking) => drop(bookings::do_what_is_due(&background.app, booking).await?),
        Job::Refund(of) => payments::refund(&background.app, of).await?,
        Job::Sweep(expert) => drop(suspensions::sweep_later(&background.app, expert).await?),
        Job::Mail(mail) => drop(mailing::send(background, mail).await?),
    }
    Ok(())
}
