//! A mentor as everybody sees them.

use app::details::Description;
use app::{App, details, reviews, serials};
use axum::extract::State;
use domain::lifecycle::Seat;
use domain::review::Review;
use edge::auth::Passerby;
use edge::reply::Json;
use edge::time::Stamp;
use mentorship::{PathMentor, PublicMentor, Refused};
use serde::Serialize;
use utoipa::ToSchema;

/// What a student thought of a mentor.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorshipPublicReview)]
pub(crate) struct PublicReview {
    student_name: String,
    rating: u8,
    feedback_text: String,
    created_at: Stamp,
}

impl From<Review> for PublicReview {
    fn from(review: Review) -> Self {
        Self {
            student_name: if review.is_anonymous { "Anonymous".to_owned() } else { review.reviewer_name },
            rating: review.rating,
            feedback_text: review.text,
            created_at: review.created_at.into(),
        }
    }
}

/// A mentor with the newest reviews of them.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorshipPublicProfile)]
pub(crate) struct PublicProfile {
    #[serde(flatten)]
    mentor: PublicMentor,
    /// At most ten, newest first.
    reviews: Vec<PublicReview>,
}

/// A mentor as everybody sees them
#[utoipa::path(
    get, path = "/api/mentor/public/{id}/",
    tag = "Mentorship: Mentors", operation_id = "mentorship_mentor_public",
    responses(
        (status = 200, description = "The mentor", body = PublicProfile),
        (status = 404, description = "`not_found`: no approved mentor has this id"),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Passerby,
    PathMentor(id): PathMentor,
) -> Result<Json<PublicProfile>, Refused> {
    const NEWEST: usize = 10;
    let (shown, reviews) = (details::shown(&app, id), reviews::of_expert(&app, id, 0, NEWEST));
    let ((user, Description { details, presence }), reviews) = tokio::try_join!(shown, reviews)?;
    let (user, serial) = serials::ensure(&app, user, Seat::Expert).await?;
    let mentor = PublicMentor::of(&app, &user, serial, &details, presence).await?;
    Ok(Json(PublicProfile { mentor, reviews: reviews.into_iter().map(PublicReview::from).collect() }))
}
