//! An expert's own profile.

use app::experts::{self, Changes};
use app::{App, picture};
use axum::extract::State;
use consultations::expert::{SPECIALTIES, Viewer};
use consultations::{AsExpert, ExpertCard, Refused};
use domain::Sentence;
use domain::currency::with_two_decimals;
use domain::expert::Charge;
use domain::ledger::Unit;
use edge::body::Body;
use edge::form::{FieldValue, Fields, Kind, Parse, boolean, integer, money, one_of, text};
use edge::reply::Json;
use utoipa::ToSchema;

/// What is absent stays.
#[derive(ToSchema)]
#[schema(as = ConsultationExpertChanges)]
#[expect(dead_code, reason = "documents the body; `NewProfile` is what is read from it")]
pub(crate) struct ProfileChanges {
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    name: Option<String>,
    #[schema(nullable = false, max_length = 5000)]
    bio: Option<String>,
    /// `relationship`, `career`, `spiritual`, `health` or `general`.
    #[schema(nullable = false)]
    specialty: Option<String>,
    #[schema(nullable = false, maximum = 80)]
    experience_years: Option<u8>,
    /// An http(s) URL; null removes the picture.
    #[schema(max_length = 500)]
    profile_picture_url: Option<String>,
    /// False: no new bookings.
    #[schema(nullable = false)]
    is_active: Option<bool>,
    /// Above 0, at most two decimals; null: free. A whole number of credits.
    price_per_session: Option<f64>,
    /// An ISO-4217 code or `credit`; by default the present one, at first the platform's.
    currency: Option<String>,
}

pub(crate) struct NewProfile(Changes);

/// A price has at most so many hundredths: a million.
const DEAREST: i64 = 100_000_000;

fn hundredths(amount: i64) -> Result<u32, Sentence> {
    match u32::try_from(amount) {
        Ok(0) => Err("This must be more than 0; null is free."),
        Ok(hundredths) if amount <= DEAREST => Ok(hundredths),
        _ => Err("This may be at most 1000000."),
    }
}

fn unit(code: &str) -> Result<Unit, Sentence> {
    if code.eq_ignore_ascii_case("credit") {
        return Ok(Unit::Credit);
    }
    with_two_decimals(code)
        .map(Unit::Currency)
        .ok_or("This must be credit or the ISO-4217 code of a currency with hundredths, such as EUR.")
}

fn charge(fields: &mut Fields<'_>) -> Option<Option<Charge>> {
    let price = fields.nullable("price_per_session", money().then(hundredths));
    let unit = fields.nullable("currency", text(..).parse(unit))?.value();
    Some(match price? {
        FieldValue::Null => Some(Charge::Nothing),
        FieldValue::Value(hundredths) => Some(Charge::Price { hundredths, unit }),
        FieldValue::Absent => unit.map(Charge::In),
    })
}

fn web_address(text: &str) -> Result<String, Sentence> {
    let known = picture::is_web_address(text).then(|| text.to_owned());
    known.ok_or("This must be an http or https URL of at most 500 characters.")
}

impl Parse for NewProfile {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.optional("name", text(1..=100).not_blank());
        let bio = fields.optional("bio", text(..=5000));
        let specialty = fields.optional("specialty", one_of(SPECIALTIES));
        let years = integer(0..=80).then(|years| u8::try_from(years).map_err(|_| "This must be between 0 and 80."));
        let experience_years = fields.optional("experience_years", years);
        // The signed link to a picture of ours, which may come back, is longer than others may be.
        let picture = fields.nullable("profile_picture_url", text(..=4096).parse(web_address));
        let is_active = fields.optional("is_active", boolean());
        let charge = charge(fields);
        Some(Self(Changes {
            name: name?,
            bio: bio?,
            specialty: specialty?,
            experience_years: experience_years?,
            picture: picture?.change(),
            is_active: is_active?,
            charge: charge?,
        }))
    }
}

/// Own expert profile
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/me/", tag = "Consultations: Experts",
    responses(
        (status = 200, description = "The profile", body = ExpertCard),
        (status = 403, description = "`not_expert`"),
    )
)]
pub(crate) async fn show_expert_profile(
    State(app): State<App>,
    AsExpert(caller, user): AsExpert,
) -> Result<Json<ExpertCard>, Refused> {
    Ok(Json(ExpertCard::of(&app, &user, Viewer::Person(caller.user())).await?))
}

/// Change the own expert profile
///
/// What is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/consultations/experts/me/", tag = "Consultations: Experts", request_body = ProfileChanges,
    responses(
        (status = 200, description = "The profile as it is now", body = ExpertCard),
        (status = 400, description = "`validation`"),
        (status = 403, description = "`not_expert`, `suspended`"),
    )
)]
pub(crate) async fn change_expert_profile(
    State(app): State<App>,
    AsExpert(caller, _): AsExpert,
    Body(NewProfile(changes)): Body<NewProfile>,
) -> Result<Json<ExpertCard>, Refused> {
    let changed = experts::update(&app, caller, changes).await?;
    Ok(Json(ExpertCard::of(&app, &changed, Viewer::Person(caller.user())).await?))
}
