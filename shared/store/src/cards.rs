//! Cards of experts: one item beside the profile, in a list by rating. Where it stands changes with the profile, in one
//! transaction; what it says a moment later, by whoever reads the stream. Until then profile and details say it.

use std::collections::{BTreeSet, HashMap};

use domain::card::{Card, place};
use domain::details::Practice;
use domain::directory::lookups;
use domain::expert::Expert;
use domain::ids::UserId;
use domain::ledger::Amount;
use domain::lifecycle::Seat;
use domain::person::{Picture, User};
use domain::presence::Presence;
use domain::review::Tally;
use domain::serial::Serial;
use table::{Index, Item, Range, Update, Value, absent, equals, exists};

use crate::fault::{Failed, Fault};
use crate::keys::{self, Kind};
use crate::requests::{READ_AT_ONCE, Store};
use crate::row::{Reader, Row, number, text, time};
use crate::transaction::Transaction;
use crate::{Page, booking_codec, person_codec};

/// However few cards of a stretch answer, one request reads no more stretches than this; the next page goes on from there.
const MOST_ROUNDS: usize = 5;

/// How often it is tried while others change the same profile.
const ROUNDS: usize = 8;

/// Puts an expert where they belong among those everybody may look at, or takes them out.
pub(crate) fn move_to<R: Clone>(transaction: &mut Transaction<R>, before: &User, after: &User) {
    let (old, new) = (place(before), place(after));
    match new {
        _ if old == new => {}
        Some(rating) => {
            transaction.update(stands_at(after.id, rating), None);
            if old.is_none() {
                transaction.update(counted(1), None);
            }
        }
        None => {
            transaction.delete(&keys::card(after.id));
            transaction.update(counted(-1), None);
        }
    }
}

/// How many cards there are, in one item: who may be looked at changes seldom, and by an administrator's hand.
fn counted(by: i8) -> Update {
    Update::of(keys::card_count()).add("cards", number(by))
}

fn stands_at(user: UserId, rating: u16) -> Update {
    Update::of(keys::card(user)).set("la", text(keys::CARDS)).set("rank", text(keys::card_rank(rating, user)))
}

/// The same as an item of its own, which says nothing yet.
pub(crate) fn new_item(user: &User) -> Option<Item> {
    let rank = keys::card_rank(place(user)?, user.id);
    Some(Row::at(&keys::card(user.id)).value("la", text(keys::CARDS)).value("rank", text(rank)).into_item())
}

fn content(card: &Card) -> Value {
    let (link, file) = match &card.picture {
        None => (None, None),
        Some(Picture::Link(url)) => (Some(url), None),
        Some(Picture::File { key }) => (None, Some(key)),
    };
    let row = Row::nested()
        .maybe("serial", card.serial, number)
        .text("name", &card.name)
        .text("first_name", &card.first_name)
        .text("last_name", &card.last_name)
        .text("bio", &card.bio)
        .maybe("picture_url", link, text)
        .maybe("picture_key", file, text)
        .number("years", card.experience_years)
        .maybe("hourly_unit", card.hourly, |hourly| text(keys::unit_text(hourly.unit)))
        .maybe("hourly", card.hourly, |hourly| number(hourly.minor))
        .maybe("unit", card.price, |price| text(keys::unit_text(price.unit)))
        .maybe("price", card.price, |price| number(price.minor))
        .maybe("currency", card.currency, |currency| text(currency.code()))
        .flag("instant", card.instant)
        .flag("featured", card.is_featured)
        .maybe("sessions_given", Some(card.sessions_given).filter(|count| *count > 0), number)
        .maybe("minutes_given", Some(card.minutes_given).filter(|count| *count > 0), number)
        .maybe("courses_given", Some(card.courses_given).filter(|count| *count > 0), number)
        .number("expert_count", card.tally.count)
        .number("expert_sum", card.tally.sum)
        .text("company", &card.practice.company)
        .text("designation", &card.practice.designation)
        .text("expertise", &card.practice.expertise)
        .text("languages", &card.practice.languages)
        .flag("is_new", card.practice.is_new)
        .text("linkedin_url", &card.linkedin_url)
        .text("github_url", &card.github_url)
        .text("portfolio_url", &card.portfolio_url)
        .maybe("seen_at", card.presence.seen_at, time)
        .flag("has_left", card.presence.has_left)
        .time("created_at", card.created_at)
        .time("updated_at", card.updated_at);
    Value::M(row.into_item())
}

fn from_content(id: UserId, row: Reader<'_>) -> Result<Card, Fault> {
    let picture = match (row.text("picture_url")?, row.text("picture_key")?) {
        ("", "") => None,
        ("", key) => Some(Picture::File { key: key.to_owned() }),
        (url, _) => Some(Picture::Link(url.to_owned())),
    };
    let amount = |unit: &'static str, minor: &'static str| match row.maybe_number(minor)? {
        None => Ok::<_, Fault>(None),
        Some(minor) => {
            let unit = booking_codec::unit(row.text(unit)?).ok_or_else(|| row.corrupt(unit))?;
            Ok(Some(Amount { unit, minor }))
        }
    };
    let serial = row.maybe_number("serial")?;
    Ok(Card {
        id,
        serial: serial.map(|serial| Serial::new(serial).ok_or_else(|| row.corrupt("serial"))).transpose()?,
        name: row.owned("name")?,
        bio: row.owned("bio")?,
        picture,
        experience_years: row.number("years")?,
        first_name: row.owned("first_name")?,
        last_name: row.owned("last_name")?,
        hourly: amount("hourly_unit", "hourly")?,
        price: amount("unit", "price")?,
        currency: person_codec::currency(row, "currency")?,
        instant: row.flag("instant"),
        is_featured: row.flag("featured"),
        sessions_given: row.count("sessions_given")?,
        minutes_given: row.count("minutes_given")?,
        courses_given: row.count("courses_given")?,
        tally: Tally { count: row.count("expert_count")?, sum: row.count("expert_sum")? },
        practice: Practice {
            company: row.owned("company")?,
            designation: row.owned("designation")?,
            expertise: row.owned("expertise")?,
            languages: row.owned("languages")?,
            is_new: row.flag("is_new"),
        },
        linkedin_url: row.owned("linkedin_url")?,
        github_url: row.owned("github_url")?,
        portfolio_url: row.owned("portfolio_url")?,
        presence: Presence { seen_at: row.maybe_time("seen_at")?, has_left: row.flag("has_left") },
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// Whose card it is, and where in the list.
fn at(item: &Item) -> Result<(UserId, String), Fault> {
    let row = Reader(item);
    let id = keys::person_of(row.text("pk")?).ok_or_else(|| row.corrupt("pk"))?;
    Ok((id, row.owned("rank")?))
}

/// What it says, if anybody has written all of it: those from before a card said since when somebody is an expert are made
/// of profile and details, until `backfill` has met them or the profile changes.
fn said(id: UserId, item: &Item) -> Result<Option<Card>, Fault> {
    match item.get("card") {
        Some(Value::M(content)) if !content.contains_key("created_at") => Ok(None),
        Some(Value::M(content)) => from_content(id, Reader(content)).map(Some),
        Some(_) => Err(Reader(item).corrupt("card")),
        None => Ok(None),
    }
}

impl Store {
    /// A page of those everybody may look at who answer to all of these words, best rated first. It may be shorter than
    /// `limit` although more follow, if there are words. One round trip; with words one more for each that is looked up,
    /// and for each further stretch; one more while a card says nothing yet.
    pub async fn cards(&self, words: &[String], after: Option<&str>, limit: usize) -> Result<Page<Card>, Fault> {
        let everybody = |_| true;
        if words.is_empty() {
            return self.cards_along(everybody, words, (after, limit, MOST_ROUNDS)).await;
        }
        let Some(proposed) = self.proposed(&lookups(words)).await? else {
            return self.cards_along(everybody, words, (after, limit, MOST_ROUNDS)).await;
        };
        let is_proposed = |id| proposed.contains(&id);
        if proposed.len() > READ_AT_ONCE {
            return self.cards_along(is_proposed, words, (after, limit, MOST_ROUNDS)).await;
        }
        // A word that most have fills a page with the first stretch, for less than all who have it would cost.
        if proposed.len() > 2 * limit {
            let page = self.cards_along(is_proposed, words, (after, limit, 1)).await?;
            if page.items.len() == limit || page.next.is_none() {
                return Ok(page);
            }
        }
        self.cards_of(&proposed, words, after, limit).await
    }

    /// Those of a few people.
    async fn cards_of(
        &self,
        few: &BTreeSet<UserId>,
        words: &[String],
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Card>, Fault> {
        let keys: Vec<_> = few.iter().map(|id| keys::card(*id)).collect();
        let items: Vec<_> = self.get_many(&keys, false).await?.into_values().collect();
        let mut cards = self.cards_in(&items).await?;
        cards.retain(|(place, card)| after.is_none_or(|after| place.as_str() > after) && card.answers(words));
        cards.sort_by(|(a, _), (b, _)| a.cmp(b));
        let goes_on = cards.len() > limit;
        cards.truncate(limit);
        let next = cards.last().filter(|_| goes_on).map(|(place, _)| place.clone());
        Ok(Page { items: cards.into_iter().map(|(_, card)| card).collect(), next })
    }

    /// Those met along the list, in so many stretches.
    async fn cards_along(
        &self,
        is_proposed: impl Fn(UserId) -> bool,
        words: &[String],
        (after, limit, rounds): (Option<&str>, usize, usize),
    ) -> Result<Page<Card>, Fault> {
        let mut found: Vec<Card> = Vec::new();
        let mut last = after.map(str::to_owned);
        // Of a list without a question every card is one of the page; of others nobody knows how many.
        let stretch = if words.is_empty() { limit + 1 } else { (2 * limit).clamp(limit + 1, READ_AT_ONCE + 1) };
        for _ in 0..rounds {
            let range = Range {
                index: Some(Index::ByA),
                partition: keys::CARDS.to_owned(),
                // A blank sorts before every letter a place goes on with.
                from: last.as_ref().map(|last| format!("{last} ")),
                limit: Some(stretch),
                ..Range::default()
            };
            let (items, more) = self.query(&range).await?;
            for (place, card) in self.cards_in(&items).await? {
                let is_wanted = is_proposed(card.id) && card.answers(words);
                if is_wanted && found.len() == limit {
                    return Ok(Page { items: found, next: last });
                }
                found.extend(is_wanted.then_some(card));
                last = Some(place);
            }
            if !more {
                return Ok(Page { items: found, next: None });
            }
        }
        Ok(Page { items: found, next: last })
    }

    /// What cards say, each with its place; those that say nothing yet are made of profile and details.
    pub(crate) async fn cards_in(&self, items: &[Item]) -> Result<Vec<(String, Card)>, Fault> {
        let mut places = Vec::with_capacity(items.len());
        for item in items {
            // One that was taken out is no longer anywhere.
            if item.contains_key("la") {
                let (id, place) = at(item)?;
                places.push((id, place, said(id, item)?));
            }
        }
        let silent: Vec<_> = places.iter().filter(|(.., card)| card.is_none()).map(|(id, ..)| *id).collect();
        let mut made = if silent.is_empty() { HashMap::new() } else { self.cards_made(&silent).await? };
        let cards =
            places.into_iter().filter_map(|(id, place, card)| Some((place, card.or_else(|| made.remove(&id))?)));
        Ok(cards.collect())
    }

    async fn cards_made(&self, ids: &[UserId]) -> Result<HashMap<UserId, Card>, Fault> {
        let found = self.users_with_details(ids, Seat::Expert).await?;
        let made = found.into_iter().map(|(id, (user, said))| (id, Card::of(&user, &said.details, said.presence)));
        Ok(made.collect())
    }

    /// Writes what a card says, if it still is in the list.
    pub async fn card_renew(&self, card: &Card) -> Result<(), Fault> {
        let renew = Update::of(keys::card(card.id)).set("card", content(card)).when(exists("la"));
        self.update_or_leave(renew).await
    }

    /// Gives an expert from before there were cards the words they are found by, a number, a place and a card.
    pub(crate) async fn card_backfill(&self, item: &Item) -> Result<(), Fault> {
        let row = Reader(item);
        let kind = keys::read(row.text("pk")?, row.text("sk")?).map(|named| named.kind);
        if kind != Some(Kind::Profile) || !item.contains_key("expert") {
            return Ok(());
        }
        let id = row.id("id", UserId::new)?;
        for _ in 0..ROUNDS {
            let Some((before, described)) = self.user_with_details(id, Seat::Expert).await? else { return Ok(()) };
            let Some(expert) = &before.expert else { return Ok(()) };
            let (rating, known_for) = (place(&before), described.details.practice.known_for());
            let card = if rating.is_some() { self.get(&keys::card(id)).await? } else { None };
            let is_said = |card: &Item| said(id, card).is_ok_and(|card| card.is_some());
            let has_card = rating.is_none() || card.as_ref().is_some_and(is_said);
            if has_card && expert.known_for == known_for {
                return Ok(());
            }
            let expert = Some(Expert { known_for, ..expert.clone() });
            let mut after = User { expert, ..before.clone() };
            let mut transaction = Transaction::new();
            if let Some(rating) = rating {
                if after.serials.expert.is_none() {
                    after.serials.expert = Some(self.serial_take(Seat::Expert).await?);
                }
                if card.is_none() {
                    transaction.update(stands_at(id, rating), None);
                    transaction.update(counted(1), None);
                }
            }
            match self.user_save(transaction, &before, &after).await {
                Ok(()) => {
                    let filled = Card::of(&after, &described.details, described.presence);
                    return self.card_fill(&filled, card.as_ref()).await;
                }
                Err(Failed::Refused(_)) => {}
                Err(Failed::Fault(fault)) => return Err(fault),
            }
        }
        Err(Fault::Contended)
    }

    /// Writes what a card says that said nothing when it was read.
    async fn card_fill(&self, card: &Card, seen: Option<&Item>) -> Result<(), Fault> {
        let fill = Update::of(keys::card(card.id)).set("card", content(card)).when(exists("la")).when(
            match seen.and_then(|item| item.get("card")) {
                Some(said) => equals("card", said.clone()),
                None => absent("card"),
            },
        );
        self.update_or_leave(fill).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::ledger::{Currency, Unit};

    fn card() -> Card {
        Card {
            id: UserId::new(7).unwrap(),
            serial: Serial::new(3),
            name: "Ada Lovelace".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            bio: "Engines".to_owned(),
            picture: Some(Picture::File { key: "pictures/7/1".to_owned() }),
            experience_years: 4,
            hourly: Some(Amount { unit: Unit::Currency(Currency::parse("INR").unwrap()), minor: 50_000 }),
            price: Some(Amount { unit: Unit::Credit, minor: 3 }),
            currency: Currency::parse("EUR"),
            instant: true,
            is_featured: true,
            sessions_given: 2,
            minutes_given: 120,
            courses_given: 1,
            tally: Tally { count: 2, sum: 9 },
            practice: Practice { company: "Engines".to_owned(), is_new: true, ..Practice::default() },
            linkedin_url: String::new(),
            github_url: "https://example.org/ada".to_owned(),
            portfolio_url: String::new(),
            presence: Presence { seen_at: DateTime::from_timestamp(1_800_000_000, 0), has_left: true },
            created_at: domain::Instant::default(),
            updated_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn a_card_reads_back_as_written() {
        let nothing = Card {
            serial: None,
            picture: None,
            hourly: None,
            price: None,
            currency: None,
            sessions_given: 0,
            tally: Tally::default(),
            practice: Practice::default(),
            presence: Presence::default(),
            ..card()
        };
        let link = Card { picture: Some(Picture::Link("https://example.org/a.png".to_owned())), ..card() };
        for card in [card(), nothing, link] {
            let Value::M(content) = content(&card) else { panic!("a map") };
            assert_eq!(from_content(card.id, Reader(&content)).unwrap(), card);
        }
    }
}
