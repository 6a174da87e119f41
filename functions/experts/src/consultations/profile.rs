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
use utoipa::openapi::{ObjectBuilder, SchemaFormat, Type};

pub(crate) struct NewProfile(Changes);

/// A price has at most so many hundredths: a million.
const DEAREST: i64 = 100_000_000;

fn hundredths(amount: i64) -> Result<u64, Sentence> {
    match u64::try_from(amount) {
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

const PRICE: &str = "Above 0, at most 1000000, at most two decimals; null: free. A whole number of credits.";
const CURRENCY: &str = "An ISO-4217 code or `credit`; by default the present one, at first the platform's.";

/// Shown as a number, and best sent so.
fn price(schema: ObjectBuilder) -> ObjectBuilder {
    schema.schema_type(Type::Number).pattern(None::<String>).minimum(Some(0.01)).maximum(Some(1_000_000))
}

fn link(schema: ObjectBuilder) -> ObjectBuilder {
    schema.format(Some(SchemaFormat::Custom("uri".to_owned())))
}

fn charge(fields: &mut Fields<'_>) -> Option<Option<Charge>> {
    let price =
        fields.nullable("price_per_session", money().then(hundredths).shaped(price).about(PRICE).example("25.5"));
    let unit = fields.nullable("currency", text(..).parse(unit).about(CURRENCY).example("EUR"))?.value();
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
    const NAME: &str = "ConsultationExpertChanges";
    const ABOUT: &str = "What is absent stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.optional("name", text(1..=100).not_blank());
        let bio = fields.optional("bio", text(..=5000));
        let specialty = fields.optional("specialty", one_of(SPECIALTIES));
        let years = integer(0..=80).then(|years| u8::try_from(years).map_err(|_| "This must be between 0 and 80."));
        let experience_years = fields.optional("experience_years", years);
        // The signed link to a picture of ours, which may come back, is longer than others may be.
        let picture = fields.nullable(
            "profile_picture_url",
            text(..=4096).parse(web_address).shaped(link).about("An http(s) URL; null removes it."),
        );
        let is_active = fields.optional("is_active", boolean().about("False: no new bookings."));
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
    get, path = "/api/v1/consultations/experts/me/",
    tag = "Consultations: Experts", operation_id = "consultations_profile_show",
    responses(
        (status = 200, description = "The profile", body = ExpertCard),
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
    patch, path = "/api/v1/consultations/experts/me/",
    tag = "Consultations: Experts", operation_id = "consultations_profile_change",
    responses(
        (status = 200, description = "The profile as it is now", body = ExpertCard),
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
