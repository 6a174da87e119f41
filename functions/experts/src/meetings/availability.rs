//! When people can be asked for meetings: weekly hours.

use app::profile::{self, HoursChanges, KeptHours};
use app::{App, people};
use axum::extract::State;
use domain::Sentence;
use domain::calendar::{TimeOfDay, WeeklyHours};
use domain::ids::{HoursId, UserId};
use domain::person::User;
use domain::zone::Zone;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, id, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::reply::{Created, Done, Json};
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::short_list::{paged, sortable};

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Hours of one weekday, every week.
#[derive(Serialize, ToSchema)]
pub(crate) struct Availability {
    id: i64,
    /// Whose it is.
    user: i64,
    /// 0 is Monday, 6 is Sunday.
    #[schema(maximum = 6)]
    day_of_week: u8,
    day_name: &'static str,
    #[schema(example = "09:00:00")]
    start_time: String,
    /// `00:00:00` is the midnight after this day.
    #[schema(example = "17:00:00")]
    end_time: String,
    /// IANA name of the zone in which the times are read.
    #[schema(example = "Europe/Berlin")]
    timezone: String,
}

impl Availability {
    fn of(user: UserId, KeptHours { row, zone }: &KeptHours) -> Self {
        let hours = &row.hours;
        Self {
            id: row.id.get(),
            user: user.get(),
            day_of_week: hours.day,
            day_name: DAYS.get(usize::from(hours.day)).copied().unwrap_or(""),
            start_time: hours.start.to_string(),
            end_time: hours.end.to_string(),
            timezone: zone.name().to_owned(),
        }
    }

    /// The hours at which somebody can be asked, by day, then start. Rows that another product has closed are their
    /// owner's business.
    pub(crate) fn open_of(user: &User) -> Vec<Self> {
        Self::listed(user, |hours| hours.open)
    }

    fn listed(user: &User, keep: impl Fn(&WeeklyHours) -> bool) -> Vec<Self> {
        let rows = user.hours.iter().filter(|row| keep(&row.hours));
        let mut all: Vec<_> = rows.map(|row| Self::of(user.id, &KeptHours::of(user, row))).collect();
        all.sort_by_cached_key(Self::place);
        all
    }

    fn place(&self) -> String {
        let (day, start) = (self.day_of_week, &self.start_time);
        format!("{day} {start} {}", sortable(self.id))
    }
}

pub(crate) struct AvailabilityRequest {
    day_of_week: u8,
    start_time: TimeOfDay,
    end_time: TimeOfDay,
    timezone: Option<Zone>,
}

pub(crate) struct AvailabilityPatch {
    day_of_week: Option<u8>,
    start_time: Option<TimeOfDay>,
    end_time: Option<TimeOfDay>,
    timezone: Option<Zone>,
}

fn day() -> impl Kind<Out = u8> {
    integer(0..=6)
        .then(|day| u8::try_from(day).map_err(|_| "This must be between 0 and 6."))
        .about("0 is Monday, 6 is Sunday.")
}

/// Here only `00:00` means the midnight after the day; elsewhere `24:00` may too.
fn parse_end(text: &str) -> Result<TimeOfDay, Sentence> {
    TimeOfDay::parse_start(text)?;
    TimeOfDay::parse_end(text)
}

fn start() -> impl Kind<Out = TimeOfDay> {
    text(..).time_of_day(TimeOfDay::parse_start).example("09:00")
}

fn end() -> impl Kind<Out = TimeOfDay> {
    const END: &str = "After the start; `00:00:00` is the midnight after this day.";
    text(..).time_of_day(parse_end).about(END).example("17:00")
}

fn zone() -> impl Kind<Out = Zone> {
    text(..).zone().about("In which the times are read. A new row without one follows that of the account.")
}

impl Parse for AvailabilityRequest {
    const NAME: &str = "AvailabilityRequest";
    const ABOUT: &str = "Hours of one weekday, every week.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let day_of_week = fields.required("day_of_week", day());
        let start_time = fields.required("start_time", start());
        let end_time = fields.required("end_time", end());
        let timezone = fields.optional("timezone", zone());
        Some(Self { day_of_week: day_of_week?, start_time: start_time?, end_time: end_time?, timezone: timezone? })
    }
}

impl Parse for AvailabilityPatch {
    const NAME: &str = "AvailabilityPatch";
    const ABOUT: &str = "What is absent stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let day_of_week = fields.optional("day_of_week", day());
        let start_time = fields.optional("start_time", start());
        let end_time = fields.optional("end_time", end());
        let timezone = fields.optional("timezone", zone());
        Some(Self { day_of_week: day_of_week?, start_time: start_time?, end_time: end_time?, timezone: timezone? })
    }
}

pub(crate) struct Listing {
    user: Option<UserId>,
    page: Page,
}

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let user = fields.optional("user_id", id::<UserId>().about("Whose; by default the caller's own."));
        let page = Page::parse(fields);
        Some(Self { user: user?, page: page? })
    }
}

/// Weekly availability
///
/// The caller's own, or with `user_id` the hours at which somebody else can be asked. By day, then start. An unknown user
/// has none.
#[utoipa::path(
    get, path = "/api/user-availability/",
    tag = "Meetings: Availability", operation_id = "meetings_availability_list",
    responses(
        (status = 200, description = "The rows", body = [Availability]),
    )
)]
pub(crate) async fn list_availability(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing { user, page }): QueryOf<Listing>,
) -> Result<Listed<Availability>, Refused> {
    let user = user.unwrap_or_else(|| caller.user());
    let all = match people::find(&app, user).await {
        Ok(user) if user.id == caller.user() => Availability::listed(&user, |_| true),
        Ok(user) => Availability::open_of(&user),
        Err(app::Error::Common(app::Common::NotFound)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let list = format!("availability/{user}");
    Ok(paged(&app, &list, all, Availability::place, &page)?)
}

/// Add weekly hours
///
/// Overlapping or touching rows count as one window. At most 50. Meetings already made stay as they are.
#[utoipa::path(
    post, path = "/api/user-availability/",
    tag = "Meetings: Availability", operation_id = "meetings_availability_add",
    responses(
        (status = 201, description = "The new row", body = Availability),
        (status = 400, description = "`validation`: also for the exact same row again and for a 51st"),
    )
)]
pub(crate) async fn add_availability(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(wanted): Body<AvailabilityRequest>,
) -> Result<Created<Availability>, Refused> {
    let AvailabilityRequest { day_of_week: day, start_time: start, end_time: end, timezone: zone } = wanted;
    let hours = WeeklyHours { day, start, end, zone, open: true };
    let show = |row: &KeptHours| Availability::of(caller.user(), row);
    let answer = |row: &KeptHours| idempotency::created(&show(row));
    let row = profile::hours_add(&app, caller, hours, key.save(&answer)).await?;
    Ok(Created(show(&row)))
}

/// One row of the own availability
#[utoipa::path(
    get, path = "/api/user-availability/{id}/",
    tag = "Meetings: Availability", operation_id = "meetings_availability_show",
    responses(
        (status = 200, description = "The row", body = Availability),
        (status = 404, description = "`not_found`: also for another person's"),
    )
)]
pub(crate) async fn show_availability(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<HoursId>,
) -> Result<Json<Availability>, Refused> {
    let user = people::me(&app, caller).await?;
    let row = user.hours_row(id).map_err(app::Error::from)?;
    Ok(Json(Availability::of(user.id, &KeptHours::of(&user, row))))
}

/// Replace a row
///
/// Without `timezone` it stays in the zone it is kept in.
#[utoipa::path(
    put, path = "/api/user-availability/{id}/",
    tag = "Meetings: Availability", operation_id = "meetings_availability_replace",
    responses(
        (status = 200, description = "The row as it is now", body = Availability),
        (status = 404, description = "`not_found`: also for another person's"),
    )
)]
pub(crate) async fn put_availability(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<HoursId>,
    Body(wanted): Body<AvailabilityRequest>,
) -> Result<Json<Availability>, Refused> {
    let changes = HoursChanges {
        day: Some(wanted.day_of_week),
        start: Some(wanted.start_time),
        end: Some(wanted.end_time),
        zone: wanted.timezone,
    };
    let row = profile::hours_change(&app, caller, id, changes).await?;
    Ok(Json(Availability::of(caller.user(), &row)))
}

/// Change a row
///
/// What is absent stays.
#[utoipa::path(
    patch, path = "/api/user-availability/{id}/",
    tag = "Meetings: Availability", operation_id = "meetings_availability_change",
    responses(
        (status = 200, description = "The row as it is now", body = Availability),
        (status = 404, description = "`not_found`: also for another person's"),
    )
)]
pub(crate) async fn patch_availability(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<HoursId>,
    Body(wanted): Body<AvailabilityPatch>,
) -> Result<Json<Availability>, Refused> {
    let AvailabilityPatch { day_of_week: day, start_time: start, end_time: end, timezone: zone } = wanted;
    let changes = HoursChanges { day, start, end, zone };
    let row = profile::hours_change(&app, caller, id, changes).await?;
    Ok(Json(Availability::of(caller.user(), &row)))
}

/// Remove a row
#[utoipa::path(
    delete, path = "/api/user-availability/{id}/",
    tag = "Meetings: Availability", operation_id = "meetings_availability_remove",
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "`not_found`: also for another person's"),
    )
)]
pub(crate) async fn delete_availability(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<HoursId>,
) -> Result<Done, Refused> {
    profile::hours_remove(&app, caller, id).await?;
    Ok(Done)
}
