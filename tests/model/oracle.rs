//! The model: what the specifications say there is, and how one command after the other is judged.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{self, Away, Hours, Published, Zone};
use super::command::{Answer, Command, Expected, Heard, Minute, Span, Status, Word, agree, fresh_id, no};
use super::courses::Courses;
use super::keys::Key;
use super::mentorship::Sessions;
use super::money::{Funds, Intent, Price, Purse, Refund};
use super::rules::{Event, Reasons, Rules, Side};
use super::talk::{Chat, Message};
use super::tutoring::Slot;

/// What every account begins with.
pub(crate) const GRANT: i64 = 1;

#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// By unit.
    pub(crate) purses: [Purse; 3],
    pub(crate) zone: Zone,
    pub(crate) hours: Vec<Hours>,
    pub(crate) away: Vec<Away>,
    /// The approved, for whom more is possible; some of them are suspended at times.
    pub(crate) expert: Option<Expert>,
    /// As a student, as a mentor.
    pub(crate) numbers: [Option<i64>; 2],
    /// How many bookings were completed with this person as the expert.
    pub(crate) given: u32,
    /// How many reviews this person received, and their sum.
    pub(crate) rating: (u32, u32),
    /// The same, of those received as an expert.
    pub(crate) rating_as_expert: (u32, u32),
    pub(crate) notices: Vec<Notice>,
    /// Transactions in credits: type, amount, booking.
    pub(crate) entries: Vec<(Word, i64, Option<usize>)>,
    /// Which booking has each five-minute step.
    pub(crate) taken: BTreeMap<i64, usize>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Expert {
    pub(crate) is_suspended: bool,
    /// Takes new bookings.
    pub(crate) is_active: bool,
    pub(crate) price: Option<Price>,
}

/// In the order they were made; the id is known once it was seen.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) id: Option<i64>,
    pub(crate) title: Word,
    pub(crate) related: Option<i64>,
    pub(crate) is_read: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Booking {
    pub(crate) id: i64,
    pub(crate) rules: &'static Rules,
    /// The first of a chain of replacements.
    pub(crate) root: usize,
    pub(crate) replaced_by: Option<usize>,
    pub(crate) requester: usize,
    pub(crate) expert: usize,
    pub(crate) span: Span,
    pub(crate) status: Status,
    pub(crate) price: Price,
    pub(crate) funds: Funds,
    /// It can be paid before this minute, and not after it.
    pub(crate) pay_by: Minute,
    /// What the expert got for it in all.
    pub(crate) paid: i64,
    pub(crate) absent: Option<usize>,
    pub(crate) moves: u32,
    pub(crate) title: u32,
    pub(crate) has_begun: bool,
    pub(crate) reviewed_by: BTreeSet<usize>,
    /// Who has shown that they were there: the requester, the expert.
    pub(crate) attended: [bool; 2],
    pub(crate) is_disputed: bool,
    /// It was the expert who moved it last.
    pub(crate) is_moved_by_expert: bool,
    /// How long before the start somebody is still to be reminded.
    pub(crate) reminders: Vec<Minute>,
}

impl Booking {
    pub(crate) fn has(&self, person: usize) -> bool {
        person == self.requester || person == self.expert
    }

    pub(crate) fn other(&self, person: usize) -> usize {
        self.requester + self.expert - person
    }

    pub(crate) fn is_made_by(&self, rules: &Rules) -> bool {
        self.rules.name == rules.name
    }

    pub(crate) fn side(&self, person: usize) -> Side {
        if person == self.expert { Side::Expert } else { Side::Requester }
    }

    /// Whether it ended by itself, although nobody may have written so yet.
    pub(crate) fn has_lapsed(&self, now: Minute) -> bool {
        let is_unpaid = self.funds == Funds::Due && now > self.pay_by;
        let is_late = now >= self.span.0 && (self.rules.ends_unanswered || self.funds == Funds::Due);
        self.rules.lapses_by_itself && self.status == Status::Pending && (is_late || is_unpaid)
    }

    /// Whether anything can still happen to it.
    pub(crate) fn is_open(&self, now: Minute) -> bool {
        self.status.is_open() && !self.has_lapsed(now)
    }
}

/// What a command has, or might have, changed: to be looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched {
    pub(crate) purses: BTreeSet<usize>,
    pub(crate) bookings: BTreeSet<usize>,
    pub(crate) intents: BTreeSet<usize>,
    /// Whose time, and which.
    pub(crate) diaries: BTreeSet<usize>,
    pub(crate) spans: Vec<Span>,
    pub(crate) chats: BTreeSet<(usize, usize)>,
    /// Whose rating.
    pub(crate) rated: BTreeSet<usize>,
    /// How many notices each person got.
    pub(crate) told: BTreeMap<usize, usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) now: Minute,
    pub(crate) people: Vec<Person>,
    pub(crate) bookings: Vec<Booking>,
    pub(crate) messages: Vec<Message>,
    pub(crate) chats: BTreeMap<(usize, usize), Chat>,
    pub(crate) keys: Vec<Key>,
    pub(crate) intents: Vec<Intent>,
    /// Numbers of the events of a provider that were heard.
    pub(crate) events: BTreeSet<usize>,
    /// What was ever to be given back, whether or not it was.
    pub(crate) owed: Vec<Refund>,
    /// All that ever came into being and is still here, by unit.
    pub(crate) issued: [i64; 3],
    pub(crate) sessions: Sessions,
    /// Openings on a date.
    pub(crate) slots: Vec<Slot>,
    pub(crate) courses: Courses,
    /// The platform's share of it.
    pub(crate) fees: [i64; 3],
    pub(crate) touched: Touched,
    /// The last command was granted and had nothing to do.
    pub(crate) was_idle: bool,
}

impl Model {
    pub(crate) fn new(now: Minute, zones: &[Zone], experts: usize) -> Self {
        let expert = Expert { is_suspended: false, is_active: true, price: None };
        let person = |(number, zone): (usize, &Zone)| Person {
            purses: [Purse { spendable: GRANT, ..Purse::default() }, Purse::default(), Purse::default()],
            zone: *zone,
            hours: Vec::new(),
            away: Vec::new(),
            expert: (number < experts).then_some(expert),
            numbers: [None; 2],
            given: 0,
            rating: (0, 0),
            rating_as_expert: (0, 0),
            notices: Vec::new(),
            entries: vec![("initial", GRANT, None)],
            taken: BTreeMap::new(),
        };
        Self {
            now,
            people: zones.iter().enumerate().map(person).collect(),
            bookings: Vec::new(),
            messages: Vec::new(),
            chats: BTreeMap::new(),
            keys: Vec::new(),
            intents: Vec::new(),
            events: BTreeSet::new(),
            owed: Vec::new(),
            issued: [GRANT * zones.len() as i64, 0, 0],
            fees: [0; 3],
            sessions: Sessions::default(),
            slots: Vec::new(),
            courses: Courses::default(),
            touched: Touched::default(),
            was_idle: false,
        }
    }

    /// What must be answered. Everything changes as it should if that is what was heard; of it only new ids are used.
    pub(crate) fn judge(&mut self, command: &Command, heard: &Heard) -> Expected {
        self.was_idle = false;
        let fresh = fresh_id(heard);
        match *command {
            Command::Meeting(ref act) => self.meeting(act, fresh),
            Command::Consultation(ref act) => self.consultation(act, fresh),
            Command::Mentorship(ref act) => self.mentorship(act, heard),
            Command::Tutoring(ref act) => self.tutoring(act, fresh),
            Command::Course(ref act) => self.course(act, fresh),
            Command::Expert(ref act) => self.as_expert(act, heard),
            Command::Money(ref act) => self.money(act, fresh),
            Command::Schedule { at, step } => self.scheduled(at, step),
            Command::Tick => self.tick(),
            Command::Purchase { by, credits } => self.purchase(by, credits.into()),
            Command::Say { by, to } => self.say(by, to, heard),
            Command::Read { by, message } => self.read(by, message),
            Command::ReadAll { by, from } => self.read_all(by, from),
            Command::Note { by, owner, notice, is_read } => self.note(by, (owner, notice), is_read),
            Command::NoteAll { by } => self.note_all(by),
            Command::Block { by, whom, blocks } => self.block(by, whom, blocks),
            Command::Open { by, day, from, until } => {
                self.open(by, Hours { id: fresh, day, from, until, zone: None, open: true })
            }
            Command::Close { by, row } => self.close(by, row),
            Command::Slots { by, of, minutes, days } => self.slots(by, of, (days, minutes), heard),
            Command::Jump { minutes } => {
                self.now += minutes;
                Ok(Answer::Nothing)
            }
            Command::Once { key, ref of, dies } => self.once(key, of, dies, heard),
            Command::Late { key, claim } => self.late(key, claim, heard),
            Command::Race(..) => unreachable!("its two commands are judged one after the other"),
        }
    }

    /// Whether `heard` is right for `command`; then the model has changed with it.
    pub(crate) fn accepts(&mut self, command: &Command, heard: &Heard) -> Result<(), Expected> {
        let expected = self.judge(command, heard);
        if agree(&expected, heard) { Ok(()) } else { Err(expected) }
    }

    pub(crate) fn tell(&mut self, person: usize, title: Word, related: Option<i64>) {
        self.people[person].notices.push(Notice { id: None, title, related, is_read: false });
        *self.touched.told.entry(person).or_default() += 1;
    }

    /// Tells the two of a booking what happened, in the words of the rules it was made by.
    pub(crate) fn announce(&mut self, at: usize, event: Event) {
        let booking = self.bookings[at].clone();
        for (side, title) in (booking.rules.told)(event) {
            let person = match side {
                Side::Requester => booking.requester,
                Side::Expert => booking.expert,
            };
            self.tell(person, title, Some(booking.id));
        }
    }

    pub(crate) fn published(&self, person: usize) -> Published<'_> {
        let Person { zone, hours, away, .. } = &self.people[person];
        let dated = self.slots.iter().filter(|slot| slot.by == person && !slot.is_gone).map(|slot| slot.span).collect();
        Published { zone: *zone, hours, away, dated }
    }

    /// What speaks against this time: for a new booking, or for one that moves.
    pub(crate) fn times(
        &self,
        (learner, expert): (usize, usize),
        (start, end): Span,
        rules: &Rules,
        moving: Option<usize>,
    ) -> Reasons {
        let mut reasons = Reasons::default();
        reasons.add(start <= self.now, "scheduled_start");
        reasons.add(end <= start || end > start + rules.longest, "scheduled_end");
        reasons.add(self.is_blocked(learner, expert), "blocked");
        if reasons.has("scheduled_end") {
            return reasons;
        }
        reasons.add(!self.published(expert).covers((start, end)), "outside_availability");
        let is_free = |person| self.is_free(&[person], (start, end), moving);
        reasons.add(!is_free(expert), "slot_taken");
        reasons.add(is_free(expert) && !is_free(learner), rules.own_conflict);
        reasons
    }

    pub(crate) fn is_suspended(&self, person: usize) -> bool {
        self.people[person].expert.is_some_and(|expert| expert.is_suspended)
    }

    pub(crate) fn is_free(&self, people: &[usize], span: Span, but_for: Option<usize>) -> bool {
        let counts = |at: usize| Some(at) != but_for && !self.bookings[at].has_lapsed(self.now);
        let is_taken =
            |person: &usize| self.people[*person].taken.range(calendar::steps(span)).any(|(_, at)| counts(*at));
        !people.iter().any(is_taken)
    }

    pub(crate) fn claim(&mut self, at: usize) {
        for person in self.look_at_diaries(at) {
            let steps = calendar::steps(self.bookings[at].span);
            self.people[person].taken.extend(steps.map(|step| (step, at)));
        }
    }

    pub(crate) fn set_free(&mut self, at: usize) {
        for person in self.look_at_diaries(at) {
            self.people[person].taken.retain(|_, booking| *booking != at);
        }
    }

    fn look_at_diaries(&mut self, at: usize) -> [usize; 2] {
        let booking = &self.bookings[at];
        let people = [booking.requester, booking.expert];
        self.touched.diaries.extend(people);
        self.touched.spans.push(booking.span);
        people
    }

    /// The booking of this number and the purse of who asks are looked at, whatever comes of it.
    pub(crate) fn look_at(&mut self, by: Option<usize>, at: usize) {
        self.touched.purses.extend(by);
        self.touched.bookings.extend((at < self.bookings.len()).then_some(at));
    }

    /// Somebody asks for a time, and nothing speaks against it.
    pub(crate) fn book(
        &mut self,
        (by, to): (usize, usize),
        span: Span,
        rules: &'static Rules,
        price: Price,
        fresh: i64,
    ) -> Answer {
        let at = self.bookings.len();
        self.bookings.push(Booking {
            id: fresh,
            rules,
            root: at,
            replaced_by: None,
            requester: by,
            expert: to,
            span,
            status: Status::Pending,
            price,
            funds: Funds::Free,
            pay_by: self.now + 15,
            paid: 0,
            absent: None,
            moves: 0,
            title: 0,
            has_begun: false,
            reviewed_by: BTreeSet::new(),
            attended: [false; 2],
            is_disputed: false,
            is_moved_by_expert: false,
            reminders: Vec::new(),
        });
        self.reserve(at);
        self.claim(at);
        self.look_at(Some(by), at);
        self.announce(at, Event::Requested);
        self.booking_as_told(at)
    }

    /// The booking, if `by` may know of it.
    pub(crate) fn party(&mut self, by: usize, at: usize) -> Result<Booking, Vec<Word>> {
        self.look_at(Some(by), at);
        self.bookings.get(at).filter(|booking| booking.has(by)).cloned().ok_or_else(|| vec!["not_found"])
    }

    pub(crate) fn booking_as_told(&self, at: usize) -> Answer {
        let booking = &self.bookings[at];
        let status = if booking.has_lapsed(self.now) { booking.rules.lapses_to } else { booking.status };
        Answer::Booking { id: booking.id, status, span: booking.span }
    }

    /// One party says of the other, once.
    pub(crate) fn reviewed(&mut self, by: usize, at: usize, rating: u32) {
        let about = self.bookings[at].other(by);
        let is_expert = about == self.bookings[at].expert;
        self.bookings[at].reviewed_by.insert(by);
        let add = |(count, sum): &mut (u32, u32)| (*count, *sum) = (*count + 1, *sum + rating);
        add(&mut self.people[about].rating);
        if is_expert {
            add(&mut self.people[about].rating_as_expert);
        }
    }

    /// The clock carries a step out; of anything else it may not do.
    fn scheduled(&mut self, at: usize, step: domain::booking::Step) -> Expected {
        self.look_at(None, at);
        if at >= self.bookings.len() {
            return no("not_found");
        }
        self.step_by_clock(at, step)
    }
}
