//! What the clock does to a booking: reminders, the expiry of a request, completion.
//!
//! A booking knows one moment at which it must be looked at again. Looking too late, too early or twice is harmless: what
//! is due is decided anew from the booking and the time.

use chrono::TimeDelta;

use super::{Booking, Change, Facade, Fact, Funds, Status};
use crate::Instant;

/// Before a confirmed booking begins, both people are told so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    DayBefore,
    HourBefore,
}

impl Reminder {
    pub const ALL: [Reminder; 2] = [Reminder::DayBefore, Reminder::HourBefore];

    /// How long before the start it is due.
    pub fn ahead(self) -> TimeDelta {
        match self {
            Reminder::DayBefore => TimeDelta::hours(24),
            Reminder::HourBefore => TimeDelta::hours(1),
        }
    }
}

/// What the schedule has to do with a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nobody answered the request in time.
    Expire,
    Complete,
    /// A reminder, or only the moment of one that comes too late.
    Remind,
}

impl Booking {
    /// What is due at `now`, if anything.
    pub fn due(&self, now: Instant) -> Option<Due> {
        if self.due_at.is_none_or(|due| due > now) {
            return None;
        }
        match self.status {
            Status::Pending => Some(Due::Expire),
            Status::Confirmed if now >= self.completes_at() => Some(Due::Complete),
            Status::Confirmed => Some(Due::Remind),
            _ => None,
        }
    }

    /// Passes the moments up to `now` and says whether there is something to be reminded of, before the start. One
    /// reminder at the most: of two that were missed only the later goes out (`expertconnect.md` §6).
    pub fn remind(&self, now: Instant) -> Change {
        let start = self.interval.start();
        let is_ahead = |reminder: &Reminder| {
            let moment = start - reminder.ahead();
            self.due_at.is_some_and(|due| due <= moment) && moment <= now && now < start
        };
        let reminder = Reminder::ALL.into_iter().rev().find(is_ahead);
        let mut after = self.clone();
        after.due_at = self.next_due(now);
        after.version += 1;
        Change {
            before: Some(self.clone()),
            after,
            entry: None,
            facts: reminder.map(Fact::Reminded).into_iter().collect(),
        }
    }

    /// When a pending booking is over: unconfirmed at its start, or unpaid for too long.
    pub(super) fn unanswered_until(&self) -> Instant {
        let start = self.interval.start();
        match self.pay_by {
            Some(pay_by) if self.funds == Funds::Due => start.min(pay_by),
            _ => start,
        }
    }

    /// From when on its time is free again although nobody has written so yet: only where that counts from the very
    /// second (`consultations.md` §7).
    pub fn lapses_at(&self) -> Option<Instant> {
        (self.facade == Facade::Consultations && self.status == Status::Pending).then(|| self.unanswered_until())
    }

    /// The booking as it is at `now`, whether or not the schedule has come by.
    pub fn as_of(&self, now: Instant) -> Booking {
        let mut seen = self.clone();
        if let Some(lapsed_at) = self.lapses_at().filter(|lapses_at| *lapses_at <= now) {
            seen.lapse();
            if seen.funds == Funds::Held {
                seen.funds = Funds::Released;
            }
            seen.due_at = None;
            seen.updated_at = lapsed_at;
        }
        seen
    }

    pub(super) fn lapse(&mut self) {
        self.status = Status::Expired;
        self.reason = if self.funds == Funds::Due { "Not paid in time" } else { "Not confirmed in time" }.to_owned();
    }

    fn completes_at(&self) -> Instant {
        self.interval.end() + TimeDelta::minutes(i64::from(self.policy.completes_itself_after))
    }

    /// When the schedule must look at it next, seen from `now`: the expiry of a request, a reminder, the completion.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        match self.status {
            Status::Pending => Some(self.unanswered_until()),
            Status::Confirmed => {
                let reminders = Reminder::ALL.map(|reminder| self.interval.start() - reminder.ahead());
                Some(reminders.into_iter().find(|moment| *moment > now).unwrap_or(self.completes_at()))
            }
            _ => None,
        }
    }
}
