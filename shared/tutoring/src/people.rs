//! Tutors as these services show them (`tutoring.md` §6).

use app::{App, details, uploads, wallet};
use domain::card::Card;
use domain::details::{Details, between_commas};
use domain::expert::Standing;
use domain::ids::UserId;
use domain::ledger::{Amount, Currency, Unit};
use domain::person::User;
use domain::presence::Presence;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::money::decimal;

edge::words! {
    /// How far somebody is on the way to be a tutor.
    pub TutorApproval = Standing::ALL.map(approval)
}

/// The word for a standing.
pub fn approval(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending | Standing::UnderReview => "pending",
        Standing::Approved => "approved",
        Standing::Rejected | Standing::Suspended => "rejected",
    }
}

/// A tutor.
#[derive(Clone, Serialize, ToSchema)]
pub struct Tutor {
    /// That of the account.
    id: i64,
    first_name: String,
    last_name: String,
    full_name: String,
    bio: String,
    skills: Vec<String>,
    languages: Vec<String>,
    /// Null: not set.
    #[schema(required = true, example = "25.00")]
    hourly_rate: Option<String>,
    /// Null: not set.
    #[schema(required = true, example = "25.00")]
    price_per_lesson: Option<String>,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: String,
    /// A payment confirms a booking.
    instant_booking: bool,
    #[schema(value_type = TutorApproval)]
    approval_status: &'static str,
    /// The mean of the reviews received as tutor, to two decimals; 0 without any.
    #[schema(example = 4.67)]
    rating: f64,
    /// How many those are.
    total_ratings: u32,
    /// Published ones.
    courses_taught: u32,
    /// In completed bookings.
    total_hours_taught: f64,
    is_featured: bool,
    /// Null for everybody but the tutor and administrators, like the four below.
    #[schema(required = true)]
    email: Option<String>,
    /// A link that is good for a quarter of an hour.
    #[schema(required = true)]
    cv: Option<String>,
    /// Likewise.
    #[schema(required = true)]
    certificate: Option<String>,
    #[schema(required = true)]
    rejection_reason: Option<String>,
    /// What can be taken out, in the tutor's currency.
    #[schema(required = true, example = "25.00")]
    wallet_balance: Option<String>,
    /// When they became one.
    created_at: Stamp,
    updated_at: Stamp,
}

impl Tutor {
    /// As everybody sees them.
    pub fn of_card(app: &App, card: Card) -> Self {
        let currency = card.currency.unwrap_or(app.settings.default_currency);
        Self {
            id: card.id.get(),
            full_name: card.name,
            first_name: card.first_name,
            last_name: card.last_name,
            bio: card.bio,
            skills: between_commas(&card.practice.expertise).map(str::to_owned).collect(),
            languages: between_commas(&card.practice.languages).map(str::to_owned).collect(),
            hourly_rate: shown(card.hourly, currency),
            price_per_lesson: shown(card.price, currency),
            currency: currency.code().to_owned(),
            instant_booking: card.instant,
            approval_status: approval(Standing::Approved),
            rating: card.tally.mean_hundredths().map_or(0.0, |mean| f64::from(mean) / 100.0),
            total_ratings: card.tally.count,
            courses_taught: card.courses_given,
            total_hours_taught: (f64::from(card.minutes_given) / 0.6).round() / 100.0,
            is_featured: card.is_featured,
            email: None,
            cv: None,
            certificate: None,
            rejection_reason: None,
            wallet_balance: None,
            created_at: card.created_at.into(),
            updated_at: card.updated_at.into(),
        }
    }

    /// As everybody sees somebody of whom profile and details are at hand.
    pub fn of(app: &App, user: &User, details: &Details) -> Self {
        let tutor = Self::of_card(app, Card::of(user, details, Presence::default()));
        Self { approval_status: approval(user.standing().unwrap_or(Standing::Pending)), ..tutor }
    }

    /// As they see themselves, and administrators do: one more round trip.
    pub async fn whole(app: &App, user: &User, details: &Details) -> app::Result<Self> {
        let balances = wallet::spendable(app, &[wallet_of(app, user)]).await?;
        Self::with(app, user, details, balances.get(&user.id).copied().unwrap_or_default()).await
    }

    /// The same of several, in the same round trip.
    pub async fn whole_all(app: &App, people: &[(&User, &Details)]) -> app::Result<Vec<Self>> {
        let wallets: Vec<_> = people.iter().map(|(user, _)| wallet_of(app, user)).collect();
        let balances = wallet::spendable(app, &wallets).await?;
        let mut whole = Vec::with_capacity(people.len());
        for (user, details) in people {
            let balance = balances.get(&user.id).copied().unwrap_or_default();
            whole.push(Self::with(app, user, details, balance).await?);
        }
        Ok(whole)
    }

    #[must_use]
    pub fn standing(self, approval_status: &'static str) -> Self {
        Self { approval_status, ..self }
    }

    /// That of the account.
    pub fn id(&self) -> i64 {
        self.id
    }

    async fn with(app: &App, user: &User, details: &Details, balance: u64) -> app::Result<Self> {
        let expert = user.expert.as_ref();
        let certificate = match &details.certificate {
            Some(file) => Some(uploads::link(app, file).await?),
            None => None,
        };
        let rejected = expert.filter(|_| user.standing().map(approval) == Some(approval(Standing::Rejected)));
        Ok(Self {
            email: Some(user.email.as_str().to_owned()),
            cv: details::cv_link(app, details.cv.as_ref()).await?,
            certificate,
            rejection_reason: rejected.map(|expert| expert.notes.clone()).filter(|notes| !notes.is_empty()),
            wallet_balance: Some(decimal(balance)),
            ..Self::of(app, user, details)
        })
    }
}

/// Whose wallet, and in which currency.
fn wallet_of(app: &App, user: &User) -> (UserId, Unit) {
    let default = app.settings.default_currency;
    (user.id, Unit::Currency(user.expert.as_ref().map_or(default, |expert| expert.currency_or(default))))
}

/// A price in the tutor's currency; one in anything else is none here.
fn shown(price: Option<Amount>, currency: Currency) -> Option<String> {
    price.filter(|price| price.unit == Unit::Currency(currency)).map(|price| decimal(price.minor))
}
