//! What hardly ever comes about by itself: commands whose moment is short, or that take some luck to be refused.

use domain::booking::Step;

use super::{Dice, HOUR};
use crate::command::{Command, Span, Status};
use crate::money::Funds;
use crate::oracle::{Booking, Model};
use crate::{consultations, courses, experts, meetings, mentorship, money, tutoring};

/// How early lessons and consultations can be moved.
const MOVES_BEFORE: i64 = 12 * HOUR;

fn is_lesson(booking: &Booking, model: &Model) -> bool {
    booking.is_made_by(&tutoring::RULES) && booking.is_open(model.now)
}

impl Dice {
    /// What may also happen at the same moment as something else.
    pub(super) fn seldom(&mut self, model: &Model) -> Option<Command> {
        match self.below(20) {
            0..4 => self.lesson_too_soon(model),
            4..6 => self.lesson_elsewhere(model),
            6..9 => self.lesson_at_a_bad_time(model),
            9..11 => self.meeting_too_soon(model),
            11..12 => self.meeting_outside_hours(model),
            12..15 => self.consultation_at_a_bad_time(model),
            15..17 => self.consultation_elsewhere(model),
            17..19 => self.between_the_blocked(model),
            _ => {
                let known = &model.courses;
                let enrolment = self.below(known.enrolments.len() + 1);
                let of = known.enrolments.get(enrolment)?;
                let by = if of.is_active { of.by } else { known.courses[of.course].by };
                Some(Command::Course(courses::Act::Pay { by, enrolment, provider: money::Provider::PayPal }))
            }
        }
    }

    /// What comes alone.
    pub(super) fn seldom_alone(&mut self, model: &Model) -> Option<Command> {
        let suspended = (0..model.people.len()).find(|person| model.is_suspended(*person));
        match self.below(6) {
            0..2 => self.too_late_to_pay(model),
            2 => self.parting(model),
            3 => Some(Command::Expert(experts::Act::Suspend { whom: suspended? })),
            4 => Some(Command::Expert(experts::Act::Charge { by: suspended?, price: None })),
            _ => {
                let is_ahead = |it: &Booking| is_lesson(it, model) && it.funds != Funds::Due && it.span.0 > model.now;
                let at = self.one_of(model, is_ahead)?;
                Some(Command::Tutoring(tutoring::Act::Dispute { by: model.bookings[at].requester, at }))
            }
        }
    }

    fn one_of(&mut self, model: &Model, wanted: impl Fn(&Booking) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = (0..model.bookings.len()).filter(|at| wanted(&model.bookings[*at])).collect();
        (!fitting.is_empty()).then(|| self.pick(&fitting))
    }

    fn one_of_two(&mut self, model: &Model, at: usize) -> usize {
        self.pick(&[model.bookings[at].requester, model.bookings[at].expert])
    }

    /// For a session that is over by the clock, which may be written or not, and was tried to be paid before with a payment
    /// for another.
    fn too_late_to_pay(&mut self, model: &Model) -> Option<Command> {
        let is_due = |it: &Booking| it.is_made_by(&mentorship::RULES) && it.funds == Funds::Due;
        let sessions: Vec<_> = (0..model.bookings.len()).filter(|at| is_due(&model.bookings[*at])).collect();
        let (open, late): (Vec<_>, Vec<_>) =
            sessions.into_iter().partition(|at| model.bookings[*at].is_open(model.now));
        let late: Vec<_> = late.into_iter().filter(|at| model.sessions.is_ordered(*at)).collect();
        let known = model.sessions.newest_payment();
        let (at, payment) = match (late.is_empty(), open.is_empty()) {
            (false, _) => (self.pick(&late), known + 1),
            (true, false) if known > 0 => (self.pick(&open), known),
            _ => return None,
        };
        let (by, is_told) = (model.bookings[at].requester, self.one_in(4));
        Some(Command::Mentorship(mentorship::Act::Pay { by, at, payment, is_told }))
    }

    /// Two who have agreed on something, while nobody blocks anybody.
    fn parting(&mut self, model: &Model) -> Option<Command> {
        if model.chats.values().any(|chat| !chat.blocked_by.is_empty()) {
            return None;
        }
        let is_early = |it: &Booking| it.is_open(model.now) && it.span.0 - MOVES_BEFORE > model.now;
        let is_one = |it: &Booking| it.is_made_by(&meetings::RULES) || it.is_made_by(&consultations::RULES);
        let at = self.one_of(model, |it| is_one(it) && is_early(it))?;
        let by = self.one_of_two(model, at);
        Some(Command::Block { by, whom: model.bookings[at].other(by), blocks: true })
    }

    /// It is not paid, or has not begun.
    fn lesson_too_soon(&mut self, model: &Model) -> Option<Command> {
        use tutoring::Act::{Complete, Confirm, Refund};
        let is_ahead = |it: &Booking| it.funds != Funds::Due && it.span.0 > model.now;
        let at = match self.below(4) {
            0 => self.one_of(model, |it| is_lesson(it, model) && is_ahead(it))?,
            _ => self.one_of(model, |it| is_lesson(it, model) && it.funds == Funds::Due)?,
        };
        let Booking { requester, expert, funds, .. } = model.bookings[at];
        Some(Command::Tutoring(match self.below(3) {
            0 if funds == Funds::Due => Confirm { by: expert, at },
            1 if funds == Funds::Due => Refund { by: requester, at },
            _ => Complete { by: self.one_of_two(model, at), at },
        }))
    }

    /// To an opening of the same expert that is free; mostly of the same length.
    fn lesson_elsewhere(&mut self, model: &Model) -> Option<Command> {
        let is_early = |it: &Booking| it.span.0 - MOVES_BEFORE > model.now;
        let at = self.one_of(model, |it| is_lesson(it, model) && is_early(it))?;
        Some(self.moved(model, at))
    }

    fn moved(&mut self, model: &Model, at: usize) -> Command {
        let Booking { expert, span, .. } = model.bookings[at];
        let (length, differs) = (span.1 - span.0, self.one_in(4));
        let fits = |slot: &usize| {
            let slot = &model.slots[*slot];
            let is_ahead = !slot.is_gone && slot.span.0 > model.now && slot.by == expert && slot.span != span;
            let is_like = ((slot.span.1 - slot.span.0) != length) == differs;
            is_ahead && is_like && model.is_free(&[expert], slot.span, Some(at))
        };
        let fitting: Vec<usize> = (0..model.slots.len()).filter(fits).collect();
        if fitting.is_empty() {
            // There will be one.
            let start = (span.1.max(model.now) + 5 * (1 + self.below(24) as i64)).div_euclid(5) * 5;
            return Command::Tutoring(tutoring::Act::Offer { by: expert, span: (start, start + length) });
        }
        let slot = self.pick(&fitting);
        Command::Tutoring(tutoring::Act::Move { by: self.one_of_two(model, at), at, slot })
    }

    /// Too late to move it; or whoever books has something else then.
    fn lesson_at_a_bad_time(&mut self, model: &Model) -> Option<Command> {
        let now = model.now;
        if !self.one_in(3) {
            let is_near = |it: &Booking| it.span.0 > now && it.span.0 - MOVES_BEFORE <= now;
            let at = self.one_of(model, |it| is_lesson(it, model) && is_near(it))?;
            return Some(self.moved(model, at));
        }
        let mut clashes = Vec::new();
        for (number, slot) in model.slots.iter().enumerate().filter(|(_, slot)| !slot.is_gone && slot.span.0 > now) {
            let is_busy = |by: &usize| *by != slot.by && !model.is_free(&[*by], slot.span, None);
            if model.is_free(&[slot.by], slot.span, None) {
                clashes.extend((0..model.people.len()).filter(is_busy).map(|by| (by, number)));
            }
        }
        let (by, slot) = (!clashes.is_empty()).then(|| self.pick(&clashes))?;
        Some(Command::Tutoring(tutoring::Act::Book { by, slot }))
    }

    fn meeting_too_soon(&mut self, model: &Model) -> Option<Command> {
        let step = self.pick(&[Step::Complete, Step::ReportNoShow]);
        let end = |it: &Booking| if step == Step::Complete { it.span.1 } else { it.span.0 + 10 };
        let is_too_soon = |it: &Booking| it.status == Status::Confirmed && model.now < end(it);
        let at = self.one_of(model, |it| it.is_made_by(&meetings::RULES) && is_too_soon(it))?;
        let by = self.one_of_two(model, at);
        Some(Command::Meeting(meetings::Act::Step { by, at, step }))
    }

    fn meeting_outside_hours(&mut self, model: &Model) -> Option<Command> {
        let at = self.one_of(model, |it| it.is_made_by(&meetings::RULES) && it.is_open(model.now))?;
        let Booking { requester: by, expert, .. } = model.bookings[at];
        let is_outside = |(start, end): &Span| *start > model.now && !model.published(expert).covers((*start, *end));
        let (start, end) = (0..8).map(|_| self.loose_span(model)).find(is_outside)?;
        let change = meetings::Act::Change { by, at, title: None, start: Some(start), end: Some(end) };
        Some(Command::Meeting(change))
    }

    /// Confirmed before it is paid, begun too early or too late, and ended before its time.
    fn consultation_at_a_bad_time(&mut self, model: &Model) -> Option<Command> {
        use consultations::Act::{Begin, Confirm, End};
        let now = model.now;
        let is_one = |it: &Booking| it.is_made_by(&consultations::RULES) && it.is_open(now);
        if self.one_in(3) {
            let at = self.one_of(model, |it| is_one(it) && it.funds == Funds::Due && it.status == Status::Pending)?;
            return Some(Command::Consultation(Confirm { by: model.bookings[at].expert, at }));
        }
        let is_off = |it: &Booking| {
            let may_begin = it.span.0 - 15 <= now && now < it.span.1 + 2 * HOUR;
            if it.has_begun { now < it.span.0 } else { !may_begin || now < it.span.0 }
        };
        let at = self.one_of(model, |it| is_one(it) && it.status == Status::Confirmed && is_off(it))?;
        let by = self.one_of_two(model, at);
        let ends = model.bookings[at].has_begun;
        Some(Command::Consultation(if ends { End { by, at } } else { Begin { by, at } }))
    }

    /// To where whoever booked it has something else.
    fn consultation_elsewhere(&mut self, model: &Model) -> Option<Command> {
        let at = self.movable_consultation(model, |_| true)?;
        let Booking { requester: by, expert, .. } = model.bookings[at];
        let busy =
            self.one_of(model, |it| it.is_open(model.now) && it.has(by) && !it.has(expert) && it.span.0 > model.now)?;
        let start = model.bookings[busy].span.0.div_euclid(5) * 5;
        Some(Command::Consultation(consultations::Act::Reschedule { by, at, start, minutes: None }))
    }

    fn movable_consultation(&mut self, model: &Model, fits: impl Fn(&Booking) -> bool) -> Option<usize> {
        let is_early = |it: &Booking| it.span.0 - MOVES_BEFORE > model.now;
        let is_one = |it: &Booking| it.is_made_by(&consultations::RULES) && it.is_open(model.now);
        self.one_of(model, |it| is_one(it) && is_early(it) && fits(it))
    }

    /// Another time, for what was agreed before one of them blocked the other.
    fn between_the_blocked(&mut self, model: &Model) -> Option<Command> {
        let is_blocked = |it: &Booking| model.is_blocked(it.requester, it.expert);
        if self.one_in(2) {
            let at = self.movable_consultation(model, is_blocked)?;
            let Booking { requester: by, expert, .. } = model.bookings[at];
            let start = self.start(model, Some(expert), 30);
            return Some(Command::Consultation(consultations::Act::Reschedule { by, at, start, minutes: None }));
        }
        let at = self.one_of(model, |it| it.is_made_by(&meetings::RULES) && it.is_open(model.now) && is_blocked(it))?;
        let Booking { requester: by, expert, .. } = model.bookings[at];
        let (start, end) = self.span(model, Some(expert));
        let change = meetings::Act::Change { by, at, title: None, start: Some(start), end: Some(end) };
        Some(Command::Meeting(change))
    }
}
