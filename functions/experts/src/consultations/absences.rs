//! Dates on which an expert is away.

use app::App;
use app::hours::{self, Added, Away};
use axum::extract::State;
use chrono::NaiveDate;
use consultations::{AsExpert, Refused};
use domain::calendar::{Absence, Block};
use domain::ids::{BlockId, BookingId, UserId};
use domain::person::User;
use domain::zone::Zone;
use edge::body::Body;
use edge::form::{Fields, Kind, Parse, date, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Done, Json};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::hours::in_order;

/// From the first date's midnight to the one after the last date.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationUnavailability)]
pub(crate) struct Unavailability {
    id: i64,
    /// Whose it is.
    expert: i64,
    #[schema(format = Date)]
    start_date: String,
    #[schema(format = Date)]
    end_date: String,
    /// IANA name of the zone in which the dates are read.
    timezone: String,
    reason: String,
    created_at: Stamp,
}

impl Unavailability {
    fn of(expert: UserId, absence: &Absence) -> Self {
        Self {
            id: absence.id.get(),
            expert: expert.get(),
            start_date: absence.block.start_date.to_string(),
            end_date: absence.block.end_date.to_string(),
            timezone: absence.block.zone.name().to_owned(),
            reason: absence.reason.clone(),
            created_at: Stamp(absence.created_at),
        }
    }
}

/// A new one, with what was booked before.
#[derive(Serialize, ToSchema)]
#[schema(as = NewConsultationUnavailability)]
pub(crate) struct Announced {
    #[serde(flatten)]
    unavailability: Unavailability,
    /// Bookings that lie in it: they stay.
    conflicting_consultations: Vec<i64>,
}

impl Announced {
    fn of(expert: UserId, added: &Added) -> Self {
        Self {
            unavailability: Unavailability::of(expert, &added.absence),
            conflicting_consultations: added.conflicts.iter().copied().map(BookingId::get).collect(),
        }
    }
}

pub(crate) struct NewAbsence {
    start_date: NaiveDate,
    end_date: NaiveDate,
    zone: Option<Zone>,
    reason: String,
}

impl Parse for NewAbsence {
    const NAME: &str = "ConsultationUnavailabilityRequest";
    const ABOUT: &str = "When an expert takes no bookings.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const ZONE: &str = "IANA name; by default that of the first weekly hours, without any the account's.";
        let start_date = fields.required("start_date", date());
        let end_date = fields.required("end_date", date().about("The same day or later, 366 days at most, not over."));
        let zone = fields.nullable("timezone", text(..).zone().about(ZONE));
        let reason = fields.nullable("reason", text(..=200));
        Some(Self {
            start_date: start_date?,
            end_date: end_date?,
            zone: zone?.value(),
            reason: reason?.value().unwrap_or_default(),
        })
    }
}

fn usual_zone(user: &User) -> Zone {
    let first = in_order(user).first().and_then(|row| row.hours.zone.clone());
    first.unwrap_or_else(|| user.timezone.clone())
}

/// Own absences
///
/// Those that are not over, by start.
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/unavailability/",
    tag = "Consultations: Experts", operation_id = "consultations_absences_list",
    responses(
        (status = 200, description = "The absences", body = [Unavailability]),
    )
)]
pub(crate) async fn list_absences(
    State(app): State<App>,
    AsExpert(caller, _): AsExpert,
) -> Result<Json<Vec<Unavailability>>, Refused> {
    let rows = hours::absences(&app, caller).await?;
    Ok(Json(rows.iter().map(|absence| Unavailability::of(caller.user(), absence)).collect()))
}

/// Be away
///
/// At most 100 absences that are not over. Bookings that lie in one stay and are named.
#[utoipa::path(
    post, path = "/api/v1/consultations/experts/unavailability/",
    tag = "Consultations: Experts", operation_id = "consultations_absences_add",
    responses(
        (status = 201, description = "The absence", body = Announced),
        (status = 400, description = "`validation`: also for the 101st"),
    )
)]
pub(crate) async fn add_absence(
    State(app): State<App>,
    AsExpert(caller, user): AsExpert,
    key: IdempotencyKey,
    Body(wanted): Body<NewAbsence>,
) -> Result<Created<Announced>, Refused> {
    let NewAbsence { start_date, end_date, zone, reason } = wanted;
    let zone = zone.unwrap_or_else(|| usual_zone(&user));
    let block = Block::announced(start_date, end_date, zone, app.clock.now())
        .map_err(|(field, sentence)| Problem::field(field, sentence))?;
    let answer = |added: &Added| idempotency::created(&Announced::of(caller.user(), added));
    let added = hours::absence_add(&app, caller, Away { block, reason }, key.save(&answer)).await?;
    Ok(Created(Announced::of(caller.user(), &added)))
}

/// Be there after all
#[utoipa::path(
    delete, path = "/api/v1/consultations/experts/unavailability/{id}/",
    tag = "Consultations: Experts", operation_id = "consultations_absences_remove",
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "`not_found`: also for another expert's"),
    )
)]
pub(crate) async fn remove_absence(
    State(app): State<App>,
    AsExpert(caller, _): AsExpert,
    PathId(id): PathId<BlockId>,
) -> Result<Done, Refused> {
    hours::absence_remove(&app, caller, id).await?;
    Ok(Done)
}
