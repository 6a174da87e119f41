//! What students say of their mentors (`mentorship.md` §5.3).

use app::reviews::{self, ReviewDraft, Which};
use app::{App, Common, Error, bookings, serials};
use axum::extract::State;
use domain::booking::Seat;
use domain::ids::BookingId;
use domain::review::Review;
use domain::serial::Serial;
use edge::body::QueryOf;
use edge::form::{Fields, Parse, id, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::Listed;
use edge::reply::Created;
use edge::time::Stamp;
use mentorship::ids::shown;
use mentorship::{AsMentor, Listing, Refused};
use serde::Serialize;
use utoipa::ToSchema;

use super::FACADE;
use super::at::{FromStudent, lacks_role};

/// What a student says of a session.
#[derive(Serialize, ToSchema)]
pub(crate) struct Feedback {
    id: i64,
    booking_id: i64,
    #[schema(example = "M000001")]
    mentor_id: String,
    /// Null, if whoever wrote it elsewhere asked not to be named.
    #[schema(required = true, example = "S000001")]
    student_id: Option<String>,
    /// 1 to 5
    rating: u8,
    feedback_text: String,
    created_at: Stamp,
}

/// The same, as its mentor sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceivedFeedback {
    #[serde(flatten)]
    feedback: Feedback,
    /// `Anonymous`, if whoever wrote it elsewhere asked not to be named.
    student_name: String,
}

impl Feedback {
    fn of(review: &Review, mentor: Serial, student: Option<Serial>) -> Self {
        Self {
            id: review.id.get(),
            booking_id: review.booking.get(),
            mentor_id: shown(Seat::Expert, mentor),
            student_id: student.map(|student| shown(Seat::Learner, student)),
            rating: review.rating,
            feedback_text: review.text.clone(),
            created_at: Stamp(review.created_at),
        }
    }
}

pub(crate) struct NewFeedback {
    booking: BookingId,
    rating: u8,
    text: String,
}

impl Parse for NewFeedback {
    const NAME: &str = "FeedbackRequest";
    const ABOUT: &str = "What a student says of a session.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let booking = fields.required(["booking_id", "meeting_id"], id::<BookingId>());
        let rating = fields.required("rating", integer(1..=5));
        let text = fields.required("feedback_text", text(1..=2000));
        Some(Self { booking: booking?, rating: u8::try_from(rating?).ok()?, text: text? })
    }
}

/// Leave feedback on a session
///
/// For its student, once, when it is completed. The mentor's rating changes with it.
#[utoipa::path(
    post, path = "/api/student/feedback/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_feedback_give",
    responses(
        (status = 201, description = "The feedback", body = Feedback),
        (status = 404, description = "`not_found`: no session of the caller's as a student"),
        (status = 409, description = "`already_reviewed`; `bad_state`: the session is not completed"),
    )
)]
pub(crate) async fn give(
    State(app): State<App>,
    key: IdempotencyKey,
    FromStudent(caller, NewFeedback { booking, rating, text }): FromStudent<NewFeedback>,
) -> Result<Created<Feedback>, Refused> {
    let at = match bookings::find(&app, caller, booking).await {
        Ok(at) if at.seat == Seat::Learner => at,
        Ok(_) => return Err(lacks_role(&app, caller, Seat::Learner, Common::NotFound.into()).await),
        Err(error) => return Err(lacks_role(&app, caller, Seat::Learner, error.into()).await),
    };
    let numbers = serials::of_parties(&app, &[&at.booking]).await?;
    let of = |seat: Seat| numbers.get(&(at.booking.party(seat).id, seat)).copied();
    let (student, mentor) = (of(Seat::Learner), of(Seat::Expert).ok_or(Error::from(Common::NotFound))?);
    let answer = |review: &Review| idempotency::created(&Feedback::of(review, mentor, student));
    let draft = ReviewDraft { reviewee: at.booking.expert.id, rating, text, is_anonymous: false };
    let review = reviews::give(&app, FACADE, at, draft, key.save(&answer)).await?;
    Ok(Created(Feedback::of(&review, mentor, student)))
}

/// List the feedback I received
///
/// As a mentor, in whichever product it was given; newest first.
#[utoipa::path(
    get, path = "/api/mentor/feedback/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_feedback_list",
    responses((status = 200, description = "One page", body = [ReceivedFeedback]))
)]
pub(crate) async fn list(
    State(app): State<App>,
    me: AsMentor,
    QueryOf(Listing(page)): QueryOf<Listing>,
) -> Result<Listed<ReceivedFeedback>, Refused> {
    let found = reviews::list(&app, me.caller, Which::AsExpert, page.cursor.as_deref(), page.limit.into()).await?;
    let named = found.items.iter().filter(|review| !review.is_anonymous);
    let reviewers: Vec<_> = named.map(|review| (review.reviewer, review.reviewer_serial)).collect();
    let students = serials::of_known(&app, &reviewers, Seat::Learner).await?;
    let items = found.items.iter().map(|review| {
        let student = students.get(&review.reviewer).copied().filter(|_| !review.is_anonymous);
        let student_name = if review.is_anonymous { "Anonymous".to_owned() } else { review.reviewer_name.clone() };
        ReceivedFeedback { feedback: Feedback::of(review, me.serial, student), student_name }
    });
    Ok(Listed { items: items.collect(), next: found.next })
}
