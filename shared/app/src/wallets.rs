//! What experts have of each currency: what they can take out, what is coming, what they earned.

use domain::ids::{UserId, WalletId};
use domain::ledger::{Balance, Currency};
use domain::lifecycle::Seat;
use domain::person::User;
use domain::serial::Serial;
use domain::{Instant, wallet};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::caller::Staff;
use crate::paging::{Edge, Key, Place, Slice, Start, Wanted, cut, neighboured};
use crate::{App, Common, Error, Result, serials};

/// What somebody has in one currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Wallet {
    pub id: WalletId,
    pub owner: User,
    pub currency: Currency,
    pub balance: Balance,
    pub created_at: Instant,
}

/// How many people's balances are read at the same time.
const AT_ONCE: usize = 16;

fn place(wallet: &Wallet) -> Place {
    (Key::Number(wallet.owner.id.get()), wallet::place(wallet.currency))
}

/// A person's wallets, by currency. Whoever never applied has none.
async fn of(app: &App, owner: User) -> Result<Vec<Wallet>> {
    let Some(expert) = &owner.expert else { return Ok(Vec::new()) };
    let (created_at, asked_for) = (expert.created_at, expert.currency_or(app.settings.default_currency));
    let balances = app.store.earning_balances(owner.id).await?;
    let (owner, serial) = serials::ensure(app, owner, Seat::Expert).await?;
    let nothing = Balance { user: owner.id, spendable: 0, held: 0, coming: 0, earned: 0, updated_at: created_at };
    let made = |(currency, balance)| Wallet {
        id: wallet::id(serial, currency),
        owner: owner.clone(),
        currency,
        balance,
        created_at,
    };
    Ok(wallet::all(balances, asked_for, nothing).into_iter().map(made).collect())
}

/// Somebody's own.
pub async fn mine(app: &App, me: User, wanted: &Wanted) -> Result<Slice<Wallet>> {
    let list = format!("wallets/{}", me.id);
    cut(app, &list, (of(app, me).await?, false), place, wanted)
}

/// Everybody's, by owner. Of a list that does not fit on a page, `count` says how many people have one.
pub async fn all(app: &App, _: Staff, wanted: &Wanted) -> Result<Slice<Wallet>> {
    const LIST: &str = "wallets";
    let edge = match &wanted.start {
        Start::Number(_) => None,
        Start::Cursor(cursor) => Some(Edge::open(app, LIST, cursor)?),
    };
    let (from, descending, pages) = match (&edge, &wanted.start) {
        (Some(Edge::After(place)), _) => (Some(owner_at(place)?), false, 1),
        (Some(Edge::Before(place)), _) => (Some(owner_at(place)?), true, 1),
        (None, Start::Number(number)) => (None, false, *number),
        (None, Start::Cursor(_)) => (None, false, 1),
    };
    // Who is at the edge may have more in other currencies.
    let most = wanted.size.saturating_mul(pages) + 2;
    let ids = app.store.expert_ids(from, descending, most).await?;
    let people_go_on = ids.len() == most;
    let mut found = those_of(app, &ids).await?;
    found.sort_by_key(place);
    match &edge {
        Some(Edge::After(edge)) => found.retain(|wallet| place(wallet) > *edge),
        Some(Edge::Before(edge)) => found.retain(|wallet| place(wallet) < *edge),
        None => {}
    }
    if descending {
        let rest = found.len().saturating_sub(wanted.size);
        let is_preceded = rest > 0 || people_go_on;
        let items = found.split_off(rest);
        let count = app.store.experts_count().await?;
        return Ok(neighboured(app, LIST, items, (count, is_preceded, true), place));
    }
    let skipped = pages.saturating_sub(1).saturating_mul(wanted.size);
    if skipped > 0 && found.len() <= skipped {
        return Err(Common::NotFound.into());
    }
    let mut items = found.split_off(skipped.min(found.len()));
    let is_followed = items.len() > wanted.size || people_go_on;
    let is_whole = edge.is_none() && !is_followed;
    let count = if is_whole { skipped + items.len() } else { app.store.experts_count().await? };
    items.truncate(wanted.size);
    Ok(neighboured(app, LIST, items, (count, skipped > 0 || edge.is_some(), is_followed), place))
}

fn owner_at((key, _): &Place) -> Result<UserId> {
    match key {
        Key::Number(number) => UserId::new(*number).ok_or(Error::BadCursor),
        Key::Text(_) => Err(Error::BadCursor),
    }
}

async fn those_of(app: &App, people: &[UserId]) -> Result<Vec<Wallet>> {
    let mut profiles = Vec::new();
    for some in people.chunks(100) {
        profiles.extend(app.store.users(some).await?.into_values());
    }
    let found = stream::iter(profiles).map(|owner| of(app, owner)).buffer_unordered(AT_ONCE);
    let found: Vec<Vec<Wallet>> = found.try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// The wallet of this number, if it is one of this person's.
pub async fn own(app: &App, me: User, id: WalletId) -> Result<Wallet> {
    let (serial, _) = wallet::read(id).ok_or(Common::NotFound)?;
    if me.serials.expert != Some(serial) {
        return Err(Common::NotFound.into());
    }
    numbered(app, me, id).await
}

/// Anybody's.
pub async fn find(app: &App, _: Staff, id: WalletId) -> Result<Wallet> {
    let (serial, _) = wallet::read(id).ok_or(Common::NotFound)?;
    let owner = owner(app, serial).await?;
    numbered(app, owner, id).await
}

async fn owner(app: &App, serial: Serial) -> Result<User> {
    let owner = app.store.serial_owner(Seat::Expert, serial).await?.ok_or(Common::NotFound)?;
    app.store.user(owner).await?.ok_or(Error::Common(Common::NotFound))
}

async fn numbered(app: &App, owner: User, id: WalletId) -> Result<Wallet> {
    let wallet = of(app, owner).await?.into_iter().find(|wallet| wallet.id == id);
    wallet.ok_or(Error::Common(Common::NotFound))
}
