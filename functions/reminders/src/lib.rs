//! What is due, found by the minute.

use app::backstage::Backstage;
use app::due;
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{Error, LambdaEvent};
use serde::Serialize;
use serde_json::Value;

/// What a run found, for the log and for whoever runs it by hand.
#[derive(Debug, Serialize)]
pub struct Found {
    bookings: usize,
    /// Long missed: the next run goes on.
    more: bool,
}

pub async fn handle(stage: Backstage, _: LambdaEvent<EventBridgeEvent<Value>>) -> Result<Found, Error> {
    let ticked = due::tick(&stage.app, &stage.queues).await?;
    Ok(Found { bookings: ticked.found, more: ticked.more })
}
