//! Nobody floods somebody else's mailbox with bookings: beyond so many a day the rest is in the list alone.

use domain::booking::Booking;
use domain::notice::{InviteState, Notice, Topic};

use crate::{App, Result};

/// Of so many new bookings of the same two people somebody is mailed in a day.
const MOST_A_DAY: u32 = 20;

/// Whether the reader of a notice about a booking is to be mailed of it.
pub(crate) async fn allow(app: &App, notice: &Notice, booking: &Booking) -> Result<bool> {
    let Some(peer) = notice.peer else { return Ok(true) };
    match (notice.topic, notice.invite.map(|invite| invite.state)) {
        (Topic::Requested | Topic::Booked, _) => {
            Ok(app.store.mail_begins((notice.user, peer), booking, MOST_A_DAY, app.clock.now()).await?)
        }
        // It takes the other one to confirm: nobody floods with that.
        (_, Some(InviteState::Confirmed)) => {
            app.store.mail_unmute(notice.user, booking).await?;
            Ok(true)
        }
        (_, Some(InviteState::Reminder) | None) => Ok(true),
        (_, Some(InviteState::Tentative | InviteState::Cancelled)) => {
            Ok(!app.store.mail_is_muted(notice.user, booking).await?)
        }
    }
}
