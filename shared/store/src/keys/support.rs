//! Keys of what people ask for.

use domain::ids::{ContactId, TicketId, UserId};

use super::{Key, id_text, key};

/// What a stranger wrote.
pub(crate) fn contact(contact: ContactId) -> Key {
    key(format!("CONTACT#{}", id_text(contact.get())), CONTACT)
}

pub(crate) const CONTACT: &str = "CONTACT";

pub(crate) fn ticket(ticket: TicketId) -> Key {
    key(format!("TICKET#{}", id_text(ticket.get())), TICKET)
}

pub(crate) const TICKET: &str = "TICKET";

/// Lists: tickets by whether they are answered, and those of one person.
pub(crate) fn tickets(is_resolved: bool) -> &'static str {
    if is_resolved { "TICKETS#DONE" } else { "TICKETS#OPEN" }
}

pub(crate) fn tickets_of(user: UserId) -> String {
    format!("TICKETS#{}", id_text(user.get()))
}
