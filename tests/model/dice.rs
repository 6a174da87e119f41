//! Which command comes next: anything at all, but often enough something that can succeed or just fails.

mod consultations;
mod courses;
mod experts;
mod meetings;
mod mentorship;
mod money;
mod seldom;
mod tutoring;

use domain::booking::Step;
use rand::RngExt;
use rand::rngs::StdRng;

use super::command::{Command, Death, Minute, Span, Status};
use super::experts::Act;
use super::oracle::{Booking, Model};

const HOUR: Minute = 60;
const DAY: Minute = 24 * HOUR;

/// These people publish hours and keep at least so many rows; the others do without.
const WITH_HOURS: usize = 3;
const ROWS: usize = 4;

/// The first so many people are approved experts.
pub(crate) const EXPERTS: usize = 4;

const LENGTHS: [Minute; 12] = [5, 7, 15, 30, 30, 37, 45, 60, 60, 90, 240, 480];
const BAD_LENGTHS: [Minute; 4] = [0, -30, 481, 5_000];

/// On full quarters, and none between one and three at night, when clocks are changed.
const FROM: [u32; 6] = [0, 6 * 60, 8 * 60 + 30, 9 * 60, 13 * 60 + 15, 20 * 60];
const UNTIL: [u32; 5] = [12 * 60, 12 * 60 + 45, 18 * 60 + 30, 23 * 60, 24 * 60];

pub(crate) struct Dice {
    random: StdRng,
    last: Option<Command>,
}

impl Dice {
    pub(crate) fn new(random: StdRng) -> Self {
        Self { random, last: None }
    }

    pub(crate) fn command(&mut self, model: &Model) -> Command {
        let bare = (0..WITH_HOURS).find(|person| model.people[*person].hours.len() < ROWS);
        let command = match (self.below(100), self.last.take()) {
            (0..50, _) if bare.is_some() => self.hours(bare.unwrap_or(0)),
            (0..7, Some(last)) => last,
            (7..12, _) => return self.jump(model),
            (12..13, _) => return Command::Tick,
            (13..18, _) => self.once(model),
            (18..20, _) if !model.keys.is_empty() => self.late(model),
            (20..23, _) => self.race(model),
            _ => self.any(model),
        };
        self.last = Some(command.clone());
        command
    }

    /// A suspension comes alone: what is booked beside it may take a time that it has just set free, and is found a minute
    /// later.
    fn race(&mut self, model: &Model) -> Command {
        let (one, other) = (self.plain(model), self.plain(model));
        let suspends = |command: &Command| matches!(command, Command::Expert(Act::Suspend { .. }));
        match suspends(&one) || suspends(&other) {
            true => one,
            false => Command::Race(Box::new(one), Box::new(other)).tied(self),
        }
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// All commands but those about other commands.
    fn any(&mut self, model: &Model) -> Command {
        if let Some(payment) = self.hurries_to_pay_a_session(model) {
            return payment;
        }
        if let Some(opening) = self.hurries_to_teach(model) {
            return opening;
        }
        if let Some(seldom) = self.one_in(30).then(|| self.seldom_alone(model)).flatten() {
            return seldom;
        }
        let by = self.person(model);
        match self.below(130) {
            126.. => Command::Course(self.course_alone(model)),
            120.. => Command::Tutoring(self.lesson_alone(model)),
            106.. => Command::Mentorship(self.session_alone(model)),
            0..88 => self.plain(model),
            88..90 => {
                let owner = if self.one_in(5) { self.person(model) } else { by };
                let notice = self.below(model.people[owner].notices.len() + 1);
                Command::Note { by, owner, notice, is_read: !self.one_in(3) }
            }
            90..91 => Command::NoteAll { by },
            91..94 => {
                let whom = (by + 1 + self.below(model.people.len() - 1)) % model.people.len();
                Command::Block { by, whom, blocks: self.one_in(4) }
            }
            94..96 => self.hours(by % WITH_HOURS),
            96..97 => {
                let by = by % WITH_HOURS;
                Command::Close { by, row: self.below(model.people[by].hours.len() + 1) }
            }
            97..99 => {
                let (of, days) = (self.person(model), self.pick(&[1, 7, 14]));
                Command::Slots { by, of, days, minutes: self.pick(&[5, 37, 60, 480]) }
            }
            99..101 => self.refund(model),
            101..103 => Command::Mentorship(self.numbering(by)),
            _ => self.as_expert(model),
        }
    }

    /// Commands that may also happen at the same moment as another.
    fn plain(&mut self, model: &Model) -> Command {
        if self.hurries_to_pay(model) {
            return self.payment(model);
        }
        if let Some(seldom) = self.one_in(12).then(|| self.seldom(model)).flatten() {
            return seldom;
        }
        let by = self.person(model);
        match self.below(154) {
            146.. => Command::Course(self.studying(model)),
            122.. => Command::Tutoring(self.lesson(model)),
            100.. => Command::Mentorship(self.session(model)),
            0..36 => Command::Meeting(self.meeting(model)),
            36..70 => Command::Consultation(self.consultation(model)),
            70..76 => self.schedule(model),
            76..82 => self.payment(model),
            82..86 => Command::Purchase { by, credits: self.pick(&[1, 1, 2, 3]) },
            86..88 => self.standing(model),
            88..93 => Command::Say { by, to: self.somebody(model) },
            93..97 => {
                let message = self.below(model.messages.len() + 1);
                let to = model.messages.get(message).map_or(by, |message| message.to);
                Command::Read { by: if self.one_in(4) { by } else { to }, message }
            }
            _ => Command::ReadAll { by, from: self.person(model) },
        }
    }

    fn person(&mut self, model: &Model) -> usize {
        self.below(model.people.len())
    }

    /// Hardly ever nobody.
    fn somebody(&mut self, model: &Model) -> Option<usize> {
        (!self.one_in(40)).then(|| self.person(model))
    }

    /// Mostly one that is still open, hardly ever none at all.
    fn booking(&mut self, model: &Model) -> usize {
        match self.below(10) {
            0..7 => self.booking_where(model, |booking| booking.is_open(model.now)),
            _ => self.below(model.bookings.len() + 1),
        }
    }

    fn booking_where(&mut self, model: &Model, wanted: impl Fn(&Booking) -> bool) -> usize {
        let fitting: Vec<usize> = (0..model.bookings.len()).filter(|at| wanted(&model.bookings[*at])).collect();
        if fitting.is_empty() { self.below(model.bookings.len() + 1) } else { self.pick(&fitting) }
    }

    /// Mostly one of the two.
    fn party(&mut self, model: &Model, at: usize) -> usize {
        match (model.bookings.get(at), self.below(12)) {
            (Some(booking), 1..7) => booking.requester,
            (Some(booking), 7..) => booking.expert,
            _ => self.person(model),
        }
    }

    fn schedule(&mut self, model: &Model) -> Command {
        let (step, now) =
            (self.pick(&[Step::Expire, Step::Expire, Step::Complete, Step::Complete, Step::Confirm]), model.now);
        let at = match step {
            _ if self.one_in(2) => self.booking(model),
            Step::Expire => {
                self.booking_where(model, |it| it.status == Status::Pending && (it.span.0 <= now || it.has_lapsed(now)))
            }
            _ => self.booking_where(model, |it| it.status == Status::Confirmed && it.span.1 + DAY <= now),
        };
        Command::Schedule { at, step }
    }

    /// A time of the next days, mostly ahead and inside the expert's hours.
    fn span(&mut self, model: &Model, expert: Option<usize>) -> Span {
        let mut span = self.loose_span(model);
        for _ in 0..if self.one_in(10) { 0 } else { 6 } {
            let is_open = expert.is_none_or(|expert| model.published(expert).covers(span));
            if is_open && span.0 > model.now {
                break;
            }
            span = self.loose_span(model);
        }
        span
    }

    fn loose_span(&mut self, model: &Model) -> Span {
        let length = if self.one_in(40) { self.pick(&BAD_LENGTHS) } else { self.pick(&LENGTHS) };
        let near = self.booking_where(model, |booking| booking.is_open(model.now));
        let start = match (self.below(10), model.bookings.get(near)) {
            (0, _) => model.now + self.pick(&[-30, -1, 0, 1, 2]),
            (1, Some(booking)) => booking.span.1,
            (2, Some(booking)) => booking.span.0 - length,
            (3, Some(booking)) => booking.span.0 + self.pick(&[-7, -5, 0, 3, 5]),
            (4, _) => model.now + self.random.random_range(1..4 * DAY),
            _ => (model.now + self.random.random_range(5..2 * DAY)) / 5 * 5,
        };
        (start, start + length)
    }

    fn hours(&mut self, by: usize) -> Command {
        loop {
            let (from, until) = (self.pick(&FROM), self.pick(&UNTIL));
            if from < until {
                return Command::Open { by, day: self.pick(&[0, 1, 2, 3, 4, 5, 6]), from, until };
            }
        }
    }

    /// By a little, by a lot, or to a moment that matters to some booking.
    fn jump(&mut self, model: &Model) -> Command {
        let matters = self.booking_where(model, |booking| booking.is_open(model.now));
        let moment = model.bookings.get(matters).map(|booking| {
            let (start, end) = booking.span;
            let (auto, before, early) = (end + DAY, 1, start - DAY);
            let turns = [
                start,
                start + 10,
                end,
                auto,
                start - HOUR,
                start - 12 * HOUR,
                early,
                start - 15,
                end + 2 * HOUR,
                end + 15,
                start - 10,
            ];
            let turn = self.pick(&turns);
            if self.one_in(3) { turn - before } else { turn }
        });
        let minutes = match (self.below(20), moment) {
            (0..10, Some(moment)) => moment - model.now,
            (10..11, _) => self.pick(&[13, 14, 15, 16]),
            (11..15, _) => self.random.random_range(2..HOUR),
            (15..18, _) => self.random.random_range(HOUR..8 * HOUR),
            _ => self.random.random_range(8 * HOUR..DAY),
        };
        // Never less than two minutes, so that no lease is over or not by a second.
        let fits = |minutes: &Minute| *minutes >= 2 && !model.is_ambiguous_after(*minutes);
        let minutes = (minutes..).find(fits).expect("some minute is far enough from everything");
        Command::Jump { minutes }
    }

    fn once(&mut self, model: &Model) -> Command {
        let known = model.keys.len();
        let key = if known > 0 && self.one_in(3) { known - 1 - self.below(known.min(4)) } else { known };
        let dies = match self.below(6) {
            0 => Some(Death::BeforeTheCommand),
            1 => Some(Death::BeforeSettling),
            _ => None,
        };
        if let Some(known) = model.keys.get(key)
            && !self.one_in(8)
        {
            return Command::Once { key, of: Box::new(known.of.clone()), dies };
        }
        loop {
            let command = match self.below(8) {
                0 => Command::Meeting(self.transfer(model)),
                1 => self.payment(model),
                _ => self.plain(model),
            };
            if command.is_a_post() {
                return Command::Once { key, of: Box::new(command), dies };
            }
        }
    }

    fn late(&mut self, model: &Model) -> Command {
        let key = self.below(model.keys.len());
        Command::Late { key, claim: self.below(model.keys[key].claims) }
    }
}

impl Command {
    /// Half of all races are between a command and itself.
    fn tied(self, dice: &mut Dice) -> Self {
        match self {
            Command::Race(one, _) if dice.one_in(2) => Command::Race(one.clone(), one),
            other => other,
        }
    }
}
