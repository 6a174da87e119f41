//! Slots: listed, published, changed, taken back.

use app::App;
use app::openings::{self, Asked, SlotView};
use axum::extract::State;
use domain::Instant;
use domain::ids::{SlotId, UserId};
use domain::interval::Interval;
use domain::slot::announced;
use edge::auth::SignedFirst;
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, boolean, id, time};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Done, Json};
use edge::time::Stamp;
use serde::Serialize;
use tutoring::{AsTutor, Listing, Paged, Pages, Refused, money};
use utoipa::ToSchema;

use super::FACADE;
use super::at::AtOwnSlot;

/// A stretch of time in which a tutor can be booked.
#[derive(Serialize, ToSchema)]
pub(crate) struct AvailabilitySlot {
    id: i64,
    tutor: i64,
    tutor_name: String,
    /// For whoever has booked them, themselves and administrators.
    #[schema(required = true)]
    tutor_email: Option<String>,
    start_time: Stamp,
    end_time: Stamp,
    duration_minutes: i64,
    /// While any booking, of whichever product, touches it.
    is_booked: bool,
    /// With two decimals; null for a tutor whose lessons only have the price of a course.
    #[schema(required = true, example = "25.00")]
    price: Option<String>,
    /// ISO-4217.
    currency: String,
    created_at: Stamp,
    updated_at: Stamp,
}

impl AvailabilitySlot {
    fn of(app: &App, view: &SlotView) -> Self {
        let SlotView { slot, expert, .. } = view;
        Self {
            id: slot.id.get(),
            tutor: expert.id.get(),
            tutor_name: expert.name(),
            tutor_email: view.knows_email.then(|| expert.email.as_str().to_owned()),
            start_time: Stamp(slot.interval.start()),
            end_time: Stamp(slot.interval.end()),
            duration_minutes: slot.interval.minutes(),
            is_booked: view.is_booked,
            price: view.price(FACADE).map(money::shown),
            currency: money::currency_of(view.currency(FACADE, app.settings.default_currency)),
            created_at: Stamp(slot.created_at()),
            updated_at: Stamp(slot.updated_at()),
        }
    }
}

pub(crate) struct SlotsAsked {
    asked: Asked,
    listing: Listing<()>,
}

impl Parse for SlotsAsked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const ORDERS: &[(&str, ((), bool))] = &[("start_time", ((), false)), ("-start_time", ((), true))];
        let expert = fields.optional("tutor", id::<UserId>().about("Only theirs; one's own with those that are past."));
        let is_booked =
            fields.optional("is_booked", boolean().about("Only those in which something is booked, or nothing."));
        let after = fields.optional("start_after", time().about("Not before this."));
        let before = fields.optional("start_before", time().about("Not after this."));
        let listing = Listing::parse(fields, ORDERS);
        let (listing, expert, is_booked) = (listing?, expert?, is_booked?);
        let descending = listing.descending;
        let asked = Asked { expert, is_booked, start_after: after?, start_before: before?, descending };
        Some(Self { asked, listing })
    }
}

/// List slots
///
/// Of approved tutors, from now on, soonest first.
#[utoipa::path(
    get, path = "/api/v1/availability-slots/",
    tag = "Tutoring: Slots", operation_id = "tutoring_slots_list",
    responses((status = 200, description = "One page", body = Paged<AvailabilitySlot>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    pages: Pages,
    QueryOf(SlotsAsked { asked, listing }): QueryOf<SlotsAsked>,
) -> Result<Json<Paged<AvailabilitySlot>>, Refused> {
    let page = openings::list(&app, caller, asked, &listing.wanted()?).await?;
    Ok(pages.show(page.map(|view| AvailabilitySlot::of(&app, &view))))
}

const MARK: &str = "In the future, at most a year ahead, on a five-minute mark.";
const END: &str = "15 minutes to 8 hours after the start, on a five-minute mark.";

pub(crate) struct NewSlot {
    start: Instant,
    end: Instant,
}

impl Parse for NewSlot {
    const NAME: &str = "AvailabilitySlotRequest";
    const ABOUT: &str = "A slot to be published.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let start = fields.required("start_time", time().about(MARK));
        let end = fields.required("end_time", time().about(END));
        Some(Self { start: start?, end: end? })
    }
}

pub(crate) struct SlotTimes {
    start: Option<Instant>,
    end: Option<Instant>,
}

impl Parse for SlotTimes {
    const NAME: &str = "AvailabilitySlotChange";
    const ABOUT: &str = "Other times of a slot.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let start = fields.optional("start_time", time().about(MARK));
        let end = fields.optional("end_time", time().about(END));
        Some(Self { start: start?, end: end? })
    }
}

fn checked(app: &App, times: (Instant, Instant)) -> Result<Interval, Problem> {
    announced(FACADE.rules(), times, app.clock.now()).map_err(|(field, sentence)| Problem::field(field, sentence))
}

/// Publish a slot
///
/// It is an opening for every other product, too.
#[utoipa::path(
    post, path = "/api/v1/availability-slots/",
    tag = "Tutoring: Slots", operation_id = "tutoring_slots_publish",
    responses(
        (status = 201, description = "The slot", body = AvailabilitySlot),
        (status = 409, description = "`slot_overlap`: with another own slot; `too_many_slots`: 3000 are ahead"),
    )
)]
pub(crate) async fn publish(
    State(app): State<App>,
    AsTutor(_, me): AsTutor,
    key: IdempotencyKey,
    AnyForm(NewSlot { start, end }): AnyForm<NewSlot>,
) -> Result<Created<AvailabilitySlot>, Refused> {
    let interval = checked(&app, (start, end))?;
    let answer = |view: &SlotView| idempotency::created(&AvailabilitySlot::of(&app, view));
    let view = openings::publish(&app, &me, interval, key.save(&answer)).await?;
    Ok(Created(AvailabilitySlot::of(&app, &view)))
}

/// Show a slot
#[utoipa::path(
    get, path = "/api/v1/availability-slots/{id}/",
    tag = "Tutoring: Slots", operation_id = "tutoring_slots_show",
    responses((status = 200, description = "The slot", body = AvailabilitySlot))
)]
pub(crate) async fn show(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    PathId(id): PathId<SlotId>,
) -> Result<Json<AvailabilitySlot>, Refused> {
    let view = openings::show(&app, caller, id).await?;
    Ok(Json(AvailabilitySlot::of(&app, &view)))
}

/// Give a slot other times
///
/// While nothing is booked in it. What is left out stays.
#[utoipa::path(
    patch, path = "/api/v1/availability-slots/{id}/",
    tag = "Tutoring: Slots", operation_id = "tutoring_slots_change",
    responses(
        (status = 200, description = "The slot", body = AvailabilitySlot),
        (status = 409, description = "`slot_booked`; `slot_overlap`: with another own slot"),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    AtOwnSlot(own): AtOwnSlot,
    AnyForm(SlotTimes { start, end }): AnyForm<SlotTimes>,
) -> Result<Json<AvailabilitySlot>, Refused> {
    let now = own.interval();
    let wanted = match (start, end) {
        (None, None) => now, // past or not
        (start, end) => checked(&app, (start.unwrap_or(now.start()), end.unwrap_or(now.end())))?,
    };
    let view = openings::change(&app, own, wanted).await?;
    Ok(Json(AvailabilitySlot::of(&app, &view)))
}

/// Take a slot back
///
/// While nothing is booked in it.
#[utoipa::path(
    delete, path = "/api/v1/availability-slots/{id}/",
    tag = "Tutoring: Slots", operation_id = "tutoring_slots_remove",
    responses(
        (status = 204, description = "It is gone"),
        (status = 409, description = "`slot_booked`"),
    )
)]
pub(crate) async fn remove(State(app): State<App>, AtOwnSlot(own): AtOwnSlot) -> Result<Done, Refused> {
    openings::remove(&app, own).await?;
    Ok(Done)
}
