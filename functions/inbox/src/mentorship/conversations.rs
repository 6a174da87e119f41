//! Conversations of students with mentors (`mentorship.md` §3.4, §5.4).

use app::chats::{self, Correspondence};
use app::serials::{self, Reference};
use app::{App, Common};
use axum::extract::State;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse};
use edge::idempotency::IdempotencyKey;
use edge::page::Listed;
use edge::reply::{Json, MadeOrFound};
use mentorship::chat::ConversationView;
use mentorship::ids::person;
use mentorship::{Listing, Refused};

use super::FACADE;
use super::at::Participant;

/// List my conversations
///
/// Those of a student with a mentor: pinned ones first, then the one with the latest message. Of the newest thousand.
#[utoipa::path(
    get, path = "/api/chat/conversations/",
    tag = "Mentorship: Chat", operation_id = "mentorship_conversations_list",
    responses(
        (status = 200, description = "One page", body = Vec<ConversationView>),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(page)): QueryOf<Listing>,
) -> Result<Listed<ConversationView>, Refused> {
    let found = chats::correspondences(&app, caller, page.cursor.as_deref(), page.limit.into()).await?;
    let items = found.items.iter().map(|found| ConversationView::of(found, caller.user())).collect();
    Ok(Listed { items, next: found.next })
}

/// With whom, and so in which role.
#[derive(Clone, Copy)]
pub(super) struct With(Seat, Reference);

impl Parse for With {
    const NAME: &str = "MentorshipConversationRequest";
    const ABOUT: &str = "With whom. One of the two is enough; with both the mentor counts.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let mentor = fields.nullable("mentor_id", person(Some(Seat::Expert)).about("The caller is the student."));
        let student = fields.nullable("student_id", person(Some(Seat::Learner)).about("The caller is the mentor."));
        match (mentor?.value(), student?.value()) {
            (Some(mentor), _) => Some(Self(Seat::Learner, mentor)),
            (None, Some(student)) => Some(Self(Seat::Expert, student)),
            (None, None) => fields.refuse("mentor_id", "Name a mentor or a student."),
        }
    }
}

/// Find or make a conversation
///
/// A student with any approved mentor, a mentor with a student who has a session with them or wrote first. There is one per
/// pair of people; who opened it as the student stays the student.
#[utoipa::path(
    post, path = "/api/chat/conversations/",
    tag = "Mentorship: Chat", operation_id = "mentorship_conversations_open",
    responses(
        (status = 200, description = "The one there was", body = ConversationView),
        (status = 201, description = "A new one", body = ConversationView),
        (status = 404, description = "`not_found`: they are no two who may write to each other"),
    )
)]
pub(super) async fn open(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(With(role, who)): Body<With>,
) -> Result<MadeOrFound<ConversationView>, Refused> {
    let peer: UserId = serials::owner(&app, who).await?.ok_or(Common::NotFound)?;
    let shown = |(found, made): &(Correspondence, bool)| MadeOrFound {
        is_new: *made,
        body: ConversationView::of(found, caller.user()),
    };
    let answer = |opened: &(Correspondence, bool)| shown(opened).saved();
    Ok(shown(&chats::open_as(&app, caller, FACADE, (role, peer), key.save(&answer)).await?))
}

async fn pinned(
    app: &App,
    Participant(caller, party): Participant,
    pinned: bool,
) -> Result<Json<ConversationView>, Refused> {
    let found = chats::pin(app, party, pinned).await?;
    Ok(Json(ConversationView::of(&found, caller.user())))
}

/// Keep a conversation above the others
///
/// For the caller alone. Again changes nothing.
#[utoipa::path(
    post, path = "/api/chat/conversations/{id}/pin/",
    tag = "Mentorship: Chat", operation_id = "mentorship_conversations_pin",
    responses(
        (status = 200, description = "The conversation as it is now", body = ConversationView),
    )
)]
pub(super) async fn pin(State(app): State<App>, at: Participant) -> Result<Json<ConversationView>, Refused> {
    pinned(&app, at, true).await
}

/// Keep a conversation above the others
///
/// The same as with POST.
#[utoipa::path(
    put, path = "/api/chat/conversations/{id}/pin/",
    tag = "Mentorship: Chat", operation_id = "mentorship_conversations_pin_put",
    responses(
        (status = 200, description = "The conversation as it is now", body = ConversationView),
    )
)]
pub(super) async fn put_pin(State(app): State<App>, at: Participant) -> Result<Json<ConversationView>, Refused> {
    pinned(&app, at, true).await
}

/// Keep a conversation above the others
///
/// The same as with POST.
#[utoipa::path(
    patch, path = "/api/chat/conversations/{id}/pin/",
    tag = "Mentorship: Chat", operation_id = "mentorship_conversations_pin_patch",
    responses(
        (status = 200, description = "The conversation as it is now", body = ConversationView),
    )
)]
pub(super) async fn patch_pin(State(app): State<App>, at: Participant) -> Result<Json<ConversationView>, Refused> {
    pinned(&app, at, true).await
}

/// Keep a conversation above the others no longer
///
/// For the caller alone. Again changes nothing.
#[utoipa::path(
    post, path = "/api/chat/conversations/{id}/unpin/",
    tag = "Mentorship: Chat", operation_id = "mentorship_conversations_unpin",
    responses(
        (status = 200, description = "The conversation as it is now", body = ConversationView),
    )
)]
pub(super) async fn unpin(State(app): State<App>, at: Participant) -> Result<Json<ConversationView>, Refused> {
    pinned(&app, at, false).await
}

/// Keep a conversation above the others no longer
///
/// The same as with POST.
#[utoipa::path(
    put, path = "/api/chat/conversations/{id}/unpin/",
    tag = "Mentorship: Chat", operation_id = "mentorship_conversations_unpin_put",
    responses(
        (status = 200, description = "The conversation as it is now", body = ConversationView),
    )
)]
pub(super) async fn put_unpin(State(app): State<App>, at: Participant) -> Result<Json<ConversationView>, Refused> {
    pinned(&app, at, false).await
}

/// Keep a conversation above the others no longer
///
/// The same as with POST.
#[utoipa::path(
    patch, path = "/api/chat/conversations/{id}/unpin/",
    tag = "Mentorship: Chat", operation_id = "mentorship_conversations_unpin_patch",
    responses(
        (status = 200, description = "The conversation as it is now", body = ConversationView),
    )
)]
pub(super) async fn patch_unpin(State(app): State<App>, at: Participant) -> Result<Json<ConversationView>, Refused> {
    pinned(&app, at, false).await
}
