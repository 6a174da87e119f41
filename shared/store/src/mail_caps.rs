//! How much mail one person causes for another: of how many new bookings of the two, and how many moves, somebody is
//! mailed on one day. The rest they find in their list. A booking whose beginning was not mailed is muted, so that no calendar hears of the end
//! of what it never held.

use chrono::{NaiveTime, TimeDelta};
use domain::Instant;
use domain::booking::Booking;
use domain::ids::{NoticeId, UserId};
use table::{Returning, Update, contains, exists};

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{number, numbers};
use crate::transaction::has_room;

/// Longer than a queue keeps the mails of a day.
const DAYS_KEPT: TimeDelta = TimeDelta::days(30);

impl Store {
    /// Whether `reader` is to be mailed of one more booking with `peer` today, of at most so many. Asked again about the
    /// same booking, the answer is the same.
    pub async fn mail_begins(
        &self,
        pair: (UserId, UserId),
        booking: &Booking,
        most: u32,
        now: Instant,
    ) -> Result<bool, Fault> {
        if self.one_more_today(pair, ("bookings", booking.root.get()), most, now).await? {
            return Ok(true);
        }
        let expires = (booking.interval.end() + DAYS_KEPT).timestamp();
        let mute = Update::of(keys::muted(pair.0, booking.root)).set("expires_at", number(expires));
        self.update_or_leave(mute).await?;
        Ok(false)
    }

    /// The same of one more mail about a booking with `peer` that was moved.
    pub async fn mail_moves(
        &self,
        pair: (UserId, UserId),
        notice: NoticeId,
        most: u32,
        now: Instant,
    ) -> Result<bool, Fault> {
        self.one_more_today(pair, ("moves", notice.get()), most, now).await
    }

    async fn one_more_today(
        &self,
        (reader, peer): (UserId, UserId),
        (set, id): (&str, i64),
        most: u32,
        now: Instant,
    ) -> Result<bool, Fault> {
        let today = now.date_naive();
        let expires = (today.and_time(NaiveTime::MIN) + DAYS_KEPT).and_utc().timestamp();
        let key = keys::mailed(reader, peer, today);
        let one_more = Update::of(key)
            .add(set, numbers([id]))
            .set("expires_at", number(expires))
            .when(has_room(set, most).or(contains(set, number(id))));
        match self.update(one_more, Returning::Nothing).await {
            Ok(_) => Ok(true),
            Err(Failed::Refused(_)) => Ok(false),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Whether `reader` was not mailed of this booking when it was made, nor since.
    pub async fn mail_is_muted(&self, reader: UserId, booking: &Booking) -> Result<bool, Fault> {
        Ok(self.get(&keys::muted(reader, booking.root)).await?.is_some_and(|item| !item.contains_key("ended")))
    }

    /// From now on `reader` is mailed of this booking.
    pub async fn mail_unmute(&self, reader: UserId, booking: &Booking) -> Result<(), Fault> {
        let unmute = Update::of(keys::muted(reader, booking.root)).set("ended", number(1)).when(exists("pk"));
        self.update_or_leave(unmute).await
    }
}
