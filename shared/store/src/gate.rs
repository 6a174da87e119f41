//! The gate item of a person or an address, which every request meets: whether its session is valid, and how many requests
//! came this minute.
//!
//! One read of one small item, or one update, answers both. Each minute has a counter attribute of its own; a write adds to
//! it and removes those of the minutes before, so a new window opens by itself. What of a person's requests is written when
//! is decided by the [`tally`](crate::tally) of this process; of addresses and of failed logins each is written.

use std::collections::BTreeSet;

use domain::Instant;
use domain::ids::{SessionId, UserId};
use domain::text::LoginName;
use table::{Item, Key, Returning, Update, Value, absent, at_most, contains, equals, exists, not};

use crate::denied::Denied;
use crate::facts::{self, Ended};
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, number, numbers};
use crate::tally::{Begun, Counted, Measure, Noted, Seen, Went, Writing};
use crate::transaction::Transaction;

/// One request counted, and how many of this minute it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    pub count: u32,
}

/// A valid session's caller: whether they are an administrator, and their count of this minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub is_admin: bool,
    pub hit: Hit,
}

/// Whether a session is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    Open(Standing),
    /// The session ended, the password changed, the account is suspended, or there is none.
    Closed,
}

/// A session that is not prolonged by a refresh token is valid for so long: after that its end need not be stored any more.
const LONGEST_SESSION_DAYS: i64 = 7;

/// Somebody who logs out more often than this in a week loses the other sessions too; it bounds the item.
const MOST_ENDED: usize = 500;

/// How many minutes a hit forgets without being asked to. What is older is forgotten in a step of its own.
const FORGOTTEN: i64 = 60;

fn minute(now: Instant) -> i64 {
    now.timestamp().div_euclid(60)
}

/// What counts so many hits in `now`'s minute and forgets the counters of minutes `past`.
fn count_hits(key: Key, counted: Counted, (hits, now): (u32, Instant), past: Vec<String>) -> Update {
    Update::of(key).add(counted.counter(minute(now)), number(hits)).remove_all(past)
}

/// The counters that an item may have of the minutes just before `now`'s.
fn just_before(counted: Counted, now: Instant) -> Vec<String> {
    (1..=FORGOTTEN).map(|ago| counted.counter(minute(now) - ago)).collect()
}

/// The counters that an item has of minutes before this one.
fn counters_before(item: &Item, before: i64) -> Vec<String> {
    let minute_of = |name: &str| {
        let digits = Counted::ALL.into_iter().find_map(|counted| name.strip_prefix(counted.letter()))?;
        digits.parse::<i64>().ok()
    };
    item.keys().filter(|name| minute_of(name).is_some_and(|minute| minute < before)).cloned().collect()
}

/// What a write that did not see the item has left: the counters of somebody who was away for more than an hour.
fn left_behind(item: &Item, now: Instant) -> Vec<String> {
    counters_before(item, minute(now) - FORGOTTEN)
}

/// The id of an account that does not exist (minted ids are larger), for work that takes as long with an account as
/// without. It is one of 2000, so that requests of the same moment do not conflict on one item.
pub(crate) fn nobody(now: Instant) -> UserId {
    UserId::new(1 + i64::from(now.timestamp_subsec_micros() % 2000)).expect("it is at least one")
}

/// The gate of a new account: open to every session from now on.
pub(crate) fn new_gate(user: UserId, is_admin: bool) -> Item {
    crate::row::Row::at(&keys::user_gate(user)).number("valid_from", 0).flag("admin", is_admin).into_item()
}

/// Which sessions of a person are valid, as the gate item says.
pub(crate) struct ValidSessions {
    valid_from: i64,
    /// The one session that stays valid although it is older than `valid_from`.
    kept: Option<i64>,
    ended: BTreeSet<i64>,
    is_suspended: bool,
}

impl ValidSessions {
    pub(crate) fn read(gate: &Item) -> Result<Self, Fault> {
        let row = Reader(gate);
        Ok(Self {
            valid_from: row.number("valid_from")?,
            kept: row.maybe_number("kept")?,
            ended: row.numbers("ended")?,
            is_suspended: row.flag("suspended"),
        })
    }

    pub(crate) fn include(&self, session: SessionId) -> bool {
        let session = session.get();
        let counts = self.valid_from <= session || self.kept == Some(session);
        counts && !self.is_suspended && !self.ended.contains(&session)
    }
}

/// Ends every session up to `last` except `kept`. The condition fails if `kept` has ended already.
pub(crate) fn closing(user: UserId, last: SessionId, kept: Option<SessionId>) -> Update {
    let from = number(last.get() + 1);
    let closing = Update::of(keys::user_gate(user))
        .set("valid_from", from.clone())
        .remove("ended")
        .when(at_most("valid_from", from));
    match kept {
        Some(kept) => closing.set("kept", number(kept)).when(not(contains("ended", number(kept)))),
        None => closing.remove("kept"),
    }
}

/// Ends every session up to `last`, and lets none begin.
pub(crate) fn suspending(user: UserId, last: SessionId) -> Update {
    Update::of(keys::user_gate(user))
        .set("valid_from", number(last.get() + 1))
        .set("suspended", Value::Bool(true))
        .remove("ended")
        .remove("kept")
        .when(at_most("valid_from", number(last.get() + 1)))
}

/// Hits of this minute so far, as an item tells.
fn hits(item: &Item, counted: Counted, now: Instant) -> Result<u32, Fault> {
    Reader(item).count_at(&counted.counter(minute(now)))
}

/// What a gate says of this minute and of those before.
fn seen(gate: &Item, counted: Counted, now: Instant) -> Result<Seen, Fault> {
    Ok(Seen { written: hits(gate, counted, now)?, past: counters_before(gate, minute(now)) })
}

fn open(gate: &Item, count: u32) -> Gate {
    Gate::Open(Standing { is_admin: Reader(gate).flag("admin"), hit: Hit { count } })
}

impl Store {
    /// Counts a request or a frame of a session, if the session is valid. Whoever was refused beyond the limit counts or
    /// does not; it makes no difference any more.
    pub async fn gate_session(
        &self,
        user: UserId,
        session: SessionId,
        measure: Measure,
        now: Instant,
    ) -> Result<Gate, Fault> {
        let tally = self.tallies.of(minute(now), user, measure.counted);
        let reading = match tally.begin(measure) {
            Begun::Read(reading) => reading,
            Begun::Write(writing) => return self.gate_write((user, session), measure, writing, now).await,
        };
        let Some(gate) = self.gate_of(user, session).await? else { return Ok(Gate::Closed) };
        match tally.after(reading, seen(&gate, measure.counted, now)?, measure) {
            Went::Told(count) => Ok(open(&gate, count)),
            Went::Write(writing) => self.gate_write((user, session), measure, writing, now).await,
        }
    }

    /// Writes what was counted, if the session is valid. If others were in the way, the request is counted here alone. So is
    /// a read if the table did not answer; whatever writes would come to nothing then.
    async fn gate_write(
        &self,
        (user, session): (UserId, SessionId),
        measure: Measure,
        writing: Writing,
        now: Instant,
    ) -> Result<Gate, Fault> {
        let (counted, key) = (measure.counted, keys::user_gate(user));
        let known = writing.past();
        let was_seen = known.is_some();
        let past = known.unwrap_or_else(|| just_before(counted, now));
        let update = count_hits(key.clone(), counted, (writing.hits(), now), past).when(
            exists("pk")
                .and(at_most("valid_from", number(session)).or(equals("kept", number(session))))
                .and(absent("suspended"))
                .and(not(contains("ended", number(session)))),
        );
        let fault = match self.update(update, Returning::Old).await {
            Ok(old) => {
                let count = writing.done(hits(&old, counted, now)?);
                if !was_seen {
                    self.forget(key, left_behind(&old, now)).await;
                }
                return Ok(open(&old, count));
            }
            Err(Failed::Refused(_)) => {
                writing.refused();
                return Ok(Gate::Closed);
            }
            Err(Failed::Fault(fault)) => fault,
        };
        let nothing_was_written = matches!(fault, Fault::Contended);
        let tally = writing.failed(nothing_was_written);
        if measure.noted == Noted::AtOnce && !nothing_was_written {
            return Err(fault);
        }
        tracing::warn!(%fault, "requests could not be counted");
        let reading = tally.reading();
        let Some(gate) = self.gate_of(user, session).await? else { return Ok(Gate::Closed) };
        Ok(open(&gate, tally.after_all(reading, seen(&gate, counted, now)?, measure)))
    }

    /// The gate of a person, if this session of theirs is valid.
    async fn gate_of(&self, user: UserId, session: SessionId) -> Result<Option<Item>, Fault> {
        let Some(gate) = self.get(&keys::user_gate(user)).await? else { return Ok(None) };
        Ok(ValidSessions::read(&gate)?.include(session).then_some(gate))
    }

    /// Whether a session is valid, without counting anything.
    pub async fn session_lives(&self, user: UserId, session: SessionId) -> Result<bool, Fault> {
        Ok(self.gate_of(user, session).await?.is_some())
    }

    /// Counts a request of an address in one of the groups that are limited by address.
    pub async fn gate_address(&self, address: &str, group: &str, now: Instant) -> Result<Hit, Fault> {
        self.count_for_hours(keys::address_gate(address, group), now).await
    }

    /// Counts in an item that is deleted when nothing is counted any more.
    async fn count_for_hours(&self, key: keys::Key, now: Instant) -> Result<Hit, Fault> {
        let past = just_before(Counted::Request, now);
        let update = count_hits(key, Counted::Request, (1, now), past);
        let update = update.set("expires_at", number(now.timestamp() + 7200));
        match self.count(update, Counted::Request, now).await {
            Ok(hit) => Ok(hit),
            Err(Failed::Refused(_)) => unreachable!("the update has no condition"),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Counts a failed login of an account, whatever address it came from. Without an account it takes as long.
    pub async fn gate_failed_login(&self, user: Option<UserId>, counted: Counted, now: Instant) -> Result<Hit, Fault> {
        let key = keys::credential(user.unwrap_or_else(|| nobody(now)));
        let update = count_hits(key, counted, (1, now), just_before(counted, now)).when(exists("pk"));
        match self.count(update, counted, now).await {
            Ok(hit) => Ok(hit),
            Err(Failed::Refused(_)) => Ok(Hit { count: 1 }),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Counts a failed login under a name, whether or not anybody has it.
    pub async fn gate_failed_name(&self, name: &LoginName, now: Instant) -> Result<Hit, Fault> {
        self.count_for_hours(keys::failed_logins(name), now).await
    }

    async fn count(&self, update: Update, counted: Counted, now: Instant) -> Result<Hit, Failed<Item>> {
        let key = update.key.clone();
        let old = self.update(update, Returning::Old).await?;
        let hit = Hit { count: hits(&old, counted, now)? + 1 };
        self.forget(key, left_behind(&old, now)).await;
        Ok(hit)
    }

    /// Removes counters. They are in nobody's way, so what could not be removed now is removed later.
    async fn forget(&self, key: Key, counters: Vec<String>) {
        if counters.is_empty() {
            return;
        }
        if let Err(fault) = self.update_or_leave(Update::of(key).remove_all(counters)).await {
            tracing::warn!(%fault, "old counts could not be forgotten");
        }
    }

    /// Ends one session at once, with what else `transaction` does; the fact that closes its sockets is written with it.
    /// Sessions that ended by age are forgotten on the way.
    pub async fn session_end(
        &self,
        mut transaction: Transaction<Denied>,
        user: UserId,
        session: SessionId,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let end = Update::of(keys::user_gate(user)).add("ended", numbers([session])).when(exists("pk"));
        transaction.update(end, Some(Denied::Stale));
        transaction.replace(facts::ended_item(user, Ended::One(session), now));
        match self.commit(transaction).await {
            Ok(()) => {}
            Err(Failed::Refused(Denied::Stale)) => return Ok(()), // the account does not exist, so it has no sessions
            Err(failed) => return Err(failed),
        }
        let gate = self.get(&keys::user_gate(user)).await?.unwrap_or_default();
        let ended = Reader(&gate).numbers::<i64>("ended")?;
        if ended.len() > MOST_ENDED {
            return Ok(self.sessions_end(Transaction::new, user, now).await?);
        }
        let oldest = SessionId::mint(now - chrono::TimeDelta::days(LONGEST_SESSION_DAYS), 0);
        let stale: Vec<_> = ended.range(..oldest.get()).copied().filter_map(SessionId::new).collect();
        if !stale.is_empty() {
            // One that was prolonged may be older.
            let stale = self.forgettable(user, stale, now).await?;
            self.forget_ended(user, stale).await?;
        }
        Ok(())
    }

    async fn forget_ended(&self, user: UserId, stale: Vec<SessionId>) -> Result<(), Fault> {
        if stale.is_empty() {
            return Ok(());
        }
        let forget = Update::of(keys::user_gate(user)).delete("ended", numbers(stale));
        self.update_or_leave(forget).await
    }

    /// An update whose failed condition does not matter.
    pub(crate) async fn update_or_leave(&self, update: Update) -> Result<(), Fault> {
        match self.update(update, Returning::Nothing).await {
            Ok(_) | Err(Failed::Refused(_)) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}

/// Failed logins of this minute, as the item of a credential or of a name tells.
pub(crate) fn failed_logins(item: &Item, counted: Counted, now: Instant) -> Result<u32, Fault> {
    hits(item, counted, now)
}
