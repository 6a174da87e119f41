//! What people ask for: an item each. Tickets stand in a list of their author's, and in one of all that are answered or are
//! not, both by the index.

use domain::ids::{ContactId, NoticeId, TicketId, UserId};
use domain::notice::Notice;
use domain::support::{Contact, Reply, Ticket};
use domain::text::Email;
use table::{Index, Item};

use crate::Page;
use crate::community::{author_from, with_author};
use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::keys;
use crate::lists::List;
use crate::notices;
use crate::requests::Store;
use crate::row::{Reader, Row, text};
use crate::transaction::Transaction;

fn contact_item(contact: &Contact) -> Item {
    Row::at(&keys::contact(contact.id))
        .number("id", contact.id)
        .text("contact_name", &contact.name)
        .text("email", contact.email.as_str())
        .text("phone", &contact.phone)
        .text("subject", &contact.subject)
        .text("message", &contact.message)
        .time("created_at", contact.created_at)
        .into_item()
}

fn contact_from(item: &Item) -> Result<Contact, Fault> {
    let row = Reader(item);
    Ok(Contact {
        id: row.id("id", ContactId::new)?,
        name: row.owned("contact_name")?,
        email: Email::parse(row.text("email")?).map_err(|_| row.corrupt("email"))?,
        phone: row.owned("phone")?,
        subject: row.owned("subject")?,
        message: row.owned("message")?,
        created_at: row.time("created_at")?,
    })
}

fn reply_row(reply: &Reply) -> Row {
    Row::nested().number("id", reply.id).text("text", &reply.text).time("created_at", reply.created_at)
}

fn reply_from(row: Reader<'_>) -> Result<Reply, Fault> {
    Ok(Reply { id: row.id("id", NoticeId::new)?, text: row.owned("text")?, created_at: row.time("created_at")? })
}

fn ticket_item(ticket: &Ticket) -> Item {
    let row = Row::at(&keys::ticket(ticket.id))
        .value("la", text(keys::tickets(ticket.is_resolved())))
        .value("lb", text(keys::tickets_of(ticket.author.user)))
        .value("rank", text(keys::id_text(ticket.id.get())));
    with_author(row, &ticket.author)
        .number("id", ticket.id)
        .text("subject", &ticket.subject)
        .text("message", &ticket.message)
        .rows("replies", ticket.replies.iter().map(reply_row))
        .time("created_at", ticket.created_at)
        .number("version", ticket.version)
        .into_item()
}

fn ticket_from(item: &Item) -> Result<Ticket, Fault> {
    let row = Reader(item);
    Ok(Ticket {
        id: row.id("id", TicketId::new)?,
        author: author_from(row)?,
        subject: row.owned("subject")?,
        message: row.owned("message")?,
        replies: row.rows("replies")?.into_iter().map(reply_from).collect::<Result<_, _>>()?,
        created_at: row.time("created_at")?,
        version: row.number("version")?,
    })
}

/// So many bytes of texts fit into an answer; a page with more is cut short.
const MOST_BYTES: usize = 2_000_000;

/// As much of a page as fits into one answer.
fn fitting(mut page: Page<Ticket>) -> Page<Ticket> {
    let size =
        |ticket: &Ticket| ticket.message.len() + ticket.replies.iter().map(|reply| reply.text.len()).sum::<usize>();
    let mut bytes = 0;
    let fits = page.items.iter().take_while(|ticket| {
        bytes += size(ticket);
        bytes <= MOST_BYTES
    });
    let fits = fits.count().max(1);
    if fits < page.items.len() {
        page.items.truncate(fits);
        page.next = page.items.last().map(|ticket| keys::id_text(ticket.id.get()));
    }
    page
}

impl Store {
    /// What a stranger wrote, with the letter that tells of it, if there is anybody to be told.
    pub async fn contact_create(&self, contact: &Contact, letter: Option<&Notice>) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        transaction.create(contact_item(contact), Denied::IdTaken);
        if let Some(letter) = letter {
            transaction.create(notices::to_item(letter), Denied::IdTaken);
        }
        self.commit(transaction).await
    }

    pub async fn contact(&self, id: ContactId) -> Result<Option<Contact>, Fault> {
        self.get(&keys::contact(id)).await?.as_ref().map(contact_from).transpose()
    }

    /// A new ticket, and who is told of it.
    pub async fn ticket_create(
        &self,
        mut transaction: Transaction<Denied>,
        ticket: &Ticket,
        notice: Option<&Notice>,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(ticket_item(ticket), Denied::IdTaken);
        if let Some(notice) = notice {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        self.commit(transaction).await
    }

    pub async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, Fault> {
        self.get(&keys::ticket(id)).await?.as_ref().map(ticket_from).transpose()
    }

    /// A ticket with one reply more, over the version it was written to, and what its author is told.
    pub async fn ticket_answer(
        &self,
        mut transaction: Transaction<Denied>,
        after: &Ticket,
        notice: &Notice,
    ) -> Result<(), Failed<Denied>> {
        transaction.replace_version(ticket_item(after), after.version - 1, Denied::Stale);
        transaction.create(notices::to_item(notice), Denied::IdTaken);
        self.commit(transaction).await
    }

    /// Somebody's tickets, newest first.
    pub async fn tickets_of(&self, user: UserId, after: Option<&str>, limit: usize) -> Result<Page<Ticket>, Fault> {
        let lists = [List { index: Index::ByB, partition: keys::tickets_of(user) }];
        Ok(fitting(self.newest(&lists, after, limit, |item| ticket_from(item).map(Some)).await?))
    }

    /// All tickets, newest first, or only those that are answered, or are not.
    pub async fn tickets(
        &self,
        is_resolved: Option<bool>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Ticket>, Fault> {
        let wanted = [false, true].into_iter().filter(|state| is_resolved.is_none_or(|wanted| wanted == *state));
        let lists: Vec<_> =
            wanted.map(|state| List { index: Index::ByA, partition: keys::tickets(state).to_owned() }).collect();
        Ok(fitting(self.newest(&lists, after, limit, |item| ticket_from(item).map(Some)).await?))
    }
}

#[cfg(test)]
mod tests {
    use domain::Instant;
    use domain::community::Author;

    use super::*;

    fn ticket(number: i64, replies: usize) -> Ticket {
        let author = Author {
            user: UserId::new(2).unwrap(),
            name: "Ada".to_owned(),
            handle: "S000001".to_owned(),
            role: "student".to_owned(),
            is_admin: false,
            picture: None,
        };
        let reply = Reply { id: NoticeId::new(5).unwrap(), text: "x".repeat(20_000), created_at: Instant::default() };
        Ticket {
            id: TicketId::new(number).unwrap(),
            author,
            subject: "Help".to_owned(),
            message: "Please.".to_owned(),
            replies: vec![reply; replies],
            created_at: Instant::default(),
            version: 3,
        }
    }

    #[test]
    fn what_was_asked_reads_back_as_written() {
        for replies in [0, 2] {
            let ticket = ticket(7, replies);
            assert_eq!(ticket_from(&ticket_item(&ticket)).unwrap(), ticket);
        }
        let contact = Contact {
            id: ContactId::new(7).unwrap(),
            name: "Ada".to_owned(),
            email: Email::parse("ada@example.org").unwrap(),
            phone: String::new(),
            subject: "Tea".to_owned(),
            message: "Hello\nthere".to_owned(),
            created_at: Instant::default(),
        };
        assert_eq!(contact_from(&contact_item(&contact)).unwrap(), contact);
    }

    #[test]
    fn a_page_that_is_too_large_is_cut_where_the_next_one_goes_on() {
        let items: Vec<_> = (1..=20).rev().map(|number| ticket(number, 15)).collect();
        let page = fitting(Page { items, next: None });
        assert_eq!((page.items.len(), page.next), (6, Some(keys::id_text(15))));
        let page = fitting(Page { items: vec![ticket(7, 2)], next: None });
        assert_eq!((page.items.len(), page.next), (1, None));
    }
}
