//! Live connections: an item among its person's others, so that one query finds them all, and one that leads from the
//! connection to its person.

use std::collections::BTreeSet;

use domain::Instant;
use domain::chat::RolePair;
use domain::facade::Facade;
use domain::feed::{Address, Carried, Place, Position, places_from_bytes, places_to_bytes};
use domain::ids::{NoticeId, SessionId, UserId};
use domain::serial::Serial;
use table::{Item, Range, Update, Value, equals, exists};

use crate::connections::Socket;
use crate::denied::Denied;
use crate::facts::{self, Asked, Wanted};
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::requests::Store;
use crate::row::{Reader, Row, number, text, time};
use crate::transaction::Transaction;

/// A connection with the frames that were pushed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSocket {
    pub socket: Socket,
    pub carried: Carried,
}

/// API Gateway ends every connection after two hours: an item older than this missed its `$disconnect`.
const LONGEST_LIFE_SECONDS: i64 = 2 * 60 * 60;

fn row(key: &keys::Key, socket: &Socket) -> Row {
    let (address, with) = match socket.address {
        Address::Everything => ("all", None),
        Address::Chat(with) => ("chat", Some(with)),
        Address::Notices => ("notices", None),
    };
    Row::at(key)
        .text("connection", &socket.connection)
        .number("user", socket.user)
        .number("session", socket.session)
        .text("facade", socket.facade.rules().word)
        .text("address", address)
        .maybe("with", with, number)
        .maybe("learner", socket.roles.map(|roles| roles.learner.0), number)
        .maybe("learner_serial", socket.roles.map(|roles| roles.learner.1), number)
        .maybe("expert_serial", socket.roles.map(|roles| roles.expert.1), number)
        .time("opened_at", socket.opened_at)
        .time("valid_until", socket.valid_until)
        .number("expires_at", socket.opened_at.timestamp() + LONGEST_LIFE_SECONDS)
}

/// The roles of the two of a chat.
fn roles_from(row: Reader<'_>, user: UserId, address: Address) -> Result<Option<RolePair>, Fault> {
    let (learner, Address::Chat(with)) = (row.maybe_number("learner")?.and_then(UserId::new), address) else {
        return Ok(None);
    };
    let Some(learner) = learner else { return Ok(None) };
    let expert = if learner == user { with } else { user };
    Ok(Some(RolePair {
        learner: (learner, row.id("learner_serial", Serial::new)?),
        expert: (expert, row.id("expert_serial", Serial::new)?),
    }))
}

fn socket_from(row: Reader<'_>) -> Result<Socket, Fault> {
    let address = match row.text("address")? {
        "all" => Address::Everything,
        "chat" => Address::Chat(row.id("with", UserId::new)?),
        "notices" => Address::Notices,
        _ => return Err(row.corrupt("address")),
    };
    let facade = match row.text("facade")? {
        "" => Some(Facade::FIRST), // from when sockets spoke one façade's frames only
        word => Facade::of_word(word),
    };
    let user = row.id("user", UserId::new)?;
    Ok(Socket {
        connection: row.owned("connection")?,
        user,
        session: row.id("session", SessionId::new)?,
        facade: facade.ok_or_else(|| row.corrupt("facade"))?,
        address,
        roles: roles_from(row, user, address)?,
        opened_at: row.time("opened_at")?,
        valid_until: row.time("valid_until")?,
    })
}

fn places(places: &BTreeSet<Place>) -> Option<Value> {
    (!places.is_empty()).then(|| Value::B(places_to_bytes(places)))
}

/// Connections from before places were kept as bytes have them as numbers, until more is pushed.
const AS_NUMBERS: [&str; 2] = ["before", "pushed"];

fn carried_from(row: Reader<'_>) -> Result<Carried, Fault> {
    let place = |number| Place::from_number(number).ok_or_else(|| row.corrupt("floor"));
    let set = |name: &'static str, as_numbers| match row.0.get(name) {
        Some(Value::B(bytes)) => places_from_bytes(bytes).ok_or_else(|| row.corrupt(name)),
        Some(_) => Err(row.corrupt(name)),
        None => row.numbers::<i64>(as_numbers)?.into_iter().map(place).collect::<Result<BTreeSet<_>, Fault>>(),
    };
    Ok(Carried {
        before: Position::new(place(row.number("floor")?)?, set("had", AS_NUMBERS[0])?),
        pushed: set("carried", AS_NUMBERS[1])?,
        is_behind: row.flag("behind"),
        asked_from: match row.text("asked_from")? {
            "" => None,
            text => Some(Position::from_text(text).ok_or_else(|| row.corrupt("asked_from"))?),
        },
        replayed_from: row.maybe_number("replayed_from")?.map(place).transpose()?,
    })
}

pub(crate) fn live_from(item: &Item) -> Result<LiveSocket, Fault> {
    let row = Reader(item);
    Ok(LiveSocket { socket: socket_from(row)?, carried: carried_from(row)? })
}

/// What is noted of all sockets of a person: the last one they opened, so that it shows when there is another one. By its
/// name: this item expires, and a number would begin anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    pub(crate) newest: String,
    pub(crate) last_at: Instant,
}

impl Opened {
    pub(crate) fn read(item: &Item) -> Result<Self, Fault> {
        let row = Reader(item);
        Ok(Self { newest: row.owned("newest")?, last_at: row.time("opened_at")? })
    }
}

fn opened(socket: &Socket) -> Update {
    Update::of(keys::sockets(socket.user))
        .set("newest", text(&socket.connection))
        .set("opened_at", time(socket.opened_at))
        .set("expires_at", number(socket.opened_at.timestamp() + LONGEST_LIFE_SECONDS))
}

impl Store {
    pub async fn socket_open(&self, live: &LiveSocket) -> Result<(), Fault> {
        let LiveSocket { socket, carried } = live;
        let item = row(&keys::socket(socket.user, &socket.connection), socket)
            .number("floor", carried.before.floor().number())
            .maybe("had", places(carried.before.above()), |places| places);
        let mut transaction = Transaction::<()>::new();
        transaction.replace(item.into_item());
        transaction.replace(row(&keys::connection(&socket.connection), socket).into_item());
        transaction.update(opened(socket), None);
        done(self.commit(transaction).await)
    }

    /// The connection, if it is (still) known.
    pub async fn socket(&self, connection: &str) -> Result<Option<Socket>, Fault> {
        let Some(item) = self.get(&keys::connection(connection)).await? else { return Ok(None) };
        let socket = socket_from(Reader(&item))?;
        self.immutable.learn_connection(&socket);
        Ok(Some(socket))
    }

    /// The same as this process has read it before. It may have been forgotten since: whoever writes for it looks again,
    /// beside their first read.
    pub fn socket_remembered(&self, connection: &str) -> Option<Socket> {
        self.immutable.connection(connection)
    }

    /// All live connections of a person, the oldest first.
    pub async fn sockets(&self, user: UserId) -> Result<Vec<LiveSocket>, Fault> {
        Ok(self.sockets_looked_for(user).await?.0)
    }

    /// The same, with what says whether another one was opened since.
    pub(crate) async fn sockets_looked_for(&self, user: UserId) -> Result<(Vec<LiveSocket>, Option<Opened>), Fault> {
        let mut sockets: Vec<LiveSocket> = Vec::new();
        let mut opened = None;
        let mut from = keys::SOCKET.to_owned();
        loop {
            let range = Range {
                partition: keys::user(user).pk,
                from: Some(from),
                to: Some(format!("{}~", keys::SOCKET)),
                consistent: true,
                ..Range::default()
            };
            let (items, more) = self.query(&range).await?;
            for item in &items {
                match item.get("sk") == Some(&text(keys::SOCKET)) {
                    true => opened = Some(Opened::read(item)?),
                    false => sockets.push(live_from(item)?),
                }
            }
            // A blank sorts before every letter: the next page begins just behind this one.
            match sockets.last().filter(|_| more) {
                Some(last) => from = format!("{}{} ", keys::SOCKET, last.socket.connection),
                None => break,
            }
        }
        sockets.sort_by_key(|live| live.socket.opened_at);
        Ok((sockets, opened))
    }

    /// Forgets a connection.
    pub async fn socket_close(&self, socket: &Socket) -> Result<(), Fault> {
        let mut transaction = Transaction::<()>::new();
        transaction.delete(&keys::socket(socket.user, &socket.connection));
        transaction.delete(&keys::connection(&socket.connection));
        done(self.commit(transaction).await)
    }

    /// Stores a client's `resume` or repetition as a fact of its person's partition, which `outbox` answers in order. An
    /// id that is taken is refused.
    pub async fn socket_ask(
        &self,
        socket: &Socket,
        id: NoticeId,
        asked: &Asked,
        now: Instant,
    ) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        transaction.create(facts::asked_item(socket.user, id, asked, now), Denied::IdTaken);
        if let Wanted::Resume { since: Some(since), .. } = &asked.what {
            let awaits = Update::of(keys::socket(socket.user, &socket.connection))
                .set("asked_from", text(since.to_text()))
                .when(exists("pk"));
            transaction.update(awaits, Some(Denied::Stale));
        }
        self.commit(transaction).await
    }

    /// Removes the `resume` that was answered from its connection, unless a later one has replaced it.
    pub async fn socket_answered(&self, socket: &Socket, since: &Position) -> Result<(), Fault> {
        let answered = Update::of(keys::socket(socket.user, &socket.connection))
            .remove("asked_from")
            .when(equals("asked_from", text(since.to_text())));
        self.update_or_leave(answered).await
    }

    /// Stores which frames were pushed to a connection, unless its item was deleted.
    pub async fn socket_carried(&self, live: &LiveSocket) -> Result<(), Fault> {
        let carried = &live.carried;
        let sets = [("had", places(carried.before.above())), ("carried", places(&carried.pushed))];
        let mut sets: Vec<_> = sets.into();
        sets.push(("behind", carried.is_behind.then_some(Value::Bool(true))));
        sets.push(("replayed_from", carried.replayed_from.map(|place| number(place.number()))));
        let update = Update::of(keys::socket(live.socket.user, &live.socket.connection))
            .set("floor", number(carried.before.floor().number()))
            .remove_all(AS_NUMBERS)
            .when(exists("pk"));
        let update = sets.into_iter().fold(update, |update, (name, value)| match value {
            Some(value) => update.set(name, value),
            None => update.remove(name),
        });
        self.update_or_leave(update).await
    }
}

fn done(committed: Result<(), Failed<()>>) -> Result<(), Fault> {
    match committed {
        Ok(()) | Err(Failed::Refused(())) => Ok(()),
        Err(Failed::Fault(fault)) => Err(fault),
    }
}
