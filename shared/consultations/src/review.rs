//! How a review looks (`consultations.md` §3).

use domain::ids::UserId;
use domain::review::Review;
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// What a client says of a consultation.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationReview)]
pub struct ReviewCard {
    id: i64,
    /// Null for whoever was no party of it.
    #[schema(required = true)]
    consultation: Option<i64>,
    /// 1 to 5
    rating: u8,
    review_text: String,
    is_anonymous: bool,
    /// Of an anonymous review null, but for who wrote it.
    #[schema(required = true)]
    reviewer_name: Option<String>,
    created_at: Stamp,
}

impl ReviewCard {
    pub fn of(review: &Review, viewer: Option<UserId>) -> Self {
        let (wrote, received) = (viewer == Some(review.reviewer), viewer == Some(review.reviewee));
        Self {
            id: review.id.get(),
            consultation: (wrote || received).then(|| review.booking.get()),
            rating: review.rating,
            review_text: review.text.clone(),
            is_anonymous: review.is_anonymous,
            reviewer_name: (wrote || !review.is_anonymous).then(|| review.reviewer_name.clone()),
            created_at: Stamp(review.created_at),
        }
    }
}
