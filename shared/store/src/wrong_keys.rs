//! How often somebody has entered a wrong key for a booking: a count that begins anew an hour after its first.

use domain::Instant;
use domain::booking::Booking;
use domain::ids::{BookingId, UserId};
use table::{Item, Returning, Update, absent, at_most, less, more};

use crate::booking_codec;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, number};

/// So many an hour, and no more.
pub const MOST_WRONG_KEYS: u32 = 5;

const HOUR: i64 = 60 * 60;

fn counted(item: &Item, now: Instant) -> Result<u32, Fault> {
    let row = Reader(item);
    let since: i64 = row.maybe_number("since")?.unwrap_or(0);
    Ok(if since + HOUR > now.timestamp() { row.count("count")? } else { 0 })
}

impl Store {
    /// A booking, and how many wrong keys somebody has entered for it: one round trip.
    pub async fn booking_with_wrong_keys(
        &self,
        id: BookingId,
        user: UserId,
        now: Instant,
    ) -> Result<Option<(Booking, u32)>, Fault> {
        let (booking, wrong) = (keys::booking(id), keys::wrong_keys(user, id));
        let found = self.get_many(&[booking.clone(), wrong.clone()], true).await?;
        let Some(item) = found.get(&booking) else { return Ok(None) };
        let wrong = found.get(&wrong).map(|item| counted(item, now)).transpose()?.unwrap_or(0);
        Ok(Some((booking_codec::from_item(item)?, wrong)))
    }

    /// Counts one more, likely the first; `false` if there were too many already.
    pub async fn wrong_key_note(
        &self,
        id: BookingId,
        user: UserId,
        is_first: bool,
        now: Instant,
    ) -> Result<bool, Fault> {
        let (key, seconds) = (keys::wrong_keys(user, id), now.timestamp());
        let more = Update::of(key.clone())
            .add("count", number(1))
            .when(more("since", number(seconds - HOUR)).and(less("count", number(MOST_WRONG_KEYS))));
        let anew = Update::of(key)
            .set("since", number(seconds))
            .set("count", number(1))
            .set("expires_at", number(seconds + 2 * HOUR))
            .when(absent("since").or(at_most("since", number(seconds - HOUR))));
        // Of several who begin anew at once one does, and the others add to it.
        let order = if is_first { [&anew, &more, &anew] } else { [&more, &anew, &more] };
        for update in order {
            match self.update(update.clone(), Returning::Nothing).await {
                Ok(_) => return Ok(true),
                Err(Failed::Refused(found)) if counted(&found, now)? >= MOST_WRONG_KEYS => return Ok(false),
                Err(Failed::Refused(_)) => {}
                Err(Failed::Fault(fault)) => return Err(fault),
            }
        }
        Ok(false)
    }
}
