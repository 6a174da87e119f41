//! What SES tells of mails that went out: that one bounced, or was called unwanted. Every message may come twice or late.

use app::Cause;
use app::background::Background;
use app::feedback::{Event, hear};
use aws_lambda_events::event::sqs::SqsEvent;
use edge::batch::Failures;
use lambda_runtime::{Error, LambdaEvent};

/// Each message is a person's, so they do not get in each other's way.
const AT_ONCE: usize = 10;

/// Why a message is not done.
#[derive(Debug, thiserror::Error)]
enum Undone {
    #[error("the message is no event of SES")]
    Unreadable,
    #[error(transparent)]
    App(#[from] app::Error),
}

pub async fn handle(background: Background, event: LambdaEvent<SqsEvent>) -> Result<Failures, Error> {
    let work = event.payload.records.into_iter().map(|message| {
        let event = Event::read(message.body.as_deref().unwrap_or_default());
        let cause = event.as_ref().and_then(|event| Cause::new(event.request()?));
        (message.message_id.unwrap_or_default(), cause, take_in(&background, event))
    });
    Ok(Failures::of(work, AT_ONCE).await)
}

async fn take_in(background: &Background, event: Option<Event>) -> Result<(), Undone> {
    hear(&background.app, &event.ok_or(Undone::Unreadable)?).await?;
    Ok(())
}
