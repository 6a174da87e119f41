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
use edge::form::{FieldValue, Fields, Kind, Parse, exact_time, file, id, one_of, text};
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
        let since = fields.optional("since", exact_time().about("Only what was written after it."));
        let cursor =
            fields.optional("cursor", text(1..).about("From `next_cursor`: only what came after that answer."));
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
#[utoipa::path(
    get, path = "/api/v1/consultations/chat/{id}/messages/",
    tag = "Consultations: Chat", operation_id = "consultations_messages_list",
    responses(
        (status = 200, description = "One page", body = Page),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
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

pub struct New {
    /// Only with a file there may be none.
    content: Option<String>,
    reply_to: Option<MessageId>,
    file: Option<FileSource>,
}

/// What a client may call its message. Nobody but us writes `system`.
const TYPES: &[(&str, ())] = &[("text", ()), ("image", ()), ("file", ())];

const CONTENT: [&str; 2] = ["message_content", "content"];

const WITH_FILE: &str = "Not only blanks. With a file it may be left out, and is the file's name then.";

fn content() -> impl Kind<Out = String> {
    text(..)
        .parse(|text| parse_content(text, LONGEST))
        .shaped(|schema| schema.min_length(Some(1)).max_length(Some(LONGEST)))
        .about("Not only blanks.")
}

impl Parse for New {
    const NAME: &str = "ConsultationMessageRequest";
    const ABOUT: &str = "A message to be sent.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const FILE: &str = "Pdf, png, jpg, gif, webp, doc or docx, at most 4 MB; up to 10 MB by way of `uploads/`.";
        let kind = fields.nullable("message_type", one_of(TYPES).about("What a file is, its bytes decide."));
        let reply_to = fields.nullable("reply_to", id::<MessageId>().about("An earlier message of the conversation."));
        let bytes = fields.nullable(["file", "file_attachment"], file().about(FILE));
        let upload = fields.nullable("upload_id", id::<UploadId>().about("A file that was uploaded before."));
        // `None` where one of the two was refused: then nobody can say whether there must be words.
        let sent = bytes.zip(upload);
        let file = sent.clone().and_then(|(bytes, upload)| match (bytes.value(), upload.value()) {
            (Some(file), _) => Some(FileSource::Bytes { name: file.name, bytes: file.bytes.into() }),
            (None, Some(upload)) => Some(FileSource::Upload(upload)),
            (None, None) => None,
        });
        let content = match file {
            // What is not said with a file is its name.
            Some(_) if fields.is_blank(CONTENT) => Some(None),
            None if sent.is_none() => fields.nullable(CONTENT, content().about(WITH_FILE)).map(FieldValue::value),
            _ => fields.required(CONTENT, content()).map(Some),
        };
        kind.and(Some(Self { content: content?, reply_to: reply_to?.value(), file }))
    }
}

/// Send a message
#[utoipa::path(
    post, path = "/api/v1/consultations/chat/{id}/send/",
    tag = "Consultations: Chat", operation_id = "consultations_messages_send",
    responses(
        (status = 201, description = "The message", body = Note),
        (status = 400, description = "`bad_upload`: it is unknown, used, too old, for something else or not what was announced"),
        (status = 403, description = "`blocked`: one of the two has blocked the other; `closed`: the expert is suspended"),
        (status = 413, description = "`file_too_large`: more than 10 MB; `use_upload`: more than a form can carry"),
        (status = 415, description = "`unsupported_file_type`: what its bytes say it is"),
    )
)]
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

pub struct Edit(String);

impl Parse for Edit {
    const NAME: &str = "ConsultationMessageEdit";
    const ABOUT: &str = "Another text for a message.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        fields.required(CONTENT, content()).map(Self)
    }
}

/// Change a text I sent
#[utoipa::path(
    patch, path = "/api/v1/consultations/chat/messages/{id}/",
    tag = "Consultations: Chat", operation_id = "consultations_messages_edit",
    responses(
        (status = 200, description = "The message", body = Note),
        (status = 400, description = "`message_deleted`; `not_text`"),
        (status = 403, description = "`forbidden`: for the sender only; `blocked`: one of the two has blocked the other; `closed`: the expert is suspended"),
    )
)]
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
#[utoipa::path(
    delete, path = "/api/v1/consultations/chat/messages/{id}/",
    tag = "Consultations: Chat", operation_id = "consultations_messages_delete",
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "`forbidden`: for the sender only"),
    )
)]
pub async fn delete(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<MessageId>,
) -> Result<Done, Refused> {
    chats::delete(&app, caller, id).await?;
    Ok(Done)
}
