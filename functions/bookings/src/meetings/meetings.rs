//! Meetings: ExpertConnect's word for bookings (`expertconnect.md` §5).

use app::bookings::{self, Changes, Command, Filter, Request};
use app::{App, Error, SaveResponse};
use axum::extract::State;
use domain::Instant;
use domain::booking::{Booking, Mode, Seat, Status, Step, Times};
use domain::category::{self, CategoryId};
use domain::facade::Facade;
use domain::ids::{BookingId, UserId};
use domain::ledger::Unit;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, id, integer, one_of, text, time};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Json};
use edge::time::Stamp;
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::reviews::Review;

/// A booked meeting as its two parties see it.
#[derive(Serialize, ToSchema)]
pub struct Meeting {
    id: i64,
    title: String,
    description: String,
    requester_id: i64,
    /// As it was when the meeting was requested.
    requester_name: String,
    expert_id: i64,
    expert_name: String,
    #[schema(value_type = MeetingStatus)]
    status: &'static str,
    #[schema(required = true)]
    category_id: Option<i64>,
    #[schema(required = true)]
    category_name: Option<&'static str>,
    scheduled_start: Stamp,
    scheduled_end: Stamp,
    created_at: Stamp,
    updated_at: Stamp,
    duration_minutes: i64,
    /// Credits held from the request to the end.
    price_credits: u64,
    /// Who did not come.
    #[schema(required = true)]
    no_show_user_id: Option<i64>,
}

/// A meeting with what its parties said of each other.
#[derive(Serialize, ToSchema)]
pub struct MeetingDetail {
    #[serde(flatten)]
    meeting: Meeting,
    reviews: Vec<Review>,
    /// Whether the caller has reviewed it.
    has_reviewed: bool,
}

/// What a change of status led to.
#[derive(Serialize, ToSchema)]
pub struct StatusChange {
    id: i64,
    #[schema(value_type = MeetingStatus)]
    status: &'static str,
    updated_at: Stamp,
}

const STATUSES: &[(&str, Status)] = &[
    ("pending", Status::Pending),
    ("confirmed", Status::Confirmed),
    ("completed", Status::Completed),
    ("cancelled", Status::Cancelled),
    ("expired", Status::Expired),
    ("no_show", Status::NoShow),
    ("rescheduled", Status::Rescheduled),
    ("refunded", Status::Refunded),
];

fn status_word(status: Status) -> &'static str {
    STATUSES.iter().find(|(_, known)| *known == status).map_or("pending", |(word, _)| word)
}

edge::words! {
    /// Where a meeting stands. `rescheduled` and `refunded` have only bookings made elsewhere.
    pub MeetingStatus = edge::words::of(STATUSES)
}

impl From<&Booking> for Meeting {
    fn from(booking: &Booking) -> Self {
        let category = booking.category.map(CategoryId::category);
        Self {
            id: booking.id.get(),
            title: booking.title.clone(),
            description: booking.description.clone(),
            requester_id: booking.learner.id.get(),
            requester_name: booking.learner.name.clone(),
            expert_id: booking.expert.id.get(),
            expert_name: booking.expert.name.clone(),
            status: status_word(booking.status),
            category_id: category.map(|category| category.id.get()),
            category_name: category.map(|category| category.name),
            scheduled_start: Stamp(booking.interval.start()),
            scheduled_end: Stamp(booking.interval.end()),
            created_at: Stamp(booking.created_at),
            updated_at: Stamp(booking.updated_at),
            duration_minutes: booking.interval.minutes(),
            price_credits: if booking.price.unit == Unit::Credit { booking.price.minor } else { 0 },
            no_show_user_id: booking.absent.map(|seat| booking.party(seat).id.get()),
        }
    }
}

const START: &str = "In the future.";
const END: &str = "After the start, at most 8 hours later.";
const CATEGORY: &str = "The id of a category, or null for none.";

pub struct NewMeeting(Request);

fn known_category(id: i64) -> Result<CategoryId, domain::Sentence> {
    category::find(id).map(|category| category.id).ok_or("There is no such category.")
}

fn category() -> impl Kind<Out = CategoryId> {
    integer(0..=i64::MAX).then(known_category).about(CATEGORY)
}

impl Parse for NewMeeting {
    const NAME: &str = "MeetingRequest";
    const ABOUT: &str = "A request for a meeting.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.required("title", text(1..=200).not_blank());
        let expert = fields.required(["expert_id", "expert"], id::<UserId>());
        let start = fields.required("scheduled_start", time().about(START));
        let end = fields.required("scheduled_end", time().about(END));
        let description = fields.or("description", text(..=4000), "");
        let category = fields.nullable(["category_id", "category"], category());
        Some(Self(Request {
            expert: expert?,
            times: Times { start: start?, end: end? },
            mode: Mode::Video,
            title: title?,
            description: description?,
            service: String::new(),
            category: category?.value(),
        }))
    }
}

pub struct MeetingChanges(Changes);

impl Parse for MeetingChanges {
    const NAME: &str = "MeetingChange";
    const ABOUT: &str = "What is left out stays. Other times ask the expert anew.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.optional("title", text(1..=200).not_blank());
        let description = fields.optional("description", text(..=4000));
        let category = fields.nullable(["category_id", "category"], category());
        let start: Option<Option<Instant>> = fields.optional("scheduled_start", time().about(START));
        let end = fields.optional("scheduled_end", time().about(END));
        Some(Self(Changes {
            title: title?,
            description: description?,
            category: category?.change(),
            start: start?,
            end: end?,
        }))
    }
}

pub struct NewStatus(Step);

impl Parse for NewStatus {
    const NAME: &str = "StatusRequest";
    const ABOUT: &str = "The status a meeting is to have.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const STEPS: &[(&str, Step)] = &[
            ("confirmed", Step::Confirm),
            ("cancelled", Step::Cancel),
            ("completed", Step::Complete),
            ("no_show", Step::ReportNoShow),
        ];
        fields.required("status", one_of(STEPS)).map(Self)
    }
}

pub struct Listing(Filter, Page);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const SEATS: &[(&str, Seat)] = &[("requester", Seat::Learner), ("expert", Seat::Expert)];
        let status = fields.optional("status", one_of(STATUSES).about("Only in this one."));
        let seat = fields.optional("role", one_of(SEATS).about("As whom."));
        let page = Page::parse(fields);
        Some(Self(Filter { status: status?, seat: seat? }, page?))
    }
}

/// The one person these routes name is the expert.
fn unknown_expert(error: Error) -> Refused {
    match error {
        Error::UnknownPerson => Problem::field("expert_id", "There is no such expert.").into(),
        other => other.into(),
    }
}

/// List my meetings
///
/// Newest first, as requester and as expert.
#[utoipa::path(
    get, path = "/api/meetings/",
    tag = "Meetings: Bookings", operation_id = "meetings_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<Meeting>),
    )
)]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(filter, page)): QueryOf<Listing>,
) -> Result<Listed<Meeting>, Refused> {
    let found = bookings::list(&app, caller, filter, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(Meeting::from).collect(), next: found.next })
}

/// Request a meeting
///
/// Reserves the time of both and holds one credit. A taken time is answered with up to five `alternatives`.
#[utoipa::path(
    post, path = "/api/meetings/",
    tag = "Meetings: Bookings", operation_id = "meetings_request",
    responses(
        (status = 201, description = "The meeting", body = Meeting),
        (status = 409, description = "`slot_taken`: with up to five `alternatives`; `too_many_pending`: with this expert or in all"),
        (status = 400, description = "`insufficient_credits`; `outside_availability`: not inside the hours of the expert"),
        (status = 403, description = "`blocked`: one of the two has blocked the other"),
    )
)]
pub async fn request(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(NewMeeting(wanted)): Body<NewMeeting>,
) -> Result<Created<Meeting>, Refused> {
    let answer = |booking: &Booking| idempotency::created(&Meeting::from(booking));
    let requested = bookings::request(&app, caller, Facade::Meetings, wanted, key.save(&answer)).await;
    Ok(Created(Meeting::from(&requested.map_err(unknown_expert)?)))
}

/// Show one of my meetings
#[utoipa::path(
    get, path = "/api/meetings/{id}/",
    tag = "Meetings: Bookings", operation_id = "meetings_show",
    responses(
        (status = 200, description = "The meeting", body = MeetingDetail),
    )
)]
pub async fn show(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<BookingId>,
) -> Result<Json<MeetingDetail>, Refused> {
    let (found, seat) = bookings::find_with_reviews(&app, caller, id).await?;
    Ok(Json(MeetingDetail {
        meeting: Meeting::from(&found.booking),
        reviews: found.reviews.iter().map(Review::from).collect(),
        has_reviewed: found.booking.party(seat).reviewed,
    }))
}

/// Change or move a meeting
///
/// For its requester. Other times reserve the new time in one step; the expert has to confirm anew.
#[utoipa::path(
    patch, path = "/api/meetings/{id}/",
    tag = "Meetings: Bookings", operation_id = "meetings_change",
    responses(
        (status = 200, description = "The meeting as it is now", body = Meeting),
        (status = 409, description = "`slot_taken`: with up to five `alternatives`"),
        (status = 400, description = "`invalid_transition`; `too_late`: the meeting has begun; `outside_availability`: not inside the hours of the expert"),
        (status = 403, description = "`forbidden`: for the requester only; `blocked`: one of the two has blocked the other"),
    )
)]
pub async fn change(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<BookingId>,
    Body(MeetingChanges(changes)): Body<MeetingChanges>,
) -> Result<Json<Meeting>, Refused> {
    let at = bookings::find(&app, caller, id).await?;
    let changed = bookings::change(&app, Facade::Meetings, at, changes, SaveResponse::nothing()).await;
    let booking: Booking = changed.map_err(unknown_expert)?;
    Ok(Json(Meeting::from(&booking)))
}

/// Change or move a meeting, as PATCH does
#[utoipa::path(
    put, path = "/api/meetings/{id}/",
    tag = "Meetings: Bookings", operation_id = "meetings_replace",
    responses(
        (status = 200, description = "The meeting as it is now", body = Meeting),
        (status = 409, description = "`slot_taken`: with up to five `alternatives`"),
        (status = 400, description = "`invalid_transition`; `too_late`: the meeting has begun; `outside_availability`: not inside the hours of the expert"),
        (status = 403, description = "`forbidden`: for the requester only; `blocked`: one of the two has blocked the other"),
    )
)]
pub async fn replace(
    app: State<App>,
    caller: Authenticated,
    id: PathId<BookingId>,
    changes: Body<MeetingChanges>,
) -> Result<Json<Meeting>, Refused> {
    change(app, caller, id, changes).await
}

/// Confirm, cancel or complete a meeting, or report who did not come
#[utoipa::path(
    patch, path = "/api/meetings/{id}/update_status/",
    tag = "Meetings: Bookings", operation_id = "meetings_status_change",
    responses(
        (status = 200, description = "Its status now", body = StatusChange),
        (status = 400, description = "`invalid_transition`; `too_early`; `too_late`; `not_started`; `payment_required`: of a booking made elsewhere"),
        (status = 403, description = "`forbidden`: for the other party"),
    )
)]
pub async fn update_status(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<BookingId>,
    Body(NewStatus(step)): Body<NewStatus>,
) -> Result<Json<StatusChange>, Refused> {
    let at = bookings::find(&app, caller, id).await?;
    let booking: Booking =
        bookings::take(&app, Facade::Meetings, at, Command::Take(step), SaveResponse::nothing()).await?;
    Ok(Json(StatusChange {
        id: booking.id.get(),
        status: status_word(booking.status),
        updated_at: Stamp(booking.updated_at),
    }))
}
