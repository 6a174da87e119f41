//! Bookings: listed, shown, annotated, called off.

use app::bookings::{self, Among, BookingOfTwo, Command, Order};
use app::picture::is_web_address;
use app::{App, SaveResponse};
use axum::extract::State;
use domain::Instant;
use domain::booking::{Actor, Booking, Seat};
use edge::auth::SignedFirst;
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, one_of, text, time};
use edge::reply::{Done, Json};
use tutoring::standing::standing;
use tutoring::{Listing, Paged, Pages, Refused};

use super::FACADE;
use super::at::AtBooking;
use super::shape::{LessonBooking, STATUSES};

pub(crate) struct BookingsAsked {
    seat: Option<Seat>,
    status: Option<&'static str>,
    after: Option<Instant>,
    before: Option<Instant>,
    listing: Listing<Order>,
}

impl Parse for BookingsAsked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const SIDES: &[(&str, Seat)] = &[("student", Seat::Learner), ("tutor", Seat::Expert)];
        const ORDERS: &[(&str, (Order, bool))] = &[
            ("-created_at", (Order::Made, true)),
            ("created_at", (Order::Made, false)),
            ("slot_start", (Order::Start, false)),
            ("-slot_start", (Order::Start, true)),
        ];
        let seat = fields.optional("as", one_of(SIDES).about("Only those on this side."));
        let status = fields.optional("status", one_of(STATUSES).about("Only those."));
        let after = fields.optional("start_after", time().about("Not before this."));
        let before = fields.optional("start_before", time().about("Not after this."));
        let listing = Listing::parse(fields, ORDERS);
        Some(Self { seat: seat?, status: status?, after: after?, before: before?, listing: listing? })
    }
}

impl BookingsAsked {
    /// All that is asked for, as a text; empty for everything.
    fn word(&self) -> String {
        let times = [self.after, self.before].map(|time| time.map(|time| time.timestamp()));
        match (self.status, times) {
            (None, [None, None]) => String::new(),
            (status, [after, before]) => format!("{status:?}/{after:?}/{before:?}"),
        }
    }

    fn keeps(&self, booking: &Booking) -> bool {
        let start = booking.interval.start();
        self.status.is_none_or(|status| standing(booking.status, booking.funds) == status)
            && self.after.is_none_or(|after| start >= after)
            && self.before.is_none_or(|before| start <= before)
    }
}

/// List bookings
///
/// Of the caller on either side, whichever product they were made in; administrators see everybody's. Of the newest thousand.
#[utoipa::path(
    get, path = "/api/v1/bookings/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_list",
    responses((status = 200, description = "One page", body = Paged<LessonBooking>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    pages: Pages,
    QueryOf(asked): QueryOf<BookingsAsked>,
) -> Result<Json<Paged<LessonBooking>>, Refused> {
    let word = asked.word();
    let order = (asked.listing.ordering, asked.listing.descending);
    let among = Among { seat: asked.seat, order, word: &word };
    let wanted = asked.listing.wanted()?;
    let page = bookings::among(&app, caller, among, |booking| asked.keeps(booking), &wanted).await?;
    Ok(pages.show(page.map(|at| LessonBooking::of(&app, &at))))
}

/// Show a booking
#[utoipa::path(
    get, path = "/api/v1/bookings/{id}/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_show",
    responses((status = 200, description = "The booking", body = LessonBooking))
)]
pub(crate) async fn show(State(app): State<App>, AtBooking(at): AtBooking) -> Result<Json<LessonBooking>, Refused> {
    Ok(Json(LessonBooking::of(&app, &at)))
}

/// Where the two meet: a place of the tutor's own.
pub(super) fn meeting_link() -> impl Kind<Out = String> {
    let address = |text: &str| match text.starts_with("https://") && is_web_address(text) {
        true => Ok(text.to_owned()),
        false => Err("Enter an https URL."),
    };
    text(1..=200).trimmed().parse(address).about("An https URL.")
}

pub(crate) struct Annotation {
    notes: Option<String>,
    link: Option<Option<String>>,
}

impl Parse for Annotation {
    const NAME: &str = "LessonBookingChange";
    const ABOUT: &str = "What may be changed of a booking. Nothing is required.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let notes = fields.nullable("notes", text(..=2000).trimmed().about("For its student."));
        let link = fields.nullable("meeting_link", meeting_link());
        let notes = notes?.change().map(Option::unwrap_or_default);
        Some(Self { notes, link: link?.change() })
    }
}

async fn annotate(app: &App, at: BookingOfTwo, said: Annotation) -> Result<Json<LessonBooking>, Refused> {
    let change = match at.actor {
        Actor::Learner => (said.notes, None),
        _ => (None, said.link),
    };
    let at = bookings::annotate(app, FACADE, at, change).await?;
    Ok(Json(LessonBooking::of(app, &at)))
}

/// Change a booking
///
/// The student changes the notes; the tutor, and an administrator, the meeting link. All else is ignored.
#[utoipa::path(
    patch, path = "/api/v1/bookings/{id}/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_change",
    responses(
        (status = 200, description = "The booking", body = LessonBooking),
        (status = 409, description = "`invalid_status`: booked elsewhere"),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    AtBooking(at): AtBooking,
    AnyForm(said): AnyForm<Annotation>,
) -> Result<Json<LessonBooking>, Refused> {
    annotate(&app, at, said).await
}

/// Change a booking, likewise
///
/// Nothing is required, and what is left out stays.
#[utoipa::path(
    put, path = "/api/v1/bookings/{id}/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_replace",
    responses(
        (status = 200, description = "The booking", body = LessonBooking),
        (status = 409, description = "`invalid_status`: booked elsewhere"),
    )
)]
pub(crate) async fn replace(
    State(app): State<App>,
    AtBooking(at): AtBooking,
    AnyForm(said): AnyForm<Annotation>,
) -> Result<Json<LessonBooking>, Refused> {
    annotate(&app, at, said).await
}

/// Cancel a booking, likewise
#[utoipa::path(
    delete, path = "/api/v1/bookings/{id}/",
    tag = "Tutoring: Bookings", operation_id = "tutoring_bookings_delete",
    responses(
        (status = 204, description = "It is off"),
        (status = 409, description = "`invalid_status`: over, begun, or booked elsewhere; `cutoff_passed`"),
    )
)]
pub(crate) async fn delete(State(app): State<App>, AtBooking(at): AtBooking) -> Result<Done, Refused> {
    bookings::act(&app, FACADE, at, Command::Cancel(String::new()), SaveResponse::nothing()).await?;
    Ok(Done)
}
