//! Experts as everybody finds them by what their cards say, page by page; administrators find those who wait or were told no
//! as well.

mod free;

use std::collections::{BTreeMap, BTreeSet};

use domain::card::{self, Card};
use domain::expert::Standing;
use domain::finding::{Order, Question};
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::person::User;
use futures_util::future::try_join;
use store::{Beside, Description};

use crate::paging::{DEEPEST, Edge, Key, Place, Slice, Start, Wanted, cut, neighboured};
use crate::{App, Common, Error, Result};

pub use free::Within;

/// Who is looked for, and in which order.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    pub question: Question,
    pub order: Order,
    pub descending: bool,
    /// When they have to have an opening that is free.
    pub free: Within,
}

/// Somebody who was found.
#[derive(Clone, Debug)]
pub struct Listed {
    pub card: Card,
    pub standing: Standing,
}

fn approved(card: Card) -> Listed {
    Listed { card, standing: Standing::Approved }
}

/// A page of them. `sees_all`: not only those whom everybody may look at.
pub async fn list(app: &App, wish: &Wish, wanted: &Wanted, sees_all: bool) -> Result<Slice<Listed>> {
    let list = format!("cards by {sees_all}/{wish:?}");
    let is_plain = wish.question.is_for_all() && wish.order == Order::Rating && wish.descending;
    if is_plain && wish.free.is_any() && !sees_all {
        return Ok(along(app, &list, wanted).await?.map(approved));
    }
    let cards = async { Ok(app.store.cards_proposed(&wish.question.words).await?) };
    let openings = async { if wish.free.is_any() { Ok(Vec::new()) } else { free::openings(app, wish.free).await } };
    let (cards, mut openings) = try_join(cards, openings).await?;
    let mut all: Vec<_> = cards.into_iter().map(approved).collect();
    if sees_all {
        let known: BTreeSet<_> = all.iter().map(|listed| listed.card.id).collect();
        all.extend(others(app, &known).await?);
    }
    all.retain(|listed| wish.question.answered_by(&listed.card, listed.standing));
    if !wish.free.is_any() {
        let asked: BTreeSet<_> = all.iter().map(|listed| listed.card.id).collect();
        openings.retain(|one| asked.contains(&one.expert));
        let free = free::owners(app, &openings).await?;
        all.retain(|listed| free.contains(&listed.card.id));
    }
    let place = |listed: &Listed| (Key::Number(wish.order.of(&listed.card)), listed.card.id.get());
    cut(app, &list, (all, wish.descending), place, wanted)
}

/// Those who have no card, or were not proposed.
async fn others(app: &App, known: &BTreeSet<UserId>) -> Result<Vec<Listed>> {
    let mut ids = app.store.experts_of(&Standing::ALL).await?;
    ids.retain(|id| !known.contains(id));
    ids.sort();
    ids.truncate(DEEPEST);
    let found = app.store.users_with_details(&ids, Seat::Expert).await?.into_values();
    let listed = found.filter_map(|(user, Description { details, presence })| {
        Some(Listed { standing: user.standing()?, card: Card::of(&user, &details, presence) })
    });
    Ok(listed.collect())
}

/// A page of all, best rated first: its cards, and how many there are.
async fn along(app: &App, list: &str, wanted: &Wanted) -> Result<Slice<Card>> {
    let count = async { Ok::<_, Error>(app.store.cards_count().await?.min(DEEPEST)) };
    let size = wanted.size;
    let at = |(rank, card): &(String, Card)| -> Place { (Key::Text(rank.clone()), card.id.get()) };
    let slice = |items: Vec<(String, Card)>, count: usize, neighbours: (bool, bool)| {
        let (is_preceded, is_followed) = neighbours;
        neighboured(app, list, items, (count, is_preceded, is_followed), at).map(|(_, card)| card)
    };
    let beside = match &wanted.start {
        Start::Number(number) => {
            let skipped = number.saturating_sub(1).saturating_mul(size);
            let cards = async { Ok(app.store.cards_beside(None, skipped + size + 1).await?) };
            let (mut cards, count) = try_join(cards, count).await?;
            if *number > 1 && skipped >= cards.len() {
                return Err(Common::NotFound.into());
            }
            let mut page = cards.split_off(skipped.min(cards.len()));
            let is_followed = page.len() > size;
            page.truncate(size);
            return Ok(slice(page, count, (skipped > 0, is_followed)));
        }
        Start::Cursor(cursor) => match Edge::open(app, list, cursor)? {
            Edge::After((Key::Text(place), _)) => Beside::After(place),
            Edge::Before((Key::Text(place), _)) => Beside::Before(place),
            _ => return Err(Error::BadCursor),
        },
    };
    let cards = async { Ok(app.store.cards_beside(Some(&beside), size + 1).await?) };
    let (mut cards, count) = try_join(cards, count).await?;
    let has_more = cards.len() > size;
    if let Beside::Before(_) = beside {
        let page = cards.split_off(cards.len().saturating_sub(size));
        return Ok(slice(page, count, (has_more, true)));
    }
    cards.truncate(size);
    Ok(slice(cards, count, (true, has_more)))
}

/// Profiles and details of people who were found, for those who see all of them.
pub async fn whole(app: &App, ids: &[UserId]) -> Result<BTreeMap<UserId, (User, Description)>> {
    Ok(app.store.users_with_details(ids, Seat::Expert).await?.into_iter().collect())
}

/// Somebody as an expert, in whatever standing. `sees_all`, or themselves: else only whom everybody may look at.
pub async fn find(app: &App, id: UserId, sees_all: bool) -> Result<(User, Description)> {
    let found = app.store.user_with_details(id, Seat::Expert).await?;
    let is_seen = |user: &User| user.expert.is_some() && (sees_all || card::place(user).is_some());
    found.filter(|(user, _)| is_seen(user)).ok_or(Error::Common(Common::NotFound))
}
