//! Money in: credits that were bought, and intents to pay for a booking or a course.

use crate::Instant;
use crate::booking::{self, Actor, Booking, Funds};
use crate::ids::{PaymentId, UserId};
use crate::learning::Enrolment;
use crate::ledger::Amount;

mod target;
pub use target::Target;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    CreditCard,
    DebitCard,
    PayPal,
}

/// A completed purchase of credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub id: PaymentId,
    pub user: UserId,
    pub method: Method,
    /// Cents of a US dollar.
    pub cents: u64,
    pub credits: u64,
    /// What the payment provider calls it.
    pub provider_id: String,
    pub created_at: Instant,
}

/// What paying for a booking says no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Paid, cancelled, over or free.
    #[error("There is nothing to pay for this.")]
    NotPayable,
    #[error("Only who booked may pay.")]
    NotThePayer,
    #[error("The provider's signature is not valid.")]
    BadSignature,
    #[error("The amount is not that of the payment.")]
    AmountMismatch,
    #[error("This is not an event of this provider.")]
    BadEvent,
    /// This event had its effect before.
    #[error("This event was received before.")]
    Repeated,
    #[error("This order is not that of the booking.")]
    OrderMismatch,
    #[error("This is paid already.")]
    AlreadyPaid,
    #[error("This payment was made for something else.")]
    PaymentReused,
}

/// What one credit costs, in cents of a US dollar.
pub const CREDIT_PRICE_CENTS: u64 = 100;

/// A purchase buys 1..=1000 credits.
pub const MOST_CREDITS: u32 = 1000;

/// Who takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// Nobody: it succeeds at once.
    Simulated,
    Stripe,
    PayPal,
    Wise,
    Razorpay,
}

impl Provider {
    pub const ALL: [Provider; 5] =
        [Provider::Simulated, Provider::Stripe, Provider::PayPal, Provider::Wise, Provider::Razorpay];

    /// How the references made here begin, as far as providers have a custom.
    fn prefix(self) -> &'static str {
        match self {
            Provider::Simulated => "sim",
            Provider::Stripe => "pi",
            Provider::PayPal => "paypal",
            Provider::Wise => "wise",
            Provider::Razorpay => "order",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntentStatus {
    Pending,
    /// The provider has been told to take the money and is at it.
    Processing,
    Succeeded,
    /// An attempt failed. Another may still succeed.
    Failed,
    /// The money goes back, or has gone.
    Refunded,
}

impl IntentStatus {
    pub const ALL: [IntentStatus; 5] = [
        IntentStatus::Pending,
        IntentStatus::Processing,
        IntentStatus::Succeeded,
        IntentStatus::Failed,
        IntentStatus::Refunded,
    ];

    /// Whether it waits for somebody to pay.
    pub fn is_open(self) -> bool {
        matches!(self, IntentStatus::Pending | IntentStatus::Processing)
    }
}

/// What can become of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntentStep {
    Process,
    /// The money is here, and what it is for is paid.
    Succeed,
    Fail,
    /// The money is here, and what it was for does not want it (any more).
    Decline,
    /// The booking gave back what it was paid.
    Refund,
}

impl IntentStep {
    pub const ALL: [IntentStep; 5] =
        [IntentStep::Process, IntentStep::Succeed, IntentStep::Fail, IntentStep::Decline, IntentStep::Refund];
}

/// Where `step` leads from `from`; `None` where it leads nowhere.
pub fn target(from: IntentStatus, step: IntentStep) -> Option<IntentStatus> {
    match (from, step) {
        (IntentStatus::Pending, IntentStep::Process) => Some(IntentStatus::Processing),
        (IntentStatus::Pending | IntentStatus::Processing | IntentStatus::Failed, IntentStep::Succeed) => {
            Some(IntentStatus::Succeeded)
        }
        (IntentStatus::Pending | IntentStatus::Processing, IntentStep::Fail) => Some(IntentStatus::Failed),
        (IntentStatus::Pending | IntentStatus::Processing | IntentStatus::Failed, IntentStep::Decline) => {
            Some(IntentStatus::Refunded)
        }
        (IntentStatus::Succeeded, IntentStep::Refund) => Some(IntentStatus::Refunded),
        _ => None,
    }
}

/// Somebody's intent to pay for something with one provider, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    pub id: PaymentId,
    pub user: UserId,
    pub target: Target,
    pub provider: Provider,
    pub amount: Amount,
    pub status: IntentStatus,
    /// What the provider calls it, once the provider knows of it.
    pub reference: Option<String>,
    /// What the payer's client shows the provider.
    pub client_secret: Option<String>,
    /// What the provider calls the movement of money.
    pub transaction: Option<String>,
    /// Until when whoever asks the provider for it is waited for: where asking twice makes two, one asks at a time.
    pub asked_until: Option<Instant>,
    /// When the provider had given the money back.
    pub returned_at: Option<Instant>,
    /// How much of it, in minor units, the provider says it has given back.
    pub returned: u64,
    /// How often giving it back has failed after the provider had agreed to.
    pub failed_refunds: u32,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Rises with every change; a change names the version it was decided on.
    pub version: u64,
}

/// Whether a booking waits for money, and its time has not run out. The clock needs nobody to run out. Money that comes
/// later may still be taken ([`booking::Step::Pay`]), but is not asked for.
pub fn is_payable(booking: &Booking, now: Instant) -> bool {
    let stands = booking.as_of(now).status.is_open();
    stands && booking.funds == Funds::Due && booking.may(booking::Step::Pay, Actor::Provider, now)
}

impl Intent {
    /// To pay for `booking`; unknown to the provider yet.
    pub fn new(booking: &Booking, provider: Provider, id: PaymentId, now: Instant) -> Result<Self, Refusal> {
        match is_payable(booking, now) {
            true => Ok(Self::pending((id, booking.learner.id), Target::of(booking), provider, booking.price, now)),
            false => Err(Refusal::NotPayable),
        }
    }

    /// To pay for a course; unknown to the provider yet.
    pub fn for_enrolment(
        enrolment: &Enrolment,
        provider: Provider,
        id: PaymentId,
        now: Instant,
    ) -> Result<Self, Refusal> {
        let target = Target::of_enrolment(enrolment);
        match enrolment.is_active() {
            true => Err(Refusal::NotPayable),
            false => Ok(Self::pending((id, enrolment.learner), target, provider, enrolment.price, now)),
        }
    }

    fn pending(
        (id, user): (PaymentId, UserId),
        target: Target,
        provider: Provider,
        amount: Amount,
        now: Instant,
    ) -> Self {
        Self {
            id,
            user,
            target,
            provider,
            amount,
            status: IntentStatus::Pending,
            reference: None,
            client_secret: None,
            transaction: None,
            asked_until: None,
            returned_at: None,
            returned: 0,
            failed_refunds: 0,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// Another payment on the order of this intent, which nobody needs: its money goes back.
    pub fn stray(&self, id: PaymentId, transaction: String, now: Instant) -> Self {
        let stray = Self {
            id,
            status: IntentStatus::Refunded,
            client_secret: None,
            transaction: Some(transaction),
            asked_until: None,
            returned_at: None,
            returned: 0,
            failed_refunds: 0,
            created_at: now,
            updated_at: now,
            version: 1,
            ..self.clone()
        };
        // No provider was asked for the order, so none has the money.
        match self.is_local() {
            true => Self { reference: Some(stray.local_reference()), ..stray },
            false => stray,
        }
    }

    /// Whether its payer's client can be told all that it takes to pay.
    pub fn is_introduced(&self) -> bool {
        match self.provider {
            Provider::Razorpay => self.reference.is_some(),
            _ => self.client_secret.is_some(),
        }
    }

    /// What follows from a step; `None` if nothing does.
    pub fn take(&self, step: IntentStep, now: Instant) -> Option<Self> {
        let status = target(self.status, step)?;
        Some(Self { status, ..self.changed(now) })
    }

    /// The provider says the money has gone back.
    pub fn returned(&self, now: Instant) -> Self {
        let refunded = self.take(IntentStep::Refund, now).unwrap_or_else(|| self.changed(now));
        Self { returned_at: Some(now), returned: self.amount.minor, ..refunded }
    }

    /// The same as of `now`, about to be written.
    pub fn changed(&self, now: Instant) -> Self {
        Self { updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// What it is called where no provider is asked.
    pub fn local_reference(&self) -> String {
        format!("{}{LOCAL}{}", self.provider.prefix(), self.id)
    }

    /// Whether no provider was ever asked for it, so that none has its money.
    pub fn is_local(&self) -> bool {
        self.reference.as_deref().and_then(local_id) == Some(self.id)
    }
}

const LOCAL: &str = "_local_";

/// The payment behind a reference that was made here: no provider writes them so.
pub fn local_id(reference: &str) -> Option<PaymentId> {
    reference.split_once(LOCAL).and_then(|(_, id)| id.parse().ok()).and_then(PaymentId::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::BookingId;
    use crate::ledger::{Currency, Unit};

    /// Rows: from; columns: [`IntentStep::ALL`]. A letter is the status it leads to, a dot none.
    const TABLE: [(IntentStatus, &str); 5] = [
        (IntentStatus::Pending, "psfr."),
        (IntentStatus::Processing, ".sfr."),
        (IntentStatus::Succeeded, "....r"),
        (IntentStatus::Failed, ".s.r."),
        (IntentStatus::Refunded, "....."),
    ];

    fn letter(status: Option<IntentStatus>) -> char {
        match status {
            None => '.',
            Some(IntentStatus::Pending) => 'n',
            Some(IntentStatus::Processing) => 'p',
            Some(IntentStatus::Succeeded) => 's',
            Some(IntentStatus::Failed) => 'f',
            Some(IntentStatus::Refunded) => 'r',
        }
    }

    fn intent(status: IntentStatus) -> Intent {
        Intent {
            id: PaymentId::new(8).unwrap(),
            user: UserId::new(2).unwrap(),
            target: Target::Booking { id: BookingId::new(3).unwrap(), root: BookingId::new(3).unwrap() },
            provider: Provider::Stripe,
            amount: Amount { unit: Unit::Currency(Currency::USD), minor: 5000 },
            status,
            reference: None,
            client_secret: None,
            transaction: None,
            asked_until: None,
            returned_at: None,
            returned: 0,
            failed_refunds: 0,
            created_at: Instant::default(),
            updated_at: Instant::default(),
            version: 1,
        }
    }

    #[test]
    fn every_cell_of_the_table_is_as_written() {
        for (from, row) in TABLE {
            let found: String = IntentStep::ALL.iter().map(|step| letter(target(from, *step))).collect();
            assert_eq!(found, row, "{from:?}");
        }
    }

    #[test]
    fn a_step_is_a_new_version_and_an_impossible_one_is_none() {
        let now = Instant::default() + chrono::TimeDelta::minutes(1);
        let paid = intent(IntentStatus::Failed).take(IntentStep::Succeed, now).unwrap();
        assert_eq!((paid.status, paid.version, paid.updated_at), (IntentStatus::Succeeded, 2, now));
        assert_eq!(paid.take(IntentStep::Fail, now), None);
    }

    #[test]
    fn money_that_went_back_is_refunded_whether_it_was_wanted_or_not() {
        for status in [IntentStatus::Succeeded, IntentStatus::Refunded] {
            let returned = intent(status).returned(Instant::default());
            assert_eq!((returned.status, returned.returned_at), (IntentStatus::Refunded, Some(Instant::default())));
        }
    }

    #[test]
    fn another_payment_on_an_order_goes_back_by_itself() {
        let order = Intent { provider: Provider::Razorpay, ..intent(IntentStatus::Succeeded) };
        let stray = |order: &Intent| order.stray(PaymentId::new(9).unwrap(), "pay_2".to_owned(), Instant::default());
        let asked = Intent { reference: Some("order_DaZlswtdcn9UNV".to_owned()), ..order.clone() };
        assert_eq!((stray(&asked).status, stray(&asked).reference), (IntentStatus::Refunded, asked.reference.clone()));
        assert!(!stray(&asked).is_local());
        let made_here = Intent { reference: Some(order.local_reference()), ..order };
        assert!(stray(&made_here).is_local());
        assert_eq!(stray(&made_here).transaction.as_deref(), Some("pay_2"));
    }

    #[test]
    fn only_a_reference_made_here_is_local_and_leads_to_its_payment() {
        let mut intent = intent(IntentStatus::Pending);
        assert!(!intent.is_local());
        intent.reference = Some(intent.local_reference());
        assert!(intent.is_local());
        assert_eq!(intent.reference.as_deref(), Some("pi_local_8"));
        intent.reference = Some("pi_local_9".to_owned());
        assert!(!intent.is_local());
        for reference in ["pi_3MtwBwLkdIwHu7ix28a3tqPa", "pi_local_", "pi_local_0", "pi_local_x", ""] {
            assert_eq!(local_id(reference), None, "{reference}");
        }
    }
}
