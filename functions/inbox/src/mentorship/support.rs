//! Asking for help (`mentorship.md` §3.4, §5.4).

use app::App;
use app::support::{self, ContactDraft};
use axum::extract::State;
use domain::ids::TicketId;
use domain::support::{LONGEST, Ticket};
use domain::text::Email;
use edge::auth::{AuthRateLimit, Authenticated};
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, boolean, id, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::reply::Created;
use edge::time::Stamp;
use mentorship::paging::{USUAL, paging};
use mentorship::{AsAdmin, Listing, Refused, signature};
use serde::Serialize;
use utoipa::ToSchema;

use super::FACADE;

pub(super) struct Wanted(ContactDraft);

impl Parse for Wanted {
    const NAME: &str = "ContactRequest";
    const ABOUT: &str = "What somebody wants to say, who need not have an account.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.required("name", text(1..=100).trimmed());
        let email = fields.required("email", text(..).trimmed().parse(Email::parse).about("Where an answer goes."));
        let message = fields.required(["query", "message"], text(1..=LONGEST).trimmed());
        let phone = fields.nullable("phone", text(..=20).trimmed());
        let subject = fields.nullable("subject", text(..=255).trimmed());
        let (phone, subject) = (phone?.value().unwrap_or_default(), subject?.value().unwrap_or_default());
        Some(Self(ContactDraft { name: name?, email: email?, phone, subject, message: message? }))
    }
}

/// That it has arrived.
#[derive(Serialize, ToSchema)]
#[schema(as = ContactAnswer)]
pub(super) struct Received {
    message: &'static str,
    id: i64,
}

/// Write to those who run the platform
///
/// For everybody. An answer comes by mail.
#[utoipa::path(
    post, path = "/api/chat/contact/",
    tag = "Mentorship: Support", operation_id = "mentorship_contact",
    responses(
        (status = 201, description = "It has arrived", body = Received),
    )
)]
pub(super) async fn contact(
    State(app): State<App>,
    _: AuthRateLimit,
    Body(Wanted(draft)): Body<Wanted>,
) -> Result<Created<Received>, Refused> {
    let id = support::contact(&app, FACADE, draft).await?;
    Ok(Created(Received { message: "Thank you. We answer by mail.", id: id.get() }))
}

edge::words! {
    /// As what somebody asks.
    pub TicketRole = ["student", "mentor", "admin"]
}

/// What somebody asks support for.
#[derive(Serialize, ToSchema)]
#[schema(as = SupportTicket)]
pub(super) struct TicketView {
    id: i64,
    #[schema(value_type = TicketRole)]
    user_type: &'static str,
    /// The author's id as a student or a mentor, or `admin`.
    user_id: String,
    subject: String,
    message: String,
    /// Support has replied.
    is_resolved: bool,
    created_at: Stamp,
    /// The oldest first.
    replies: Vec<ReplyView>,
}

/// What support says.
#[derive(Serialize, ToSchema)]
#[schema(as = SupportReply)]
pub(super) struct ReplyView {
    id: i64,
    reply: String,
    #[schema(example = "Support")]
    replied_by: &'static str,
    created_at: Stamp,
}

impl From<&Ticket> for TicketView {
    fn from(ticket: &Ticket) -> Self {
        let role = ["mentor", "admin"].into_iter().find(|word| *word == ticket.author.role);
        let replies = ticket.replies.iter().map(|reply| ReplyView {
            id: reply.id.get(),
            reply: reply.text.clone(),
            replied_by: "Support",
            created_at: Stamp(reply.created_at),
        });
        Self {
            id: ticket.id.get(),
            user_type: role.unwrap_or("student"),
            user_id: ticket.author.handle.clone(),
            subject: ticket.subject.clone(),
            message: ticket.message.clone(),
            is_resolved: ticket.is_resolved(),
            created_at: Stamp(ticket.created_at),
            replies: replies.collect(),
        }
    }
}

pub(super) struct NewTicket {
    subject: String,
    message: String,
}

impl Parse for NewTicket {
    const NAME: &str = "SupportTicketRequest";
    const ABOUT: &str = "What somebody asks support for.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let subject = fields.required("subject", text(1..=255).trimmed());
        let message = fields.required("message", text(1..=LONGEST).trimmed());
        Some(Self { subject: subject?, message: message? })
    }
}

/// Ask support for something
///
/// The administrator is told.
#[utoipa::path(
    post, path = "/api/chat/customer-service/",
    tag = "Mentorship: Support", operation_id = "mentorship_tickets_open",
    responses(
        (status = 201, description = "The ticket", body = TicketView),
    )
)]
pub(super) async fn open(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(NewTicket { subject, message }): Body<NewTicket>,
) -> Result<Created<TicketView>, Refused> {
    let author = signature::of(&app, caller).await?;
    let answer = |ticket: &Ticket| idempotency::created(&TicketView::from(ticket));
    let ticket = support::ask(&app, FACADE, &author, (&subject, &message), key.save(&answer)).await?;
    Ok(Created(TicketView::from(&ticket)))
}

/// List my tickets
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/chat/customer-service/",
    tag = "Mentorship: Support", operation_id = "mentorship_tickets_list",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<TicketView>),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(page): QueryOf<Listing>,
) -> Result<Listed<TicketView>, Refused> {
    let found = support::own(&app, caller, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(TicketView::from).collect(), next: found.next })
}

pub(super) struct Filtered(Option<bool>, Page);

impl Parse for Filtered {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let is_resolved = fields.optional("is_resolved", boolean().about("Only those that are answered, or are not."));
        let page = paging(fields, USUAL);
        Some(Self(is_resolved?, page?))
    }
}

/// List everybody's tickets
///
/// Newest first.
#[utoipa::path(
    get, path = "/api/chat/customer-service/admin/",
    tag = "Mentorship: Support", operation_id = "mentorship_tickets_list_all",
    responses(
        (status = 200, description = "One page, newest first", body = Vec<TicketView>),
    )
)]
pub(super) async fn list_all(
    State(app): State<App>,
    AsAdmin(staff): AsAdmin,
    QueryOf(Filtered(is_resolved, page)): QueryOf<Filtered>,
) -> Result<Listed<TicketView>, Refused> {
    let found = support::all(&app, staff, is_resolved, page.cursor.as_deref(), page.limit.into()).await?;
    Ok(Listed { items: found.items.iter().map(TicketView::from).collect(), next: found.next })
}

pub(super) struct NewReply {
    ticket: TicketId,
    text: String,
}

impl Parse for NewReply {
    const NAME: &str = "SupportReplyRequest";
    const ABOUT: &str = "An answer to a ticket.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let ticket = fields.required(["message_id", "ticket_id"], id::<TicketId>().about("The ticket."));
        let text = fields.required("reply", text(1..=LONGEST).trimmed());
        Some(Self { ticket: ticket?, text: text? })
    }
}

/// Answer a ticket
///
/// Resolves it; its author is notified, by mail too.
#[utoipa::path(
    post, path = "/api/chat/customer-service/reply/",
    tag = "Mentorship: Support", operation_id = "mentorship_tickets_reply",
    responses(
        (status = 201, description = "The ticket as it is now", body = TicketView),
        (status = 404, description = "`not_found`: there is no such ticket"),
        (status = 409, description = "`bad_state`: it has as many replies as it can hold"),
    )
)]
pub(super) async fn reply(
    State(app): State<App>,
    AsAdmin(staff): AsAdmin,
    key: IdempotencyKey,
    Body(NewReply { ticket, text }): Body<NewReply>,
) -> Result<Created<TicketView>, Refused> {
    let answer = |ticket: &Ticket| idempotency::created(&TicketView::from(ticket));
    let ticket = support::answer(&app, staff, FACADE, (ticket, &text), key.save(&answer)).await?;
    Ok(Created(TicketView::from(&ticket)))
}
