//! What the clients of one story know of each other's doings.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use tests::{Answer, Person, Scheduler, World};

/// Whose rules a booking follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    Meeting,
    Consultation,
    Session,
    Lesson,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Booked {
    pub(crate) product: Product,
    pub(crate) id: i64,
    pub(crate) learner: usize,
    pub(crate) expert: usize,
}

#[derive(Default)]
pub(crate) struct Known {
    pub(crate) bookings: Vec<Booked>,
    /// Openings of an expert, in tutoring.
    pub(crate) slots: Vec<(usize, i64)>,
    pub(crate) posts: Vec<i64>,
    /// What was answered with success under a key.
    pub(crate) kept: BTreeMap<String, (u16, Vec<u8>)>,
    /// Texts of which one thing at most may be made, and whether its maker heard that it was.
    pub(crate) texts: BTreeMap<String, bool>,
    /// How often each refresh token was exchanged.
    pub(crate) exchanged: BTreeMap<String, usize>,
    /// Per person: credits they know that they bought, and those of which they do not know.
    pub(crate) bought: BTreeMap<usize, (usize, usize)>,
    pub(crate) answers: BTreeMap<u16, u64>,
    pub(crate) requests: u64,
}

/// One story.
pub(crate) struct Board {
    pub(crate) world: World,
    /// The same functions in other containers.
    pub(crate) containers: Vec<World>,
    pub(crate) scheduler: Scheduler,
    pub(crate) people: Vec<Person>,
    /// To which people may come.
    pub(crate) event: i64,
    known: Mutex<Known>,
    pub(crate) busy: AtomicUsize,
}

/// The first so many people are experts; the others are not.
pub(crate) const EXPERTS: usize = 2;

impl Board {
    pub(crate) fn new(
        world: World,
        containers: Vec<World>,
        scheduler: Scheduler,
        people: Vec<Person>,
        event: i64,
    ) -> Self {
        Self { world, containers, scheduler, people, event, known: Mutex::default(), busy: AtomicUsize::default() }
    }

    pub(crate) fn known<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// What a client has heard of a request under a key: once it went well, it is answered the same each time.
    pub(crate) fn hears(&self, key: &str, answer: &Answer) {
        let is_final = answer.status < 300 || matches!(answer.status, 400 | 403 | 404 | 413 | 415);
        if !is_final {
            return;
        }
        let heard = (answer.status, answer.bytes.to_vec());
        self.known(|known| {
            if let Some(kept) = known.kept.get(key) {
                let before = String::from_utf8_lossy(&kept.1).into_owned();
                assert!(*kept == heard, "the key {key} was answered {} {before}, and then {answer}", kept.0);
            } else if answer.status < 300 {
                known.kept.insert(key.to_owned(), heard);
            }
        });
    }
}
