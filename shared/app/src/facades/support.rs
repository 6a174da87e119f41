//! What is told of those who ask for help, and to them.

use domain::Instant;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::notice::{Channel, Notice, Topic};
use domain::support::{Contact, Reply, Ticket};

use super::{News, personal};
use crate::Mint;

/// How much of a reply its notification repeats.
const REPEATED: usize = 300;

/// A stranger has written; the mail itself is made from what they wrote.
pub(crate) fn contacted(facade: Facade, administrator: UserId, contact: &Contact, mint: &Mint) -> Notice {
    let title = match contact.subject.as_str() {
        "" => format!("Contact form: {}", contact.name),
        subject => format!("Contact form: {subject}"),
    };
    let content = "Somebody wrote by the contact form.".to_owned();
    let news = News { title: "Contact form", content, related: contact.id.get() };
    let notice = personal(facade, (administrator, None), Topic::Contacted, news, mint, contact.created_at);
    Notice { title, channel: Channel::Mail, ..notice }
}

/// Somebody asks for help.
pub(crate) fn wanted(facade: Facade, administrator: UserId, ticket: &Ticket, mint: &Mint) -> Notice {
    let content = format!("{} ({}) asks: {}", ticket.author.name, ticket.author.handle, ticket.subject);
    let news = News { title: "New support ticket", content, related: ticket.id.get() };
    let people = (administrator, Some(ticket.author.user));
    let notice = personal(facade, people, Topic::SupportWanted, news, mint, ticket.created_at);
    Notice { channel: Channel::ListAndMail, ..notice }
}

/// They are answered.
pub(crate) fn replied(facade: Facade, ticket: &Ticket, reply: &Reply, mint: &Mint, now: Instant) -> Notice {
    let mut words: String = reply.text.chars().take(REPEATED).collect();
    if words.len() < reply.text.len() {
        words.push('…');
    }
    let content = format!("Support replied to \"{}\": {words}", ticket.subject);
    let news = News { title: "Support has replied", content, related: ticket.id.get() };
    let notice = personal(facade, (ticket.author.user, None), Topic::SupportReplied, news, mint, now);
    Notice { id: reply.id, channel: Channel::ListAndMail, ..notice }
}
