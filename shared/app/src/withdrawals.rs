//! Taking money out: asking for it, and what administrators decide.

use domain::facade::Facade;
use domain::ids::WithdrawalId;
use domain::person::User;
use domain::withdrawal::{State, Wish, Withdrawal};
use store::Page;

use crate::caller::{Caller, Staff};
use crate::facades::withdrawals::decided;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result};

/// A withdrawal with whose it is.
#[derive(Clone, Debug)]
pub struct Owned {
    pub withdrawal: Withdrawal,
    pub owner: User,
}

/// Asks for money. The amount is gone from the balance with the answer; of however many at once none takes what is not there.
pub async fn ask(
    app: &App,
    caller: Caller,
    facade: Facade,
    wish: Wish,
    save: SaveResponse<'_, Withdrawal>,
) -> Result<Withdrawal> {
    retry_stale(|| async {
        let now = app.clock.now();
        let (id, entry) = (app.mint.withdrawal(now), app.mint.entry(now));
        let (asked, entry) = Withdrawal::ask(id, (caller.user(), facade), wish.clone(), entry, now);
        app.store.withdrawal_ask(save.begin(&asked), &asked, &entry).await?;
        Ok(asked)
    })
    .await
}

/// The caller's own, newest first.
pub async fn mine(app: &App, caller: Caller, cursor: Option<&str>, limit: usize) -> Result<Page<Withdrawal>> {
    let list = format!("withdrawals/{}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = app.store.withdrawals_of(caller.user(), after.as_deref(), limit).await?;
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page)
}

/// Everybody's, or those in one state, newest first.
pub async fn all(app: &App, _: Staff, state: Option<State>, cursor: Option<&str>, limit: usize) -> Result<Page<Owned>> {
    let list = format!("withdrawals/{state:?}");
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let states = state.map_or_else(|| State::ALL.to_vec(), |state| vec![state]);
    let page = app.store.withdrawals(&states, after.as_deref(), limit).await?;
    let owners: Vec<_> = page.items.iter().map(|withdrawal| withdrawal.user).collect();
    let owners = app.store.users(&owners).await?;
    let owned = |withdrawal: Withdrawal| {
        let owner = owners.get(&withdrawal.user).cloned().ok_or(Common::NotFound)?;
        Ok(Owned { withdrawal, owner })
    };
    let items = page.items.into_iter().map(owned).collect::<Result<_>>()?;
    Ok(Page { items, next: page.next.map(|position| app.cursors.seal(&list, &position)) })
}

pub async fn find(app: &App, _: Staff, id: WithdrawalId) -> Result<Withdrawal> {
    app.store.withdrawal(id).await?.ok_or(Error::Common(Common::NotFound))
}

/// Decides, and tells its owner. Of two at once one decides, and the other is told that it is decided.
pub async fn decide(
    app: &App,
    staff: Staff,
    id: WithdrawalId,
    (next, notes): (State, Option<&str>),
    save: SaveResponse<'_, Owned>,
) -> Result<Owned> {
    retry_stale(|| async {
        let before = find(app, staff, id).await?;
        let owner = app.store.user(before.user).await?.ok_or(Common::NotFound)?;
        let now = app.clock.now();
        let decision = before.decide(next, notes, app.mint.entry(now), now)?;
        let notice = decided(&decision.after, &app.mint, now);
        let owned = Owned { withdrawal: decision.after.clone(), owner };
        app.store.withdrawal_decide(save.begin(&owned), &before, &decision, &notice).await?;
        Ok(owned)
    })
    .await
}
