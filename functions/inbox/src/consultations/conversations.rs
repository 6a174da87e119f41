//! Conversations with experts (`consultations.md` §10).

use app::caller::Caller;
use app::chats::{self, Party};
use app::{App, Common};
use axum::extract::State;
use consultations::{Asked, Paged, Refused};
use domain::chat::{Conversation, ConversationStatus};
use domain::ids::{BookingId, ConversationId, UserId};
use edge::auth::{Authenticated, SignedFirst};
use edge::body::{AnyForm, QueryOf};
use edge::form::{Fields, Kind, Parse, id, one_of};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Json, MadeOrFound};

use super::conversation::{Changed, ConversationView, STATUSES};
use super::{Marked, UnreadCount};

#[derive(Clone, Copy)]
pub struct With {
    expert: Option<UserId>,
    consultation: Option<BookingId>,
}

impl Parse for With {
    const NAME: &str = "ConsultationConversationRequest";
    const ABOUT: &str = "With whom, or about what. One of the two is enough; both may also stand in the query.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let expert = fields.nullable(["expert_id", "expert"], id::<UserId>().about("With whom."));
        let consultation = fields.nullable(
            ["consultation_id", "consultation"],
            id::<BookingId>().about("About a consultation the caller is a party of."),
        );
        Some(Self { expert: expert?.value(), consultation: consultation?.value() })
    }
}

async fn opened(app: &App, caller: Caller, query: With, body: With) -> Result<MadeOrFound<ConversationView>, Refused> {
    let (expert, consultation) = (body.expert.or(query.expert), body.consultation.or(query.consultation));
    if expert.is_none() && consultation.is_none() {
        return Err(Problem::field("expert_id", "Name an expert or a consultation.").into());
    }
    let opened = chats::open(app, caller, expert, consultation).await?;
    let body = ConversationView::of(app, &opened.conversation, &opened.expert, caller.user()).await?;
    Ok(MadeOrFound { is_new: opened.made, body })
}

/// Find or make a conversation
///
/// One per pair of people, whoever asks first and from whichever side.
#[utoipa::path(
    get, path = "/api/v1/consultations/chat/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_find",
    responses(
        (status = 200, description = "The conversation", body = ConversationView),
        (status = 201, description = "The conversation", body = ConversationView),
        (status = 400, description = "`own_profile`"),
        (status = 404, description = "`not_found`: no such expert, or no consultation of yours"),
    )
)]
pub async fn find(
    State(app): State<App>,
    SignedFirst(caller): SignedFirst,
    QueryOf(query): QueryOf<With>,
    AnyForm(body): AnyForm<With>,
) -> Result<MadeOrFound<ConversationView>, Refused> {
    opened(&app, caller, query, body).await
}

/// Find or make a conversation
///
/// The same as reading it: for clients that rather send a body.
#[utoipa::path(
    post, path = "/api/v1/consultations/chat/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_open",
    responses(
        (status = 200, description = "The conversation", body = ConversationView),
        (status = 201, description = "The conversation", body = ConversationView),
        (status = 400, description = "`own_profile`"),
        (status = 404, description = "`not_found`: no such expert, or no consultation of yours"),
    )
)]
pub async fn open(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(query): QueryOf<With>,
    AnyForm(body): AnyForm<With>,
) -> Result<MadeOrFound<ConversationView>, Refused> {
    opened(&app, caller, query, body).await
}

pub struct Listing(Option<ConversationStatus>, Asked);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let status = fields.optional("status", one_of(STATUSES).about("Only in this one."));
        let asked = Asked::parse(fields, 20);
        Some(Self(status?, asked?))
    }
}

/// List my conversations
///
/// On either side, the one with the latest message first.
#[utoipa::path(
    get, path = "/api/v1/consultations/chat/list/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_list",
    responses(
        (status = 200, description = "One page, latest message first", body = Paged<ConversationView>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
pub async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(Listing(status, asked)): QueryOf<Listing>,
) -> Result<Json<Paged<ConversationView>>, Refused> {
    asked.skipped()?;
    let Paged { count, page, page_size, results } = asked.of(chats::conversations(&app, caller, status).await?)?;
    let mut conversations = Vec::new();
    for (conversation, expert) in chats::experts(&app, caller.user(), results).await? {
        conversations.push(ConversationView::of(&app, &conversation, &expert, caller.user()).await?);
    }
    Ok(Json(Paged { count, page, page_size, results: conversations }))
}

/// Count my unread messages
#[utoipa::path(
    get, path = "/api/v1/consultations/chat/unread-count/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_unread_count",
    responses(
        (status = 200, description = "How many", body = UnreadCount),
    )
)]
pub async fn unread_count(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> Result<Json<UnreadCount>, Refused> {
    Ok(Json(UnreadCount { unread_count: chats::unread(&app, caller).await? as usize }))
}

/// Mark a conversation as read
#[utoipa::path(
    post, path = "/api/v1/consultations/chat/{id}/read/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_read",
    responses(
        (status = 200, description = "How many were marked", body = Marked),
    )
)]
pub async fn read(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<Marked>, Refused> {
    let party = chats::party(&app, caller, id).await?;
    let updated = chats::read_through(&app, party).await? as usize;
    Ok(Json(Marked { message: "Messages marked as read.", updated }))
}

/// What a conversation looks like after a change by one of the two.
async fn changed(
    app: &App,
    caller: Caller,
    conversation: Conversation,
    message: &'static str,
) -> Result<Json<Changed>, Refused> {
    let shown = chats::experts(app, caller.user(), vec![conversation]).await?;
    let (conversation, expert) = shown.first().ok_or(Common::NotFound)?;
    Ok(Json(Changed { message, conversation: ConversationView::of(app, conversation, expert, caller.user()).await? }))
}

async fn party(app: &App, caller: Caller, id: ConversationId) -> Result<Party, Refused> {
    Ok(chats::party(app, caller, id).await?)
}

/// Put a conversation away
///
/// For the caller alone; a new message brings it back.
#[utoipa::path(
    post, path = "/api/v1/consultations/chat/{id}/archive/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_archive",
    responses(
        (status = 200, description = "The conversation as it is now", body = Changed),
    )
)]
pub async fn archive(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<Changed>, Refused> {
    let archived = chats::archive(&app, party(&app, caller, id).await?, true).await?;
    changed(&app, caller, archived, "Conversation archived.").await
}

/// Take a conversation back out of the archive
#[utoipa::path(
    post, path = "/api/v1/consultations/chat/{id}/unarchive/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_unarchive",
    responses(
        (status = 200, description = "The conversation as it is now", body = Changed),
    )
)]
pub async fn unarchive(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<Changed>, Refused> {
    let back = chats::archive(&app, party(&app, caller, id).await?, false).await?;
    changed(&app, caller, back, "Conversation restored.").await
}

/// Block the other one
///
/// While either blocks, nobody of the two writes to or books the other.
#[utoipa::path(
    post, path = "/api/v1/consultations/chat/{id}/block/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_block",
    responses(
        (status = 200, description = "The conversation as it is now", body = Changed),
    )
)]
pub async fn block(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<Changed>, Refused> {
    let blocked = chats::block(&app, party(&app, caller, id).await?, true).await?;
    changed(&app, caller, blocked, "Conversation blocked.").await
}

/// Lift my block
#[utoipa::path(
    post, path = "/api/v1/consultations/chat/{id}/unblock/",
    tag = "Consultations: Chat", operation_id = "consultations_chats_unblock",
    responses(
        (status = 200, description = "The conversation as it is now", body = Changed),
        (status = 403, description = "`forbidden`: for who blocked only"),
    )
)]
pub async fn unblock(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<Changed>, Refused> {
    let lifted = chats::block(&app, party(&app, caller, id).await?, false).await?;
    changed(&app, caller, lifted, "Conversation unblocked.").await
}
