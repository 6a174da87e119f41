//! The cards by which everybody finds experts.

use domain::card::Card;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::serial::Serial;
use store::Page;

use crate::caller::Caller;
use crate::{App, Common, Result, serials};

/// A page of those everybody may look at who answer to all of these words, best rated first, each with their number.
pub async fn list(
    app: &App,
    _: Caller,
    words: &[String],
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<(Card, Serial)>> {
    let list = format!("cards/{}", words.join(" "));
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let page = app.store.cards(words, after.as_deref(), limit).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for card in page.items {
        let serial = match card.serial {
            Some(serial) => serial,
            // Whoever reads the stream gives it; this is for the moment before.
            None => number(app, card.id).await?,
        };
        items.push((card, serial));
    }
    Ok(Page { items, next: page.next.map(|place| app.cursors.seal(&list, &place)) })
}

async fn number(app: &App, expert: UserId) -> Result<Serial> {
    let user = app.store.user(expert).await?.ok_or(Common::NotFound)?;
    Ok(serials::ensure(app, user, Seat::Expert).await?.1)
}

/// Writes anew what is on somebody's card, with a number if they have none. Nothing for whom nobody may look at.
pub(crate) async fn renew(app: &App, expert: UserId) -> Result<()> {
    let found = app.store.user_with_details(expert, Seat::Expert).await?;
    let Some((user, described)) = found.filter(|(user, _)| user.is_shown_as_expert()) else { return Ok(()) };
    let (user, _) = serials::ensure(app, user, Seat::Expert).await?;
    Ok(app.store.card_renew(&Card::of(&user, &described.details, described.presence)).await?)
}
