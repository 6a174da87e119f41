//! Taking money out: asking for it, and what administrators decide.

use domain::audit::{Action, Deed};
use domain::facade::Facade;
use domain::ids::WithdrawalId;
use domain::person::User;
use domain::withdrawal::{State, Verdict, Wish, Withdrawal};
use store::{Along, Heading, Page, WithdrawalsOf};

use crate::caller::{Caller, Staff};
use crate::facades::withdrawals::{asked, decided};
use crate::idempotency::{SaveResponse, retry_stale};
use crate::paging::{self, DEEPEST, Ranked, Slice, Wanted, cut};
use crate::{App, Common, Error, Result, audit_log};

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
        let (wanted, entry) = Withdrawal::ask(id, (caller.user(), facade), wish.clone(), entry, now);
        let notice = asked(&wanted, &app.mint, now);
        let mut transaction = save.begin(&wanted);
        if facade.rules().audited {
            audit_log::note(app, &mut transaction, deed(Action::WithdrawalRequested, &wanted), now);
        }
        app.store.withdrawal_ask(transaction, &wanted, &entry, notice.as_ref()).await?;
        Ok(wanted)
    })
    .await
}

/// As the log has it: never where the money goes.
fn deed(action: Action, withdrawal: &Withdrawal) -> Deed {
    Deed::of(action).on("withdrawal", withdrawal.id.get()).on("expert", withdrawal.user.get())
}

fn told(state: State) -> &'static str {
    match state {
        State::Pending => "Withdrawal requested.",
        State::Approved => "Withdrawal approved.",
        State::Rejected => "Withdrawal rejected.",
        State::Processed => "Withdrawal completed.",
    }
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

/// One of the caller's own.
pub async fn own(app: &App, caller: Caller, id: WithdrawalId) -> Result<Withdrawal> {
    let found = app.store.withdrawal(id).await?.filter(|withdrawal| withdrawal.user == caller.user());
    found.ok_or(Error::Common(Common::NotFound))
}

/// Anybody's, with whose it is.
pub async fn find_owned(app: &App, staff: Staff, id: WithdrawalId) -> Result<Owned> {
    let withdrawal = find(app, staff, id).await?;
    let owner = app.store.user(withdrawal.user).await?.ok_or(Common::NotFound)?;
    Ok(Owned { withdrawal, owner })
}

/// By what a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    AskedAt,
    /// Among the newest thousand.
    Amount,
}

/// Which of them are wanted, and how: in one of these states, if any are named.
#[derive(Clone, Debug)]
pub struct Asked {
    pub states: Option<Vec<State>>,
    pub order: Order,
    pub descending: bool,
    pub page: Wanted,
}

/// A page of the caller's own.
pub async fn own_page(app: &App, me: &User, asked: &Asked) -> Result<Slice<Owned>> {
    let of = WithdrawalsOf::Person(me.id, asked.states.clone());
    let owned = |withdrawal| Owned { withdrawal, owner: me.clone() };
    Ok(page(app, &of, asked).await?.map(owned))
}

/// A page of everybody's.
pub async fn page_of_all(app: &App, _: Staff, asked: &Asked) -> Result<Slice<Owned>> {
    let of = WithdrawalsOf::Everybody(asked.states.clone().unwrap_or_else(|| State::ALL.to_vec()));
    let found = page(app, &of, asked).await?;
    let owners: Vec<_> = found.items.iter().map(|withdrawal| withdrawal.user).collect();
    let owners = app.store.users(&owners).await?;
    let Slice { items, count, next, previous } = found;
    let owned = |withdrawal: Withdrawal| {
        let owner = owners.get(&withdrawal.user).cloned().ok_or(Common::NotFound)?;
        Ok(Owned { withdrawal, owner })
    };
    Ok(Slice { items: items.into_iter().map(owned).collect::<Result<_>>()?, count, next, previous })
}

impl Ranked for WithdrawalsOf {
    type Item = Withdrawal;

    async fn count(&self, app: &App) -> Result<usize> {
        Ok(app.store.withdrawals_count(self).await?)
    }

    async fn read(&self, app: &App, behind: Option<&str>, descending: bool, most: usize) -> Result<Along<Withdrawal>> {
        let heading = Heading { behind, descending, within: (None, None) };
        Ok(app.store.withdrawals_along(self, heading, most).await?)
    }
}

async fn page(app: &App, of: &WithdrawalsOf, asked: &Asked) -> Result<Slice<Withdrawal>> {
    let Asked { order, descending, page, .. } = asked;
    let list = format!("withdrawals/{of:?}/{order:?}/{descending}");
    match order {
        Order::AskedAt => paging::along(app, &list, (of, *descending), page).await,
        Order::Amount => {
            let all = app.store.withdrawals_newest(of, DEEPEST).await?;
            let place = |one: &Withdrawal| (paging::Key::of_amount(one.wish.amount.minor), one.id.get());
            cut(app, &list, (all, *descending), place, page)
        }
    }
}

/// Decides, and tells its owner. Of two at once one decides, and the other is told that it is decided.
pub async fn decide(
    app: &App,
    staff: Staff,
    through: Facade,
    id: WithdrawalId,
    verdict: Verdict<'_>,
    save: SaveResponse<'_, Owned>,
) -> Result<Owned> {
    retry_stale(|| async {
        let before = find(app, staff, id).await?;
        let owner = app.store.user(before.user).await?.ok_or(Common::NotFound)?;
        let now = app.clock.now();
        let decision = before.decide(through, verdict, app.mint.entry(now), now)?;
        let notice = decided(&decision.after, &app.mint, now);
        let owned = Owned { withdrawal: decision.after.clone(), owner };
        let mut transaction = save.begin(&owned);
        if through.rules().audited || before.facade.rules().audited {
            let deed = deed(Action::WithdrawalProcessed, &decision.after).saying(told(decision.after.state));
            audit_log::note(app, &mut transaction, deed, now);
        }
        app.store.withdrawal_decide(transaction, &before, &decision, &notice).await?;
        Ok(owned)
    })
    .await
}
