//! What an expert has earned: from the ledger, from counters, and what is still to come from their newest bookings.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::booking::{Booking, Funds, Seat, Status};
use domain::ledger::{Entry, Unit};
use futures_util::try_join;
use store::Page;

use crate::caller::Caller;
use crate::{App, Result};

/// Which of them: one unit, of the last days.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    pub unit: Unit,
    /// `None`: ever since.
    pub within: Option<TimeDelta>,
}

/// All of it together, in minor units of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// All that was ever earned.
    pub earned: u64,
    /// What is there to be taken out.
    pub available: u64,
    /// What will be earned with what is paid and not over yet: of the newest thousand bookings.
    pub pending: u128,
    /// How many people completed bookings: of the newest thousand.
    pub learners: usize,
}

/// The caller's earnings, newest first.
pub async fn list(
    app: &App,
    caller: Caller,
    filter: Filter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Entry>> {
    let user = caller.user();
    let list = format!("earnings/{user}/{:?}", (filter.unit, filter.within));
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let since = filter.within.map(|within| app.clock.now() - within);
    let mut page = app.store.earnings(user, filter.unit, (since, after.as_deref()), limit).await?;
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page)
}

/// Whatever the filter of a list: these are of all time.
pub async fn stats(app: &App, caller: Caller, unit: Unit) -> Result<Stats> {
    let (user, now) = (caller.user(), app.clock.now());
    let balance = app.store.balance(user, unit, user.minted_at());
    let (balance, bookings) = try_join!(balance, app.store.bookings_at(user, Seat::Expert))?;
    let coming = |booking: &&Booking| {
        let is_paid = booking.price.unit == unit && booking.funds == Funds::Held;
        is_paid && booking.as_of(now).status.is_open()
    };
    let net = |booking: &Booking| u128::from(booking.shares().net);
    let completed = bookings.iter().filter(|booking| booking.status == Status::Completed);
    let learners: BTreeSet<_> = completed.map(|booking| booking.learner.id).collect();
    Ok(Stats {
        earned: balance.earned,
        available: balance.spendable,
        pending: bookings.iter().filter(coming).map(net).sum(),
        learners: learners.len(),
    })
}
