//! Search: a range of the inverted index proposes people, their profiles decide. Each entry carries a copy of its
//! profile, kept up to date by whoever reads the stream, so this is one round trip; two, when an entry is so new that it
//! has no copy yet.

use std::collections::{HashMap, HashSet};

use domain::ids::UserId;
use domain::person::User;
use domain::search::{Query, Scan, Term, terms};
use futures_util::{StreamExt, TryStreamExt, stream};
use table::{Item, Range, Update, Value, absent, equals, less};

use crate::fault::Fault;
use crate::requests::Store;
use crate::row::{Reader, Row, number};
use crate::{Page, keys, person_codec};

fn range(scan: &Scan, after: Option<&str>, limit: usize) -> Range {
    let (partition, prefix) = keys::search_range(scan);
    // A blank sorts before every letter a key goes on with: so the range begins just behind the last one shown.
    let from = after.map_or_else(|| prefix.to_owned(), |after| format!("{after} "));
    Range {
        partition,
        from: (!from.is_empty()).then_some(from),
        to: (!prefix.is_empty()).then(|| format!("{prefix}{}", keys::LAST)),
        limit: Some(limit),
        ..Range::default()
    }
}

/// The term and the person of one index entry.
fn proposal(scan: &Scan, item: &Item) -> Result<(Term, UserId, String), Fault> {
    let row = Reader(item);
    let place = row.text("sk")?;
    let (word, id) = place.rsplit_once('#').ok_or_else(|| row.corrupt("sk"))?;
    let term = match scan {
        Scan::Anyone => Term::Anyone,
        Scan::Category(category) => Term::Category(*category),
        Scan::SkillWords(_) => Term::SkillWord(word.to_owned()),
        Scan::AnyWords(_) => Term::AnyWord(word.to_owned()),
    };
    let user = keys::text_id(id).and_then(UserId::new).ok_or_else(|| row.corrupt("sk"))?;
    Ok((term, user, place.to_owned()))
}

impl Store {
    /// One page of the people who answer `query`, without `caller`. It may be shorter than `limit` although more follow.
    pub async fn search(
        &self,
        query: &Query,
        caller: UserId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<User>, Fault> {
        let scan = query.scan();
        let (entries, more) = self.query(&range(&scan, after, limit)).await?;
        let proposals: Vec<_> = entries.iter().map(|item| proposal(&scan, item)).collect::<Result<_, _>>()?;
        let next = proposals.last().filter(|_| more).map(|(.., place)| place.clone());

        let mut profiles = self.profiles(&entries, &proposals).await?;
        let mut items = Vec::new();
        for (term, id, _) in proposals {
            let Some(user) = profiles.get(&id) else { continue };
            if id != caller && query.answered_by(user) && query.first_met_at(user, &term) {
                items.extend(profiles.remove(&id));
            }
        }
        Ok(Page { items, next })
    }

    /// The profiles of those proposed: the newest copy among the entries, else as they are in the table.
    async fn profiles(
        &self,
        entries: &[Item],
        proposals: &[(Term, UserId, String)],
    ) -> Result<HashMap<UserId, User>, Fault> {
        let mut profiles: HashMap<UserId, User> = HashMap::new();
        for (item, (_, id, _)) in entries.iter().zip(proposals) {
            let Some(copy) = copy_in(item)? else { continue };
            if profiles.get(id).is_none_or(|known| known.version < copy.version) {
                profiles.insert(*id, copy);
            }
        }
        let missing: HashSet<_> =
            proposals.iter().map(|(_, id, _)| *id).filter(|id| !profiles.contains_key(id)).collect();
        let keys: Vec<_> = missing.into_iter().map(keys::user).collect();
        for item in self.get_many(&keys, false).await?.values() {
            let user = person_codec::from_item(item)?;
            profiles.insert(user.id, user);
        }
        Ok(profiles)
    }

    /// Puts a copy of a profile into the entries it is found under; a newer copy stays. An entry that was removed
    /// meanwhile is not made again.
    pub async fn search_copies(&self, user: &User) -> Result<(), Fault> {
        if !is_copied(user) {
            return Ok(());
        }
        let copy = Value::M(person_codec::to_item(user));
        let updates = terms(user).into_iter().map(|term| {
            Update::of(keys::search_entry(&term, user.id))
                .set("card", copy.clone())
                .set("version", number(user.version))
                .when(
                    less("version", number(user.version))
                        .or(equals("version", number(user.version)).and(absent("card"))),
                )
        });
        stream::iter(updates).map(|update| self.update_or_leave(update)).buffer_unordered(AT_ONCE).try_collect().await
    }
}

/// An entry as a change of the profile makes it: whoever looks first reads the profile itself.
pub(crate) fn new_entry(term: &Term, user: &User) -> Item {
    Row::at(&keys::search_entry(term, user.id)).number("version", user.version).into_item()
}

/// Takes the copy of an older profile out of an entry.
pub(crate) fn without_copy(term: &Term, user: &User) -> Update {
    Update::of(keys::search_entry(term, user.id)).set("version", number(user.version)).remove("card")
}

/// Whether copies of this profile are kept. Of one that says very much under very many words they would cost more than
/// they save: it is read itself.
pub(crate) fn is_copied(user: &User) -> bool {
    let hours_and_skills = 100 * (user.hours.len() + user.skills.len());
    let of_work = user.expert.as_ref().map_or(0, |expert| expert.known_for.len());
    let bytes = 500 + user.bio.len() + of_work + hours_and_skills;
    terms(user).len() * bytes.div_ceil(1024) <= MOST_COPIED
}

/// Kilobytes of copies in all, and so write units whenever the profile changes.
const MOST_COPIED: usize = 150;

/// How many entries are brought up to date at the same time.
const AT_ONCE: usize = 16;

fn copy_in(item: &Item) -> Result<Option<User>, Fault> {
    match item.get("card") {
        Some(Value::M(copy)) => person_codec::from_item(copy).map(Some),
        Some(_) => Err(Reader(item).corrupt("card")),
        None => Ok(None),
    }
}
