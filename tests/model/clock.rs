//! How the model's bookings end and begin, whoever says so; and what the clock says by itself.

use domain::booking::Step;

use super::command::{Answer, Expected, Minute, Status, no};
use super::oracle::Model;
use super::rules::Event;

const DAY: Minute = 24 * 60;

impl Model {
    pub(crate) fn confirmed(&mut self, at: usize) {
        let (now, start) = (self.now, self.bookings[at].span.0);
        self.bookings[at].status = Status::Confirmed;
        // What would have been due before is not sent any more.
        self.bookings[at].reminders = [DAY, 60].into_iter().filter(|ahead| start - ahead > now).collect();
        self.announce(at, Event::Confirmed);
    }

    pub(crate) fn completed(&mut self, at: usize) {
        self.bookings[at].status = Status::Completed;
        let expert = self.bookings[at].expert;
        self.people[expert].given += 1;
        self.touched.rated.insert(expert);
        self.announce(at, Event::Completed);
        self.capture(at);
    }

    pub(crate) fn cancelled(&mut self, at: usize, how: Event) {
        self.bookings[at].status = Status::Cancelled;
        self.look_at(None, at);
        let is_returned = self.release(at);
        self.set_free(at);
        self.announce(at, how);
        if is_returned && self.bookings[at].rules.tells_refunds {
            self.announce(at, Event::Returned);
        }
    }

    fn expired(&mut self, at: usize) {
        self.bookings[at].status = self.bookings[at].rules.lapses_to;
        self.look_at(None, at);
        let is_returned = self.release(at);
        self.set_free(at);
        self.announce(at, Event::Expired);
        if is_returned {
            self.announce(at, Event::Returned);
        }
    }

    /// A booking that ended by itself was written as what it is, by whoever needed its time or its price.
    pub(crate) fn lapse_is_written(&mut self, at: usize) {
        assert!(self.bookings[at].has_lapsed(self.now), "booking {at} has not ended by itself");
        self.expired(at);
    }

    /// The same of several, if it is the moment for it; of some it may have been written by a command.
    pub(crate) fn write(&mut self, lapsed: &[usize], is_the_moment: bool) {
        for at in lapsed.iter().filter(|_| is_the_moment) {
            if self.bookings[*at].has_lapsed(self.now) {
                self.expired(*at);
            }
        }
    }

    /// Whether a request is over: nobody answered it, or nobody paid for it, in time.
    fn is_unanswered(&self, at: usize) -> bool {
        let booking = &self.bookings[at];
        let ends = booking.rules.ends_unanswered && booking.status == Status::Pending;
        booking.has_lapsed(self.now) || (ends && self.now >= booking.span.0)
    }

    fn completes_itself(&self, at: usize) -> bool {
        let booking = &self.bookings[at];
        let has_come = self.now >= booking.span.1 + booking.rules.decided_after;
        booking.status == Status::Confirmed && !booking.is_disputed && has_come
    }

    /// One step of the clock, if it is its step at all and its time has come.
    pub(crate) fn step_by_clock(&mut self, at: usize, step: Step) -> Expected {
        match (step, self.bookings[at].status) {
            (Step::Complete, Status::Completed) => {}
            (Step::Expire, status) if status == self.bookings[at].rules.lapses_to => {}
            (Step::Expire, Status::Pending) if self.waits_to_be_taught(at) => return no("invalid_transition"),
            (Step::Expire, Status::Pending) if !self.is_unanswered(at) => return no("too_early"),
            (Step::Expire, Status::Pending) => self.expired(at),
            (Step::Complete, Status::Confirmed) if self.is_undecided(at) => return no("invalid_transition"),
            (Step::Complete, Status::Confirmed) if !self.completes_itself(at) => return no("too_early"),
            (Step::Complete, Status::Confirmed) => self.completed(at),
            (Step::Expire | Step::Complete, _) => return no("invalid_transition"),
            _ => return no("forbidden"),
        }
        Ok(self.booking_as_told(at))
    }

    /// Everything that is due.
    pub(crate) fn tick(&mut self) -> Expected {
        for at in 0..self.bookings.len() {
            if self.is_unanswered(at) {
                // Of some it is written when their moment comes, which is seen elsewhere.
                if !self.bookings[at].rules.is_lazy {
                    self.expired(at);
                }
            } else if self.completes_itself(at) {
                self.look_at(None, at);
                self.decided_by_clock(at);
            } else if self.was_never_taught(at) {
                self.give_back(at);
            } else if self.bookings[at].status == Status::Confirmed || self.waits_to_be_taught(at) {
                self.remind(at);
            }
        }
        Ok(Answer::Nothing)
    }

    /// Of two that were missed only the later goes out, and none after the start.
    fn remind(&mut self, at: usize) {
        let (now, start) = (self.now, self.bookings[at].span.0);
        let (come, ahead): (Vec<_>, Vec<_>) =
            self.bookings[at].reminders.iter().copied().partition(|ahead| start - ahead <= now);
        self.bookings[at].reminders = ahead;
        match come.last() {
            Some(_) if now >= start => {}
            Some(60) => self.announce(at, Event::HourBefore),
            Some(_) => self.announce(at, Event::DayBefore),
            None => {}
        }
    }
}
