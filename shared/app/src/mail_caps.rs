//! Nobody floods somebody else's mailbox with bookings: beyond so many a day the rest is in the list alone, and of what is
//! moved again and again only where it has come to rest is mailed.

use chrono::TimeDelta;
use domain::booking::{Booking, Status};
use domain::notice::{InviteState, Notice, Topic};

use crate::{App, Common, Error, Result};

/// Of so many new bookings of the same two people, and of so many moves, somebody is mailed in a day.
const MOST_A_DAY: u32 = 20;

/// Beyond, a move is mailed so much later, if the booking still lies there then. The queue asks often enough until then.
const RESTS: TimeDelta = TimeDelta::minutes(15);

/// Whether the reader of a notice about a booking is to be mailed of it; `Held` where that shows later.
pub(crate) async fn allow(app: &App, notice: &Notice, booking: &Booking) -> Result<bool> {
    let Some(peer) = notice.peer else { return Ok(true) };
    let (pair, now) = ((notice.user, peer), app.clock.now());
    match (notice.topic, notice.invite.map(|invite| invite.state)) {
        (Topic::Requested | Topic::Booked, _) => Ok(app.store.mail_begins(pair, booking, MOST_A_DAY, now).await?),
        // It takes the other one to confirm: nobody floods with that.
        (_, Some(InviteState::Confirmed)) => {
            app.store.mail_unmute(notice.user, booking).await?;
            Ok(true)
        }
        (_, Some(InviteState::Reminder) | None) => Ok(true),
        (_, Some(InviteState::Tentative | InviteState::Cancelled))
            if app.store.mail_is_muted(notice.user, booking).await? =>
        {
            Ok(false)
        }
        (_, Some(InviteState::Cancelled)) => Ok(true),
        (_, Some(InviteState::Tentative)) => {
            if app.store.mail_moves(pair, notice.id, MOST_A_DAY, now).await? {
                return Ok(true);
            }
            // Whatever came after it has a mail of its own.
            let rests = booking.status == Status::Pending
                && notice.invite.is_some_and(|invite| invite.sequence == booking.sequence());
            match rests && now < notice.created_at + RESTS {
                true => Err(Error::Common(Common::Held)),
                false => Ok(rests),
            }
        }
    }
}
