//! The model's meetings (`expertconnect.md` §4 to §6): what can be done with them, and who is told.

use domain::booking::Step;

use super::command::{Answer, Expected, Minute, Span, Status, Word, no};
use super::money::{Price, Unit};
use super::oracle::Model;
use super::rules::{Event, Rules, Side, Wanted};

pub(crate) static RULES: Rules = Rules {
    name: "meeting",
    longest: 8 * 60,
    lapses_by_itself: false,
    ends_unanswered: true,
    lapses_to: Status::Expired,
    decided_after: 24 * 60,
    reminds_paid: false,
    is_lazy: false,
    tells_refunds: false,
    own_conflict: "slot_taken",
    fee_percent: 0,
    promises: false,
    offered_until: |now, _| now + 14 * 24 * 60,
    title: Some(title),
    told,
};

/// What a meeting costs.
const PRICE: Price = Price { unit: Unit::Credit, minor: 1 };

type Times = (Option<Minute>, Option<Minute>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Request {
        by: usize,
        to: Option<usize>,
        span: Span,
    },
    Step {
        by: usize,
        at: usize,
        step: Step,
    },
    /// Another title, by its number, or another time, or both.
    Change {
        by: usize,
        at: usize,
        title: Option<u32>,
        start: Option<Minute>,
        end: Option<Minute>,
    },
    Transfer {
        by: usize,
        at: usize,
        total: u32,
    },
    Review {
        by: usize,
        at: usize,
        about: usize,
        rating: u8,
    },
}

impl Act {
    pub(crate) fn is_a_post(&self) -> bool {
        !matches!(self, Act::Step { .. } | Act::Change { .. })
    }
}

/// Titles by number.
pub(crate) fn title(number: u32) -> String {
    format!("Meeting, version {number}")
}

fn told(event: Event) -> Vec<(Side, Word)> {
    use Side::{Expert, Requester};
    match event {
        Event::Requested => vec![(Expert, "Meeting Request")],
        Event::Confirmed => vec![(Requester, "Meeting Confirmed")],
        Event::CancelledBy(Requester) => vec![(Expert, "Meeting Cancelled")],
        Event::CancelledBy(Expert) => vec![(Requester, "Meeting Cancelled")],
        Event::CancelledByStaff => vec![(Requester, "Meeting Cancelled"), (Expert, "Meeting Cancelled")],
        Event::Moved => vec![(Expert, "Meeting Rescheduled")],
        Event::Expired => vec![(Requester, "Meeting Expired")],
        Event::Completed => vec![(Requester, "Leave a Review"), (Expert, "Leave a Review")],
        Event::NoShow(absent) => vec![(absent, "Meeting Missed")],
        Event::PaidOut => vec![(Expert, "Credits Earned")],
        Event::Returned => vec![(Requester, "Credits Returned")],
        Event::DayBefore => vec![(Requester, "Meeting in 24 hours"), (Expert, "Meeting in 24 hours")],
        Event::HourBefore => vec![(Requester, "Meeting in 1 hour"), (Expert, "Meeting in 1 hour")],
        Event::Replaced | Event::MovedBy(_) | Event::Disputed | Event::PaidAnyway => Vec::new(),
        Event::Paid | Event::Refunded => Vec::new(),
    }
}

impl Model {
    pub(crate) fn meeting(&mut self, act: &Act, fresh: i64) -> Expected {
        match *act {
            Act::Request { by, to, span } => self.request(by, to, span, fresh),
            Act::Step { by, at, step } => self.step(by, at, step),
            Act::Change { by, at, title, start, end } => self.change(by, at, title, (start, end)),
            Act::Transfer { by, at, total } => self.transfer(by, at, total.into()),
            Act::Review { by, at, about, rating } => self.review((by, about), at, rating.into(), fresh),
        }
    }

    /// Who asks whom for which time, and in place of which booking.
    pub(crate) fn wanted_meeting(&self, act: &Act) -> Option<Wanted> {
        match *act {
            Act::Request { by, to, span } => Some(((by, to?), span, None, &RULES)),
            Act::Change { by, at, start, end, .. } => {
                let meeting = self.bookings.get(at)?;
                let span = (start.unwrap_or(meeting.span.0), end.unwrap_or(meeting.span.1));
                Some(((by, meeting.expert), span, Some(at), &RULES))
            }
            _ => None,
        }
    }

    fn request(&mut self, by: usize, to: Option<usize>, span: Span, fresh: i64) -> Expected {
        self.touched.purses.insert(by);
        let Some(to) = to.filter(|to| *to != by && !self.is_suspended(*to)) else {
            return no("expert_id");
        };
        let mut reasons = self.times((by, to), span, &RULES, None);
        reasons.add(self.credits_to_book(by) < PRICE.minor, "insufficient_credits");
        reasons.decide()?;
        Ok(self.book((by, to), span, &RULES, PRICE, fresh))
    }

    fn change(&mut self, by: usize, at: usize, title: Option<u32>, times: Times) -> Expected {
        let meeting = self.party(by, at)?;
        if !meeting.is_made_by(&RULES) {
            return no("invalid_transition");
        }
        if by != meeting.requester {
            return no("forbidden");
        }
        if !meeting.status.is_open() {
            return no("invalid_transition");
        }
        let span = (times.0.unwrap_or(meeting.span.0), times.1.unwrap_or(meeting.span.1));
        if span != meeting.span {
            let mut reasons = self.times((by, meeting.expert), span, &RULES, Some(at));
            reasons.add(self.now >= meeting.span.0, "too_late");
            reasons.add(self.is_suspended(meeting.expert), "unknown_person");
            reasons.decide()?;
            self.set_free(at);
            self.bookings[at].span = span;
            self.bookings[at].status = Status::Pending;
            self.bookings[at].moves += 1;
            self.claim(at);
            self.announce(at, Event::Moved);
        }
        self.bookings[at].title = title.unwrap_or(meeting.title);
        Ok(self.booking_as_told(at))
    }

    fn transfer(&mut self, by: usize, at: usize, total: i64) -> Expected {
        let meeting = self.party(by, at)?;
        if by != meeting.requester {
            return no("forbidden");
        }
        if meeting.status != Status::Completed || !meeting.is_made_by(&RULES) {
            return no("not_completed");
        }
        let credits = (total - meeting.paid).max(0);
        if credits > self.credits(by) {
            return no("insufficient_credits");
        }
        self.was_idle = credits == 0;
        if credits > 0 {
            self.people[by].purses[Unit::Credit as usize].spendable -= credits;
            self.pay_out(at, credits);
        }
        Ok(Answer::Moved { credits, balance: self.credits(by) })
    }

    fn review(&mut self, (by, about): (usize, usize), at: usize, rating: u32, fresh: i64) -> Expected {
        let meeting = self.party(by, at)?;
        self.touched.rated.extend([by, about, meeting.other(by)]);
        if !meeting.is_made_by(&RULES) {
            return no("not_completed");
        }
        let mut reasons = super::rules::Reasons::default();
        reasons.add(meeting.status != Status::Completed, "not_completed");
        reasons.add(about != meeting.other(by), "reviewee_id");
        reasons.add(meeting.reviewed_by.contains(&by), "already_reviewed");
        reasons.decide()?;
        self.reviewed(by, at, rating);
        self.tell(about, "New Review", Some(fresh));
        Ok(Answer::Made(fresh))
    }

    /// A party's step, by the status table (§5).
    fn step(&mut self, by: usize, at: usize, step: Step) -> Expected {
        let meeting = self.party(by, at)?;
        let is_theirs = match step {
            Step::Confirm => by == meeting.expert,
            Step::Cancel | Step::ReportNoShow | Step::Complete => true,
            _ => false,
        };
        if !is_theirs {
            return no("forbidden");
        }
        if !meeting.is_made_by(&RULES) {
            return no("invalid_transition");
        }
        let (now, (start, end)) = (self.now, meeting.span);
        let reporter = meeting.absent.map(|absent| meeting.other(absent));
        match (meeting.status, step) {
            (Status::Confirmed, Step::Confirm)
            | (Status::Cancelled, Step::Cancel)
            | (Status::Completed, Step::Complete) => {}
            (Status::NoShow, Step::ReportNoShow) if reporter == Some(by) => {}

            (Status::Pending, Step::Confirm) if now >= start => return no("too_late"),
            (Status::Pending, Step::Confirm) => self.confirmed(at),
            (Status::Pending | Status::Confirmed, Step::Cancel) => {
                self.cancelled(at, Event::CancelledBy(meeting.side(by)));
            }
            (Status::Confirmed, Step::Complete) if now < end => return no("too_early"),
            (Status::Confirmed, Step::Complete) => self.completed(at),
            (Status::Confirmed, Step::ReportNoShow) if now < start + 10 => return no("too_early"),
            (Status::Confirmed, Step::ReportNoShow) => self.missed(at, meeting.other(by)),
            _ => return no("invalid_transition"),
        }
        Ok(self.booking_as_told(at))
    }

    fn missed(&mut self, at: usize, absent: usize) {
        self.bookings[at].status = Status::NoShow;
        self.bookings[at].absent = Some(absent);
        self.announce(at, Event::NoShow(self.bookings[at].side(absent)));
        if absent == self.bookings[at].requester {
            self.capture(at);
        } else if self.release(at) {
            self.announce(at, Event::Returned);
        }
    }
}
