//! Asking for help: by a form, or by a ticket that is answered. What reaches the administrator is written in the same
//! transaction; where nobody is one, what was asked is kept all the same.

use domain::community::Author;
use domain::facade::Facade;
use domain::ids::{ContactId, TicketId};
use domain::notice::Notice;
use domain::person::User;
use domain::support::{Contact, Reply, Ticket};
use domain::text::Email;
use store::Page;

use crate::caller::{Caller, Staff};
use crate::facades::support;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::mail::{self, Mail};
use crate::{App, Common, Result, people};

/// What a stranger wants to say.
#[derive(Clone, Debug)]
pub struct ContactDraft {
    pub name: String,
    pub email: Email,
    pub phone: String,
    pub subject: String,
    pub message: String,
}

/// Keeps what a stranger wants to say, and mails it to the administrator.
pub async fn contact(app: &App, facade: Facade, draft: ContactDraft) -> Result<ContactId> {
    let administrator = people::administrator(app).await?;
    retry_stale(|| async {
        let now = app.clock.now();
        let ContactDraft { name, email, phone, subject, message } = draft.clone();
        let contact = Contact { id: app.mint.contact(now), name, email, phone, subject, message, created_at: now };
        let letter = administrator.map(|to| support::contacted(facade, to, &contact, &app.mint));
        app.store.contact_create(&contact, letter.as_ref()).await?;
        Ok(contact.id)
    })
    .await
}

/// The mail of a letter about what a stranger wrote; `None` if that is gone.
pub(crate) async fn compose(app: &App, letter: &Notice, reader: &User) -> Result<Option<Mail>> {
    let Some(id) = letter.related.and_then(ContactId::new) else { return Ok(None) };
    let contact = app.store.contact(id).await?;
    Ok(contact.map(|contact| mail::contacted(&app.settings, letter, reader, &contact)))
}

/// Asks support for something.
pub async fn ask(
    app: &App,
    facade: Facade,
    author: &Author,
    (subject, message): (&str, &str),
    save: SaveResponse<'_, Ticket>,
) -> Result<Ticket> {
    let administrator = people::administrator(app).await?;
    retry_stale(|| async {
        let now = app.clock.now();
        let ticket = Ticket {
            id: app.mint.ticket(now),
            author: author.clone(),
            subject: subject.to_owned(),
            message: message.to_owned(),
            replies: Vec::new(),
            created_at: now,
            version: 1,
        };
        let notice = administrator.map(|to| support::wanted(facade, to, &ticket, &app.mint));
        app.store.ticket_create(save.begin(&ticket), &ticket, notice.as_ref()).await?;
        Ok(ticket)
    })
    .await
}

/// The caller's tickets, newest first.
pub async fn own(app: &App, caller: Caller, cursor: Option<&str>, limit: usize) -> Result<Page<Ticket>> {
    let list = format!("tickets/{}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = app.store.tickets_of(caller.user(), after.as_deref(), limit).await?;
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page)
}

/// Everybody's tickets, newest first.
pub async fn all(
    app: &App,
    _: Staff,
    is_resolved: Option<bool>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Ticket>> {
    let list = format!("tickets-of-all/{is_resolved:?}");
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = app.store.tickets(is_resolved, after.as_deref(), limit).await?;
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page)
}

/// Answers a ticket, which resolves it. Its author is told.
pub async fn answer(
    app: &App,
    _: Staff,
    facade: Facade,
    (id, text): (TicketId, &str),
    save: SaveResponse<'_, Ticket>,
) -> Result<Ticket> {
    retry_stale(|| async {
        let now = app.clock.now();
        let before = app.store.ticket(id).await?.ok_or(Common::NotFound)?;
        let reply = Reply { id: app.mint.notice(now), text: text.to_owned(), created_at: now };
        let after = before.answered(reply.clone())?;
        let notice = support::replied(facade, &after, &reply, &app.mint, now);
        app.store.ticket_answer(save.begin(&after), &after, &notice).await?;
        Ok(after)
    })
    .await
}
