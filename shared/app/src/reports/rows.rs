//! The rows of reports, as they are read.

use std::collections::BTreeMap;

use domain::booking::Booking;
use domain::ids::UserId;
use domain::ledger::Unit;
use domain::payment::Intent;
use domain::report::{Report, Subject};
use domain::withdrawal::Withdrawal;
use store::{Earned, Page};

use super::{Pen, made};
use crate::{App, Result};

/// The addresses of those whom some rows name.
pub type Emails = BTreeMap<UserId, String>;

/// What somebody earned in one unit, in minor units: sums, which are wider than an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earner {
    pub by: UserId,
    pub unit: Unit,
    pub bookings: u64,
    pub gross: u128,
    pub fee: u128,
    pub net: u128,
}

/// Some rows of a report, oldest first, with the addresses they need.
#[derive(Debug)]
pub enum Rows {
    Bookings(Vec<Booking>, Emails),
    Payments(Vec<Intent>, Emails),
    /// By the address of who earned it.
    Earnings(Vec<Earner>, Emails),
    Withdrawals(Vec<Withdrawal>, Emails),
}

/// So many rows are here at the same time with all that is known of them.
const PAGE: usize = 1_000;

async fn emails(app: &App, people: impl Iterator<Item = UserId>) -> Result<Emails> {
    let people: Vec<_> = people.collect();
    let users = app.store.users_beside(&people).await?;
    Ok(users.into_iter().map(|(id, user)| (id, user.email.as_str().to_owned())).collect())
}

/// The cells of all rows of a report, read page by page.
pub(super) async fn cells(app: &App, report: Report, pen: Pen) -> Result<Vec<Vec<String>>> {
    let mut cells = Vec::new();
    let mut earners = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let (made, behind) = (made(report.days), after.as_deref());
        let next = match report.subject {
            Subject::Bookings => {
                let Page { items, next } = app.store.bookings_made(made, behind, PAGE).await?;
                let people = items.iter().flat_map(|booking| [booking.learner.id, booking.expert.id]);
                let emails = emails(app, people).await?;
                cells.extend((pen.cells)(&Rows::Bookings(items, emails)));
                next
            }
            Subject::Payments => {
                let Page { items, next } = app.store.payments_made(made, behind, PAGE).await?;
                let emails = emails(app, items.iter().map(|payment| payment.user)).await?;
                cells.extend((pen.cells)(&Rows::Payments(items, emails)));
                next
            }
            Subject::Withdrawals => {
                let Page { items, next } = app.store.withdrawals_made(made, behind, PAGE).await?;
                let emails = emails(app, items.iter().map(|withdrawal| withdrawal.user)).await?;
                cells.extend((pen.cells)(&Rows::Withdrawals(items, emails)));
                next
            }
            Subject::Earnings => {
                let Page { items, next } = app.store.earnings_made(made, behind, PAGE).await?;
                items.iter().for_each(|earned| add(&mut earners, earned));
                next
            }
        };
        if next.is_none() {
            break;
        }
        after = next;
    }
    if report.subject == Subject::Earnings {
        cells = (pen.cells)(&by_address(app, earners).await?);
    }
    Ok(cells)
}

fn add(earners: &mut BTreeMap<(UserId, Unit), Earner>, earned: &Earned) {
    let Earned { by, unit, earning, .. } = *earned;
    let nothing = Earner { by, unit, bookings: 0, gross: 0, fee: 0, net: 0 };
    let sum = earners.entry((by, unit)).or_insert(nothing);
    // What a course brought is no booking.
    sum.bookings += u64::from(earning.booking().is_some());
    sum.gross += u128::from(earning.price);
    sum.fee += u128::from(earning.fee);
    sum.net += u128::from(earning.net);
}

async fn by_address(app: &App, earners: BTreeMap<(UserId, Unit), Earner>) -> Result<Rows> {
    let mut earners: Vec<_> = earners.into_values().collect();
    let emails = emails(app, earners.iter().map(|earner| earner.by)).await?;
    earners.sort_by(|one, other| (emails.get(&one.by), one.unit).cmp(&(emails.get(&other.by), other.unit)));
    Ok(Rows::Earnings(earners, emails))
}
