//! The model: what the specification says there is, and what asking, buying, paying and reviewing does to it.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{self, Hours, Zone};
use super::command::{Answer, Command, Expected, Heard, Minute, Span, Status, Word, agree, fresh_id, no};
use super::keys::Key;
use super::talk::{Chat, Message};

type Times = (Option<Minute>, Option<Minute>);

/// What a meeting costs.
pub(crate) const PRICE: i64 = 1;

/// What every account begins with.
const GRANT: i64 = 1;

#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) balance: i64,
    pub(crate) held: i64,
    pub(crate) zone: Zone,
    pub(crate) hours: Vec<Hours>,
    /// How many reviews this person received, and their sum.
    pub(crate) rating: (u32, u32),
    pub(crate) notices: Vec<Notice>,
    /// Transactions: type, amount, meeting.
    pub(crate) entries: Vec<(Word, i64, Option<usize>)>,
    /// Which meeting has each five-minute step.
    pub(crate) taken: BTreeMap<i64, usize>,
}

/// In the order they were made; the id is known once it was seen.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) id: Option<i64>,
    pub(crate) title: Word,
    pub(crate) related: i64,
    pub(crate) is_read: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    Held,
    Captured,
    Released,
}

#[derive(Clone, Debug)]
pub(crate) struct Meeting {
    pub(crate) id: i64,
    pub(crate) requester: usize,
    pub(crate) expert: usize,
    pub(crate) span: Span,
    pub(crate) status: Status,
    pub(crate) hold: Hold,
    /// What the expert got for it in all.
    pub(crate) paid: i64,
    pub(crate) absent: Option<usize>,
    pub(crate) moves: u32,
    pub(crate) title: u32,
    pub(crate) reviewed_by: BTreeSet<usize>,
}

impl Meeting {
    pub(crate) fn has(&self, person: usize) -> bool {
        person == self.requester || person == self.expert
    }

    pub(crate) fn other(&self, person: usize) -> usize {
        self.requester + self.expert - person
    }
}

/// What a command has, or might have, changed: to be looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched {
    /// Whose credits.
    pub(crate) purses: BTreeSet<usize>,
    pub(crate) meetings: BTreeSet<usize>,
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
    pub(crate) meetings: Vec<Meeting>,
    pub(crate) messages: Vec<Message>,
    pub(crate) chats: BTreeMap<(usize, usize), Chat>,
    pub(crate) keys: Vec<Key>,
    /// All credits that ever came into being.
    pub(crate) issued: i64,
    pub(crate) touched: Touched,
}

/// Reasons against a command. Where several hold, the application may name any.
#[derive(Default)]
pub(crate) struct Reasons(Vec<Word>);

impl Reasons {
    pub(crate) fn add(&mut self, holds: bool, word: Word) {
        self.0.extend(holds.then_some(word));
    }

    pub(crate) fn decide(self) -> Result<(), Vec<Word>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

impl Model {
    pub(crate) fn new(now: Minute, zones: &[Zone]) -> Self {
        let person = |zone: &Zone| Person {
            balance: GRANT,
            held: 0,
            zone: *zone,
            hours: Vec::new(),
            rating: (0, 0),
            notices: Vec::new(),
            entries: vec![("initial", GRANT, None)],
            taken: BTreeMap::new(),
        };
        Self {
            now,
            people: zones.iter().map(person).collect(),
            meetings: Vec::new(),
            messages: Vec::new(),
            chats: BTreeMap::new(),
            keys: Vec::new(),
            issued: GRANT * zones.len() as i64,
            touched: Touched::default(),
        }
    }

    /// What must be answered. Everything changes as it should if that is what was heard; of it only new ids are used.
    pub(crate) fn judge(&mut self, command: &Command, heard: &Heard) -> Expected {
        let fresh = fresh_id(heard);
        match *command {
            Command::Request { by, to, span } => self.request(by, to, span, fresh),
            Command::Step { by, at, step } => self.step(Some(by), at, step),
            Command::Schedule { at, step } => self.step(None, at, step),
            Command::Change { by, at, title, start, end } => self.change(by, at, title, (start, end)),
            Command::Purchase { by, credits } => self.purchase(by, credits.into()),
            Command::Transfer { by, at, total } => self.transfer(by, at, total.into()),
            Command::Review { by, at, about, rating } => self.review(by, at, about, rating.into(), fresh),
            Command::Say { by, to } => self.say(by, to, fresh),
            Command::Read { by, message } => self.read(by, message),
            Command::ReadAll { by, from } => self.read_all(by, from),
            Command::Note { by, owner, notice, is_read } => self.note(by, (owner, notice), is_read),
            Command::NoteAll { by } => self.note_all(by),
            Command::Block { by, whom, blocks } => self.block(by, whom, blocks),
            Command::Open { by, day, from, until } => self.open(by, Hours { id: fresh, day, from, until }),
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

    pub(crate) fn tell(&mut self, person: usize, title: Word, related: i64) {
        self.people[person].notices.push(Notice { id: None, title, related, is_read: false });
        *self.touched.told.entry(person).or_default() += 1;
    }

    /// What speaks against this time: for a new meeting, or for one that moves.
    fn times(&self, learner: usize, expert: usize, (start, end): Span, moving: Option<usize>) -> Reasons {
        let mut reasons = Reasons::default();
        reasons.add(start <= self.now, "scheduled_start");
        reasons.add(end <= start || end > start + 8 * 60, "scheduled_end");
        reasons.add(self.is_blocked(learner, expert), "blocked");
        if reasons.0.contains(&"scheduled_end") {
            return reasons;
        }
        let theirs = &self.people[expert];
        reasons.add(!calendar::covers(theirs.zone, &theirs.hours, (start, end)), "outside_availability");
        reasons.add(!self.is_free(&[learner, expert], (start, end), moving), "slot_taken");
        reasons
    }

    pub(crate) fn is_free(&self, people: &[usize], span: Span, but_for: Option<usize>) -> bool {
        let is_taken = |person: &usize| {
            self.people[*person].taken.range(calendar::steps(span)).any(|(_, meeting)| Some(*meeting) != but_for)
        };
        !people.iter().any(is_taken)
    }

    fn claim(&mut self, at: usize) {
        for person in self.look_at_diaries(at) {
            let steps = calendar::steps(self.meetings[at].span);
            self.people[person].taken.extend(steps.map(|step| (step, at)));
        }
    }

    pub(crate) fn set_free(&mut self, at: usize) {
        for person in self.look_at_diaries(at) {
            self.people[person].taken.retain(|_, meeting| *meeting != at);
        }
    }

    fn look_at_diaries(&mut self, at: usize) -> [usize; 2] {
        let meeting = &self.meetings[at];
        let people = [meeting.requester, meeting.expert];
        self.touched.diaries.extend(people);
        self.touched.spans.push(meeting.span);
        people
    }

    /// The meeting of this number and the credits of who asks are looked at, whatever comes of it.
    pub(crate) fn look_at(&mut self, by: Option<usize>, at: usize) {
        self.touched.purses.extend(by);
        self.touched.meetings.extend((at < self.meetings.len()).then_some(at));
    }

    fn request(&mut self, by: usize, to: Option<usize>, span: Span, fresh: i64) -> Expected {
        self.touched.purses.insert(by);
        let Some(to) = to.filter(|to| *to != by) else {
            return no("expert_id");
        };
        let mut reasons = self.times(by, to, span, None);
        reasons.add(self.people[by].balance < PRICE, "insufficient_credits");
        reasons.decide()?;
        let at = self.meetings.len();
        self.meetings.push(Meeting {
            id: fresh,
            requester: by,
            expert: to,
            span,
            status: Status::Pending,
            hold: Hold::Held,
            paid: 0,
            absent: None,
            moves: 0,
            title: 0,
            reviewed_by: BTreeSet::new(),
        });
        self.people[by].balance -= PRICE;
        self.people[by].held += PRICE;
        self.claim(at);
        self.look_at(Some(by), at);
        self.tell(to, "Meeting Request", fresh);
        Ok(Answer::Meeting { id: fresh, status: Status::Pending, span })
    }

    /// The meeting, if `by` may know of it.
    pub(crate) fn party(&mut self, by: usize, at: usize) -> Result<Meeting, Vec<Word>> {
        self.look_at(Some(by), at);
        self.meetings.get(at).filter(|meeting| meeting.has(by)).cloned().ok_or_else(|| vec!["not_found"])
    }

    fn change(&mut self, by: usize, at: usize, title: Option<u32>, times: Times) -> Expected {
        let meeting = self.party(by, at)?;
        if by != meeting.requester {
            return no("forbidden");
        }
        if !meeting.status.is_open() {
            return no("invalid_transition");
        }
        let span = (times.0.unwrap_or(meeting.span.0), times.1.unwrap_or(meeting.span.1));
        if span != meeting.span {
            let mut reasons = self.times(by, meeting.expert, span, Some(at));
            reasons.add(self.now >= meeting.span.0, "too_late");
            reasons.decide()?;
            self.set_free(at);
            self.meetings[at].span = span;
            self.meetings[at].status = Status::Pending;
            self.meetings[at].moves += 1;
            self.claim(at);
            self.tell(meeting.expert, "Meeting Rescheduled", meeting.id);
        }
        self.meetings[at].title = title.unwrap_or(meeting.title);
        Ok(self.meeting_as_told(at))
    }

    pub(crate) fn meeting_as_told(&self, at: usize) -> Answer {
        let meeting = &self.meetings[at];
        Answer::Meeting { id: meeting.id, status: meeting.status, span: meeting.span }
    }

    fn purchase(&mut self, by: usize, credits: i64) -> Expected {
        self.touched.purses.insert(by);
        self.issued += credits;
        self.people[by].balance += credits;
        self.people[by].entries.push(("purchased", credits, None));
        Ok(Answer::Balance(self.people[by].balance))
    }

    /// Credits for a meeting reach the expert.
    pub(crate) fn pay_out(&mut self, at: usize, credits: i64) {
        let (requester, expert) = (self.meetings[at].requester, self.meetings[at].expert);
        self.touched.purses.extend([requester, expert]);
        self.people[expert].balance += credits;
        self.people[requester].entries.push(("spent", credits, Some(at)));
        self.people[expert].entries.push(("earned", credits, Some(at)));
        self.meetings[at].paid += credits;
        self.tell(expert, "Credits Earned", self.meetings[at].id);
    }

    fn transfer(&mut self, by: usize, at: usize, total: i64) -> Expected {
        let meeting = self.party(by, at)?;
        let mut reasons = Reasons::default();
        reasons.add(by != meeting.requester, "forbidden");
        reasons.add(meeting.status != Status::Completed, "not_completed");
        reasons.decide()?;
        let credits = (total - meeting.paid).max(0);
        if credits > self.people[by].balance {
            return no("insufficient_credits");
        }
        if credits > 0 {
            self.people[by].balance -= credits;
            self.pay_out(at, credits);
        }
        Ok(Answer::Moved { credits, balance: self.people[by].balance })
    }

    fn review(&mut self, by: usize, at: usize, about: usize, rating: u32, fresh: i64) -> Expected {
        let meeting = self.party(by, at)?;
        self.touched.rated.extend([by, about, meeting.other(by)]);
        let mut reasons = Reasons::default();
        reasons.add(meeting.status != Status::Completed, "not_completed");
        reasons.add(about != meeting.other(by), "reviewee_id");
        reasons.add(meeting.reviewed_by.contains(&by), "already_reviewed");
        reasons.decide()?;
        self.meetings[at].reviewed_by.insert(by);
        let (count, sum) = &mut self.people[about].rating;
        (*count, *sum) = (*count + 1, *sum + rating);
        self.tell(about, "New Review", fresh);
        Ok(Answer::Made(fresh))
    }
}
