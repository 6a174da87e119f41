//! What somebody says of themselves: as a tutor if they registered as one, else as a student.

use app::App;
use app::details::{self, Changed, Description, Kept, Links, Said};
use axum::extract::State;
use domain::Sentence;
use domain::currency::with_two_decimals;
use domain::details::Details;
use domain::ledger::{Amount, Currency, Unit};
use domain::lifecycle::Seat;
use domain::person::User;
use edge::auth::Authenticated;
use edge::body::AnyForm;
use edge::form::{Fields, Kind, Parse, boolean, text};
use edge::reply::Json;
use edge::time::Stamp;
use serde::Serialize;
use tutoring::{Refused, Tutor};
use utoipa::ToSchema;

use super::fields::{LONGEST_BIO, Sheet, keep, lists, prices, sheets};

/// A student.
#[derive(Serialize, ToSchema)]
#[schema(as = TutoringStudent)]
pub(crate) struct Student {
    /// That of the account.
    id: i64,
    first_name: String,
    last_name: String,
    full_name: String,
    email: String,
    bio: String,
    language: String,
    country: String,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: String,
    created_at: Stamp,
    updated_at: Stamp,
}

impl Student {
    fn of(app: &App, user: &User, details: &Details) -> Self {
        let learning = &details.learning;
        Self {
            id: user.id.get(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            full_name: user.name(),
            email: user.email.as_str().to_owned(),
            bio: learning.bio.clone(),
            language: learning.language.clone(),
            country: learning.country.clone(),
            currency: learning.currency.unwrap_or(app.settings.default_currency).code().to_owned(),
            created_at: user.joined_at.into(),
            updated_at: user.updated_at.into(),
        }
    }
}

/// A tutor or a student.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = TutoringProfile)]
pub(crate) enum Profile {
    Tutor(Box<Tutor>),
    Student(Box<Student>),
}

impl Profile {
    async fn of(app: &App, user: &User, details: &Details) -> Result<Self, Refused> {
        Ok(match details.role {
            Seat::Expert => Self::Tutor(Box::new(Tutor::whole(app, user, details).await?)),
            Seat::Learner => Self::Student(Box::new(Student::of(app, user, details))),
        })
    }
}

/// The caller, with what they say of themselves in the role they are shown in.
async fn mine(app: &App, me: app::caller::Caller) -> app::Result<(User, Details)> {
    let (user, Description { details, .. }) = details::mine(app, me, Seat::Expert).await?;
    if user.expert.is_some() {
        return Ok((user, details));
    }
    let Description { details, .. } = details::of(app, &user, Seat::Learner).await?;
    Ok((user, details))
}

/// Own profile
///
/// As a tutor, whoever registered as one; everybody else as a student.
#[utoipa::path(
    get, path = "/api/v1/auth/profile/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_profile_show",
    responses(
        (status = 200, description = "The profile", body = Profile),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Profile>, Refused> {
    let (user, details) = mine(&app, caller).await?;
    Ok(Json(Profile::of(&app, &user, &details).await?))
}

pub(crate) struct ProfileChanges {
    bio: Option<String>,
    currency: Option<Currency>,
    lists: [Option<String>; 2],
    prices: [Option<Option<u64>>; 2],
    instant: Option<bool>,
    sheets: [Option<Sheet>; 2],
    language: Option<String>,
    country: Option<String>,
}

fn currency(code: &str) -> Result<Currency, Sentence> {
    with_two_decimals(code).ok_or("This must be the code of a currency with two decimals, such as EUR.")
}

impl Parse for ProfileChanges {
    const NAME: &str = "TutoringProfileChanges";
    const ABOUT: &str = "What is absent stays. What is for tutors changes no student, and the other way round.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const CURRENCY: &str = "ISO 4217. A tutor's prices stay the same numbers of it.";
        let bio = fields.optional("bio", text(..=LONGEST_BIO).trimmed());
        let code = text(..).trimmed().parse(currency).about(CURRENCY).example("EUR");
        let code = fields.optional("currency", code);
        let lists = lists(fields);
        let prices = prices(fields);
        let instant = fields.optional("instant_booking", boolean().about("A payment confirms a booking."));
        let sheets = sheets(fields);
        let language = fields.optional("language", text(..=50).trimmed().about("Of a student."));
        let country = fields.optional("country", text(..=100).trimmed().about("Of a student."));
        Some(Self {
            bio: bio?,
            currency: code?,
            lists: lists?,
            prices: prices?,
            instant: instant?,
            sheets: sheets?,
            language: language?,
            country: country?,
        })
    }
}

fn set<T: Clone>(field: &mut T, value: &Option<T>) {
    if let Some(value) = value {
        *field = value.clone();
    }
}

impl ProfileChanges {
    fn apply(&self, app: &App, user: &mut User, details: &mut Details) {
        if details.role == Seat::Learner {
            set(&mut details.learning.bio, &self.bio);
            set(&mut details.learning.language, &self.language);
            set(&mut details.learning.country, &self.country);
            details.learning.currency = self.currency.or(details.learning.currency);
            return;
        }
        let [skills, languages] = &self.lists;
        set(&mut user.bio, &self.bio);
        set(&mut details.practice.expertise, skills);
        set(&mut details.practice.languages, languages);
        let Some(expert) = &mut user.expert else { return };
        if let Some(currency) = self.currency {
            expert.ask_in(currency);
        }
        let unit = Unit::Currency(expert.currency_or(app.settings.default_currency));
        let [hourly, lesson] = self.prices.map(|price| price.map(|price| price.map(|minor| Amount { unit, minor })));
        set(&mut expert.hourly, &hourly);
        set(&mut expert.price, &lesson);
        set(&mut expert.instant, &self.instant);
    }
}

/// Change the own profile
#[utoipa::path(
    patch, path = "/api/v1/auth/profile/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_profile_change",
    responses(
        (status = 200, description = "The profile as it is now", body = Profile),
        (status = 413, description = "`too_large`: a file, or the whole form"),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AnyForm(mut changes): AnyForm<ProfileChanges>,
) -> Result<Json<Profile>, Refused> {
    let (user, details) = mine(&app, caller).await?;
    let [cv, certificate] = std::mem::take(&mut changes.sheets);
    let kept = match details.role {
        Seat::Learner => Kept::default(),
        Seat::Expert => {
            let cv = keep(&app, caller, "cv", cv).await?;
            Kept { cv, certificate: keep(&app, caller, "certificate", certificate).await?, picture: None }
        }
    };
    let said = Said { caller, user, details };
    let edit = |user: &mut User, details: &mut Details, _| {
        changes.apply(&app, user, details);
        Ok(())
    };
    let Changed { user, details, .. } = details::keep(&app, said, (kept, Links::default()), edit).await?;
    Ok(Json(Profile::of(&app, &user, &details).await?))
}
