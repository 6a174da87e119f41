//! The directory of experts: small entries without copies. A page is one range of them in the order they are shown in,
//! and then the profiles of that page; a search reads the entries of its words first.

use std::collections::{BTreeSet, HashMap};

use domain::directory::{Question, indexed_words, lookups, places, rank};
use domain::expert::Standing;
use domain::ids::UserId;
use domain::person::User;
use futures_util::{StreamExt, TryStreamExt, stream};
use table::{Item, Key, Range, Update, absent, less};

use crate::fault::Fault;
use crate::keys;
use crate::requests::{READ_AT_ONCE, Store};
use crate::row::{Reader, Row, number};
use crate::transaction::{LARGEST_TRANSACTION, Transaction};
use crate::{cards, person_codec, roster};

/// No list is counted or read beyond this.
const DEEPEST: usize = 1000;

/// Words of one search that are looked up; further ones are held against the profile.
const MOST_LOOKUPS: usize = 5;

/// How many requests are under way at the same time.
const AT_ONCE: usize = 16;

/// One page of a list of people, and how many there are in all: exact up to 1000.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    pub count: usize,
    pub people: Vec<User>,
}

/// Moves an expert to where they belong now: for every change of the profile, of the standing and of the rating.
pub(crate) fn relist<R: Clone>(transaction: &mut Transaction<R>, before: &User, after: &User) {
    let (old, new) = (places(before), places(after));
    for place in old.difference(&new) {
        transaction.delete(&keys::directory_entry(*place, after.id));
    }
    for place in new.difference(&old) {
        transaction.replace(Row::at(&keys::directory_entry(*place, after.id)).into_item());
    }
    cards::move_to(transaction, before, after);
    roster::move_to(transaction, Some(before), after);
}

/// The entries of words that did not fit into the transaction of their profile. Since they only propose, one too many
/// does no harm: new ones are written before it, old ones deleted after it.
pub(crate) struct Surplus {
    new: Vec<Key>,
    old: Vec<Key>,
    version: u64,
}

/// Puts the change of words into the transaction as far as there is room.
pub(crate) fn reword<R: Clone>(transaction: &mut Transaction<R>, before: &User, after: &User) -> Surplus {
    let keys_of = |user| indexed_words(user).iter().map(|word| keys::directory_word(word, after.id)).collect();
    reworded(transaction, &keys_of(before), &keys_of(after), after.version)
}

/// The same of whatever is found under words: `old` and `new` are the keys of its entries.
pub(crate) fn reworded<R: Clone>(
    transaction: &mut Transaction<R>,
    old: &BTreeSet<Key>,
    new: &BTreeSet<Key>,
    version: u64,
) -> Surplus {
    let mut surplus = Surplus { new: Vec::new(), old: Vec::new(), version };
    for key in new.difference(old) {
        if transaction.len() < LARGEST_TRANSACTION {
            transaction.replace(Row::at(key).number("version", version).into_item());
        } else {
            surplus.new.push(key.clone());
        }
    }
    for key in old.difference(new) {
        if transaction.len() < LARGEST_TRANSACTION {
            transaction.delete(key);
        } else {
            surplus.old.push(key.clone());
        }
    }
    surplus
}

/// Who an entry is about.
pub(crate) fn person(item: &Item) -> Result<UserId, Fault> {
    let row = Reader(item);
    let id = row.text("sk")?.rsplit('#').next().unwrap_or_default();
    keys::text_id(id).and_then(UserId::new).ok_or_else(|| row.corrupt("sk"))
}

impl Store {
    /// Writes what has to be there when the profile is.
    pub(crate) async fn words_ahead(&self, surplus: &Surplus) -> Result<(), Fault> {
        let version = number(surplus.version);
        let updates = surplus.new.clone().into_iter().map(move |key| {
            Update::of(key).set("version", version.clone()).when(absent("version").or(less("version", version.clone())))
        });
        stream::iter(updates).map(|update| self.update_or_leave(update)).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Deletes what nobody is found under any more, but for what a later change has put there again.
    pub(crate) async fn words_behind(&self, surplus: &Surplus) {
        let deletions = surplus.old.clone().into_iter().map(|key| self.delete_unless_newer(key, surplus.version));
        let done: Result<(), Fault> = stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect().await;
        if let Err(fault) = done {
            // The profile is saved. What stays only proposes somebody who is then held against the question.
            tracing::warn!(%fault, "words of an expert stay in the index");
        }
    }

    /// The listed experts who answer `question`, best first: two round trips; for a search with more than a hundred hits,
    /// which are ranked by the directory, another one and one per hundred of them; one more per further word of a search.
    pub async fn directory(&self, question: &Question, skipped: usize, page_size: usize) -> Result<Found, Fault> {
        if question.words.is_empty() {
            let ranked = self.ranked(question).await?;
            return self.page_of(question, &ranked, skipped, page_size).await;
        }
        let proposed = self.proposed(&lookups(&question.words)).await?;
        let people = match proposed {
            Some(few) if few.len() <= READ_AT_ONCE => {
                let few: Vec<_> = few.into_iter().collect();
                let mut people: Vec<_> = self.people(&few).await?.into_values().collect();
                people.sort_by_key(|user| (std::cmp::Reverse(rank(user)), user.id));
                people
            }
            many => {
                let mut ranked = self.ranked(question).await?;
                ranked.retain(|id| many.as_ref().is_none_or(|many| many.contains(id)));
                let mut profiles = self.people(&ranked).await?;
                ranked.iter().filter_map(|id| profiles.remove(id)).collect()
            }
        };
        // Only now is it known who is a hit and not just proposed.
        let hits: Vec<_> = people.into_iter().filter(|user| question.answered_by(user)).collect();
        Ok(Found { count: hits.len(), people: hits.into_iter().skip(skipped).take(page_size).collect() })
    }

    /// Whom the words to look up propose; `None` if no word is rare enough for all of its entries to be read. An expert
    /// has an entry for every word a beginning stands for, so a part of the entries says nothing of who is not in it.
    pub(crate) async fn proposed(&self, lookups: &[String]) -> Result<Option<BTreeSet<UserId>>, Fault> {
        let mut proposed: Option<BTreeSet<UserId>> = None;
        for word in lookups.iter().take(MOST_LOOKUPS) {
            let (partition, from, to) = keys::directory_words(word);
            let range = Range { partition, from: Some(from), to: Some(to), limit: Some(DEEPEST), ..Range::default() };
            let (items, more) = self.query(&range).await?;
            if more {
                continue;
            }
            let ids = items.iter().map(person).collect::<Result<BTreeSet<_>, _>>()?;
            let known = proposed.map_or_else(|| ids.clone(), |known| &known & &ids);
            let is_few = known.len() <= READ_AT_ONCE;
            proposed = Some(known);
            if is_few {
                break;
            }
        }
        Ok(proposed)
    }

    /// Everybody listed of a specialty and rating, best first.
    async fn ranked(&self, question: &Question) -> Result<Vec<UserId>, Fault> {
        let (partition, to) = keys::directory_range(question.specialty, question.least_rating);
        let range = Range { partition, to: Some(to), limit: Some(DEEPEST), ..Range::default() };
        self.query(&range).await?.0.iter().map(person).collect()
    }

    async fn page_of(
        &self,
        question: &Question,
        ranked: &[UserId],
        skipped: usize,
        page_size: usize,
    ) -> Result<Found, Fault> {
        let mut found = self.slice(ranked, skipped, page_size, false).await?;
        found.people.retain(|user| question.answered_by(user));
        Ok(found)
    }

    async fn slice(&self, ids: &[UserId], skipped: usize, size: usize, consistent: bool) -> Result<Found, Fault> {
        let page: Vec<_> = ids.iter().skip(skipped).take(size).copied().collect();
        let mut profiles =
            if consistent { self.users(&page).await?.into_iter().collect() } else { self.people(&page).await? };
        Ok(Found { count: ids.len(), people: page.iter().filter_map(|id| profiles.remove(id)).collect() })
    }

    /// Several people, a hundred in one round trip, all at the same time; as of a moment ago.
    async fn people(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>, Fault> {
        let keys: Vec<_> = ids.iter().map(|id| keys::user(*id)).collect();
        let batches: Vec<_> = keys.chunks(READ_AT_ONCE).map(<[Key]>::to_vec).collect();
        let read = stream::iter(batches).map(|keys| async move { self.get_many(&keys, false).await });
        let found: Vec<_> = read.buffer_unordered(AT_ONCE).try_collect().await?;
        let items = found.iter().flat_map(HashMap::values);
        items.map(|item| person_codec::from_item(item).map(|user| (user.id, user))).collect()
    }

    /// Everybody of one standing, or of any, by id, as last written.
    pub async fn experts_by_standing(
        &self,
        standing: Option<Standing>,
        skipped: usize,
        page_size: usize,
    ) -> Result<Found, Fault> {
        match standing {
            Some(standing) => self.experts_by_standings(&[standing], skipped, page_size).await,
            None => self.experts_by_standings(&Standing::ALL, skipped, page_size).await,
        }
    }

    /// Those of some standings behind an id, by id, as last written, and the last of them if more follow. One round trip
    /// per standing and one for the page.
    pub async fn experts_behind(
        &self,
        standings: &[Standing],
        after: Option<UserId>,
        limit: usize,
    ) -> Result<(Vec<User>, Option<UserId>), Fault> {
        let mut ids = BTreeSet::new();
        for standing in standings {
            let partition = keys::standing_partition(*standing);
            // A blank sorts before every letter, and behind nothing.
            let from = after.map(|after| format!("{} ", keys::id_text(after.get())));
            let range = Range { partition, from, limit: Some(limit + 1), consistent: true, ..Range::default() };
            for item in &self.query(&range).await?.0 {
                ids.insert(person(item)?);
            }
        }
        let goes_on = ids.len() > limit;
        let page: Vec<_> = ids.into_iter().take(limit).collect();
        let people = self.users(&page).await?.into_values();
        let is_one = |user: &User| user.standing().is_some_and(|standing| standings.contains(&standing));
        Ok((people.filter(is_one).collect(), page.last().copied().filter(|_| goes_on)))
    }

    /// Everybody who ever applied: their ids in order, from one on (itself too), up or down.
    pub async fn expert_ids(&self, from: Option<UserId>, descending: bool, most: usize) -> Result<Vec<UserId>, Fault> {
        let edge = from.map(|from| keys::id_text(from.get()));
        let (from, to) = if descending { (None, edge) } else { (edge, None) };
        let ranges = Standing::ALL.map(|standing| Range {
            partition: keys::standing_partition(standing),
            from: from.clone(),
            to: to.clone(),
            descending,
            limit: Some(most),
            consistent: true,
            ..Range::default()
        });
        let mut ids = BTreeSet::new();
        for (items, _) in futures_util::future::try_join_all(ranges.iter().map(|range| self.query(range))).await? {
            for item in &items {
                ids.insert(person(item)?);
            }
        }
        let mut ids: Vec<_> = ids.into_iter().collect();
        if descending {
            ids.reverse();
        }
        ids.truncate(most);
        Ok(ids)
    }

    /// How many those are, as far as lists are counted.
    pub async fn experts_count(&self) -> Result<usize, Fault> {
        let ranges = Standing::ALL.map(|standing| Range {
            partition: keys::standing_partition(standing),
            limit: Some(DEEPEST),
            ..Range::default()
        });
        let counts = futures_util::future::try_join_all(ranges.iter().map(|range| self.query_count(range))).await?;
        Ok(counts.into_iter().sum::<usize>().min(DEEPEST))
    }

    async fn experts_by_standings(
        &self,
        standings: &[Standing],
        skipped: usize,
        page_size: usize,
    ) -> Result<Found, Fault> {
        let mut ids = BTreeSet::new();
        for standing in standings {
            let partition = keys::standing_partition(*standing);
            let range = Range { partition, limit: Some(DEEPEST), consistent: true, ..Range::default() };
            for item in &self.query(&range).await?.0 {
                ids.insert(person(item)?);
            }
        }
        let ids: Vec<_> = ids.into_iter().take(DEEPEST).collect();
        let mut found = self.slice(&ids, skipped, page_size, true).await?;
        found.people.retain(|user| user.standing().is_some_and(|it| standings.contains(&it)));
        Ok(found)
    }
}
