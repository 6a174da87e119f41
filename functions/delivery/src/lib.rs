//! What is due, done; money, given back; and mail, sent. Every message may come twice, late, or beside its own copy.

use app::background::{Background, Job, Order};
use app::{bookings, community, courses, gatherings, mailing, payments, suspensions};
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
    // One after the other: a new account may send one mail a second.
    Ok(Failures::of(work, 1).await)
}

async fn carry_out(background: &Background, order: Option<Order>) -> Result<(), Undone> {
    match order.ok_or(Undone::Unreadable)?.job {
        Job::Due(booking) => drop(bookings::do_what_is_due(&background.app, booking).await?),
        Job::Refund(of) => payments::refund(&background.app, of).await?,
        Job::Sweep(expert) => drop(suspensions::sweep_later(&background.app, expert).await?),
        Job::ClearCourse(course) => courses::clear(background, course).await?,
        Job::Clear(post) => community::clear(background, post).await?,
        Job::Tell(organiser, news) => gatherings::tell(background, organiser, news).await?,
        // Of another queue.
        Job::Write(..) => return Err(Undone::Unreadable),
        Job::Mail(mail) => drop(mailing::send(background, mail).await?),
    }
    Ok(())
}
