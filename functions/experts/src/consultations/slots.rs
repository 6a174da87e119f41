//! Times somebody could book an expert for.

use app::App;
use app::slots::{self, Offered};
use axum::extract::State;
use chrono::NaiveDate;
use consultations::Refused;
use edge::auth::Visitor;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, date, integer};
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;

use super::at::ExpertsTimes;

/// The free times of one date.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationSlots)]
pub(crate) struct Slots {
    #[schema(format = Date)]
    date: String,
    expert_id: i64,
    duration_minutes: u32,
    /// Their starts.
    available_slots: Vec<Stamp>,
    /// The same with what the expert's clock shows.
    slots: Vec<Slot>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationSlot)]
pub(crate) struct Slot {
    start: Stamp,
    end: Stamp,
    /// The start as a clock in `timezone` shows it.
    #[schema(example = "2026-11-02T09:00:00")]
    local: String,
    #[schema(example = "-07:00")]
    utc_offset: String,
    /// IANA name of the zone in which these hours were published.
    timezone: String,
}

impl From<&Offered> for Slot {
    fn from(offered: &Offered) -> Self {
        let shown = offered.zone.shows(offered.interval.start());
        Self {
            start: Stamp(offered.interval.start()),
            end: Stamp(offered.interval.end()),
            local: shown.format("%Y-%m-%dT%H:%M:%S").to_string(),
            utc_offset: shown.format("%:z").to_string(),
            timezone: offered.zone.name().to_owned(),
        }
    }
}

pub(crate) struct Wanted {
    date: NaiveDate,
    minutes: u32,
}

fn half_an_hour(schema: ObjectBuilder) -> ObjectBuilder {
    schema.multiple_of(Some(5)).default(Some(30.into()))
}

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const STEPS: &str = "This must be a multiple of 5.";
        let date = fields.required("date", date().about("In the zone of the weekly hours."));
        let minutes = integer(15..=120).then(|minutes| match u32::try_from(minutes) {
            Ok(minutes) if minutes % 5 == 0 => Ok(minutes),
            _ => Err(STEPS),
        });
        let minutes = fields.or("duration", minutes.shaped(half_an_hour).about("Minutes, a multiple of 5."), 30_u32);
        Some(Self { date: date?, minutes: minutes? })
    }
}

/// Times an expert can be booked for on a date
///
/// Every half hour from the start of each of their weekly hours on that date, by the clock of their zone: ahead, outside
/// their absences and free in their calendar, whichever product it was booked with. Both lists in the same order, soonest
/// first. Nothing without weekly hours, though such an expert may be asked for any time.
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/{id}/time-slots/",
    tag = "Consultations: Experts", operation_id = "consultations_slots_list",
    responses(
        (status = 200, description = "The free times", body = Slots),
        (status = 404, description = "`not_found`: no approved expert has this id"),
    )
)]
pub(crate) async fn show_expert_slots(
    State(app): State<App>,
    _: Visitor,
    ExpertsTimes(id, expert): ExpertsTimes,
    QueryOf(Wanted { date, minutes }): QueryOf<Wanted>,
) -> Result<Json<Slots>, Refused> {
    let offered = slots::on_date(&app, &expert, date, minutes).await?;
    Ok(Json(Slots {
        date: date.to_string(),
        expert_id: id.get(),
        duration_minutes: minutes,
        available_slots: offered.iter().map(|slot| Stamp(slot.interval.start())).collect(),
        slots: offered.iter().map(Slot::from).collect(),
    }))
}
