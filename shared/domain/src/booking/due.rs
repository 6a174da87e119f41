//! What the clock does to a booking: reminders, the expiry of a request, completion.
//!
//! A booking knows one moment at which it must be looked at again. Looking too late, too early or twice is harmless: what
//! is due is decided anew from the booking and the time.

use chrono::TimeDelta;

use super::{Booking, Change, Fact, Funds, Step};
use crate::Instant;
use crate::facade::machine::{Mark, Row, next_step};

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
    /// A step of its own: nobody answered in time, or it is over.
    Take(Step),
    /// A reminder, or only the moment of one that comes too late.
    Remind,
}

impl Booking {
    /// What is due at `now`, if anything.
    pub fn due(&self, now: Instant) -> Option<Due> {
        if self.due_at.is_none_or(|due| due > now) {
            return None;
        }
        match self.next_step() {
            Some((opens, row)) if opens <= now => Some(Due::Take(row.step)),
            _ if self.status.is_open() => Some(Due::Remind),
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
        Change::of(self, after, reminder.map(Fact::Reminded).into_iter().collect())
    }

    /// What the clock does next of its own, and from when on.
    fn next_step(&self) -> Option<(Instant, &'static Row)> {
        next_step(self.rules().machine, &self.situation())
    }

    /// From when on its time is free again although nobody has written so yet: only where that counts from the very
    /// second (`consultations.md` §7).
    pub fn expires_at(&self) -> Option<Instant> {
        let rules = self.rules();
        let next = self.next_step().filter(|(_, row)| rules.expires_by_itself && row.step == Step::Expire);
        next.map(|_| Mark::Answer.of(&self.situation()))
    }

    /// The booking as it is at `now`, whether or not the schedule has come by.
    pub fn as_of(&self, now: Instant) -> Booking {
        let mut seen = self.clone();
        let Some((expired_at, (_, row))) = self.expires_at().zip(self.next_step()) else {
            return seen;
        };
        if expired_at <= now {
            seen.reason = self.expiry_reason().to_owned();
            seen.status = row.to;
            if seen.funds == Funds::Held {
                seen.funds = Funds::Released;
            }
            seen.due_at = None;
            seen.updated_at = expired_at;
        }
        seen
    }

    /// Whether it stands and has not begun. What is over by the clock already is the clock's to end.
    pub fn lies_ahead(&self, now: Instant) -> bool {
        self.as_of(now).status.is_open() && self.interval.start() > now
    }

    /// Why it is over when nobody pays or answers in time.
    pub(super) fn expiry_reason(&self) -> &'static str {
        let reasons = self.rules().expiry_reasons;
        if self.funds == Funds::Due { reasons.unpaid } else { reasons.unanswered }
    }

    /// When the schedule must look at it next, seen from `now`: a reminder, or a step of its own.
    pub(super) fn next_due(&self, now: Instant) -> Option<Instant> {
        let step = self.next_step().map(|(opens, _)| opens);
        let reminders = Reminder::ALL.map(|reminder| self.interval.start() - reminder.ahead());
        let reminder = reminders.into_iter().find(|moment| *moment > now);
        if !self.rules().reminds.contains(&self.status) || self.funds == Funds::Due {
            // It is over by itself: once it is paid, its place among what is due stays the same.
            return step.map(|step| if self.rules().lazy { reminder.map_or(step, |it| it.max(step)) } else { step });
        }
        reminder.into_iter().chain(step).min()
    }
}
