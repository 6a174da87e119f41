//! An expert's week.

use app::{App, experts, hours};
use axum::extract::State;
use consultations::{AsExpert, Refused};
use domain::calendar::{TimeOfDay, Week, WeekRefusal, WeeklyHours};
use domain::ids::UserId;
use domain::person::{HoursRow, MOST_ROWS, User};
use edge::auth::Visitor;
use edge::body::Rows;
use edge::form::{Fields, Kind, Parse, boolean, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::{FieldErrors, Problem};
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Hours of one weekday, every week.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationAvailability)]
pub(crate) struct Availability {
    id: i64,
    /// Whose they are.
    expert: i64,
    /// 0 is Monday, 6 is Sunday.
    #[schema(maximum = 6)]
    day_of_week: u8,
    #[schema(example = "09:00:00")]
    start_time: String,
    /// `00:00:00` is the midnight after this day.
    #[schema(example = "17:00:00")]
    end_time: String,
    /// IANA name of the zone in which the times are read.
    timezone: String,
    is_available: bool,
    created_at: Stamp,
    updated_at: Stamp,
}

impl Availability {
    fn of(user: &User, row: &HoursRow) -> Self {
        let hours = &row.hours;
        Self {
            id: row.id.get(),
            expert: user.id.get(),
            day_of_week: hours.day,
            start_time: hours.start.to_string(),
            end_time: hours.end.to_string(),
            timezone: user.zone_of(hours).name().to_owned(),
            is_available: hours.open,
            created_at: Stamp(row.id.minted_at()),
            updated_at: Stamp(row.id.minted_at()),
        }
    }

    /// By day, then start.
    fn all_of(user: &User) -> Vec<Self> {
        in_order(user).into_iter().map(|row| Self::of(user, row)).collect()
    }
}

/// The rows of a week by day, then start.
pub(crate) fn in_order(user: &User) -> Vec<&HoursRow> {
    let mut rows: Vec<_> = user.hours.iter().collect();
    rows.sort_by_key(|row| (row.hours.day, row.hours.start, row.id));
    rows
}

pub(crate) struct NewRow(WeeklyHours);

impl Parse for NewRow {
    const NAME: &str = "ConsultationAvailabilityRow";
    const ABOUT: &str = "Hours of one weekday, every week.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const START: &str = "On a 5-minute mark.";
        const END: &str = "The same, after the start; `00:00` or `24:00` is the midnight after this day.";
        let day = integer(0..=6).then(|day| u8::try_from(day).map_err(|_| "This must be between 0 and 6."));
        let day = fields.required("day_of_week", day.about("0 is Monday, 6 is Sunday."));
        let start =
            fields.required("start_time", text(..).time_of_day(TimeOfDay::parse_start).about(START).example("09:00"));
        let end = fields.required("end_time", text(..).time_of_day(TimeOfDay::parse_end).about(END).example("17:00"));
        let zone = fields.nullable("timezone", text(..).zone().about("IANA name; by default the account's."));
        let open = fields.or("is_available", boolean(), true);
        Some(Self(WeeklyHours { day: day?, start: start?, end: end?, zone: zone?.value(), open: open? }))
    }
}

/// The week as it is now.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationSchedule)]
pub(crate) struct Published {
    message: &'static str,
    /// By day, then start.
    availability: Vec<Availability>,
}

impl Published {
    fn of(user: &User) -> Self {
        Self { message: "Your availability has been updated.", availability: Availability::all_of(user) }
    }
}

fn refused(refusals: &[WeekRefusal]) -> Problem {
    let mut errors = FieldErrors::default();
    for refusal in refusals {
        match refusal {
            WeekRefusal::TooMany => errors.add("rows", "A schedule has at most 50 rows."),
            WeekRefusal::Row { index, field, sentence } => errors.add(format!("{index}.{field}"), *sentence),
        }
    }
    Problem::validation(errors)
}

/// An expert's weekly hours
///
/// Those on which they can be booked, by day, then start.
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/{id}/availability/",
    tag = "Consultations: Experts", operation_id = "consultations_hours_list",
    responses(
        (status = 200, description = "The rows", body = [Availability]),
        (status = 404, description = "`not_found`: no approved expert has this id"),
    )
)]
pub(crate) async fn show_expert_hours(
    State(app): State<App>,
    _: Visitor,
    PathId(id): PathId<UserId>,
) -> Result<Json<Vec<Availability>>, Refused> {
    let expert = experts::find(&app, id).await?;
    let open = in_order(&expert).into_iter().filter(|row| row.hours.open);
    Ok(Json(open.map(|row| Availability::of(&expert, row)).collect()))
}

/// Replace the own weekly hours
///
/// All of them at once; an empty array clears them, and then every time can be asked for. If anything is wrong, nothing
/// changes; errors are under `<index>.<field>`. Bookings already made stay as they are.
#[utoipa::path(
    post, path = "/api/v1/consultations/experts/availability/update/",
    tag = "Consultations: Experts", operation_id = "consultations_hours_replace",
    responses(
        (status = 200, description = "The week as it is now", body = Published),
        (status = 400, description = "`validation`: also for rows of one day and zone that overlap, and for a 51st"),
    )
)]
pub(crate) async fn replace_expert_hours(
    State(app): State<App>,
    AsExpert(caller, user): AsExpert,
    key: IdempotencyKey,
    Rows(rows): Rows<NewRow, MOST_ROWS>,
) -> Result<Json<Published>, Refused> {
    let rows = rows.into_iter().map(|NewRow(hours)| hours).collect();
    let week = Week::new(rows, &user.timezone).map_err(|refusals| refused(&refusals))?;
    let answer = |user: &User| idempotency::okay(&Published::of(user));
    let user = hours::replace(&app, caller, week, key.save(&answer)).await?;
    Ok(Json(Published::of(&user)))
}
