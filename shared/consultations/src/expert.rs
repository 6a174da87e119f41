//! How an expert looks (`consultations.md` §3).

use app::{App, picture};
use domain::expert::{Specialty, Standing};
use domain::ids::UserId;
use domain::ledger::Unit;
use domain::person::User;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::number::Hundredths;

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    Anyone,
    Person(UserId),
    Admin,
}

/// An expert.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = ConsultationExpert)]
pub struct ExpertCard {
    /// That of the person.
    id: i64,
    name: String,
    /// Only for that expert and for administrators.
    #[schema(required = true)]
    email: Option<String>,
    #[schema(value_type = ExpertSpecialty)]
    specialty: &'static str,
    experience_years: u8,
    /// The mean of the reviews received as expert, 0 without any.
    rating: Hundredths,
    review_count: u32,
    bio: String,
    /// For a picture that was uploaded, a signed link.
    #[schema(required = true)]
    profile_picture_url: Option<String>,
    /// Null: free.
    #[schema(required = true)]
    price_per_session: Option<Hundredths>,
    /// ISO-4217, or `credit`.
    #[schema(required = true)]
    currency: Option<String>,
    /// Takes new bookings.
    is_active: bool,
    #[schema(value_type = ExpertStanding)]
    verification_status: &'static str,
    is_verified: bool,
    created_at: Stamp,
    updated_at: Stamp,
}

pub fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending => "pending",
        Standing::UnderReview => "under_review",
        Standing::Approved => "approved",
        Standing::Rejected => "rejected",
        Standing::Suspended => "suspended",
    }
}

/// For `form::one_of`.
pub const SPECIALTIES: &[(&str, Specialty)] = &[
    ("relationship", Specialty::Relationship),
    ("career", Specialty::Career),
    ("spiritual", Specialty::Spiritual),
    ("health", Specialty::Health),
    ("general", Specialty::General),
];

edge::words! {
    /// What an expert is good at.
    pub ExpertSpecialty = edge::words::of(SPECIALTIES)
}

edge::words! {
    /// Where an expert stands.
    pub ExpertStanding = Standing::ALL.map(standing_word)
}

/// A price as this façade shows it: the number and what it counts.
pub fn price(price: Option<domain::ledger::Amount>) -> (Option<Hundredths>, Option<String>) {
    match price.filter(|price| price.minor > 0) {
        None => (None, None),
        Some(price) => match price.unit {
            Unit::Credit => (Some(Hundredths(price.minor.saturating_mul(100))), Some("credit".to_owned())),
            Unit::Currency(currency) => (Some(Hundredths(price.minor)), Some(currency.code().to_owned())),
        },
    }
}

impl ExpertCard {
    /// The card of `user`. Someone who is no expert (any more, or yet) looks like one without particulars.
    pub async fn of(app: &App, user: &User, viewer: Viewer) -> app::Result<Self> {
        let picture = picture::link(app, user.picture.as_ref()).await?;
        Ok(Self::with_picture(user, viewer, picture))
    }

    /// The same, where the picture is known already.
    pub fn with_picture(user: &User, viewer: Viewer, picture: Option<String>) -> Self {
        let sees_email = viewer == Viewer::Admin || viewer == Viewer::Person(user.id);
        let expert = user.expert.as_ref();
        let (price_per_session, currency) = price(expert.and_then(|expert| expert.price));
        Self {
            id: user.id.get(),
            name: user.name(),
            email: sees_email.then(|| user.email.as_str().to_owned()),
            specialty: expert.map_or(Specialty::General, |expert| expert.specialty).as_str(),
            experience_years: expert.map_or(0, |expert| expert.experience_years),
            rating: Hundredths(user.tally_as_expert.mean_hundredths().unwrap_or(0).into()),
            review_count: user.tally_as_expert.count,
            bio: user.bio.clone(),
            profile_picture_url: picture,
            price_per_session,
            currency,
            is_active: expert.is_some_and(|expert| expert.is_active),
            verification_status: expert.map_or("pending", |expert| standing_word(expert.standing)),
            is_verified: user.is_verified(),
            created_at: Stamp(expert.map_or(user.joined_at, |expert| expert.created_at)),
            updated_at: Stamp(expert.map_or(user.joined_at, |expert| expert.updated_at)),
        }
    }
}
