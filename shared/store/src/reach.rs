//! What it takes to reach the sockets of several people at once: who listens, and the messages they are to see.
//!
//! Where this process knows which sockets somebody has, one batch by their keys brings all of it, for all of them. With it
//! comes what says whether another one was opened since; then, and where nothing is known, the person's range is read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use domain::Instant;
use domain::chat::Pair;
use domain::feed::{Address, Part};
use domain::ids::{MessageId, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use table::{Item, Key};

use crate::chats::{MessageInConversation, told_in};
use crate::connections::KnownSockets;
use crate::fault::Fault;
use crate::keys;
use crate::requests::Store;
use crate::sockets::{LiveSocket, Opened, live_from};

/// A range and what was written in one transaction with a part of it need not be seen together. After so long they are.
const SEEN_TOGETHER: TimeDelta = TimeDelta::seconds(5);

/// Of whom has more sockets the range is read: it costs less than so many keys, and one person fills no cache.
const MOST_BY_KEY: usize = 8;

/// How many people's ranges are read at the same time.
const AT_ONCE: usize = 32;

/// Messages some people are to see, if they listen.
pub type Awaited = BTreeMap<UserId, Vec<(Pair, MessageId)>>;

/// Who listens, and to what.
#[derive(Debug, Default)]
pub struct Reach {
    /// Of each person that was asked for, the oldest first.
    pub sockets: BTreeMap<UserId, Vec<LiveSocket>>,
    pub told: BTreeMap<MessageId, MessageInConversation>,
}

fn takes(mut addresses: impl Iterator<Item = Address>, user: UserId, pair: Pair) -> bool {
    addresses.any(|address| address.takes(Part::Message, Some(pair.other(user))))
}

fn message_keys((pair, id): &(Pair, MessageId)) -> [Key; 2] {
    [keys::message(*pair, *id), keys::conversation(*pair)]
}

impl KnownSockets {
    fn addresses(&self) -> impl Iterator<Item = Address> {
        self.connections.iter().map(|(_, address)| *address)
    }

    /// Those of them that are still there, if there is no other.
    fn still(&self, user: UserId, items: &HashMap<Key, Item>) -> Result<Option<Vec<LiveSocket>>, Fault> {
        let Some(opened) = items.get(&keys::sockets(user)).map(Opened::read).transpose()? else { return Ok(None) };
        if opened.newest != self.newest {
            return Ok(None);
        }
        let found = self.connections.iter().filter_map(|(name, _)| items.get(&keys::socket(user, name)));
        let mut sockets = found.map(live_from).collect::<Result<Vec<_>, _>>()?;
        sockets.sort_by_key(|live| live.socket.opened_at);
        Ok(Some(sockets))
    }
}

impl Store {
    /// The sockets of these people, and of the messages awaited those that one of them shows.
    pub async fn reach(&self, awaited: &Awaited, now: Instant) -> Result<Reach, Fault> {
        let known: Vec<_> = awaited.keys().filter_map(|user| Some((*user, self.immutable.sockets(*user)?))).collect();
        let mut asked = BTreeSet::new();
        for (user, known) in &known {
            asked.insert(keys::sockets(*user));
            asked.extend(known.connections.iter().map(|(name, _)| keys::socket(*user, name)));
            let shown = awaited[user].iter().filter(|(pair, _)| takes(known.addresses(), *user, *pair));
            asked.extend(shown.flat_map(message_keys));
        }
        let mut items = self.get_many(&asked.iter().cloned().collect::<Vec<_>>(), true).await?;
        let mut sockets = BTreeMap::new();
        for (user, known) in &known {
            if let Some(still) = known.still(*user, &items)? {
                sockets.insert(*user, still);
            }
        }
        let unknown: Vec<_> = awaited.keys().copied().filter(|user| !sockets.contains_key(user)).collect();
        let looked_for: Vec<_> = stream::iter(unknown)
            .map(|user| async move { Ok::<_, Fault>((user, self.sockets_looked_for(user).await?)) })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        for (user, (found, opened)) in looked_for {
            let is_seen = |opened: &Opened| opened.last_at + SEEN_TOGETHER < now && found.len() <= MOST_BY_KEY;
            if let Some(opened) = opened.filter(is_seen) {
                let connections = found.iter().map(|live| (live.socket.connection.clone(), live.socket.address));
                let known = KnownSockets { newest: opened.newest, connections: connections.collect() };
                self.immutable.learn_sockets(user, known);
            }
            sockets.insert(user, found);
        }
        let shown = awaited.iter().flat_map(|(user, messages)| messages.iter().map(move |message| (user, message)));
        let shown = shown
            .filter(|(user, (pair, _))| takes(sockets[*user].iter().map(|live| live.socket.address), **user, *pair));
        let shown: Vec<_> = shown.map(|(_, message)| *message).collect();
        let missing: BTreeSet<_> = shown.iter().flat_map(message_keys).filter(|key| !asked.contains(key)).collect();
        items.extend(self.get_many(&missing.into_iter().collect::<Vec<_>>(), true).await?);
        Ok(Reach { sockets, told: told_in(&items, &shown)? })
    }
}
