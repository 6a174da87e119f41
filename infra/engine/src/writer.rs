//! Writes, many in one commit and each whole or not at all: a request is looked at to its end before anything of it is written.

use std::borrow::Cow;

use redb::{ReadableTable, Table};
use table::{Condition, Fault, Index, Item, Key, Metered, Reason, Returning, Value, Write};

use crate::change;
use crate::check::{self, Wrong};
use crate::code::{Reader, Writer};
use crate::condition::holds;
use crate::file::Opened;
use crate::place;
use crate::size::{read_units, write_units};
use crate::stream::{self, Kind};
use crate::token::{self, Done};
use crate::view::{MAP, Sized, unreadable};

/// What somebody wants written.
#[derive(Debug)]
pub(crate) enum Request<'a> {
    One(Cow<'a, Write>, Returning),
    All {
        writes: Cow<'a, [Write]>,
        token: Cow<'a, str>,
        fingerprint: u64,
    },
    /// Removes what expired up to a second, so many at most.
    Sweep {
        now: u64,
        most: usize,
    },
    /// Puts items without a word in the stream.
    Fill(Cow<'a, [Item]>),
}

/// What became of it: units, and an item or a number of items.
pub(crate) type Outcome = Result<Metered<Answer>, Failed>;

#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) item: Item,
    pub(crate) count: usize,
}

#[derive(Debug)]
pub(crate) enum Failed {
    /// The item as it stands.
    Condition(Item),
    Because(Vec<Reason>),
    Fault(Fault),
}

/// Which changes the stream is to have: whoever reads it says so.
pub(crate) type Wanted = dyn Fn(Kind, Option<&Item>, Option<&Item>) -> bool + Send + Sync;

/// DynamoDB never removes what expired longer ago.
const FIVE_YEARS: u64 = 5 * 366 * 24 * 60 * 60;

impl Request<'_> {
    pub(crate) fn into_owned(self) -> Request<'static> {
        match self {
            Self::One(write, returning) => Request::One(Cow::Owned(write.into_owned()), returning),
            Self::All { writes, token, fingerprint } => Request::All {
                writes: Cow::Owned(writes.into_owned()),
                token: Cow::Owned(token.into_owned()),
                fingerprint,
            },
            Self::Sweep { now, most } => Request::Sweep { now, most },
            Self::Fill(items) => Request::Fill(Cow::Owned(items.into_owned())),
        }
    }
}

/// One commit being made.
struct Commit<'c, 't> {
    map: Table<'t, &'static [u8], &'static [u8]>,
    opened: &'c mut Opened,
    wanted: &'c Wanted,
    now_ms: u64,
    has_changed: bool,
}

/// One write, looked at and not yet done.
struct Planned {
    key: Key,
    before: Option<Sized>,
    after: Option<Sized>,
}

enum NotPlanned {
    Condition(Item),
    Wrong(Wrong),
}

/// Does all requests in one commit. The stream has lost its interest up to `trimmed`.
///
/// # Errors
/// The file. Then nothing is known of any of them, and `opened` is not what the file has.
pub(crate) fn commit(
    opened: &mut Opened,
    requests: &[&Request<'_>],
    wanted: &Wanted,
    now_ms: u64,
    trimmed: u64,
) -> Result<Vec<Outcome>, redb::Error> {
    let writing = opened.database.begin_write()?;
    let mut commit = Commit { map: writing.open_table(MAP)?, opened, wanted, now_ms, has_changed: false };
    let outcomes = requests.iter().map(|request| commit.request(request)).collect::<Result<Vec<_>, _>>()?;
    let has_changed = commit.has_changed;
    if has_changed {
        commit.trim(trimmed)?;
        commit.forget_tokens()?;
    }
    drop(commit);
    if has_changed {
        writing.commit()?;
    } else {
        writing.abort()?;
    }
    Ok(outcomes)
}

fn done(units: f64, item: Item) -> Outcome {
    Ok(Metered { answer: Answer { item, count: 0 }, units })
}

fn rejected(text: impl Into<String>) -> Outcome {
    Err(Failed::Fault(Fault::Rejected(text.into())))
}

fn table_units(planned: &Planned) -> f64 {
    write_units(larger(planned))
}

fn larger(planned: &Planned) -> usize {
    [&planned.before, &planned.after].into_iter().flatten().map(|(_, size)| *size).max().unwrap_or_default()
}

impl Commit<'_, '_> {
    fn request(&mut self, request: &Request<'_>) -> Result<Outcome, redb::Error> {
        match request {
            Request::One(write, returning) => self.one(write, *returning),
            Request::All { writes, token, fingerprint } => self.all(writes, token, *fingerprint),
            Request::Sweep { now, most } => self.sweep(*now, *most),
            Request::Fill(items) => self.fill(items),
        }
    }

    fn one(&mut self, write: &Write, returning: Returning) -> Result<Outcome, redb::Error> {
        let planned = match self.plan(write)? {
            Ok(planned) => planned,
            Err(NotPlanned::Condition(item)) => return Ok(Err(Failed::Condition(item))),
            Err(NotPlanned::Wrong(Wrong::Request(text) | Wrong::Leg(text))) => return Ok(rejected(text)),
        };
        let units = table_units(&planned) + self.write(&planned, Some(false))?;
        let Planned { before, after, .. } = planned;
        let item = match returning {
            Returning::Nothing => None,
            Returning::Old => before,
            Returning::New | Returning::Updated => after,
        };
        let mut item = item.map(|(item, _)| item).unwrap_or_default();
        if let (Returning::Updated, Write::Update(update)) = (returning, write) {
            item.retain(|name, _| update.names(name));
        }
        Ok(done(units, item))
    }

    fn all(&mut self, writes: &[Write], token: &str, fingerprint: u64) -> Result<Outcome, redb::Error> {
        if let Some(done_before) = self.opened.tokens.find(token, self.now_ms) {
            return Ok(if done_before.fingerprint == fingerprint {
                done(f64::from(done_before.units), Item::new())
            } else {
                rejected("IdempotentParameterMismatchException: the token was used for another request")
            });
        }
        let (mut planned, mut reasons) = (Vec::with_capacity(writes.len()), Vec::with_capacity(writes.len()));
        for write in writes {
            reasons.push(match self.plan(write)? {
                Ok(plan) => {
                    planned.push(plan);
                    Reason::None
                }
                Err(NotPlanned::Condition(_)) => Reason::ConditionFailed,
                Err(NotPlanned::Wrong(Wrong::Leg(_))) => Reason::Wrong("ValidationError".to_owned()),
                Err(NotPlanned::Wrong(Wrong::Request(text))) => return Ok(rejected(text)),
            });
        }
        if planned.len() < writes.len() {
            return Ok(Err(Failed::Because(reasons)));
        }
        let (mut units, mut again) = (0.0, 0.0);
        for plan in &planned {
            units += 2.0 * table_units(plan) + self.write(plan, Some(false))?;
            again += 2.0 * read_units(larger(plan), true);
        }
        self.keep_token(token, Done { at_ms: self.now_ms, fingerprint, units: again as u32 })?;
        Ok(done(units, Item::new()))
    }

    /// Looks at one write.
    fn plan(&self, write: &Write) -> Result<Result<Planned, NotPlanned>, redb::Error> {
        let key = write.key();
        if let (Err(wrong), true) = (check::key(&key), !matches!(write, Write::Put { .. })) {
            return Ok(Err(NotPlanned::Wrong(wrong)));
        }
        let found = self.map.get(place::of_item(&key).as_slice())?;
        let before = found.map(|bytes| Reader(bytes.value()).item(key.clone()).ok_or_else(unreadable)).transpose()?;
        let was = before.as_ref().map(|(item, _)| item);
        let fails = |condition: &Option<Condition>| condition.as_ref().is_some_and(|condition| !holds(condition, was));
        let (does_fail, after) = match write {
            Write::Put { item, condition } => (fails(condition), change::put(item).map(Some)),
            Write::Update(update) if fails(&update.condition) => (true, Ok(None)),
            Write::Update(update) => (false, change::update(update, was).map(Some)),
            Write::Delete { condition, .. } => (fails(condition), Ok(None)),
        };
        Ok(match after {
            // What is wrong with an item to be put is so whatever is stored.
            Err(wrong) => Err(NotPlanned::Wrong(wrong)),
            Ok(_) if does_fail => Err(NotPlanned::Condition(before.map(|(item, _)| item).unwrap_or_default())),
            Ok(after) => Ok(Planned { key, before, after }),
        })
    }

    /// Writes an item, its places in indexes and its record; says what the indexes cost. `tells`: whether the stream hears
    /// of it, and if so whether it expired.
    fn write(&mut self, planned: &Planned, tells: Option<bool>) -> Result<f64, redb::Error> {
        let Planned { key, before, after } = planned;
        let (old, new) = (before.as_ref().map(|(item, _)| item), after.as_ref().map(|(item, _)| item));
        if old == new {
            return Ok(0.0);
        }
        self.has_changed = true;
        let place = place::of_item(key);
        match after {
            Some((item, size)) => {
                let mut written = Writer::default();
                written.item(item, *size);
                self.map.insert(place.as_slice(), written.0.as_slice())?;
            }
            None => drop(self.map.remove(place.as_slice())?),
        }
        let mut units = 0.0;
        for index in Index::ALL {
            units += self.write_index(index, planned)?;
        }
        let expiry = |item: Option<&Item>| item.and_then(expires_at).map(|second| place::of_expiry(second, key));
        self.move_entry(expiry(old), expiry(new))?;
        if let Some(expired) = tells.filter(|_| (self.wanted)(Kind::of(old, new), old, new)) {
            let record = stream::written(key, before.as_ref(), after.as_ref(), self.now_ms, expired);
            let place = place::numbered(place::STREAM, self.opened.next_record);
            self.map.insert(place.as_slice(), record.as_slice())?;
            self.opened.next_record += 1;
        }
        Ok(units)
    }

    /// An entry that is there before and after costs only if its item has changed in what the index holds of it.
    fn write_index(&mut self, index: Index, planned: &Planned) -> Result<f64, redb::Error> {
        let entry = |image: &Option<Sized>| {
            let (item, size) = image.as_ref()?;
            let place = place::in_index(index, &planned.key, item)?;
            let size = match (index, place::index_key(index, item)) {
                (Index::ByDue, Some((partition, sort))) => {
                    let names = "pkskdue_bucketdue_at".len();
                    names + planned.key.pk.len() + planned.key.sk.len() + partition.len() + sort.len()
                }
                _ => *size,
            };
            Some((place, write_units(size)))
        };
        let (before, after) = (entry(&planned.before), entry(&planned.after));
        let units = match (&before, &after) {
            (Some((old, _)), Some((new, _))) if old == new && index == Index::ByDue => 0.0,
            (Some((old, before)), Some((new, after))) if old == new => before.max(*after),
            _ => [&before, &after].into_iter().flatten().map(|(_, units)| units).sum(),
        };
        self.move_entry(before.map(|(place, _)| place), after.map(|(place, _)| place))?;
        Ok(units)
    }

    fn move_entry(&mut self, old: Option<Vec<u8>>, new: Option<Vec<u8>>) -> Result<(), redb::Error> {
        if old != new {
            old.map(|place| self.map.remove(place.as_slice()).map(drop)).transpose()?;
            new.map(|place| self.map.insert(place.as_slice(), [].as_slice()).map(drop)).transpose()?;
        }
        Ok(())
    }

    fn sweep(&mut self, now: u64, most: usize) -> Result<Outcome, redb::Error> {
        let start = place::numbered(place::EXPIRY, now.saturating_sub(FIVE_YEARS));
        let end = place::numbered(place::EXPIRY, now.saturating_add(1));
        let mut keys = Vec::new();
        for entry in self.map.range(start.as_slice()..end.as_slice())?.take(most) {
            keys.push(place::expiry_key(entry?.0.value()).ok_or_else(unreadable)?);
        }
        let count = keys.len();
        for key in keys {
            let before = self.map.get(place::of_item(&key).as_slice())?;
            let before =
                before.map(|bytes| Reader(bytes.value()).item(key.clone()).ok_or_else(unreadable)).transpose()?;
            self.write(&Planned { key, before, after: None }, Some(true))?;
        }
        Ok(Ok(Metered { answer: Answer { item: Item::new(), count }, units: 0.0 }))
    }

    fn fill(&mut self, items: &[Item]) -> Result<Outcome, redb::Error> {
        for item in items {
            let write = Write::Put { item: item.clone(), condition: None };
            match self.plan(&write)? {
                Ok(planned) => drop(self.write(&planned, None)?),
                Err(NotPlanned::Wrong(Wrong::Request(text) | Wrong::Leg(text))) => return Ok(rejected(text)),
                Err(NotPlanned::Condition(_)) => {}
            }
        }
        Ok(done(0.0, Item::new()))
    }

    fn keep_token(&mut self, token: &str, done: Done) -> Result<(), redb::Error> {
        self.opened.tokens.keep(token, done);
        if let Some(next) = &mut self.opened.next_token {
            let place = place::numbered(place::TOKEN, *next);
            *next += 1;
            self.map.insert(place.as_slice(), done.written(token).as_slice())?;
            self.has_changed = true;
        }
        Ok(())
    }

    /// Removes from the file a few of the tokens whose time is over: more than one commit adds, so they do not pile up.
    fn forget_tokens(&mut self) -> Result<(), redb::Error> {
        let (start, end) = place::all(place::TOKEN);
        let mut over = Vec::new();
        for entry in self.map.range(start.as_slice()..end.as_slice())?.take(128) {
            let (place, written) = entry?;
            let (_, done) = Done::read(written.value()).ok_or_else(unreadable)?;
            if self.now_ms < done.at_ms + token::KEPT_MS {
                break;
            }
            over.push(place.value().to_vec());
        }
        over.iter().try_for_each(|place| self.map.remove(place.as_slice()).map(drop))?;
        Ok(())
    }

    /// Removes a part of the records nobody waits for. Of the newest record its number stays, or it would be given again.
    fn trim(&mut self, trimmed: u64) -> Result<(), redb::Error> {
        let newest = self.opened.next_record - 1;
        let start = place::numbered(place::STREAM, 0);
        let end = place::numbered(place::STREAM, trimmed.min(newest).saturating_add(1));
        let mut over = Vec::new();
        for entry in self.map.range(start.as_slice()..end.as_slice())?.take(1024) {
            over.push(entry?.0.value().to_vec());
        }
        for place in over {
            if place::number(&place) == Some(newest) {
                self.map.insert(place.as_slice(), [].as_slice())?;
            } else {
                self.map.remove(place.as_slice())?;
            }
        }
        Ok(())
    }
}

/// The second an item is over, where it says one.
fn expires_at(item: &Item) -> Option<u64> {
    let Value::N(digits) = item.get("expires_at")? else { return None };
    digits.split('.').next()?.parse().ok()
}
