//! What people are told of money they take out.

use domain::Instant;
use domain::notice::{Channel, Notice, Topic};
use domain::withdrawal::{State, Withdrawal};

use super::{News, money, personal, voice};
use crate::Mint;

/// How a façade speaks of it.
pub(crate) struct WithdrawalVoice {
    /// Of having asked for it; `None`: nothing is said.
    pub(crate) asked: Option<Words>,
    pub(crate) processed: Words,
}

/// A title and a sentence about an amount.
type Words = fn(&str) -> (&'static str, String);

/// Where nothing else is said.
pub(crate) static WITHDRAWALS: WithdrawalVoice =
    WithdrawalVoice { asked: None, processed: |amount| ("Withdrawal processed", format!("You were paid {amount}.")) };

/// Of having asked; it is mailed too.
pub(crate) fn asked(withdrawal: &Withdrawal, mint: &Mint, now: Instant) -> Option<Notice> {
    let asked = voice(withdrawal.facade).withdrawals.asked?;
    Some(told(withdrawal, asked(&money(withdrawal.wish.amount)), mint, now))
}

/// Of a decision; it is mailed too.
pub(crate) fn decided(withdrawal: &Withdrawal, mint: &Mint, now: Instant) -> Notice {
    let amount = money(withdrawal.wish.amount);
    let (title, content) = match withdrawal.state {
        State::Pending => ("Withdrawal requested", format!("You asked to take out {amount}.")),
        State::Approved => ("Withdrawal approved", format!("You will be paid {amount}.")),
        State::Processed => (voice(withdrawal.facade).withdrawals.processed)(&amount),
        State::Rejected => ("Withdrawal rejected", format!("You were not paid {amount}: it is in your balance again.")),
    };
    let notes = withdrawal.notes.trim();
    let content = if notes.is_empty() { content } else { format!("{content} The administrator says: {notes}") };
    told(withdrawal, (title, content), mint, now)
}

fn told(withdrawal: &Withdrawal, (title, content): (&'static str, String), mint: &Mint, now: Instant) -> Notice {
    let news = News { title, content, related: withdrawal.id.get() };
    let told = personal(withdrawal.facade, (withdrawal.user, None), Topic::Withdrawal, news, mint, now);
    Notice { channel: Channel::ListAndMail, ..told }
}
