//! Idempotency records: the same request under the same key has one effect and one response.
//!
//! A claim is a lease. A command writes its response into the record **in its own transaction**, under the condition that
//! the claim is still its own; so a crash leaves either nothing, and the lease runs out, or the effect with its response.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use domain::Instant;
use table::{Returning, Update, absent, at_most, equals, one_of};

use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, number, text};
use crate::transaction::Transaction;

/// The right to carry out one request, and whether its response has been written. Clones share what they know.
#[derive(Clone, Debug)]
pub struct Claim {
    digest: String,
    owner: u64,
    saving: Arc<Mutex<Option<Saving>>>,
}

/// A response that was put into a transaction.
#[derive(Debug)]
struct Saving {
    response: SavedResponse,
    committed: Arc<AtomicBool>,
}

impl Claim {
    fn new(digest: &str, owner: u64) -> Self {
        Self { digest: digest.to_owned(), owner, saving: Arc::default() }
    }

    fn saving(&self) -> MutexGuard<'_, Option<Saving>> {
        self.saving.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// The response that a transaction of this claim has written, if one has committed.
    pub fn saved(&self) -> Option<SavedResponse> {
        let saving = self.saving();
        let saved = saving.as_ref().filter(|saving| saving.committed.load(Ordering::Relaxed));
        saved.map(|saving| saving.response.clone())
    }
}

/// The response to a request, written for its repetitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedResponse {
    pub status: u16,
    pub body: String,
}

/// An item takes 400 KB, with the names and numbers beside the answer.
const LARGEST_ANSWER_BYTES: usize = 300 * 1024;

impl SavedResponse {
    /// Whether it is small enough for the record's item.
    pub fn can_be_saved(&self) -> bool {
        self.body.len() <= LARGEST_ANSWER_BYTES
    }
}

#[derive(Clone, Debug)]
pub enum Claimed {
    /// The claim is ours: the request is to be carried out.
    Mine(Claim),
    /// The request was carried out; this was its response.
    Done(SavedResponse),
    /// Another request holds the claim.
    InFlight,
    /// The key was used for another body.
    Mismatch,
}

/// Longer than any function may run: after it, the invocation that held the claim has died.
const LEASE_SECONDS: i64 = 60;

const KEPT_SECONDS: i64 = 24 * 60 * 60;

impl Store {
    /// Claims a request. `digest` names user, path and key; each of `fingerprints` the body, the first is kept; `owner` is a
    /// random number.
    pub async fn idempotency_claim(
        &self,
        digest: &str,
        fingerprints: &[String],
        owner: u64,
        now: Instant,
    ) -> Result<Claimed, Fault> {
        let kept = fingerprints.first().ok_or_else(|| Fault::Rejected("a request without a fingerprint".to_owned()))?;
        let is_left = one_of("fingerprint", fingerprints.iter().map(text))
            .and(absent("answer_status"))
            .and(at_most("lease", number(now.timestamp())));
        let update = Update::of(keys::idempotency_record(digest))
            .set("owner", number(owner))
            .set("fingerprint", text(kept))
            .set("lease", number(now.timestamp() + LEASE_SECONDS))
            .set("expires_at", number(now.timestamp() + KEPT_SECONDS))
            .remove_all(["answer_status", "answer"])
            .when(absent("pk").or(at_most("expires_at", number(now.timestamp()))).or(is_left));
        match self.update(update, Returning::Nothing).await {
            Ok(_) => Ok(Claimed::Mine(Claim::new(digest, owner))),
            Err(Failed::Fault(fault)) => Err(fault),
            Err(Failed::Refused(record)) => {
                let record = Reader(&record);
                // A retry of this very call whose first answer was lost finds its own claim.
                let fingerprint = record.text("fingerprint")?;
                let is_ours = record.maybe_number::<u64>("owner")? == Some(owner);
                Ok(match record.maybe_number("answer_status")? {
                    _ if !fingerprints.iter().any(|print| print == fingerprint) => Claimed::Mismatch,
                    Some(status) => Claimed::Done(SavedResponse { status, body: record.owned("answer")? }),
                    None if is_ours => Claimed::Mine(Claim::new(digest, owner)),
                    None => Claimed::InFlight,
                })
            }
        }
    }

    /// Writes the response of a request whose transaction, if it had one, did not write exactly this one.
    pub async fn idempotency_settle(&self, claim: &Claim, answer: &SavedResponse) -> Result<(), Fault> {
        self.update_or_leave(answer_update(claim, answer)).await
    }

    /// Gives the claim up, so that the request may be tried again at once.
    pub async fn idempotency_release(&self, claim: &Claim) -> Result<(), Fault> {
        let update = Update::of(keys::idempotency_record(&claim.digest))
            .set("lease", number(0))
            .when(equals("owner", number(claim.owner)).and(absent("answer_status")));
        self.update_or_leave(update).await
    }
}

fn answer_update(claim: &Claim, answer: &SavedResponse) -> Update {
    Update::of(keys::idempotency_record(&claim.digest))
        .set("answer_status", number(answer.status))
        .set("answer", text(&answer.body))
        .when(equals("owner", number(claim.owner)))
}

impl<R: Clone> Transaction<R> {
    /// Writes the response together with the effect. `lost` is what it means that the claim is no longer ours.
    pub fn save_response(&mut self, claim: &Claim, answer: &SavedResponse, lost: R) -> &mut Self {
        let update = answer_update(claim, answer).when(absent("answer_status"));
        *claim.saving() = Some(Saving { response: answer.clone(), committed: self.committed() });
        self.update(update, Some(lost))
    }
}
