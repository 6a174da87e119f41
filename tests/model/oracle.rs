//! The model: what the specification says there is, and what asking, buying, paying and reviewing does to it.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{self, Hours, Zone};
use super::command::{Answer, Command, Expected, Heard, Minute, Span, Status, Word, agree, fresh_id, no};
use super::keys::Key;
use super::talk::{Chat, Message};

/// What a meeting costs.
pub const PRICE: i64 = 1;

/// What every account begins with.
const GRANT: i64 = 1;

#[derive(Clone, Debug)]
pub struct Person {
    pub balance: i64,
    pub held: i64,
    pub zone: Zone,
    pub hours: Vec<Hours>,
    /// How many reviews this person received, and their sum.
    pub rating: (u32, u32),
    pub notices: Vec<Notice>,
    /// Transactions: type, amount, meeting.
    pub entries: Vec<(Word, i64, Option<usize>)>,
    /// Which meeting has each five-minute step.
    pub taken: BTreeMap<i64, usize>,
}

/// In the order they were made; the id is known once it was seen.
#[derive(Clone, Debug)]
pub struct Notice {
    pub id: Option<i64>,
    pub title: Word,
    pub related: i64,
    pub is_read: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    Held,
    Captured,
    Released,
}

#[derive(Clone, Debug)]
pub struct Meeting {
    pub id: i64,
    pub requester: usize,
    pub expert: usize,
    pub span: Span,
    pub status: Status,
    pub hold: Hold,
    /// What the expert got for it in all.
    pub paid: i64,
    pub absent: Option<usize>,
    pub moves: u32,
    pub edits: u32,
    pub reviewed_by: BTreeSet<usize>,
}

impl Meeting {
    pub fn has(&self, person: usize) -> bool {
        person == self.requester || person == self.expert
    }

    pub fn other(&self, person: usize) -> usize {
        self.requester + self.expert - person
    }
}

/// What a command may have changed, to be looked at.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    pub people: BTreeSet<usize>,
    pub meetings: BTreeSet<usize>,
    pub chats: BTreeSet<(usize, usize)>,
    pub rated: BTreeSet<usize>,
    pub spans: Vec<Span>,
    /// How many notices each person got.
    pub told: BTreeMap<usize, usize>,
}

#[derive(Clone, Debug)]
pub struct Model {
    pub now: Minute,
    pub people: Vec<Person>,
    pub meetings: Vec<Meeting>,
    pub messages: Vec<Message>,
    pub chats: BTreeMap<(usize, usize), Chat>,
    pub keys: Vec<Key>,
    /// All credits that ever came into being.
    pub issued: i64,
    pub touched: Touched,
}

/// Reasons against a command. Where several hold, the application may name any.
#[derive(Default)]
pub struct Reasons(Vec<Word>);

impl Reasons {
    pub fn add(&mut self, holds: bool, word: Word) {
        self.0.extend(holds.then_some(word));
    }

    pub fn decide(self) -> Result<(), Vec<Word>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

impl Model {
    pub fn new(now: Minute, zones: &[Zone]) -> Self {
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
    pub fn judge(&mut self, command: &Command, heard: &Heard) -> Expected {
        let fresh = fresh_id(heard);
        match *command {
            Command::Request { by, to, span } => self.request(by, to, span, fresh),
            Command::Step { by, at, step } => self.step(Some(by), at, step),
            Command::Schedule { at, step } => self.step(None, at, step),
            Command::Change { by, at, text, start, end } => self.change(by, at, text, (start, end)),
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
    pub fn accepts(&mut self, command: &Command, heard: &Heard) -> Result<(), Expected> {
        let expected = self.judge(command, heard);
        if agree(&expected, heard) { Ok(()) } else { Err(expected) }
    }

    pub fn tell(&mut self, person: usize, title: Word, related: i64) {
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

    pub fn is_free(&self, people: &[usize], span: Span, but_for: Option<usize>) -> bool {
        let is_taken = |person: &usize| {
            self.people[*person].taken.range(calendar::steps(span)).any(|(_, meeting)| Some(*meeting) != but_for)
        };
        !people.iter().any(is_taken)
    }

    fn claim(&mut self, at: usize) {
        let meeting = &self.meetings[at];
        for person in [meeting.requester, meeting.expert] {
            let steps = calendar::steps(meeting.span);
            self.people[person].taken.extend(steps.map(|step| (step, at)));
        }
    }

    pub fn set_free(&mut self, at: usize) {
        for person in [self.meetings[at].requester, self.meetings[at].expert] {
            self.people[person].taken.retain(|_, meeting| *meeting != at);
        }
    }

    pub fn look_at(&mut self, at: usize) {
        let Some(meeting) = self.meetings.get(at) else { return };
        self.touched.people.extend([meeting.requester, meeting.expert]);
        self.touched.spans.push(meeting.span);
        self.touched.meetings.insert(at);
    }

    fn request(&mut self, by: usize, to: Option<usize>, span: Span, fresh: i64) -> Expected {
        self.touched.people.extend(std::iter::once(by).chain(to));
        let Some(to) = to.filter(|to| *to != by) else {
            return no("expert_id");
        };
        if span.0 < span.1 {
            self.touched.spans.push(span);
        }
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
            edits: 0,
            reviewed_by: BTreeSet::new(),
        });
        self.people[by].balance -= PRICE;
        self.people[by].held += PRICE;
        self.claim(at);
        self.look_at(at);
        self.tell(to, "Meeting Request", fresh);
        Ok(Answer::Meeting { id: fresh, status: Status::Pending, span })
    }

    /// The meeting, if `by` may know of it.
    pub fn party(&mut self, by: usize, at: usize) -> Result<Meeting, Vec<Word>> {
        self.look_at(at);
        self.touched.people.insert(by);
        self.meetings.get(at).filter(|meeting| meeting.has(by)).cloned().ok_or_else(|| vec!["not_found"])
    }

    fn change(&mut self, by: usize, at: usize, text: bool, times: (Option<Minute>, Option<Minute>)) -> Expected {
        let meeting = self.party(by, at)?;
        if by != meeting.requester {
            return no("forbidden");
        }
        if !meeting.status.is_open() {
            return no("invalid_transition");
        }
        let span = (times.0.unwrap_or(meeting.span.0), times.1.unwrap_or(meeting.span.1));
        if span != meeting.span {
            if span.0 < span.1 {
                self.touched.spans.push(span);
            }
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
        self.meetings[at].edits += u32::from(text);
        Ok(self.meeting_as_told(at))
    }

    pub fn meeting_as_told(&self, at: usize) -> Answer {
        let meeting = &self.meetings[at];
        Answer::Meeting { id: meeting.id, status: meeting.status, span: meeting.span }
    }

    fn purchase(&mut self, by: usize, credits: i64) -> Expected {
        self.touched.people.insert(by);
        self.issued += credits;
        self.people[by].balance += credits;
        self.people[by].entries.push(("purchased", credits, None));
        Ok(Answer::Balance(self.people[by].balance))
    }

    /// Credits for a meeting reach the expert.
    pub fn pay_out(&mut self, at: usize, credits: i64) {
        let (requester, expert) = (self.meetings[at].requester, self.meetings[at].expert);
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
