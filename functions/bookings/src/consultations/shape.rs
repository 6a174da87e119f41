//! How a consultation looks (`consultations.md` §3).

use app::bookings::BookingView;
use app::{App, video};
use consultations::expert::price;
use consultations::number::Hundredths;
use consultations::{ExpertCard, ReviewCard, Viewer};
use domain::booking::{Actor, Booking, Funds, Mode, Status, Step};
use domain::person::User;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::FACADE;

/// A consultation as somebody sees it now.
#[derive(Serialize, ToSchema)]
pub(crate) struct Consultation {
    id: i64,
    /// Who booked.
    user: i64,
    user_name: String,
    expert: ExpertCard,
    #[schema(value_type = ConsultationType)]
    consultation_type: &'static str,
    scheduled_at: Stamp,
    duration_minutes: i64,
    #[schema(value_type = ConsultationStatus)]
    status: &'static str,
    notes: String,
    /// For the two parties of a video consultation that is pending or confirmed.
    #[schema(required = true)]
    meeting_link: Option<String>,
    #[schema(required = true)]
    meeting_room_id: Option<String>,
    #[schema(required = true)]
    meeting_started_at: Option<Stamp>,
    #[schema(required = true)]
    meeting_ended_at: Option<Stamp>,
    /// Null: free.
    #[schema(required = true)]
    price: Option<Hundredths>,
    /// ISO-4217, or `credit`.
    #[schema(required = true)]
    currency: Option<String>,
    #[schema(value_type = ConsultationPaymentStatus)]
    payment_status: &'static str,
    /// While a price is unpaid.
    #[schema(required = true)]
    payment_due_at: Option<Stamp>,
    cancellation_reason: String,
    #[schema(required = true)]
    rescheduled_from: Option<i64>,
    #[schema(required = true)]
    rescheduled_to: Option<i64>,
    /// The conversation that belongs to it.
    #[schema(required = true)]
    conversation: Option<i64>,
    #[schema(required = true)]
    review: Option<ReviewCard>,
    /// For the viewer, now.
    can_be_cancelled: bool,
    /// For the viewer, now.
    can_be_rescheduled: bool,
    created_at: Stamp,
    updated_at: Stamp,
}

/// A consultation with what only its own page shows.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsultationDetail {
    #[serde(flatten)]
    consultation: Consultation,
    user_email: String,
}

/// For `form::one_of`.
pub(super) const MODES: &[(&str, Mode)] = &[("video", Mode::Video), ("chat", Mode::Chat), ("phone", Mode::Phone)];

/// What this façade calls a status; those it does not know have the nearest word.
pub(super) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Confirmed => "confirmed",
        Status::Completed | Status::NoShow => "completed",
        Status::Cancelled | Status::Refunded | Status::Expired => "cancelled",
        Status::Rescheduled => "rescheduled",
    }
}

edge::words! {
    /// Where a consultation stands.
    pub(crate) ConsultationStatus = Status::ALL.map(status_word)
}

edge::words! {
    /// How the two meet.
    pub(crate) ConsultationType = edge::words::of(MODES)
}

fn mode_word(mode: Mode) -> &'static str {
    MODES.iter().find(|(_, known)| *known == mode).map_or("video", |(word, _)| word)
}

const PENDING: &str = "pending";
const PAID: &str = "paid";
const REFUNDED: &str = "refunded";
const PAYMENT_WORDS: [&str; 3] = [PENDING, PAID, REFUNDED];

fn payment_word(booking: &Booking) -> &'static str {
    match booking.funds {
        Funds::Free | Funds::Due => PENDING,
        Funds::Held | Funds::Captured => PAID,
        Funds::Released => REFUNDED,
        // What was still to be paid has a date until it is.
        Funds::Moved if booking.pay_by.is_some() => PENDING,
        Funds::Moved => PAID,
    }
}

edge::words! {
    /// How far its price is paid.
    pub(crate) ConsultationPaymentStatus = PAYMENT_WORDS
}

impl Consultation {
    pub(super) fn of(app: &App, shown: &BookingView) -> Self {
        let BookingView { booking, expert, picture, review, seat, now } = shown;
        let viewer = seat.map(|seat| booking.party(seat).id);
        let may = |step| {
            let actor = seat.map(Actor::from);
            booking.facade == FACADE && actor.is_some_and(|actor| booking.may(step, actor, *now))
        };
        let (price, currency) = price(Some(booking.price));
        let meeting_link = seat.and_then(|seat| video::link(app, booking, seat));
        let is_due = booking.funds == Funds::Due && booking.status.is_open();
        Self {
            id: booking.id.get(),
            user: booking.learner.id.get(),
            user_name: booking.learner.name.clone(),
            expert: ExpertCard::with_picture(expert, viewer.map_or(Viewer::Admin, Viewer::Person), picture.clone()),
            consultation_type: mode_word(booking.mode),
            scheduled_at: Stamp(booking.interval.start()),
            duration_minutes: booking.interval.minutes(),
            status: status_word(booking.status),
            notes: booking.description.clone(),
            meeting_room_id: meeting_link.is_some().then(|| booking.room.clone()).flatten(),
            meeting_link,
            meeting_started_at: booking.started_at.map(Stamp),
            meeting_ended_at: booking.ended_at.map(Stamp),
            price,
            currency,
            payment_status: payment_word(booking),
            payment_due_at: booking.pay_by.filter(|_| is_due).map(Stamp),
            cancellation_reason: booking.reason.clone(),
            rescheduled_from: booking.chain.replaces.map(|id| id.get()),
            rescheduled_to: booking.chain.replaced_by.map(|id| id.get()),
            conversation: booking.conversation.map(|id| id.get()),
            review: review.as_ref().map(|review| ReviewCard::of(review, viewer)),
            can_be_cancelled: may(Step::Cancel),
            can_be_rescheduled: may(Step::Replace),
            created_at: Stamp(booking.created_at),
            updated_at: Stamp(booking.updated_at),
        }
    }
}

impl ConsultationDetail {
    pub(super) fn of(app: &App, shown: &BookingView, client: &User) -> Self {
        Self { consultation: Consultation::of(app, shown), user_email: client.email.as_str().to_owned() }
    }
}
