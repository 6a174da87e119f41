//! What somebody said of a consultation (`consultations.md` §3).

use domain::ids::UserId;
use domain::review::Review;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A review of an expert.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = ConsultationReview)]
pub struct ReviewCard {
    id: i64,
    /// Null for whoever is neither its client nor its expert.
    consultation: Option<i64>,
    /// 1 to 5
    rating: u8,
    review_text: String,
    is_anonymous: bool,
    /// Null when anonymous, except for the reviewer.
    reviewer_name: Option<String>,
    created_at: Stamp,
}

impl ReviewCard {
    pub fn of(review: &Review, viewer: Option<UserId>) -> Self {
        let is = |user| viewer == Some(user);
        let is_party = is(review.reviewer) || is(review.reviewee);
        Self {
            id: review.id.get(),
            consultation: is_party.then(|| review.booking.get()),
            rating: review.rating,
            review_text: review.text.clone(),
            is_anonymous: review.is_anonymous,
            reviewer_name: (!review.is_anonymous || is(review.reviewer)).then(|| review.reviewer_name.clone()),
            created_at: Stamp(review.created_at),
        }
    }
}
