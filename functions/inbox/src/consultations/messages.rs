//! Messages in conversations with experts (`consultations.md` §10).

use app::App;
use app::chats::{self, MessageDraft, MessageInConversation, Seen};
use app::uploads::{self, FileSource};
use axum::extract::State;
use consultations::{AnyAttached, Asked, Refused};
use domain::Instant;
use domain::chat::{LONGEST, parse_content};
use domain::file::Purpose;
use domain::ids::{MessageId, UploadId};
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, exact_time, file, id, one_of, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::{Created, Done, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::at::{OwnMessage, Participant, Writer};
use super::message::{Note, link};

/// One page of a conversation, oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsultationMessages)]
pub struct Page {
    /// Exact up to 1000. With `since` or `cursor` only what came after it.
    count: usize,
    page: usize,
    page_size: usize,
    results: Vec<Note>,
    /// Brings what comes after the last message here.
    next_cursor: String,
}

pub struct Listing {
    asked: Asked,
    since: Option<Instant>,
    cursor: Option<String>,
}

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let asked = Asked::parse(fields, 50);
        let since = fields.optional("since", exact_time());
        let cursor = fields.optional("cursor", text(1..));
        Some(Self { asked: asked?, since: since?, cursor: cursor? })
    }
}

impl Listing {
    fn seen(self) -> Result<Seen, Problem> {
        let skipped = self.asked.skipped()?;
        Ok(match (self.cursor, self.since) {
            (Some(cursor), _) => Seen::Cursor(cursor),
            (None, Some(since)) => Seen::Since(since),
            (None, None) => Seen::Newest { skipped },
        })
    }
}

/// List a conversation's messages
///
/// Page 1 holds the newest, page 2 the ones before; inside a page the oldest comes first. With `since` what was created
/// after it, with `cursor` what came after an earlier answer.
#[utoipa::path(get, path = "/api/v1/consultations/chat/{id}/messages/", tag = "Consultations: Chat",
    params(("id" = i64, Path), ("page" = Option<u16>, Query), ("page_size" = Option<u16>, Query),
        ("since" = Option<String>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page)))]
pub async fn list(
    State(app): State<App>,
    Participant(party): Participant,
    QueryOf(listing): QueryOf<Listing>,
) -> Result<Json<Page>, Refused> {
    let Asked { page, page_size } = listing.asked;
    let found = chats::page(&app, party, listing.seen()?, page_size).await?;
    let mut results = Vec::new();
    for message in &found.messages {
        results.push(Note::of(message, &found.conversation, link(&app, message).await?));
    }
    Ok(Json(Page { count: found.count, page, page_size, results, next_cursor: found.cursor }))
}

/// A message to be sent.
#[derive(ToSchema)]
#[schema(as = ConsultationMessageRequest)]
#[expect(dead_code, reason = "documents the body; `New` is what is read from it")]
pub struct NewRequest {
    /// Not only blanks. With a file it may be left out, and is the file's name then.
    #[schema(min_length = 1, max_length = 5000)]
    message_content: Option<String>,
    /// `text`, `image` or `file`; what a file is, its bytes decide.
    message_type: Option<String>,
    /// An earlier message of the conversation.
    reply_to: Option<i64>,
    /// In a form: pdf, png, jpg, gif, webp, doc or docx, at most 10 MB.
    #[schema(value_type = Option<String>, format = Binary)]
    file: Option<Vec<u8>>,
    /// A file that was uploaded before.
    upload_id: Option<i64>,
}

pub struct New {
    /// Only with a file there may be none.
    content: Option<String>,
    reply_to: Option<MessageId>,
    file: Option<FileSource>,
}

/// What a client may call its message. Nobody but us writes `system`.
const TYPES: &[(&str, ())] = &[("text", ()), ("image", ()), ("file", ())];

impl Parse for New {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.nullable("message_type", one_of(TYPES));
        let reply_to = fields.nullable("reply_to", id::<MessageId>());
        let bytes = fields.nullable(["file", "file_attachment"], file());
        let upload = fields.nullable("upload_id", id::<UploadId>());
        let names = ["message_content", "content"];
        let content = || text(..).parse(|text| parse_content(text, LONGEST));
        let file = match (bytes.clone()?.value(), upload?.value()) {
            (Some(file), _) => Some(FileSource::Bytes { name: file.name, bytes: file.bytes.into() }),
            (None, Some(upload)) => Some(FileSource::Upload(upload)),
            (None, None) => None,
        };
        let content = match file {
            // What is not said with a file is its name.
            Some(_) if fields.is_blank(names) => Some(None),
            _ => fields.required(names, content()).map(Some),
        };
        kind.and(Some(Self { content: content?, reply_to: reply_to?.value(), file }))
    }
}

/// Send a message
#[utoipa::path(post, path = "/api/v1/consultations/chat/{id}/send/", tag = "Consultations: Chat",
    params(("id" = i64, Path)),
    request_body(content((NewRequest = "application/json"), (NewRequest = "multipart/form-data"),
        (NewRequest = "application/x-www-form-urlencoded"))),
    responses((status = 201, body = Note)))]
pub async fn send(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Writer(opening): Writer,
    key: IdempotencyKey,
    AnyAttached(New { content, reply_to, file }): AnyAttached<New>,
) -> Result<Created<Note>, Refused> {
    if let Some(earlier) = reply_to {
        opening.finds(&app, earlier).await?;
    }
    let file = match file {
        Some(sent) => Some(uploads::take(&app, caller, sent, Purpose::Chat).await?),
        None => None,
    };
    let link = match &file {
        Some(file) => Some(uploads::link(&app, &file.attachment).await?),
        None => None,
    };
    let name = || file.as_ref().map(|file| file.attachment.name.clone()).unwrap_or_default();
    let draft = MessageDraft { content: content.unwrap_or_else(name), file, reply_to };
    let note = |told: &MessageInConversation| Note::of(&told.message, &told.conversation, link.clone());
    let answer = |told: &MessageInConversation| idempotency::created(&note(told));
    let told = chats::post(&app, opening, draft, key.save(&answer)).await?;
    Ok(Created(note(&told)))
}

/// Another text for a message.
#[derive(ToSchema)]
#[schema(as = ConsultationMessageEdit)]
#[expect(dead_code, reason = "documents the body; `Edit` is what is read from it")]
pub struct EditRequest {
    /// Not only blanks.
    #[schema(min_length = 1, max_length = 5000)]
    message_content: String,
}

pub struct Edit(String);

impl Parse for Edit {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let content = text(..).parse(|text| parse_content(text, LONGEST));
        fields.required(["message_content", "content"], content).map(Self)
    }
}

/// Change a text I sent
#[utoipa::path(patch, path = "/api/v1/consultations/chat/messages/{id}/", tag = "Consultations: Chat",
    params(("id" = i64, Path)), request_body = EditRequest, responses((status = 200, body = Note)))]
pub async fn edit(
    State(app): State<App>,
    OwnMessage(message): OwnMessage,
    Body(Edit(content)): Body<Edit>,
) -> Result<Json<Note>, Refused> {
    let told = chats::edit(&app, message, content).await?;
    Ok(Json(Note::of(&told.message, &told.conversation, None)))
}

/// Delete a message I sent
///
/// Its place is kept, without text and file.
#[utoipa::path(delete, path = "/api/v1/consultations/chat/messages/{id}/", tag = "Consultations: Chat",
    params(("id" = i64, Path)), responses((status = 204)))]
pub async fn delete(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<MessageId>,
) -> Result<Done, Refused> {
    chats::delete(&app, caller, id).await?;
    Ok(Done)
}
