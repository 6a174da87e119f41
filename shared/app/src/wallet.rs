//! Credits: what somebody has, buying them, giving them to an expert.

use std::collections::HashMap;

use domain::ids::{BookingId, UserId};
use domain::ledger::{Account, Balance, Cause, Entry, Unit, transfer};
use domain::payment::{CREDIT_PRICE_CENTS, Method, Payment};
use store::Page;

use crate::bookings::{self, Seated};
use crate::caller::Caller;
use crate::facades;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::settings::Provider;
use crate::{App, Common, Error, Result, people};

pub async fn balance(app: &App, caller: Caller) -> Result<Balance> {
    Ok(app.store.balance(caller.user(), Unit::Credit, caller.user().minted_at()).await?)
}

/// What people can spend, or take out, of one unit each.
pub async fn spendable(app: &App, of: &[(UserId, Unit)]) -> Result<HashMap<UserId, u64>> {
    Ok(app.store.balances(of).await?)
}

/// The caller's transactions, newest first, and the username they are listed under.
pub async fn entries(app: &App, caller: Caller, cursor: Option<&str>, limit: usize) -> Result<(Page<Entry>, String)> {
    let list = format!("entries/{}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let (page, user) = futures_util::try_join!(
        async { Ok(app.store.entries(caller.user(), Unit::Credit, after.as_deref(), limit).await?) },
        people::me(app, caller)
    )?;
    let next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok((Page { items: page.items, next }, user.username.as_str().to_owned()))
}

/// A completed purchase.
#[derive(Clone, Debug)]
pub struct Purchased {
    pub username: String,
    pub payment: Payment,
    pub entry: Entry,
    pub new_balance: u64,
}

/// Buys 1..=1000 credits at the fixed price. The payment and the credits come into being together.
pub async fn purchase(
    app: &App,
    caller: Caller,
    method: Method,
    credits: u64,
    save: SaveResponse<'_, Purchased>,
) -> Result<Purchased> {
    let user = caller.user();
    let username = people::me(app, caller).await?.username.as_str().to_owned();
    let mut purchased = retry_stale(|| async {
        // What is kept for a repetition must be known before the commit, and is the answer: somebody may have been told it
        // already.
        let seen = if save.is_claimed() { balance(app, caller).await?.spendable } else { 0 };
        let now = app.clock.now();
        let cents = credits.saturating_mul(CREDIT_PRICE_CENTS);
        let provider_id = match app.settings.payment_provider {
            Provider::Simulated => format!("sim_{user}_{}_{credits}", cents / 100),
            // A purchase is complete when it is answered, and no provider takes money so fast.
            Provider::Live { .. } => return Err(Error::Common(Common::ProviderUnavailable)),
        };
        let payment = Payment { id: app.mint.payment(now), user, method, cents, credits, provider_id, created_at: now };
        let legs = transfer(Account::Issue, Account::Spendable(user), credits);
        let cause = Cause::Purchase(payment.id);
        let entry = Entry::new(app.mint.entry(now), cause, Unit::Credit, legs, "Purchased credits".to_owned(), now);
        let purchased =
            Purchased { username: username.clone(), payment, entry, new_balance: seen.saturating_add(credits) };
        app.store.payment_complete(save.begin(&purchased), &purchased.payment, &purchased.entry).await?;
        Ok(purchased)
    })
    .await?;
    if !save.is_claimed() {
        purchased.new_balance = balance(app, caller).await?.spendable;
    }
    Ok(purchased)
}

/// What a transfer came to.
#[derive(Clone, Copy, Debug)]
pub struct Transferred {
    /// What moved now; nothing if enough had gone before.
    pub moved: u64,
    pub new_balance: u64,
}

/// Sees to it that at least `total` credits have gone to the expert for this booking; repeating it moves nothing.
pub async fn transfer_for(
    app: &App,
    caller: Caller,
    id: BookingId,
    total: u64,
    save: SaveResponse<'_, Transferred>,
) -> Result<Transferred> {
    let mut transferred = retry_stale(|| async {
        let seen = if save.is_claimed() { balance(app, caller).await?.spendable } else { 0 };
        let Seated { booking, seat } = bookings::find(app, caller, id).await?;
        let now = app.clock.now();
        let Some(change) = booking.tip_up_to(seat, total, now, app.mint.entry(now))? else {
            return Ok(Transferred { moved: 0, new_balance: seen });
        };
        let moved = total.saturating_sub(booking.paid_out);
        let notices = facades::notices(&change, &app.mint, now);
        let answer = Transferred { moved, new_balance: seen.saturating_sub(moved) };
        app.store.booking_commit(save.begin(&answer), &change, &notices).await?;
        Ok(answer)
    })
    .await?;
    if !save.is_claimed() {
        transferred.new_balance = balance(app, caller).await?.spendable;
    }
    Ok(transferred)
}
