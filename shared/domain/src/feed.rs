//! A person's feed: every message and notification that reaches their sockets, in the order of its ids, and how far a
//! client has got in it.
//!
//! Ids are minted before they are committed, so a feed may grow a little behind its end. A [`Position`] therefore says
//! two things: everything up to its floor is with the client, and so are these few above it. The floor is only raised to
//! where nothing can be added any more.

use std::collections::BTreeSet;

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

    /// The last place nothing can be added before, once everything committed until `now` is known.
    pub fn settled(now: Instant) -> Self {
        let id = MessageId::mint(now - TimeDelta::seconds(SETTLES_WITHIN_SECONDS), 0);
        Self::new(id.get() - 1, Part::Notice)
    }
}

/// Nothing is committed later than this after its id was minted: longer than any function runs, and clocks differ by less.
pub const SETTLES_WITHIN_SECONDS: i64 = 60;

/// More than this above the floor is not kept. Whoever gets two thousand frames within a minute settles sooner.
const MOST_ABOVE: usize = 2_000;

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

    pub fn above(&self) -> impl Iterator<Item = Place> {
        self.above.iter().copied()
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

    /// Raises the floor until what lies above it is not too much to be carried about.
    fn shorten(&mut self) {
        while self.above.len() > MOST_ABOVE {
            self.floor = self.above.pop_first().unwrap_or(self.floor);
        }
    }

    /// A short text: the floor, then each step to the next place above it.
    pub fn to_text(&self) -> String {
        let mut text = format!("{:x}", self.floor.0);
        let mut last = self.floor.0;
        for place in &self.above {
            text.push_str(&format!(".{:x}", place.0 - last));
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
    pub awaited: Option<Position>,
    /// Where the first replay over this socket began: from there on it is known exactly what was carried.
    pub replayed_from: Option<Place>,
}

impl Carried {
    /// A socket opened at `now`; the client is not owed what its feed held then.
    pub fn opened(now: Instant, held: impl IntoIterator<Item = Place>) -> Self {
        Self {
            before: Position::new(Place::settled(now), held),
            pushed: BTreeSet::new(),
            is_behind: false,
            awaited: None,
            replayed_from: None,
        }
    }

    pub fn has(&self, place: Place) -> bool {
        self.before.has(place) || self.pushed.contains(&place)
    }

    /// The position of a client that has everything carried so far. While a replay is awaited, that is what it had when
    /// it asked, and what came since.
    pub fn position(&self) -> Position {
        let mut position = self.awaited.as_ref().unwrap_or(&self.before).clone();
        self.pushed.iter().for_each(|place| position.add(*place));
        position
    }

    /// Notes a frame pushed as it happened. Whatever settled before it was minted has come out before it.
    pub fn push(&mut self, place: Place, minted_at: Instant) {
        self.pushed.insert(place);
        if !self.is_behind && self.awaited.is_none() {
            self.settle(Place::settled(minted_at));
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
        self.awaited = None;
        self.pushed.extend(replayed);
        self.is_behind = through.is_some();
        let settled = Place::settled(now);
        self.settle(through.map_or(settled, |through| through.min(settled)));
    }

    /// Too far behind to be caught up with: a client that asked for a replay and never for the rest of it.
    pub fn is_hopeless(&self) -> bool {
        self.pushed.len() + self.before.above.len() > 2 * MOST_ABOVE
    }

    fn settle(&mut self, floor: Place) {
        let mut all = self.position();
        all.raise(floor);
        if !self.is_behind {
            all.shorten();
        }
        self.before.raise(all.floor);
        self.pushed = self.pushed.split_off(&Place(all.floor.0 + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn place(seconds: i64, chance: u16) -> Place {
        Place::new(MessageId::mint(at(seconds), chance).get(), Part::Message)
    }

    #[test]
    fn a_socket_is_not_owed_what_was_there_when_it_opened() {
        let carried = Carried::opened(at(0), [place(-5, 1)]);
        assert!(carried.has(place(-5, 1)) && carried.has(place(-100, 1)));
        assert!(!carried.has(place(-5, 2)) && !carried.has(place(0, 1)));
    }

    #[test]
    fn what_is_committed_late_is_still_owed_after_a_reconnect() {
        let mut first = Carried::opened(at(0), []);
        first.push(place(10, 2), at(10));
        let cursor = first.position();
        let feed = [place(9, 1), place(10, 2), place(20, 3)];
        let second = Carried::opened(at(30), feed);
        let owed: Vec<_> = feed.into_iter().filter(|place| second.owes(&cursor, *place)).collect();
        assert_eq!(owed, [place(9, 1), place(20, 3)]);
    }

    #[test]
    fn what_came_over_the_new_socket_before_its_resume_is_not_replayed() {
        let cursor = Carried::opened(at(0), []).position();
        let mut second = Carried::opened(at(30), []);
        second.push(place(31, 1), at(31));
        assert!(!second.owes(&cursor, place(31, 1)));
        second.replay(cursor, [], None, at(32));
        assert!(second.has(place(31, 1)));
    }

    #[test]
    fn a_replay_cut_short_stays_owed_whatever_comes_live() {
        let cursor = Carried::opened(at(0), []).position();
        let mut second = Carried::opened(at(1_000), []);
        second.replay(cursor, [place(1, 1), place(2, 1)], Some(place(2, 1)), at(1_001));
        second.push(place(1_002, 1), at(1_002));
        let position = second.position();
        assert!(position.has(place(2, 1)) && position.has(place(1_002, 1)) && !position.has(place(3, 1)));
        second.replay(position, [place(3, 1)], None, at(1_003));
        assert!(second.has(place(3, 1)) && second.position().floor() == Place::settled(at(1_003)));
    }

    #[test]
    fn what_comes_while_a_replay_is_awaited_claims_nothing_that_was_missed() {
        let cursor = Carried::opened(at(0), []).position();
        let mut second = Carried::opened(at(1_000), [place(995, 1)]);
        second.awaited = Some(cursor.clone());
        second.push(place(1_001, 1), at(1_001));
        let lost = second.position();
        assert!(lost.has(place(1_001, 1)) && !lost.has(place(995, 1)) && !lost.has(place(500, 1)));
    }

    #[test]
    fn the_same_cursor_again_on_the_same_socket_brings_nothing_again() {
        let cursor = Carried::opened(at(0), []).position();
        let mut second = Carried::opened(at(1_000), []);
        second.replay(cursor.clone(), [place(100, 1), place(999, 1)], None, at(1_001));
        let frames = [place(100, 1), place(999, 1)];
        assert!(frames.into_iter().all(|place| !second.owes(&cursor, place)));
        assert!(second.owes(&cursor, place(1_002, 1)));
        assert!(second.owes_behind(&cursor) >= place(100, 1));
    }

    #[test]
    fn a_flood_while_behind_claims_nothing_of_the_gap() {
        let cursor = Carried::opened(at(0), []).position();
        let mut second = Carried::opened(at(1_000), []);
        second.replay(cursor, [place(1, 1)], Some(place(1, 1)), at(1_001));
        for number in 0..2_048 {
            second.push(place(1_002, number), at(1_002));
            second.push(place(1_003, number), at(1_003));
        }
        assert!(!second.position().has(place(2, 1)) && second.is_hopeless());
    }

    #[test]
    fn a_flood_settles_sooner_rather_than_growing() {
        let mut carried = Carried::opened(at(0), []);
        for number in 0..2_500 {
            carried.push(place(1, number % 2_048), at(1));
            carried.push(place(2, number % 2_048), at(2));
        }
        assert!(carried.position().above().count() <= MOST_ABOVE);
        assert!(!carried.is_hopeless());
    }

    proptest! {
        #[test]
        fn a_position_reads_back_from_its_text(
            floor in 0i64..=LARGEST, above in proptest::collection::btree_set(0i64..=LARGEST << 1, 0..40),
        ) {
            let above = above.into_iter().filter_map(Place::from_number);
            let position = Position::new(Place::new(floor, Part::Notice), above);
            prop_assert_eq!(Position::from_text(&position.to_text()), Some(position));
        }

        #[test]
        fn no_text_makes_a_position_panic(text in "[0-9a-f.+-]{0,60}") {
            let _ = Position::from_text(&text);
        }

        /// Frames come out in commit order, connections break anywhere, cursors come back: nothing is missed, nothing
        /// comes twice.
        #[test]
        fn over_any_number_of_reconnects_a_client_gets_every_frame_once(
            entries in proptest::collection::vec((0i64..600, 0u16..2_048, 0i64..50), 1..80),
            breaks in proptest::collection::vec((0usize..80, 0usize..6), 0..12),
            page in 1usize..7,
        ) {
            // (minted, place) by the moment of their commit.
            let mut commits: Vec<_> =
                entries.into_iter().map(|(minted, chance, lag)| (minted + lag, minted, place(minted, chance))).collect();
            commits.sort();
            commits.dedup_by_key(|(_, _, place)| *place);
            let mut unique = BTreeSet::new();
            commits.retain(|(_, _, place)| unique.insert(*place));

            let mut got: Vec<Place> = Vec::new();
            let mut carried = Carried::opened(at(-1), []);
            let mut cursor = carried.position();
            for (number, (commit, minted, place)) in commits.iter().enumerate() {
                let broken = breaks.iter().find(|(when, _)| *when == number).map(|(_, lost)| *lost);
                if let Some(lost) = broken {
                    // The last frames never arrived: the client is where it was before them, and connects anew.
                    let kept = got.len() - lost.min(got.len());
                    let mut replaying = true;
                    if lost > 0 {
                        cursor = rebuilt(&commits[..number], &got[..kept]);
                        got.truncate(kept);
                    }
                    let feed: BTreeSet<_> = commits[..number].iter().map(|(_, _, place)| *place).collect();
                    carried = Carried::opened(at(*commit), feed.iter().copied());
                    while replaying {
                        let from = carried.owes_behind(&cursor);
                        let owed: Vec<_> =
                            feed.range(from..).copied().filter(|place| carried.owes(&cursor, *place)).collect();
                        let page: Vec<_> = owed.iter().take(page).copied().collect();
                        let through = (owed.len() > page.len()).then(|| page[page.len() - 1]);
                        got.extend(&page);
                        carried.replay(cursor.clone(), page, through, at(*commit));
                        cursor = carried.position();
                        replaying = through.is_some();
                    }
                }
                if !carried.has(*place) {
                    carried.push(*place, at(*minted));
                    got.push(*place);
                    cursor = carried.position();
                }
            }
            let distinct: BTreeSet<_> = got.iter().copied().collect();
            prop_assert_eq!(distinct.len(), got.len(), "a frame came twice");
            prop_assert_eq!(distinct.len(), commits.len(), "a frame is missing");
        }
    }

    /// The cursor of a client that has exactly `got`, as the frame last received bore it.
    fn rebuilt(commits: &[(i64, i64, Place)], got: &[Place]) -> Position {
        let mut carried = Carried::opened(at(-1), []);
        for (_, minted, place) in commits.iter().filter(|(_, _, place)| got.contains(place)) {
            carried.push(*place, at(*minted));
        }
        carried.position()
    }
}
