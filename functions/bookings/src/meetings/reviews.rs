//! Reviews (`expertconnect.md` §5).

use app::App;
use app::bookings;
use app::reviews::{self, ReviewDraft, Which};
use axum::extract::State;
use domain::facade::Facade;
use domain::ids::{BookingId, UserId};
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, id, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::reply::Created;
use edge::time::Stamp;
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

/// What one party of a meeting said of the other.
#[derive(Serialize, ToSchema)]
pub struct Review {
    id: i64,
    meeting_id: i64,
    /// Null, and the name `Anonymous`, if whoever wrote it elsewhere asked for that.
    #[schema(required = true)]
    reviewer_id: Option<i64>,
    reviewer_name: String,
    reviewee_id: i64,
    reviewee_name: String,
    /// 1 to 5
    rating: u8,
    review_text: String,
    created_at: Stamp,
}

impl From<&domain::review::Review> for Review {
    fn from(review: &domain::review::Review) -> Self {
        Self {
            id: review.id.get(),
            meeting_id: review.booking.get(),
            reviewer_id: (!review.is_anonymous).then(|| review.reviewer.get()),
            reviewer_name: if review.is_anonymous { "Anonymous".to_owned() } else { review.reviewer_name.clone() },
            reviewee_id: review.reviewee.get(),
            reviewee_name: review.reviewee_name.clone(),
            rating: review.rating,
            review_text: review.text.clone(),
            created_at: Stamp(review.created_at),
        }
    }
}

pub struct NewReview(BookingId, ReviewDraft);

impl Parse for NewReview {
    const NAME: &str = "ReviewRequest";
    const ABOUT: &str = "A review to be given.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let booking = fields.required(["meeting_id", "meeting"], id::<BookingId>());
        let reviewee =
            fields.required(["reviewee_id", "reviewee"], id::<UserId>().about("The other party of the meeting."));
        let rating = fields.required("rating", integer(1..=5));
        let text = fields.or(["review_text", "feedback"], text(..=4000), "");
        let rating = u8::try_from(rating?).ok()?;
        Some(Self(booking?, ReviewDraft { reviewee: reviewee?, rating, text: text?, is_anonymous: false }))
    }
}

pub struct Listing(Which, Page);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let user = fields.optional("user_id", id::<UserId>().about("Whom they are about."));
        let booking = fields.optional("meeting_id", id::<BookingId>().about("Of which meeting."));
        let page = Page::parse(fields);
        let which = match (user?, booking?) {
            (user, Some(booking)) => Which::At(booking, user),
            (Some(user), None) => Which::Of(user),
            (None, None) => Which::Own,
        };
        Some(Self(which, page?))
    }
}

/// List reviews
///
/// Those a user received, those of a meeting, or without either the caller's own, given and received. Newest first.
#[utoipa::path(
    get, path = "/api/reviews/",
    tag = "Meetings: Reviews", operation_id = "meetings_reviews_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<Review>),
    )
)]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(which, page)): QueryOf<Listing>,
) -> Result<Listed<Review>, Refused> {
    let found = reviews::list(&app, caller, which, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(Review::from).collect(), next: found.next })
}

/// Review the other party of a completed meeting
#[utoipa::path(
    post, path = "/api/reviews/",
    tag = "Meetings: Reviews", operation_id = "meetings_reviews_give",
    responses(
        (status = 201, description = "The review", body = Review),
        (status = 400, description = "`not_completed`: the meeting; `already_reviewed`"),
        (status = 404, description = "`not_found`: no meeting of yours"),
    )
)]
pub async fn give(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(NewReview(booking, draft)): Body<NewReview>,
) -> Result<Created<Review>, Refused> {
    let answer = |review: &domain::review::Review| idempotency::created(&Review::from(review));
    let at = bookings::find(&app, caller, booking).await?;
    let review = reviews::give(&app, Facade::Meetings, at, draft, key.save(&answer)).await?;
    Ok(Created(Review::from(&review)))
}
