//! What a payment that is there leads to, whoever tells of it first and however often (`mentorship.md` §4.2): the booking is
//! paid, or the money goes back.

use domain::Instant;
use domain::booking::{Booking, Change, Fact, Funds, Refusal as BookingRefusal, Status};
use domain::ids::PaymentId;
use domain::payment::{Intent, IntentStep, Provider, Refusal};
use store::{Denied, IntentsOf, RefundOf, Transaction};

use super::{commit_paid, paid};
use crate::{App, Error, Result, facades};

/// A payment, and what is known of what it is for.
pub(super) struct Case {
    pub(super) booking: Booking,
    pub(super) intents: IntentsOf,
    /// The one whose order it came on.
    pub(super) intent: Intent,
    /// What the provider calls it.
    pub(super) payment: String,
    /// The one it is known to belong to.
    pub(super) known: Option<PaymentId>,
}

/// What follows from it.
pub(super) enum Decision {
    /// It pays for the booking.
    Pay(Box<Change>, Box<Intent>),
    /// It has, before.
    Again,
    /// It is to go back, and why.
    Decline(domain::Refusal),
    /// It has nothing to say here, or was declined before.
    Refused(domain::Refusal),
}

pub(super) async fn decide(app: &App, case: &Case, now: Instant) -> Result<Decision> {
    let Case { booking, intents, intent, payment, known } = case;
    if let Some(known) = known {
        if intents.paid_for(booking) == Some(*known) {
            return Ok(Decision::Again);
        }
        let is_ours = *known == intent.id
            || app.store.intent(*known).await?.is_some_and(|it| it.target.root() == Some(booking.root));
        let why = if is_ours { why_not(booking, now) } else { Refusal::PaymentReused.into() };
        return Ok(Decision::Refused(why));
    }
    let succeeded = intent.take(IntentStep::Succeed, now);
    let succeeded = succeeded.map(|after| Intent { transaction: Some(payment.clone()), ..after });
    let pays = succeeded.and_then(|intent| Some((paid(app, booking, &intent, now)?, intent)));
    Ok(match pays {
        Some((change, intent)) => Decision::Pay(change, Box::new(intent)),
        None => Decision::Decline(why_not(booking, now)),
    })
}

/// Why a booking does not want money.
fn why_not(booking: &Booking, now: Instant) -> domain::Refusal {
    match (booking.funds, booking.as_of(now).status) {
        (Funds::Held | Funds::Captured, _) => Refusal::AlreadyPaid.into(),
        (Funds::Due, Status::Expired) => BookingRefusal::SlotTaken.into(),
        _ => Refusal::NotPayable.into(),
    }
}

/// Commits that it pays, with what the transaction holds already; or nothing, and why not.
pub(super) async fn pay(
    app: &App,
    mut transaction: Transaction<Denied>,
    case: &Case,
    (change, intent): (&Change, &Intent),
) -> Result<Result<Booking, domain::Refusal>> {
    transaction.intent(Some(&case.intent), intent).payment_is_for(Provider::Razorpay, &case.payment, intent.id);
    commit_paid(app, transaction, change).await
}

/// Commits that it goes back, and that its payer is told so.
pub(super) async fn decline(
    app: &App,
    mut transaction: Transaction<Denied>,
    case: &Case,
    now: Instant,
) -> Result<(), Error> {
    let transaction_name = Some(case.payment.clone());
    let declined = match case.intent.take(IntentStep::Decline, now) {
        Some(after) => {
            let after = Intent { transaction: transaction_name, ..after };
            transaction.intent(Some(&case.intent), &after);
            after
        }
        // Its order has had a payment: this is another one.
        None => {
            let stray = case.intent.stray(app.mint.payment(now), case.payment.clone(), now);
            transaction.intent_stray(&stray);
            stray
        }
    };
    transaction.payment_is_for(Provider::Razorpay, &case.payment, declined.id).refund_owed(
        declined.user,
        RefundOf::Payment(declined.id),
        now,
    );
    for notice in facades::notices_of(&case.booking, &[Fact::Returned], &app.mint, now) {
        store::notice_told(&mut transaction, &notice);
    }
    Ok(app.store.commit(transaction).await?)
}
