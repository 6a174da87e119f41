//! The model's sessions (`mentorship.md` §4): what can be done with them, who is told, and who has which number.

mod money;

use domain::withdrawal::State;

use super::command::{Answer, Expected, Heard, Minute, Span, Status, Word, fresh_id, no};
use super::money::{Price, Unit};
use super::oracle::{Booking, Model};
use super::rules::{Event, Rules, Side, Wanted};
pub(crate) use money::Sessions;

const HOUR: Minute = 60;
const DAY: Minute = 24 * HOUR;
const CANCELS_BEFORE: Minute = DAY;
const MOVES_BEFORE: Minute = 12 * HOUR;
const ATTENDED_BEFORE: Minute = 10;
const MOST_UNPAID: usize = 3;

/// What the experts ask for an hour, in paise. Who asks nothing cannot be booked.
pub(crate) const HOURLY: [Option<i64>; 4] = [Some(50_000), Some(33_333), Some(60_000), None];

pub(crate) static RULES: Rules = Rules {
    name: "session",
    longest: 4 * HOUR,
    lapses_by_itself: true,
    ends_unanswered: true,
    lapses_to: Status::Expired,
    decided_after: 24 * 60,
    reminds_paid: false,
    is_lazy: true,
    tells_refunds: true,
    own_conflict: "own_conflict",
    fee_percent: 15,
    promises: false,
    offered_until: |now, _| now + 14 * DAY,
    title: None,
    told,
};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// Somebody is asked for their number as a student, or as a mentor.
    Number {
        by: usize,
        as_mentor: bool,
    },
    Book {
        by: usize,
        to: Option<usize>,
        span: Span,
    },
    /// Somebody shows, or the provider tells, that a payment of this number was made for a session.
    Pay {
        by: usize,
        at: usize,
        payment: usize,
        is_told: bool,
    },
    /// With the right key.
    Attend {
        by: usize,
        at: usize,
    },
    Cancel {
        by: usize,
        at: usize,
    },
    Move {
        by: usize,
        at: usize,
        start: Minute,
    },
    Dispute {
        by: usize,
        at: usize,
    },
    Resolve {
        at: usize,
        completes: bool,
    },
    Withdraw {
        by: usize,
        minor: i64,
    },
    Decide {
        withdrawal: usize,
        next: State,
    },
}

fn told(event: Event) -> Vec<(Side, Word)> {
    use Side::{Expert, Requester};
    let both = |title| vec![(Requester, title), (Expert, title)];
    let other = |side: Side, title| vec![(if side == Expert { Requester } else { Expert }, title)];
    match event {
        Event::Confirmed => both("Session confirmed"),
        Event::CancelledBy(side) => other(side, "Session cancelled"),
        Event::CancelledByStaff => both("Session cancelled"),
        Event::MovedBy(side) => other(side, "Session moved"),
        Event::Completed => vec![(Requester, "Session completed")],
        Event::PaidOut => vec![(Expert, "Session completed")],
        Event::PaidAnyway => vec![(Expert, "Session paid")],
        Event::NoShow(_) => both("Session missed"),
        Event::Returned => vec![(Requester, "Refund")],
        Event::Disputed => vec![(Expert, "Session disputed")],
        Event::DayBefore => both("Reminder: session in 24 hours"),
        Event::HourBefore => both("Reminder: session in 1 hour"),
        Event::Requested | Event::Moved | Event::Replaced | Event::Expired => Vec::new(),
        Event::Paid | Event::Refunded => Vec::new(),
    }
}

impl Model {
    pub(crate) fn mentorship(&mut self, act: &Act, heard: &Heard) -> Expected {
        let fresh = fresh_id(heard);
        match *act {
            Act::Number { by, as_mentor } => self.number(by, as_mentor, fresh),
            Act::Book { by, to, span } => self.book_session(by, to, span, fresh),
            Act::Pay { by, at, payment, is_told } => self.pay_session(by, at, payment, is_told),
            Act::Attend { by, at } => self.attend(by, at),
            Act::Cancel { by, at } => self.cancel_session(by, at),
            Act::Move { by, at, start } => self.move_session(by, at, start),
            Act::Dispute { by, at } => self.dispute(by, at),
            Act::Resolve { at, completes } => self.resolve(at, completes),
            Act::Withdraw { by, minor } => self.withdraw(by, minor, fresh),
            Act::Decide { withdrawal, next } => self.decide(withdrawal, next),
        }
    }

    /// Who asks whom for which time, and for which session.
    pub(crate) fn wanted_session(&self, act: &Act) -> Option<Wanted> {
        match *act {
            Act::Book { by, to, span } => Some(((by, to?), span, None, &RULES)),
            Act::Move { at, start, .. } => {
                let old = self.bookings.get(at)?;
                let span = (start, start + old.span.1 - old.span.0);
                Some(((old.requester, old.expert), span, Some(at), &RULES))
            }
            _ => None,
        }
    }

    /// The first need gives the next number, of which some may be skipped; later ones find the same. Whoever books, or is
    /// booked, needs one too.
    fn number(&mut self, by: usize, as_mentor: bool, fresh: i64) -> Expected {
        if as_mentor && self.people[by].expert.is_none() {
            return no("role_required");
        }
        let role = usize::from(as_mentor);
        if let Some(known) = self.people[by].numbers[role] {
            return Ok(Answer::Made(known));
        }
        let known: Vec<i64> = self.people.iter().filter_map(|person| person.numbers[role]).collect();
        let last = known.iter().max().copied().unwrap_or_default();
        let given = if self.sessions.numbered.contains(&by) { fresh } else { fresh.max(last + 1) };
        assert!(!known.contains(&given), "the number {given} is given twice");
        self.people[by].numbers[role] = Some(given);
        Ok(Answer::Made(given))
    }

    fn book_session(&mut self, by: usize, to: Option<usize>, span: Span, fresh: i64) -> Expected {
        self.touched.purses.insert(by);
        let Some(to) = to.filter(|to| *to != by) else { return no("expert_id") };
        self.sessions.numbered.extend([by, to]);
        let hourly = HOURLY.get(to).copied().flatten().filter(|_| self.takes_bookings(to));
        let Some(hourly) = hourly else {
            return Err(if self.is_blocked(by, to) { vec!["expert_id", "blocked"] } else { vec!["expert_id"] });
        };
        let price = Price { unit: Unit::Inr, minor: (hourly * (span.1 - span.0) * 2 + 60).div_euclid(120) };
        let is_unpaid = |booking: &&Booking| {
            let waits = booking.is_made_by(&RULES) && booking.status == Status::Pending;
            waits && booking.requester == by && booking.is_open(self.now)
        };
        let mut reasons = self.times((by, to), span, &RULES, None);
        reasons.add(self.bookings.iter().filter(is_unpaid).count() >= MOST_UNPAID, "too_many_holds");
        reasons.decide()?;
        Ok(self.book((by, to), span, &RULES, price, fresh))
    }

    /// A session of `by`'s.
    fn own_session(&mut self, by: usize, at: usize) -> Result<Booking, Vec<Word>> {
        let booking = self.party(by, at)?;
        if booking.is_made_by(&RULES) { Ok(booking) } else { Err(vec!["invalid_transition"]) }
    }

    fn attend(&mut self, by: usize, at: usize) -> Expected {
        let session = self.own_session(by, at)?;
        let side = usize::from(by == session.expert);
        let is_done = session.status == Status::Completed;
        self.was_idle = is_done || (session.status == Status::Confirmed && session.attended[side]);
        if self.was_idle {
            return Ok(self.booking_as_told(at));
        }
        if session.status != Status::Confirmed || session.is_disputed {
            return no("invalid_transition");
        }
        if self.now < session.span.0 - ATTENDED_BEFORE || self.now >= session.span.1 + DAY {
            return no("outside_window");
        }
        self.bookings[at].attended[side] = true;
        let (now, start) = (self.now, session.span.0);
        self.bookings[at].reminders.retain(|ahead| start - ahead > now);
        if session.attended[1 - side] {
            self.completed(at);
        }
        Ok(self.booking_as_told(at))
    }

    fn cancel_session(&mut self, by: usize, at: usize) -> Expected {
        let session = self.own_session(by, at)?;
        let (side, start) = (session.side(by), session.span.0);
        let is_waiting = session.status == Status::Pending && !session.has_lapsed(self.now);
        if !is_waiting && session.status != Status::Confirmed {
            return no("invalid_transition");
        }
        if is_waiting || side == Side::Expert {
            self.cancelled(at, Event::CancelledBy(side));
            return Ok(self.booking_as_told(at));
        }
        if session.is_disputed {
            return no("invalid_transition");
        }
        if self.now >= start {
            return no("too_late");
        }
        if self.now >= start - CANCELS_BEFORE && !session.is_moved_by_expert {
            // The expert is paid as if it had taken place.
            self.bookings[at].status = Status::Cancelled;
            self.capture(at);
        }
        self.cancelled(at, Event::CancelledBy(side));
        Ok(self.booking_as_told(at))
    }

    fn move_session(&mut self, by: usize, at: usize, start: Minute) -> Expected {
        let session = self.own_session(by, at)?;
        if start == session.span.0 {
            self.was_idle = true;
            let Booking { id, status, span, .. } = session;
            let may_not = by == session.requester && !status.is_open();
            return if may_not { no("invalid_transition") } else { Ok(Answer::Booking { id, status, span }) };
        }
        let span = (start, start + session.span.1 - session.span.0);
        let mut reasons = self.times((session.requester, session.expert), span, &RULES, Some(at));
        reasons.add(session.status != Status::Confirmed || session.is_disputed, "invalid_transition");
        reasons.add(self.now >= session.span.0 - MOVES_BEFORE, "too_late");
        reasons.add(self.is_suspended(session.expert), "unknown_person");
        reasons.decide()?;
        let (now, side) = (self.now, session.side(by));
        self.set_free(at);
        let moved = &mut self.bookings[at];
        moved.span = span;
        moved.moves += 1;
        moved.is_moved_by_expert = side == Side::Expert;
        moved.reminders = [DAY, HOUR].into_iter().filter(|ahead| start - ahead > now).collect();
        self.claim(at);
        self.announce(at, Event::MovedBy(side));
        Ok(self.booking_as_told(at))
    }

    fn dispute(&mut self, by: usize, at: usize) -> Expected {
        if by == self.party(by, at)?.expert {
            return no("forbidden");
        }
        let session = self.own_session(by, at)?;
        if session.status != Status::Confirmed || session.is_disputed {
            return no("invalid_transition");
        }
        if self.now < session.span.0 {
            return no("too_early");
        }
        if self.now >= session.span.1 + DAY {
            return no("too_late");
        }
        self.bookings[at].is_disputed = true;
        self.bookings[at].reminders.clear();
        self.announce(at, Event::Disputed);
        Ok(self.booking_as_told(at))
    }

    fn resolve(&mut self, at: usize, completes: bool) -> Expected {
        self.look_at(None, at);
        let Some(session) = self.bookings.get(at) else { return no("not_found") };
        // The mentor may have called it off meanwhile.
        if !session.is_made_by(&RULES) || session.status != Status::Confirmed || !session.is_disputed {
            return no("invalid_transition");
        }
        self.bookings[at].is_disputed = false;
        match completes {
            true => self.completed(at),
            false => self.cancelled(at, Event::CancelledByStaff),
        }
        Ok(self.booking_as_told(at))
    }

    /// Whether nobody, or only an administrator, can say yet that it took place.
    pub(crate) fn is_undecided(&self, at: usize) -> bool {
        let booking = &self.bookings[at];
        booking.is_disputed || (booking.is_made_by(&RULES) && booking.attended == [false; 2])
    }

    /// A day after its end.
    pub(crate) fn decided_by_clock(&mut self, at: usize) {
        if !self.is_undecided(at) {
            return self.completed(at);
        }
        self.bookings[at].status = Status::NoShow;
        let is_returned = self.release(at);
        self.announce(at, Event::NoShow(Side::Expert));
        if is_returned {
            self.announce(at, Event::Returned);
        }
    }
}
