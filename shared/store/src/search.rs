//! Search: a range of the inverted index proposes people, their profiles decide. Two round trips, however many there are.

use std::collections::HashSet;

use domain::ids::UserId;
use domain::person::User;
use domain::search::{Query, Scan, Term};

use crate::fault::Fault;
use crate::row::{Item, Reader};
use crate::table::{Range, Store};
use crate::{Page, keys, person_codec};

/// Behind everything that begins with a prefix.
const LAST: char = '\u{10FFFF}';

fn range(scan: &Scan, after: Option<&str>, limit: usize) -> Range {
    let (partition, prefix) = keys::search_range(scan);
    // A blank sorts before every letter a key goes on with: so the range begins just behind the last one shown.
    let from = after.map_or_else(|| prefix.to_owned(), |after| format!("{after} "));
    Range {
        partition,
        from: (!from.is_empty()).then_some(from),
        to: (!prefix.is_empty()).then(|| format!("{prefix}{LAST}")),
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

        let mut wanted: Vec<_> = proposals.iter().map(|(_, user, _)| keys::user(*user)).collect();
        let mut seen = HashSet::new();
        wanted.retain(|key| seen.insert(key.clone()));
        let profiles = self.get_many(&wanted, false).await?;

        let mut items = Vec::new();
        for (term, id, _) in proposals {
            let Some(item) = profiles.get(&keys::user(id)) else { continue };
            let user = person_codec::from_item(item)?;
            if user.id != caller && query.answered_by(&user) && query.first_met_at(&user, &term) {
                items.push(user);
            }
        }
        Ok(Page { items, next })
    }
}
