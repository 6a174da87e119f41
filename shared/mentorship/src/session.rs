//! How a session looks (`mentorship.md` §2), whatever façade it was booked through.

use app::bookings::View;
use app::{App, Common, serials, video};
use domain::Instant;
use domain::booking::{Booking, PaymentState, Seat, Status};
use domain::ledger::Unit;
use domain::person::User;
use domain::serial::Serial;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::shown;

/// A session with what its two are called by, for one of them or for an administrator.
#[derive(Clone, Debug)]
pub struct SessionView {
    pub booking: Booking,
    seat: Option<Seat>,
    learner: Serial,
    expert: Serial,
    now: Instant,
}

impl View for SessionView {
    async fn of(app: &App, booking: Booking, seat: Seat, _: Option<&User>) -> app::Result<Self> {
        let mut views = Self::all(app, vec![booking], Some(seat)).await?;
        Ok(views.pop().ok_or(Common::NotFound)?)
    }

    fn with(self, booking: Booking) -> Self {
        Self { booking, ..self }
    }
}

impl SessionView {
    /// Several sessions of one side.
    pub async fn all(app: &App, bookings: Vec<Booking>, seat: Option<Seat>) -> app::Result<Vec<Self>> {
        let numbers = serials::of_parties(app, &bookings.iter().collect::<Vec<_>>()).await?;
        let now = app.clock.now();
        let shown = |booking: Booking| {
            let of = |seat: Seat| numbers.get(&(booking.party(seat).id, seat)).copied().ok_or(Common::NotFound);
            let (learner, expert) = (of(Seat::Learner)?, of(Seat::Expert)?);
            Ok(Self { booking: booking.as_of(now), seat, learner, expert, now })
        };
        bookings.into_iter().map(shown).collect()
    }

    /// The same for nobody of the two.
    pub fn for_staff(self) -> Self {
        Self { seat: None, ..self }
    }
}

/// A session.
#[derive(Serialize, ToSchema)]
pub struct Session {
    id: i64,
    /// The same as `id`, as is `meeting_id`.
    booking_id: i64,
    meeting_id: i64,
    mentor_id: String,
    mentor_name: String,
    student_id: String,
    student_name: String,
    subject: String,
    #[schema(required = true)]
    service: Option<String>,
    #[schema(required = true)]
    notes: Option<String>,
    start_time: Stamp,
    end_time: Stamp,
    duration_minutes: i64,
    /// With two decimals; "0.00" for what was booked for credits elsewhere.
    price: String,
    /// ISO-4217.
    currency: String,
    #[schema(value_type = SessionStatus)]
    status: &'static str,
    #[schema(value_type = SessionPaymentStatus)]
    payment_status: &'static str,
    is_paid: bool,
    /// While it waits to be paid.
    #[schema(required = true)]
    hold_expires_at: Option<Stamp>,
    #[schema(required = true)]
    order_id: Option<String>,
    /// Once it is confirmed, until it is over.
    #[schema(required = true)]
    meeting_link: Option<String>,
    /// What goes back of the price, or has gone.
    refund_amount: String,
    has_feedback: bool,
    created_at: Stamp,
    updated_at: Stamp,
}

/// A session as its own page shows it to one of the two.
#[derive(Serialize, ToSchema)]
pub struct SessionDetail {
    #[serde(flatten)]
    session: Session,
    /// The caller's own, once it is confirmed: to be given to the other one in the meeting.
    #[schema(required = true)]
    attendance_key: Option<String>,
}

/// What this façade calls a status; those it does not know have the nearest word.
fn status_word(status: Status, is_disputed: bool) -> &'static str {
    match status {
        Status::Pending => "pending_payment",
        Status::Confirmed if is_disputed => "disputed",
        Status::Confirmed => "confirmed",
        Status::Completed => "completed",
        Status::NoShow => "no_show",
        Status::Expired => "expired",
        Status::Cancelled | Status::Rescheduled | Status::Refunded => "cancelled",
    }
}

/// The word for where a booking stands.
pub fn status_of(booking: &Booking) -> &'static str {
    status_word(booking.status, booking.is_disputed)
}

/// Every such word, to ask for.
pub const STATUSES: &[(&str, &str)] = &[
    ("pending_payment", "pending_payment"),
    ("confirmed", "confirmed"),
    ("disputed", "disputed"),
    ("completed", "completed"),
    ("no_show", "no_show"),
    ("expired", "expired"),
    ("cancelled", "cancelled"),
];

edge::words! {
    /// Where a session stands.
    pub SessionStatus = edge::words::of(STATUSES)
}

fn payment_word(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Unpaid => "unpaid",
        PaymentState::Paid => "paid",
        PaymentState::RefundPending => "refund_pending",
        PaymentState::Refunded => "refunded",
        PaymentState::PartiallyRefunded => "partially_refunded",
    }
}

edge::words! {
    /// How far its price is paid.
    pub SessionPaymentStatus = PaymentState::ALL.map(payment_word)
}

/// Paise as rupees.
pub fn decimals(minor: impl Into<u128>) -> String {
    let minor = minor.into();
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

impl Session {
    pub fn of(app: &App, view: &SessionView) -> Self {
        let SessionView { booking, seat, learner, expert, now } = view;
        let (price, currency) = match booking.price.unit {
            Unit::Currency(currency) => (booking.price.minor, currency.code().to_owned()),
            Unit::Credit => (0, "INR".to_owned()),
        };
        let state = booking.payment_state();
        let refund = match state {
            PaymentState::RefundPending | PaymentState::Refunded => price,
            _ => booking.returned,
        };
        let is_confirmed = booking.status == Status::Confirmed;
        let is_held = booking.status == Status::Pending;
        let meeting_link = seat.filter(|_| is_confirmed).and_then(|seat| video::link(app, booking, seat));
        Self {
            id: booking.id.get(),
            booking_id: booking.id.get(),
            meeting_id: booking.id.get(),
            mentor_id: shown(Seat::Expert, *expert),
            mentor_name: booking.expert.name.clone(),
            student_id: shown(Seat::Learner, *learner),
            student_name: booking.learner.name.clone(),
            subject: booking.title.clone(),
            service: text(&booking.service),
            notes: text(&booking.description),
            start_time: Stamp(booking.interval.start()),
            end_time: Stamp(booking.interval.end()),
            duration_minutes: booking.interval.minutes(),
            price: decimals(price),
            currency,
            status: status_of(booking),
            payment_status: payment_word(state),
            is_paid: matches!(state, PaymentState::Paid | PaymentState::PartiallyRefunded),
            hold_expires_at: booking.pay_by.filter(|until| is_held && until > now).map(Stamp),
            order_id: booking.order.clone(),
            meeting_link,
            refund_amount: decimals(refund),
            has_feedback: booking.learner.reviewed,
            created_at: Stamp(booking.created_at),
            updated_at: Stamp(booking.updated_at),
        }
    }
}

impl SessionDetail {
    pub fn of(app: &App, view: &SessionView) -> Self {
        let SessionView { booking, seat, .. } = view;
        // What nobody has paid for has no key to show.
        let has_begun = !matches!(booking.status, Status::Pending | Status::Expired);
        let key = seat.filter(|_| has_begun).and_then(|seat| booking.party(seat).key.clone());
        Self { session: Session::of(app, view), attendance_key: key }
    }
}
