//! A cache, in this process, of what never changes once it is written: it spares a round trip and needs no invalidation.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

use domain::booking::Booking;
use domain::chat::Pair;
use domain::ids::{BookingId, ConversationId, CourseId, EnrolmentId, LessonId, SlotId, UserId};
use domain::lifecycle::Seat;
use domain::serial::Serial;

use crate::connections::{KnownSockets, Socket};

#[derive(Debug, Default)]
pub(crate) struct ImmutableCache {
    pairs: Remembered<ConversationId, Pair>,
    parties: Remembered<BookingId, Parties>,
    owners: Remembered<(Seat, Serial), UserId>,
    courses: Remembered<LessonId, CourseId>,
    enrolments: Remembered<EnrolmentId, (UserId, CourseId)>,
    slots: Remembered<SlotId, UserId>,
    connections: Remembered<String, Socket>,
    /// These do change: whoever goes by them asks whether they have.
    sockets: Remembered<UserId, Arc<KnownSockets>>,
}

/// The two of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) pair: Pair,
    pub(crate) expert: UserId,
}

impl Parties {
    /// `None` for a booking nobody could make: with oneself.
    pub(crate) fn of(booking: &Booking) -> Option<Self> {
        let expert = booking.expert.id;
        Pair::new(booking.learner.id, expert).map(|pair| Self { pair, expert })
    }
}

impl ImmutableCache {
    /// Whose conversation this is.
    pub(crate) fn pair(&self, id: ConversationId) -> Option<Pair> {
        self.pairs.find(&id)
    }

    pub(crate) fn learn_pair(&self, id: ConversationId, pair: Pair) {
        self.pairs.learn(id, pair);
    }

    /// Of which course this lesson is.
    pub(crate) fn course(&self, id: LessonId) -> Option<CourseId> {
        self.courses.find(&id)
    }

    pub(crate) fn learn_course(&self, id: LessonId, course: CourseId) {
        self.courses.learn(id, course);
    }

    /// Whose enrolment this is, and in which course.
    pub(crate) fn enrolment(&self, id: EnrolmentId) -> Option<(UserId, CourseId)> {
        self.enrolments.find(&id)
    }

    pub(crate) fn learn_enrolment(&self, id: EnrolmentId, of: (UserId, CourseId)) {
        self.enrolments.learn(id, of);
    }

    /// Whose number of a role this is.
    pub(crate) fn owner(&self, role: Seat, serial: Serial) -> Option<UserId> {
        self.owners.find(&(role, serial))
    }

    pub(crate) fn learn_owner(&self, role: Seat, serial: Serial, owner: UserId) {
        self.owners.learn((role, serial), owner);
    }

    /// Whose dated opening this is.
    pub(crate) fn slot_owner(&self, id: SlotId) -> Option<UserId> {
        self.slots.find(&id)
    }

    pub(crate) fn learn_slot_owner(&self, id: SlotId, owner: UserId) {
        self.slots.learn(id, owner);
    }

    /// Whose connection this was when it was last read, and what for; it may have been forgotten since.
    pub(crate) fn connection(&self, name: &str) -> Option<Socket> {
        self.connections.find(name)
    }

    pub(crate) fn learn_connection(&self, socket: &Socket) {
        self.connections.learn(socket.connection.clone(), socket.clone());
    }

    /// The sockets somebody had when they were last looked for.
    pub(crate) fn sockets(&self, user: UserId) -> Option<Arc<KnownSockets>> {
        self.sockets.find(&user)
    }

    pub(crate) fn learn_sockets(&self, user: UserId, known: KnownSockets) {
        self.sockets.learn(user, Arc::new(known));
    }

    /// Whose booking this is.
    pub(crate) fn parties(&self, id: BookingId) -> Option<Parties> {
        self.parties.find(&id)
    }

    pub(crate) fn learn_parties(&self, booking: &Booking) {
        if let Some(parties) = Parties::of(booking) {
            self.parties.learn(booking.id, parties);
        }
    }
}

/// A few megabytes at the most.
const MOST: usize = 5_000;

#[derive(Debug)]
struct Remembered<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    fn find<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner()).get(key).cloned()
    }

    fn learn(&self, key: K, value: V) {
        let mut known = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, value);
    }
}
