//! A person's feed: every message and notification that reaches their sockets, in the order of its ids, and how far a
//! client has got in it.
//!
//! Ids are minted before they are committed, so a feed may grow a little behind its end. A [`Position`] therefore says
//! two things: everything up to its floor is with the client, and so are these few above it. The floor is only raised to
//! where nothing can be added any more.

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::TimeDelta;

use crate::Instant;
use crate::ids::{LARGEST, MessageId, UserId};

/// What one entry of a feed shows. A message to somebody is also a notification of theirs: two frames, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Message,
    Notice,
}

/// The place of a frame in a person's feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(i64);

impl Place {
    const LAST: Self = Self(LARGEST << 1 | 1);

    /// `id` is that of the message or notification.
    pub fn new(id: i64, part: Part) -> Self {
        Self(id << 1 | i64::from(part == Part::Notice))
    }

    /// `None` if no id leads there.
    pub fn from_number(number: i64) -> Option<Self> {
        (0..=LARGEST << 1 | 1).contains(&number).then_some(Self(number))
    }

    pub fn number(self) -> i64 {
        self.0
    }

    pub fn id(self) -> i64 {
        self.0 >> 1
    }

    /// The id of the first frame there may be behind this one.
    pub fn id_behind(self) -> i64 {
        (self.0 + 1) >> 1
    }

    /// The last place before every frame of this id.
    pub fn before_id(id: i64) -> Self {
        Self((id << 1) - 1)
    }

    /// The last place nothing can be added before, once everything committed until `now` is known.
    pub fn settled(now: Instant) -> Self {
        let id = MessageId::mint(now - TimeDelta::seconds(SETTLES_WITHIN_SECONDS), 0);
        Self::before_id(id.get())
    }
}

/// Nothing is committed later than this after its id was minted: longer than any function runs, and clocks differ by less.
pub const SETTLES_WITHIN_SECONDS: i64 = 60;

/// More than this above the floor is not kept: a cursor has to fit into a frame. Whoever gets more within a minute
/// settles sooner.
pub const MOST_ABOVE: usize = 2_000;

/// How far a client has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    floor: Place,
    above: BTreeSet<Place>,
}

impl Position {
    pub fn new(floor: Place, above: impl IntoIterator<Item = Place>) -> Self {
        Self { floor, above: above.into_iter().filter(|place| *place > floor).collect() }
    }

    pub fn floor(&self) -> Place {
        self.floor
    }

    pub fn above(&self) -> &BTreeSet<Place> {
        &self.above
    }

    /// Whether the client has this frame, or is not owed it.
    pub fn has(&self, place: Place) -> bool {
        place <= self.floor || self.above.contains(&place)
    }

    pub fn add(&mut self, place: Place) {
        if place > self.floor {
            self.above.insert(place);
        }
    }

    /// Everything up to `floor` is with the client too.
    fn raise(&mut self, floor: Place) {
        self.floor = self.floor.max(floor);
        self.above = self.above.split_off(&Place(self.floor.0 + 1));
    }

    /// Raises the floor, but not past `through`, until what lies above it is not too much to be carried about.
    fn shorten(&mut self, through: Place) {
        while self.above.len() > MOST_ABOVE
            && let Some(first) = self.above.first().copied().filter(|first| *first <= through)
        {
            self.above.remove(&first);
            self.floor = first;
        }
    }

    /// With this frame too, and everything that is owed before it: as a replay goes on.
    pub fn replayed(&mut self, place: Place) {
        self.add(place);
        self.shorten(place);
    }

    /// A short text: the floor, then each step to the next place above it.
    pub fn to_text(&self) -> String {
        let mut text = format!("{:x}", self.floor.0);
        let mut last = self.floor.0;
        for place in &self.above {
            write!(text, ".{:x}", place.0 - last).expect("a text takes whatever is written");
            last = place.0;
        }
        text
    }

    pub fn from_text(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|digits| i64::from_str_radix(digits, 16).ok());
        let floor = Place::from_number(numbers.next()??)?;
        let mut above = BTreeSet::new();
        let mut last = floor;
        for step in numbers {
            last = Place::from_number(last.0.checked_add(step.filter(|step| *step > 0)?)?)?;
            above.insert(last);
        }
        Some(Self { floor, above })
    }
}

/// Places as they are kept: each step to the next one in as few bytes as it takes, seven bits to the byte, the lowest first.
pub fn places_to_bytes<'a>(places: impl IntoIterator<Item = &'a Place>) -> Vec<u8> {
    let (mut bytes, mut last) = (Vec::new(), 0);
    for place in places {
        let mut step = place.0.wrapping_sub(last).unsigned_abs();
        last = place.0;
        while step >= 0x80 {
            bytes.push(step as u8 | 0x80);
            step >>= 7;
        }
        bytes.push(step as u8);
    }
    bytes
}

/// `None` if no places are written so.
pub fn places_from_bytes(bytes: &[u8]) -> Option<BTreeSet<Place>> {
    let (mut places, mut last, mut step, mut bits) = (BTreeSet::new(), 0_i64, 0_i64, 0);
    for byte in bytes {
        step |= i64::from(byte & 0x7f).checked_shl(bits).filter(|_| bits < 63)?;
        bits += 7;
        if *byte < 0x80 {
            last = last.checked_add(step)?;
            places.insert(Place::from_number(last)?);
            (step, bits) = (0, 0);
        }
    }
    (bits == 0).then_some(places)
}

/// What a socket carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    Everything,
    /// The conversation with this person.
    Chat(UserId),
    Notices,
}

impl Address {
    /// Whether a frame goes out here: `peer` is the other one of a message.
    pub fn takes(self, part: Part, peer: Option<UserId>) -> bool {
        match self {
            Address::Everything => true,
            Address::Chat(with) => part == Part::Message && peer == Some(with),
            Address::Notices => part == Part::Notice,
        }
    }
}

/// What a socket has carried, and what its client may therefore be told as its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// What was the client's before: what the cursor it brought says, or what was there when it first connected.
    pub before: Position,
    /// Pushed over this very socket, above the floor.
    pub pushed: BTreeSet<Place>,
    /// A replay has stopped half-way; what lies ahead of it is still owed.
    pub is_behind: bool,
    /// The client has asked for a replay from here that is not carried out yet.
    pub asked_from: Option<Position>,
    /// Where the first replay over this socket began: from there on it is known exactly what was carried.
    pub replayed_from: Option<Place>,
}

impl Carried {
    /// A socket opened by a client who is not owed what its feed held then: everything up to `floor`, and these.
    pub fn opened(floor: Place, held: impl IntoIterator<Item = Place>) -> Self {
        let mut before = Position::new(floor, held);
        before.shorten(Place::LAST);
        Self { before, pushed: BTreeSet::new(), is_behind: false, asked_from: None, replayed_from: None }
    }

    pub fn has(&self, place: Place) -> bool {
        self.before.has(place) || self.pushed.contains(&place)
    }

    /// The position of a client that has everything carried so far. While a replay is asked for, that is what it had when
    /// it asked, and what came since.
    pub fn position(&self) -> Position {
        let had = self.asked_from.as_ref().unwrap_or(&self.before);
        Position::new(had.floor, had.above.union(&self.pushed).copied())
    }

    /// A replay is under way or asked for: what is not pushed now comes with the rest of it.
    fn is_awaiting_replay(&self) -> bool {
        self.is_behind || self.asked_from.is_some()
    }

    /// Whether one more frame can be noted as it happens. Where nothing settles because a replay is awaited, a flood
    /// would otherwise grow without end; it is left to the replay.
    pub fn has_room(&self) -> bool {
        let before = self.asked_from.as_ref().map_or(0, |from| from.above.len()).max(self.before.above.len());
        !self.is_awaiting_replay() || before + self.pushed.len() < MOST_ABOVE
    }

    /// Notes a frame pushed as it happened. Whatever settled before it was minted has come out before it.
    pub fn push(&mut self, place: Place, minted_at: Instant) {
        self.pushed.insert(place);
        if !self.is_awaiting_replay() {
            self.settle(Place::settled(minted_at), Place::LAST);
        }
    }

    /// Whether a replay from this position only repeats what is already known to have been carried here.
    fn is_known(&self, from: &Position) -> bool {
        self.replayed_from.is_some_and(|first| from.floor >= first)
    }

    /// Behind which place a client at `from` may be owed anything.
    pub fn owes_behind(&self, from: &Position) -> Place {
        if self.is_known(from) { from.floor.max(self.before.floor) } else { from.floor }
    }

    /// Whether a client at `from` is still owed this.
    pub fn owes(&self, from: &Position, place: Place) -> bool {
        let is_carried = if self.is_known(from) { self.has(place) } else { self.pushed.contains(&place) };
        !from.has(place) && !is_carried
    }

    /// Notes a replay to a client that was at `from`. `through`: it stopped behind this place, short of the end.
    pub fn replay(
        &mut self,
        from: Position,
        replayed: impl IntoIterator<Item = Place>,
        through: Option<Place>,
        now: Instant,
    ) {
        if !self.is_known(&from) {
            self.replayed_from = Some(from.floor);
            self.before = from;
        }
        self.asked_from = None;
        let pushed_before = self.pushed.len();
        self.pushed.extend(replayed);
        self.is_behind = through.is_some();
        let settled = Place::settled(now);
        let floor = match through {
            None => settled,
            // So many that are none of this socket's, and all of the last minute: the next page must begin behind them.
            Some(through) if self.pushed.len() == pushed_before => through,
            Some(through) => through.min(settled),
        };
        self.settle(floor, through.unwrap_or(Place::LAST));
    }

    fn settle(&mut self, floor: Place, through: Place) {
        let had = self.asked_from.as_ref().unwrap_or(&self.before);
        let mut floor = had.floor.max(floor);
        // Mostly it is not too much, and nothing has to be put together to know that.
        if had.above.len() + self.pushed.len() > MOST_ABOVE {
            let mut all = self.position();
            all.raise(floor);
            all.shorten(through);
            floor = all.floor;
        }
        self.before.raise(floor);
        self.pushed = self.pushed.split_off(&Place(floor.0 + 1));
    }
}

#[cfg(test)]
mod tests;
