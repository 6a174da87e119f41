//! What is due, found by the minute.

use app::Cause;
use app::background::Background;
use app::due;
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

/// The event says nothing that matters: what is due is in the table, and what time it is the clock says.
pub async fn handle(background: Background, event: LambdaEvent<Value>) -> Result<Found, Error> {
    // Nobody asked: what follows is traced to this invocation.
    let cause = Cause::new(&event.context.request_id);
    let ticked = Cause::within(cause, Box::pin(due::tick(&background.app, &background.queues))).await?;
    Ok(Found { bookings: ticked.found, more: ticked.more })
}
