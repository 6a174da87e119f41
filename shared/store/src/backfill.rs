//! Backfill: reads the whole table, one stretch after the other, and gives items of an older shape the newest. Beside
//! reconciliation the only scan there is; for an operator's command, never for a request.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use table::{Condition, Item, Key, Returning, Scan, Update, absent, all, equals, exists};

use crate::fault::{Failed, Fault};
use crate::keys::{self, Kind};
use crate::names;
use crate::requests::Store;
use crate::row::{Reader, SHAPE};
use crate::shapes::{Renewed, Shapes, difference};

/// One of the parts of the table that are read beside one another, and where in it to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub segment: u32,
    pub segments: u32,
    /// The key of the last item that was seen; `None` at the beginning.
    pub after: Option<(String, String)>,
    /// At most so many items.
    pub most: u32,
}

/// What became of the items of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub seen: u64,
    /// They got the newest shape; without writing, they would.
    pub renewed: u64,
    /// A later program wrote them.
    pub newer: u64,
    /// They could not be changed: [`Filled::left`] has them.
    pub left: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.seen += more.seen;
        self.renewed += more.renewed;
        self.newer += more.newer;
        self.left += more.left;
    }
}

/// What became of one stretch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Under no kind: items whose keys this program does not make.
    pub counts: BTreeMap<Option<Kind>, Counts>,
    /// What was left as it is, with the reason.
    pub left: Vec<String>,
    /// Where the next stretch begins; `None` at the end.
    pub next: Option<(String, String)>,
}

/// What became of one item.
enum Outcome {
    Newest,
    Newer,
    Renewed,
    Left(String),
}

/// Somebody else changed the item each time it was about to be written.
const ROUNDS: usize = 8;

/// How many items are written at the same time.
const AT_ONCE: usize = 8;

/// An item has more attributes than one condition can compare: DynamoDB takes 300 operators.
const MOST_COMPARED: usize = 140;

impl Store {
    /// Reads a stretch and, if it is to `write`, changes what is of an older shape. Doing it twice does no harm.
    pub async fn backfill(&self, shapes: &Shapes, stretch: &Stretch, write: bool) -> Result<Filled, Fault> {
        let start = stretch.after.clone().map(|(pk, sk)| Key { pk, sk }.item());
        let scan = Scan {
            segment: stretch.segment,
            segments: stretch.segments,
            limit: usize::try_from(stretch.most).ok(),
            consistent: false,
        };
        let page = self.table.scan(scan, start.as_ref()).await?.answer;
        let key = |item: &Item| Reader(item).owned("pk").and_then(|pk| Ok((pk, Reader(item).owned("sk")?)));
        let mut filled = Filled::default();
        let mut results = stream::iter(page.items)
            .map(|item| async move {
                let (pk, sk) = key(&item)?;
                let kind = keys::read(&pk, &sk).map(|named| named.kind);
                let outcome = match self.renew(shapes, item.clone(), write).await? {
                    outcome @ (Outcome::Newest | Outcome::Renewed) if write => self.follow(&item, outcome).await?,
                    outcome => outcome,
                };
                Ok::<_, Fault>((kind, outcome))
            })
            .buffer_unordered(AT_ONCE);
        while let Some(result) = results.next().await {
            let (kind, outcome) = result?;
            let counts = filled.counts.entry(kind).or_default();
            counts.seen += 1;
            match outcome {
                Outcome::Newest => {}
                Outcome::Newer => counts.newer += 1,
                Outcome::Renewed => counts.renewed += 1,
                Outcome::Left(reason) => {
                    counts.left += 1;
                    filled.left.push(reason);
                }
            }
        }
        filled.next = page.next.as_ref().map(key).transpose()?;
        Ok(filled)
    }

    /// Makes what the stream would have made of an item, had it told of it. What nobody can read is left.
    async fn follow(&self, item: &Item, outcome: Outcome) -> Result<Outcome, Fault> {
        let made = async {
            self.stats_backfill(item).await?;
            self.list_backfill(item).await?;
            self.card_backfill(item).await?;
            self.roster_backfill(item).await
        };
        match made.await {
            Ok(()) => Ok(outcome),
            Err(fault @ Fault::Corrupt { .. }) => Ok(left(item, &fault.to_string())),
            Err(fault) => Err(fault),
        }
    }

    async fn renew(&self, shapes: &Shapes, mut item: Item, write: bool) -> Result<Outcome, Fault> {
        if names::is_from_before(&item) && is_a_login_name(&item) {
            return self.renew_name(&item, write).await;
        }
        for _ in 0..ROUNDS {
            let renewed = match shapes.renewed(&item) {
                Ok(Renewed::To(renewed)) => renewed,
                Ok(Renewed::Newest | Renewed::Unknown) => return Ok(Outcome::Newest),
                Ok(Renewed::Newer) => return Ok(Outcome::Newer),
                Err(fault) => return Ok(Outcome::Left(fault.to_string())),
            };
            if !write {
                return Ok(Outcome::Renewed);
            }
            if item.len() > MOST_COMPARED && !is_marked_only(&item, &renewed) {
                return Ok(left(&item, "it has more attributes than one condition can compare"));
            }
            match self.change(&item, &renewed).await {
                Ok(()) => return Ok(Outcome::Renewed),
                // It is not what was read: it is gone, or there is another to look at.
                Err(Failed::Refused(now)) if now.is_empty() => return Ok(Outcome::Newest),
                Err(Failed::Refused(now)) => item = now,
                Err(Failed::Fault(Fault::Contended)) => {}
                Err(Failed::Fault(fault)) => return Err(fault),
            }
        }
        Ok(left(&item, "it is changed all the time"))
    }

    /// Whether a login name from before is somebody's username or their address only their profile says, and another name
    /// may be the same to a reader by now: so this is no step of one item.
    async fn renew_name(&self, guard: &Item, write: bool) -> Result<Outcome, Fault> {
        let owner = names::owner_from_before(guard)?;
        let Some(owner) = (match owner {
            Some(owner) => self.user(owner).await?,
            None => None,
        }) else {
            return Ok(left(guard, "nobody has it"));
        };
        if !write {
            return Ok(Outcome::Renewed);
        }
        self.names_renew(&owner).await?;
        let now = self.get(&Key::of(guard)).await?;
        let is_settled = now.is_none_or(|now| !names::is_from_before(&now));
        Ok(if is_settled { Outcome::Renewed } else { left(guard, "somebody else has this name by now") })
    }

    /// Changes an item in its place: only what differs, so that nothing else that was added meanwhile is lost.
    async fn change(&self, before: &Item, after: &Item) -> Result<(), Failed<Item>> {
        let (set, gone) = difference(before, after);
        let update = set
            .into_iter()
            .fold(Update::of(Key::of(before)), |update, (name, value)| update.set(name, value.clone()))
            .remove_all(gone)
            .when(is_as_read(before, after));
        self.update(update, Returning::Nothing).await.map(drop)
    }
}

fn is_a_login_name(item: &Item) -> bool {
    let Key { pk, sk } = Key::of(item);
    keys::read(&pk, &sk).is_some_and(|named| named.kind == Kind::LoginName)
}

fn left(item: &Item, why: &str) -> Outcome {
    let Key { pk, sk } = Key::of(item);
    Outcome::Left(format!("{}: {why}", keys::read(&pk, &sk).map(|named| named.to_string()).unwrap_or_default()))
}

/// Whether nothing but the number of the shape differs.
fn is_marked_only(before: &Item, after: &Item) -> bool {
    let (set, gone) = difference(before, after);
    gone.is_empty() && set.iter().all(|(name, _)| *name == SHAPE)
}

/// The condition that an item still is what was read, as far as the change depends on it: the number alone depends on
/// nothing, so that items which change with every request need not stand still for it.
fn is_as_read(before: &Item, after: &Item) -> Condition {
    let is_as_before = |name: &str| match before.get(name) {
        Some(value) => equals(name, value.clone()),
        None => absent(name),
    };
    let mut conditions = vec![exists("pk"), is_as_before(SHAPE)];
    if !is_marked_only(before, after) {
        let (set, _) = difference(before, after);
        let added = set.iter().map(|(name, _)| *name).filter(|name| !before.contains_key(*name));
        let names = before.keys().map(String::as_str).chain(added);
        conditions.extend(names.filter(|name| !["pk", "sk", SHAPE].contains(name)).map(is_as_before));
    }
    all(conditions)
}
