//! What people are told of money they take out: the same in every product.

use domain::Instant;
use domain::notice::{Channel, Notice, Topic};
use domain::withdrawal::{State, Withdrawal};

use super::{News, money, personal};
use crate::Mint;

/// Of a decision; it is mailed too.
pub(crate) fn decided(withdrawal: &Withdrawal, mint: &Mint, now: Instant) -> Notice {
    let amount = money(withdrawal.wish.amount);
    let (title, content) = match withdrawal.state {
        State::Pending => ("Withdrawal requested", format!("You asked to take out {amount}.")),
        State::Approved => ("Withdrawal approved", format!("You will be paid {amount}.")),
        State::Processed => ("Withdrawal processed", format!("You were paid {amount}.")),
        State::Rejected => ("Withdrawal rejected", format!("You were not paid {amount}: it is in your balance again.")),
    };
    let notes = withdrawal.notes.trim();
    let content = if notes.is_empty() { content } else { format!("{content} The administrator says: {notes}") };
    let news = News { title, content, related: withdrawal.id.get() };
    let told = personal(withdrawal.facade, (withdrawal.user, None), Topic::Withdrawal, news, mint, now);
    Notice { channel: Channel::ListAndMail, ..told }
}
