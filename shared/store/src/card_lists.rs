//! Cards of experts as a list that leads in both directions, and as a whole.

use domain::card::Card;
use domain::directory::lookups;
use domain::expert::Standing;
use domain::ids::UserId;
use futures_util::future::try_join_all;
use table::{Index, Range};

use crate::fault::Fault;
use crate::keys;
use crate::requests::{READ_AT_ONCE, Store};
use crate::row::Reader;

/// No list is read, or counted, beyond this.
const DEEPEST: usize = 1000;

/// Those behind a place, or before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beside {
    After(String),
    Before(String),
}

impl Store {
    /// The nearest so many of all whom everybody may look at, best rated first, each with its place: behind a place, before
    /// it, or the first ones. One round trip; one more while a card says nothing yet.
    pub async fn cards_beside(&self, beside: Option<&Beside>, limit: usize) -> Result<Vec<(String, Card)>, Fault> {
        let is_before = matches!(beside, Some(Beside::Before(_)));
        let range = Range {
            index: Some(Index::ByA),
            partition: keys::CARDS.to_owned(),
            // A blank sorts before every letter a place goes on with.
            from: match beside {
                Some(Beside::After(place)) => Some(format!("{place} ")),
                _ => None,
            },
            to: match beside {
                Some(Beside::Before(place)) => Some(place.clone()),
                _ => None,
            },
            descending: is_before,
            limit: Some(limit + usize::from(is_before)), // the end of a range is part of it
            ..Range::default()
        };
        let mut items = self.query_all(&range).await?;
        if let Some(Beside::Before(place)) = beside {
            let is_before = |rank: &str| rank < place.as_str();
            items.retain(|item| Reader(item).text("rank").is_ok_and(is_before));
            items.truncate(limit);
            items.reverse();
        }
        self.cards_in(&items).await
    }

    /// How many there are.
    pub async fn cards_count(&self) -> Result<usize, Fault> {
        let found = self.get_many(&[keys::card_count()], false).await?;
        let count = found.values().next().map(|item| Reader(item).maybe_number::<i64>("cards")).transpose()?.flatten();
        Ok(usize::try_from(count.unwrap_or_default()).unwrap_or_default())
    }

    /// Those who may answer to all of these words, or the thousand best without any: a megabyte a round trip; with words,
    /// one for each that is looked up, and one for those found where they are no more than a hundred.
    pub async fn cards_proposed(&self, words: &[String]) -> Result<Vec<Card>, Fault> {
        let proposed = if words.is_empty() { None } else { self.proposed(&lookups(words)).await? };
        let cards = match proposed {
            Some(few) if few.len() <= READ_AT_ONCE => {
                let keys: Vec<_> = few.iter().map(|id| keys::card(*id)).collect();
                let items: Vec<_> = self.get_many(&keys, false).await?.into_values().collect();
                self.cards_in(&items).await?
            }
            _ => self.cards_beside(None, DEEPEST).await?,
        };
        Ok(cards.into_iter().map(|(_, card)| card).collect())
    }

    /// The ids of experts of these standings, a thousand of each at the most.
    pub async fn experts_of(&self, standings: &[Standing]) -> Result<Vec<UserId>, Fault> {
        let one = |standing: &Standing| {
            let range = Range {
                partition: keys::standing_partition(*standing),
                limit: Some(DEEPEST),
                consistent: true,
                ..Range::default()
            };
            async move {
                let items = self.query(&range).await?.0;
                items.iter().map(crate::directory::person).collect::<Result<Vec<_>, Fault>>()
            }
        };
        Ok(try_join_all(standings.iter().map(one)).await?.concat())
    }
}
