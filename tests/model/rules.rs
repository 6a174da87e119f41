//! What differs from product to product, as far as all of the model has to know it; and who is told what.

use super::command::{Minute, Span, Status, Word};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Requester,
    Expert,
}

/// What the two of a booking may have to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Requested,
    /// The price came in.
    Paid,
    Confirmed,
    CancelledBy(Side),
    CancelledByStaff,
    /// All money goes back, whoever wanted it.
    Refunded,
    Moved,
    MovedBy(Side),
    Disputed,
    Replaced,
    Expired,
    Completed,
    NoShow(Side),
    /// The expert got something.
    PaidOut,
    /// The same for a booking that was called off too late.
    PaidAnyway,
    /// The requester got something back without having asked for it.
    Returned,
    DayBefore,
    HourBefore,
}

/// By which rules a booking was made.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) name: &'static str,
    pub(crate) longest: Minute,
    /// What is not answered or not paid in time is over at that very moment, whether or not the clock came by.
    pub(crate) lapses_by_itself: bool,
    /// It is over at its start unless it was confirmed; else only what is not paid is.
    pub(crate) ends_unanswered: bool,
    /// What is over by itself then is.
    pub(crate) lapses_to: Status,
    /// How long after its end the clock decides.
    pub(crate) decided_after: Minute,
    /// Reminders go out for what is paid, too, and not only for what is confirmed.
    pub(crate) reminds_paid: bool,
    /// That it is over is written only when it matters.
    pub(crate) is_lazy: bool,
    /// The requester hears of whatever goes back.
    pub(crate) tells_refunds: bool,
    /// What it is called that the requester has something else then.
    pub(crate) own_conflict: Word,
    /// Of a price in money.
    pub(crate) fee_percent: i64,
    /// What is paid shows at once as what its expert may expect.
    pub(crate) promises: bool,
    /// Until when other times are offered in place of one: seen from now, and from the wanted one.
    pub(crate) offered_until: fn(Minute, Minute) -> Minute,
    /// What it is called after so many changes of that, where its people can change it.
    pub(crate) title: Option<fn(u32) -> String>,
    /// Who is told, and the title of it.
    pub(crate) told: fn(Event) -> Vec<(Side, Word)>,
}

/// Who asks whom, for which time, in place of which booking, by which rules.
pub(crate) type Wanted = ((usize, usize), Span, Option<usize>, &'static Rules);

/// Reasons against a command. Where several hold, the application may name any.
#[derive(Default)]
pub(crate) struct Reasons(Vec<Word>);

impl Reasons {
    pub(crate) fn has(&self, word: Word) -> bool {
        self.0.contains(&word)
    }

    pub(crate) fn add(&mut self, holds: bool, word: Word) {
        self.0.extend(holds.then_some(word));
    }

    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(crate) fn decide(self) -> Result<(), Vec<Word>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
