//! How students and mentors look to themselves (`mentorship.md` §2).

use app::{App, details, picture};
use domain::card::Card;
use domain::details::Details;
use domain::lifecycle::Seat;
use domain::person::User;
use domain::presence::Presence;
use domain::review::Tally;
use domain::serial::Serial;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::shown;
use crate::session::decimals;

/// What a student says of themselves.
#[derive(Clone, Serialize, ToSchema)]
pub struct StudentDetail {
    phone: String,
    #[schema(required = true, format = Date)]
    date_of_birth: Option<String>,
    college: String,
    degree: String,
    field_of_study: String,
    #[schema(required = true)]
    year_of_study: Option<u8>,
    /// Separated by commas.
    skills: String,
    interests: String,
    /// A link; one to a file of ours is good for a quarter of an hour.
    #[schema(required = true)]
    cv: Option<String>,
    /// A link; one to a file of ours is good for an hour.
    #[schema(required = true)]
    profile_picture: Option<String>,
    #[schema(required = true)]
    linkedin_url: Option<String>,
    #[schema(required = true)]
    github_url: Option<String>,
    #[schema(required = true)]
    portfolio_url: Option<String>,
    bio: String,
}

impl StudentDetail {
    pub async fn of(app: &App, user: &User, details: &Details) -> app::Result<Self> {
        let learning = &details.learning;
        Ok(Self {
            phone: details.phone.clone(),
            date_of_birth: learning.born.map(|date| date.to_string()),
            college: learning.college.clone(),
            degree: learning.degree.clone(),
            field_of_study: learning.field_of_study.clone(),
            year_of_study: learning.year_of_study,
            skills: learning.skills.clone(),
            interests: learning.interests.clone(),
            cv: details::cv_link(app, details.cv.as_ref()).await?,
            profile_picture: picture::link(app, user.picture.as_ref()).await?,
            linkedin_url: said(&details.linkedin_url),
            github_url: said(&details.github_url),
            portfolio_url: said(&details.portfolio_url),
            bio: learning.bio.clone(),
        })
    }
}

/// A student, as they see themselves.
#[derive(Clone, Serialize, ToSchema)]
pub struct Student {
    /// That of the account.
    id: i64,
    #[schema(example = "S000001")]
    student_id: String,
    email: String,
    name: String,
    accepted_terms: bool,
    email_verified: bool,
    date_joined: Stamp,
    details: StudentDetail,
}

impl Student {
    pub async fn of(app: &App, user: &User, serial: Serial, details: &Details) -> app::Result<Self> {
        Ok(Self {
            id: user.id.get(),
            student_id: shown(Seat::Learner, serial),
            email: user.email.as_str().to_owned(),
            name: user.name(),
            accepted_terms: user.accepted_terms,
            email_verified: user.email_verified,
            date_joined: user.joined_at.into(),
            details: StudentDetail::of(app, user, details).await?,
        })
    }
}

/// What a mentor says of themselves.
#[derive(Clone, Serialize, ToSchema)]
pub struct MentorDetail {
    #[serde(flatten)]
    shown: PublicMentorDetail,
    phone: String,
    /// A link; one to a file of ours is good for a quarter of an hour.
    #[schema(required = true)]
    cv: Option<String>,
}

impl MentorDetail {
    pub async fn of(app: &App, user: &User, details: &Details) -> app::Result<Self> {
        Ok(Self {
            shown: PublicMentorDetail::of(app, Card::of(user, details, Presence::default())).await?,
            phone: details.phone.clone(),
            cv: details::cv_link(app, details.cv.as_ref()).await?,
        })
    }
}

/// A mentor, as they see themselves.
#[derive(Clone, Serialize, ToSchema)]
pub struct Mentor {
    /// That of the account.
    id: i64,
    #[schema(example = "M000001")]
    mentor_id: String,
    email: String,
    name: String,
    accepted_terms: bool,
    email_verified: bool,
    is_approved: bool,
    is_online: bool,
    #[schema(required = true)]
    last_seen: Option<Stamp>,
    #[schema(required = true)]
    last_activity: Option<Stamp>,
    date_joined: Stamp,
    details: MentorDetail,
}

impl Mentor {
    pub async fn of(
        app: &App,
        user: &User,
        serial: Serial,
        details: &Details,
        presence: Presence,
    ) -> app::Result<Self> {
        Ok(Self {
            id: user.id.get(),
            mentor_id: shown(Seat::Expert, serial),
            email: user.email.as_str().to_owned(),
            name: user.name(),
            accepted_terms: user.accepted_terms,
            email_verified: user.email_verified,
            is_approved: user.is_shown_as_expert(),
            is_online: presence.is_online(app.clock.now()),
            last_seen: presence.seen_at.map(Stamp),
            last_activity: presence.seen_at.map(Stamp),
            date_joined: user.joined_at.into(),
            details: MentorDetail::of(app, user, details).await?,
        })
    }
}

/// What a mentor says of themselves to everybody.
#[derive(Clone, Serialize, ToSchema)]
pub struct PublicMentorDetail {
    company: String,
    designation: String,
    #[schema(required = true)]
    years_of_experience: Option<u8>,
    /// Separated by commas.
    expertise: String,
    bio: String,
    /// In INR, two decimals; null: not bookable yet.
    #[schema(required = true, example = "500.00")]
    hourly_rate: Option<String>,
    /// Completed ones.
    total_sessions: u32,
    /// The mean of the reviews received as mentor, to two decimals; 0 without any.
    #[schema(example = 4.67)]
    rating: f64,
    /// A link; one to a file of ours is good for an hour.
    #[schema(required = true)]
    profile_picture: Option<String>,
    #[schema(required = true)]
    linkedin_url: Option<String>,
    #[schema(required = true)]
    github_url: Option<String>,
    #[schema(required = true)]
    portfolio_url: Option<String>,
}

impl PublicMentorDetail {
    async fn of(app: &App, card: Card) -> app::Result<Self> {
        let years = Some(card.experience_years).filter(|years| *years > 0 || card.practice.is_new);
        Ok(Self {
            company: card.practice.company,
            designation: card.practice.designation,
            years_of_experience: years,
            expertise: card.practice.expertise,
            bio: card.bio,
            hourly_rate: card.hourly.map(|hourly| decimals(hourly.minor)),
            total_sessions: card.sessions_given,
            rating: rating(card.tally),
            profile_picture: picture::link(app, card.picture.as_ref()).await?,
            linkedin_url: said(&card.linkedin_url),
            github_url: said(&card.github_url),
            portfolio_url: said(&card.portfolio_url),
        })
    }
}

/// A mentor as everybody sees them.
#[derive(Clone, Serialize, ToSchema)]
pub struct PublicMentor {
    /// That of the account.
    id: i64,
    #[schema(example = "M000001")]
    mentor_id: String,
    name: String,
    is_online: bool,
    #[schema(required = true)]
    last_seen: Option<Stamp>,
    /// Reviews received as mentor.
    feedback_count: u32,
    details: PublicMentorDetail,
}

impl PublicMentor {
    pub async fn of(app: &App, card: Card, serial: Serial) -> app::Result<Self> {
        Ok(Self {
            id: card.id.get(),
            mentor_id: shown(Seat::Expert, serial),
            name: card.name.clone(),
            is_online: card.presence.is_online(app.clock.now()),
            last_seen: card.presence.seen_at.map(Stamp),
            feedback_count: card.tally.count,
            details: PublicMentorDetail::of(app, card).await?,
        })
    }
}

/// Nothing is null where it would be a link.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The mean of the reviews received as expert, 0 without any.
pub fn rating(tally: Tally) -> f64 {
    tally.mean_hundredths().map_or(0.0, |mean| f64::from(mean) / 100.0)
}
