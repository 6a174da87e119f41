//! The gate item of a person or an address, which every request updates: whether its session is valid, and how many requests
//! came this minute.
//!
//! One update of one small item answers both. Each minute has a counter attribute of its own; a hit adds to it and
//! removes those of the minutes before, so a new window opens without a read.

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

/// What is counted of a session, each against a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Request,
    /// A frame that is relayed to somebody else's socket.
    Signal,
    /// A failed login from where the account's owner has signed in before.
    Known,
}

impl Counted {
    const ALL: [Counted; 3] = [Counted::Request, Counted::Signal, Counted::Known];

    fn letter(self) -> char {
        match self {
            Counted::Request => 'h',
            Counted::Signal => 's',
            Counted::Known => 'k',
        }
    }

    /// The counter attribute of a minute. Each minute has its own, so no counter is ever reset: a reset would lose what
    /// parallel requests had counted.
    fn counter(self, minute: i64) -> String {
        format!("{}{minute}", self.letter())
    }
}

/// What counts one hit in `now`'s minute and forgets those just before it.
fn count_hit(key: Key, counted: Counted, now: Instant) -> Update {
    let minute = minute(now);
    Update::of(key)
        .add(counted.counter(minute), number(1))
        .remove_all((1..=FORGOTTEN).map(|ago| counted.counter(minute - ago)))
}

/// The counters that [`count_hit`] did not reach: those of somebody who was away for more than an hour.
fn left_behind(item: &Item, now: Instant) -> Vec<&str> {
    let oldest = minute(now) - FORGOTTEN;
    let minute_of = |name: &str| {
        let digits = Counted::ALL.into_iter().find_map(|counted| name.strip_prefix(counted.letter()))?;
        digits.parse::<i64>().ok()
    };
    item.keys().map(String::as_str).filter(|name| minute_of(name).is_some_and(|minute| minute < oldest)).collect()
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

impl Store {
    /// Counts a request or a frame of a session, if the session is valid.
    pub async fn gate_session(
        &self,
        user: UserId,
        session: SessionId,
        counted: Counted,
        now: Instant,
    ) -> Result<Gate, Fault> {
        let update = count_hit(keys::user_gate(user), counted, now).when(
            exists("pk")
                .and(at_most("valid_from", number(session)).or(equals("kept", number(session))))
                .and(absent("suspended"))
                .and(not(contains("ended", number(session)))),
        );
        match self.count(update, counted, now).await {
            Ok((old, hit)) => {
                let old = Reader(&old);
                Ok(Gate::Open(Standing { is_admin: old.flag("admin"), hit }))
            }
            Err(Failed::Refused(_)) => Ok(Gate::Closed),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Whether a session is valid, without counting anything.
    pub async fn session_lives(&self, user: UserId, session: SessionId) -> Result<bool, Fault> {
        match self.get(&keys::user_gate(user)).await? {
            Some(gate) => Ok(ValidSessions::read(&gate)?.include(session)),
            None => Ok(false),
        }
    }

    /// Counts a request of an address in one of the groups that are limited by address.
    pub async fn gate_address(&self, address: &str, group: &str, now: Instant) -> Result<Hit, Fault> {
        self.count_for_hours(keys::address_gate(address, group), now).await
    }

    /// Counts in an item that is deleted when nothing is counted any more.
    async fn count_for_hours(&self, key: keys::Key, now: Instant) -> Result<Hit, Fault> {
        let update = count_hit(key, Counted::Request, now).set("expires_at", number(now.timestamp() + 7200));
        match self.count(update, Counted::Request, now).await {
            Ok((_, hit)) => Ok(hit),
            Err(Failed::Refused(_)) => unreachable!("the update has no condition"),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Counts a failed login of an account, whatever address it came from. Without an account it takes as long.
    pub async fn gate_failed_login(&self, user: Option<UserId>, counted: Counted, now: Instant) -> Result<Hit, Fault> {
        let key = keys::credential(user.unwrap_or_else(|| nobody(now)));
        let update = count_hit(key, counted, now).when(exists("pk"));
        match self.count(update, counted, now).await {
            Ok((_, hit)) => Ok(hit),
            Err(Failed::Refused(_)) => Ok(Hit { count: 1 }),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }

    /// Counts a failed login under a name, whether or not anybody has it.
    pub async fn gate_failed_name(&self, name: &LoginName, now: Instant) -> Result<Hit, Fault> {
        self.count_for_hours(keys::failed_logins(name), now).await
    }

    async fn count(&self, update: Update, counted: Counted, now: Instant) -> Result<(Item, Hit), Failed<Item>> {
        let key = update.key.clone();
        let old = self.update(update, Returning::Old).await?;
        let hit = Hit { count: hits(&old, counted, now)? + 1 };
        let left_behind = left_behind(&old, now);
        if !left_behind.is_empty() {
            self.update_or_leave(Update::of(key).remove_all(left_behind)).await?;
        }
        Ok((old, hit))
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
