//! The model's lessons (`tutoring.md` §5): openings on a date, what can be done with what is booked of them, who is told.

use super::command::{Answer, Expected, Minute, Span, Status, Word, no};
use super::mentorship::HOURLY;
use super::money::{Funds, Price, Unit};
use super::oracle::{Booking, Model};
use super::rules::{Event, Rules, Side};

const HOUR: Minute = 60;
const DAY: Minute = 24 * HOUR;
const REFUNDS_BEFORE: Minute = DAY;
const MOVES_BEFORE: Minute = 12 * HOUR;

pub(crate) static RULES: Rules = Rules {
    name: "lesson",
    longest: 8 * HOUR,
    lapses_by_itself: true,
    ends_unanswered: false,
    lapses_to: Status::Cancelled,
    decided_after: 15,
    reminds_paid: true,
    is_lazy: false,
    tells_refunds: false,
    own_conflict: "own_conflict",
    fee_percent: 15,
    promises: true,
    offered_until: |now, _| now,
    title: None,
    told,
};

/// An opening of an expert on a date.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) id: i64,
    pub(crate) by: usize,
    pub(crate) span: Span,
    pub(crate) is_gone: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    Offer { by: usize, span: Span },
    Drop { by: usize, slot: usize },
    Book { by: usize, slot: usize },
    Confirm { by: usize, at: usize },
    Complete { by: usize, at: usize },
    Cancel { by: usize, at: usize },
    Refund { by: usize, at: usize },
    Move { by: usize, at: usize, slot: usize },
    Dispute { by: usize, at: usize },
    Resolve { at: usize, completes: bool },
}

fn told(event: Event) -> Vec<(Side, Word)> {
    use Side::{Expert, Requester};
    let both = |title| vec![(Requester, title), (Expert, title)];
    match event {
        Event::Requested => vec![(Expert, "New booking")],
        Event::Paid => vec![(Requester, "Payment received")],
        Event::Confirmed => both("Lesson confirmed"),
        Event::CancelledBy(_) | Event::CancelledByStaff | Event::Refunded | Event::Expired => both("Lesson cancelled"),
        Event::MovedBy(Requester) => vec![(Expert, "Lesson moved")],
        Event::MovedBy(Expert) => vec![(Requester, "Lesson moved")],
        Event::Completed => both("Lesson completed"),
        Event::Disputed => vec![(Expert, "Lesson disputed")],
        Event::DayBefore => both("Your lesson starts in 24 hours"),
        Event::HourBefore => both("Your lesson starts in 1 hour"),
        Event::Moved | Event::Replaced | Event::NoShow(_) => Vec::new(),
        Event::PaidOut | Event::PaidAnyway | Event::Returned => Vec::new(),
    }
}

impl Model {
    pub(crate) fn tutoring(&mut self, act: &Act, fresh: i64) -> Expected {
        match *act {
            Act::Offer { by, span } => self.offer(by, span, fresh),
            Act::Drop { by, slot } => self.drop_slot(by, slot),
            Act::Book { by, slot } => self.book_lesson(by, slot, fresh),
            Act::Confirm { by, at } => self.confirm_lesson(by, at),
            Act::Complete { by, at } => self.complete_lesson(by, at),
            Act::Cancel { by, at } => self.cancel_lesson(by, at),
            Act::Refund { by, at } => self.refund_lesson(by, at),
            Act::Move { by, at, slot } => self.move_lesson(by, at, slot),
            Act::Dispute { by, at } => self.dispute_lesson(by, at),
            Act::Resolve { at, completes } => self.resolve_lesson(at, completes),
        }
    }

    fn offer(&mut self, by: usize, span: Span, fresh: i64) -> Expected {
        if self.is_suspended(by) {
            return no("not_approved");
        }
        let overlaps = |slot: &Slot| slot.by == by && !slot.is_gone && slot.span.0 < span.1 && span.0 < slot.span.1;
        if self.slots.iter().any(overlaps) {
            return no("slot_overlap");
        }
        self.slots.push(Slot { id: fresh, by, span, is_gone: false });
        Ok(Answer::Made(fresh))
    }

    /// Nobody has anything of its time, by whatever rules.
    fn drop_slot(&mut self, by: usize, slot: usize) -> Expected {
        let Some(known) = self.slots.get(slot).copied().filter(|slot| !slot.is_gone) else { return no("unknown_slot") };
        if known.by != by {
            // What a suspended expert offers is nobody's business.
            return no(if self.is_suspended(known.by) { "unknown_slot" } else { "forbidden" });
        }
        if self.is_suspended(by) {
            return no("not_approved");
        }
        if !self.is_free(&[by], known.span, None) {
            return no("slot_booked");
        }
        self.slots[slot].is_gone = true;
        Ok(Answer::Nothing)
    }

    /// An opening that is ahead.
    fn open_slot(&self, slot: usize) -> Result<Slot, Word> {
        let known = self.slots.get(slot).copied().filter(|slot| !slot.is_gone).ok_or("unknown_slot")?;
        if known.span.0 > self.now { Ok(known) } else { Err("past_slot") }
    }

    fn book_lesson(&mut self, by: usize, slot: usize, fresh: i64) -> Expected {
        self.touched.purses.insert(by);
        let Some(Slot { by: to, is_gone, .. }) = self.slots.get(slot).copied() else { return no("unknown_slot") };
        if to == by {
            return no(if is_gone { "unknown_slot" } else { "expert_id" });
        }
        let mut reasons = super::rules::Reasons::default();
        reasons.add(!self.takes_bookings(to), "expert_id");
        reasons.add(self.is_blocked(by, to), "blocked");
        let Slot { span, .. } = match self.open_slot(slot) {
            Ok(slot) => slot,
            Err(word) => {
                reasons.add(true, word);
                reasons.decide()?;
                return no(word);
            }
        };
        let price = self.price_of_a_lesson(to, span);
        reasons.add(price.is_none(), "no_price");
        let price = price.unwrap_or(Price::NOTHING);
        let mut reasons = reasons.and(self.times((by, to), span, &RULES, None));
        reasons.add(price.unit == Unit::Credit && self.credits_to_book(by) < price.minor, "insufficient_credits");
        reasons.decide()?;
        let answer = self.book((by, to), span, &RULES, price, fresh);
        self.remind_of(self.bookings.len() - 1);
        Ok(answer)
    }

    /// By the hour, else by the session.
    fn price_of_a_lesson(&self, expert: usize, (start, end): Span) -> Option<Price> {
        let by_the_minute = |hourly: i64| (hourly * (end - start) * 2 + 60).div_euclid(120);
        match HOURLY.get(expert).copied().flatten() {
            Some(hourly) => Some(Price { unit: Unit::Inr, minor: by_the_minute(hourly) }),
            None => self.people[expert].expert.and_then(|expert| expert.price),
        }
    }

    /// What is paid, or costs nothing, and is not confirmed yet.
    pub(crate) fn waits_to_be_taught(&self, at: usize) -> bool {
        let booking = &self.bookings[at];
        booking.is_made_by(&RULES) && booking.status == Status::Pending && booking.funds != Funds::Due
    }

    /// Nobody confirmed it, and it is over.
    pub(crate) fn was_never_taught(&self, at: usize) -> bool {
        let booking = &self.bookings[at];
        let has_come = self.now >= booking.span.1 + booking.rules.decided_after;
        self.waits_to_be_taught(at) && !booking.is_disputed && has_come
    }

    /// What is paid is reminded of, by rules that say so.
    pub(crate) fn paid_for(&mut self, at: usize) {
        self.announce(at, Event::Paid);
        self.remind_of(at);
    }

    fn remind_of(&mut self, at: usize) {
        let (now, start) = (self.now, self.bookings[at].span.0);
        if self.bookings[at].rules.reminds_paid && self.bookings[at].funds != Funds::Due {
            self.bookings[at].reminders = [DAY, HOUR].into_iter().filter(|ahead| start - ahead > now).collect();
        }
    }

    /// A lesson of `by`'s that stands.
    fn own_lesson(&mut self, by: usize, at: usize) -> Result<Booking, Vec<Word>> {
        let lesson = self.party(by, at)?;
        let stands = lesson.is_made_by(&RULES) && lesson.is_open(self.now);
        if stands { Ok(lesson) } else { Err(vec!["invalid_transition"]) }
    }

    fn confirm_lesson(&mut self, by: usize, at: usize) -> Expected {
        if by != self.party(by, at)?.expert {
            return no("forbidden");
        }
        let lesson = self.own_lesson(by, at)?;
        if lesson.status != Status::Pending {
            return no("invalid_transition");
        }
        if lesson.funds == Funds::Due {
            return no("payment_required");
        }
        if lesson.is_disputed {
            return no("invalid_transition");
        }
        self.confirmed(at);
        Ok(self.booking_as_told(at))
    }

    fn complete_lesson(&mut self, by: usize, at: usize) -> Expected {
        let lesson = self.party(by, at)?;
        let side = usize::from(by == lesson.expert);
        self.was_idle = lesson.is_made_by(&RULES)
            && (lesson.status == Status::Completed || (lesson.is_open(self.now) && lesson.attended[side]));
        if self.was_idle {
            return Ok(self.booking_as_told(at));
        }
        let lesson = self.own_lesson(by, at)?;
        if lesson.funds == Funds::Due {
            return no("payment_required");
        }
        if lesson.is_disputed {
            return no("invalid_transition");
        }
        if self.now < lesson.span.0 {
            return no("too_early");
        }
        self.bookings[at].attended[side] = true;
        if lesson.attended[1 - side] {
            self.completed(at);
        }
        Ok(self.booking_as_told(at))
    }

    /// All money goes back.
    pub(crate) fn give_back(&mut self, at: usize) {
        self.cancelled(at, Event::Refunded);
        self.bookings[at].status = Status::Refunded;
    }

    /// An administrator calls it off, by the rules it was made by.
    pub(crate) fn called_off_by_staff(&mut self, at: usize) {
        let booking = &self.bookings[at];
        if booking.is_made_by(&RULES) && booking.funds != Funds::Due {
            return self.give_back(at);
        }
        self.cancelled(at, Event::CancelledByStaff);
    }

    fn cancel_lesson(&mut self, by: usize, at: usize) -> Expected {
        let lesson = self.own_lesson(by, at)?;
        let (now, start) = (self.now, lesson.span.0);
        let side = lesson.side(by);
        if lesson.is_disputed {
            return no("invalid_transition");
        }
        if now >= start {
            return no("too_late");
        }
        let is_early = now < start - REFUNDS_BEFORE || lesson.is_moved_by_expert;
        match (lesson.funds, side) {
            (Funds::Due, _) => self.cancelled(at, Event::CancelledBy(side)),
            (_, Side::Expert) => self.give_back(at),
            (_, Side::Requester) if is_early => self.give_back(at),
            (_, Side::Requester) if now < start - MOVES_BEFORE => {
                // The expert is paid as if it had taken place.
                self.bookings[at].status = Status::Cancelled;
                self.capture(at);
                self.cancelled(at, Event::CancelledBy(side));
            }
            _ => return no("too_late"),
        }
        Ok(self.booking_as_told(at))
    }

    fn refund_lesson(&mut self, by: usize, at: usize) -> Expected {
        let lesson = self.own_lesson(by, at)?;
        let (now, start) = (self.now, lesson.span.0);
        if lesson.funds == Funds::Due {
            return no("payment_required");
        }
        if lesson.is_disputed {
            return no("invalid_transition");
        }
        let may = now < start && (by == lesson.expert || lesson.is_moved_by_expert || now < start - REFUNDS_BEFORE);
        if !may {
            return no("too_late");
        }
        self.give_back(at);
        Ok(self.booking_as_told(at))
    }

    fn move_lesson(&mut self, by: usize, at: usize, slot: usize) -> Expected {
        let lesson = self.party(by, at)?;
        let mut reasons = super::rules::Reasons::default();
        let stands = lesson.is_made_by(&RULES) && lesson.is_open(self.now);
        reasons.add(!stands || lesson.is_disputed, "invalid_transition");
        reasons.add(self.is_suspended(lesson.expert), "unknown_person");
        reasons.add(self.is_blocked(lesson.requester, lesson.expert), "blocked");
        reasons.add(self.now >= lesson.span.0 - MOVES_BEFORE, "too_late");
        let known = self.open_slot(slot);
        let is_theirs = |slot: &usize| self.slots.get(*slot).is_some_and(|slot| slot.by == lesson.expert);
        match known {
            _ if !is_theirs(&slot) => reasons.add(true, "unknown_slot"),
            Err(word) => reasons.add(true, word),
            Ok(Slot { span, .. }) => {
                reasons.add(span.1 - span.0 != lesson.span.1 - lesson.span.0, "other_length");
                reasons.add(span == lesson.span, "slot_taken");
            }
        }
        let Ok(Slot { span, .. }) = known else {
            reasons.decide()?;
            return no("unknown_slot");
        };
        reasons.and(self.times((lesson.requester, lesson.expert), span, &RULES, Some(at))).decide()?;
        let side = lesson.side(by);
        self.set_free(at);
        let moved = &mut self.bookings[at];
        moved.span = span;
        moved.moves += 1;
        moved.is_moved_by_expert = side == Side::Expert;
        if side == Side::Requester {
            moved.status = Status::Pending; // the expert is asked anew
        }
        self.remind_of(at);
        self.claim(at);
        self.announce(at, Event::MovedBy(side));
        Ok(self.booking_as_told(at))
    }

    fn dispute_lesson(&mut self, by: usize, at: usize) -> Expected {
        if by == self.party(by, at)?.expert {
            return no("forbidden");
        }
        let lesson = self.own_lesson(by, at)?;
        if lesson.is_disputed {
            return no("invalid_transition");
        }
        if lesson.funds == Funds::Due {
            return no("payment_required");
        }
        if self.now < lesson.span.0 {
            return no("too_early");
        }
        self.bookings[at].is_disputed = true;
        self.bookings[at].reminders.clear();
        self.announce(at, Event::Disputed);
        Ok(self.booking_as_told(at))
    }

    fn resolve_lesson(&mut self, at: usize, completes: bool) -> Expected {
        self.look_at(None, at);
        let Some(lesson) = self.bookings.get(at) else { return no("not_found") };
        if !lesson.is_made_by(&RULES) || !lesson.status.is_open() || !lesson.is_disputed {
            return no("invalid_transition");
        }
        self.bookings[at].is_disputed = false;
        match completes {
            true => self.completed(at),
            false => self.give_back(at),
        }
        Ok(self.booking_as_told(at))
    }
}
