//! Being there.

use domain::presence::Presence;

use crate::caller::Caller;
use crate::{App, Result};

/// The caller says that they are there, or that they leave.
pub async fn say(app: &App, caller: Caller, leaves: bool) -> Result<Presence> {
    Ok(app.store.presence_note(caller.user(), leaves, app.clock.now()).await?)
}
