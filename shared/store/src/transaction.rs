//! Writes: one conditional update, and a command's writes as one transaction. Every leg with a condition names the refusal
//! it means when that fails; of several that fail, the first added is the one the caller hears.

pub(crate) mod riding;

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use backon::Retryable;
use table::{
    Cancelled, Condition, Item, Key, Reason, Refused, Returning, Update, Write, absent, equals, exists, fewer_than,
};
use tokio::time::Instant;

use crate::cause;
use crate::fault::{Failed, Fault};
use crate::keys::shape_if_made;
use crate::meter::{Access, note, note_refused};
use crate::requests::{PATIENCE, Store, patience};
use crate::row::{SHAPE, number};

/// Whoever makes the item says of which shape it is; one that is there keeps its own.
fn shaped(update: Update) -> Update {
    match shape_if_made(&update.key) {
        Some(shape) if !update.names(SHAPE) => update.set_if_absent(SHAPE, number(shape)),
        _ => update,
    }
}

/// That a set has fewer than so many members.
pub(crate) fn has_room(set: impl Into<String>, most: u32) -> Condition {
    let set = set.into();
    absent(&set).or(fewer_than(&set, most))
}

/// How many items DynamoDB takes in one transaction.
pub(crate) const LARGEST_TRANSACTION: usize = 100;

/// One write, what its condition means when it fails, and the line that added it.
#[derive(Clone, Debug)]
struct Leg<R> {
    write: Write,
    refusal: Option<R>,
    place: &'static Location<'static>,
}

impl<R> Leg<R> {
    #[track_caller]
    fn new(write: Write, refusal: Option<R>) -> Self {
        Self { write, refusal, place: Location::caller() }
    }
}

/// Writes that happen together or not at all.
#[derive(Clone, Debug)]
pub struct Transaction<R> {
    legs: Vec<Leg<R>>,
    committed: Arc<AtomicBool>,
}

impl<R> Default for Transaction<R> {
    fn default() -> Self {
        Self { legs: Vec::new(), committed: Arc::default() }
    }
}

impl<R: Clone> Transaction<R> {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.legs.len()
    }

    /// Becomes true once this transaction has committed.
    pub(crate) fn committed(&self) -> Arc<AtomicBool> {
        self.committed.clone()
    }

    /// Writes an item that must not exist yet.
    #[track_caller]
    pub(crate) fn create(&mut self, item: Item, taken: R) -> &mut Self {
        self.put(cause::caused(item), Some(absent("pk")), Some(taken))
    }

    /// Writes an item whatever was there.
    #[track_caller]
    pub(crate) fn replace(&mut self, item: Item) -> &mut Self {
        self.put(cause::caused(item), None, None)
    }

    /// Writes an item over the version it was decided on.
    #[track_caller]
    pub(crate) fn replace_version(&mut self, item: Item, seen: u64, stale: R) -> &mut Self {
        self.put(item, Some(equals("version", number(seen))), Some(stale))
    }

    #[track_caller]
    fn put(&mut self, item: Item, condition: Option<Condition>, refusal: Option<R>) -> &mut Self {
        self.legs.push(Leg::new(Write::Put { item, condition }, refusal));
        self
    }

    /// Changes an item; `refusal` is what its condition means.
    #[track_caller]
    pub(crate) fn update(&mut self, update: Update, refusal: Option<R>) -> &mut Self {
        self.legs.push(Leg::new(Write::Update(shaped(update)), refusal));
        self
    }

    #[track_caller]
    pub(crate) fn delete(&mut self, key: &Key) -> &mut Self {
        self.legs.push(Leg::new(Write::Delete { key: key.clone(), condition: None }, None));
        self
    }

    /// Deletes an item that must be there.
    #[track_caller]
    pub(crate) fn delete_existing(&mut self, key: &Key, missing: R) -> &mut Self {
        self.legs.push(Leg::new(Write::Delete { key: key.clone(), condition: Some(exists("pk")) }, Some(missing)));
        self
    }

    /// Deletes an item that must be as it was seen.
    #[track_caller]
    pub(crate) fn delete_version(&mut self, key: &Key, seen: u64, stale: R) -> &mut Self {
        let condition = Some(equals("version", number(seen)));
        self.legs.push(Leg::new(Write::Delete { key: key.clone(), condition }, Some(stale)));
        self
    }

    fn writes(&self) -> Vec<Write> {
        self.legs.iter().map(|leg| leg.write.clone()).collect()
    }

    /// What a cancelled transaction means: the first failed condition, whatever merely got in the way beside it.
    fn verdict(&self, reasons: &[Reason]) -> Failed<R> {
        let refusal = reasons
            .iter()
            .zip(&self.legs)
            .filter(|(reason, _)| **reason == Reason::ConditionFailed)
            .find_map(|(_, leg)| Some((leg.refusal.clone()?, leg.place)));
        if let Some((refusal, place)) = refusal {
            tracing::debug!(leg = %place, "a condition failed");
            Failed::Refused(refusal)
        } else if reasons.contains(&Reason::Conflict) {
            Failed::Fault(Fault::Contended)
        } else if reasons.iter().any(|reason| matches!(reason, Reason::Passing(_))) {
            Failed::Fault(Fault::Unavailable("a leg of the transaction was throttled".to_owned()))
        } else {
            Failed::Fault(Fault::Rejected(format!("transaction cancelled: {reasons:?}")))
        }
    }
}

/// After so many cancellations because of others an item is crowded.
const CROWDED: u32 = 3;

impl Store {
    /// One conditional update, and what it is to answer with; the item as it stands if the condition failed.
    pub(crate) async fn update(&self, update: Update, returning: Returning) -> Result<Item, Failed<Item>> {
        let update = shaped(update);
        let attempt = || async {
            match self.table.update(&update, returning).await {
                Ok(item) => Ok(note(Access::Write, item)),
                Err(Refused::Condition(item)) => {
                    note_refused();
                    Err(Failed::Refused(item))
                }
                Err(Refused::Fault(fault)) => Err(Failed::Fault(fault.into())),
            }
        };
        attempt.retry(patience()).when(|failed| matches!(failed, Failed::Fault(Fault::Contended))).await
    }

    /// Deletes an item under a condition, or leaves it.
    pub(crate) async fn delete_if(&self, key: &Key, condition: Condition) -> Result<(), Fault> {
        let attempt = || async {
            match self.table.delete(key, Some(&condition)).await {
                Ok(done) => {
                    note(Access::Write, done);
                    Ok(())
                }
                Err(Refused::Condition(_)) => {
                    note_refused();
                    Ok(())
                }
                Err(Refused::Fault(fault)) => Err(fault.into()),
            }
        };
        attempt.retry(patience()).when(|fault| matches!(fault, Fault::Contended)).await
    }

    /// Commits all legs or none. Conflicts with other writers and throttling are tried again for about a second.
    pub async fn commit<R: Clone>(&self, transaction: Transaction<R>) -> Result<(), Failed<R>> {
        self.commit_with(transaction, true).await
    }

    /// The same for whoever has another item to write to: after a second and a third try it is [`Fault::Contended`] that
    /// others were in the way, or too many. Then nothing was written.
    pub(crate) async fn commit_unless_crowded<R: Clone>(&self, transaction: Transaction<R>) -> Result<(), Failed<R>> {
        self.commit_with(transaction, false).await
    }

    async fn commit_with<R: Clone>(&self, mut transaction: Transaction<R>, patient: bool) -> Result<(), Failed<R>> {
        transaction.let_rows_ride();
        if transaction.is_empty() {
            return Ok(());
        }
        // One token while the outcome is unknown, so that a commit whose answer was lost is not refused by its own
        // success; a new one after a cancellation, which has left nothing behind.
        let token = AtomicU64::new(self.fresh_token());
        let crowds = AtomicU32::new(0);
        let writes = transaction.writes();
        let attempt = || async {
            let sent_under = format!("{:016x}", token.load(Ordering::Relaxed));
            match self.table.transact(&writes, &sent_under).await {
                Ok(done) => {
                    note(Access::Write, done);
                    transaction.committed.store(true, Ordering::Relaxed);
                    Ok(())
                }
                Err(Cancelled::Because(reasons)) => {
                    note_refused();
                    token.store(self.fresh_token(), Ordering::Relaxed);
                    match transaction.verdict(&reasons) {
                        Failed::Fault(Fault::Contended | Fault::Unavailable(_)) if !patient => {
                            crowds.fetch_add(1, Ordering::Relaxed);
                            Err(Failed::Fault(Fault::Contended))
                        }
                        verdict => Err(verdict),
                    }
                }
                Err(Cancelled::Fault(fault)) => Err(Failed::Fault(fault.into())),
            }
        };
        let begun = Instant::now();
        let again = |failed: &Failed<R>| {
            matches!(failed, Failed::Fault(Fault::Contended | Fault::Unavailable(_)))
                && begun.elapsed() < PATIENCE
                && crowds.load(Ordering::Relaxed) < CROWDED
        };
        match attempt.retry(patience()).when(again).await {
            // Somebody is at it with our own token, so it may have been written.
            Err(Failed::Fault(Fault::Contended)) if !patient && crowds.load(Ordering::Relaxed) < CROWDED => {
                Err(Failed::Fault(Fault::Unavailable("a transaction stays in progress".to_owned())))
            }
            result => result,
        }
    }
}
