//! The log of who did what, for administrators (`tutoring.md` §5.7). A row names the ids concerned and holds no text of
//! anybody's, no secret and nothing of where money goes.

use std::collections::BTreeMap;

use crate::Instant;
use crate::booking::{Change, Fact, Status};
use crate::ids::{AuditId, UserId};

macro_rules! actions {
    ($($action:ident $word:literal,)+) => {
        /// What is logged.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action { $($action,)+ }

        impl Action {
            pub const ALL: &[Action] = &[$(Action::$action,)+];

            /// As it is stored. Never changes.
            pub fn as_str(self) -> &'static str {
                match self { $(Action::$action => $word,)+ }
            }
        }
    };
}

actions! {
    Login "login",
    LoginFailed "login_failed",
    Logout "logout",
    TokenReuse "token_reuse",
    ProfileUpdate "profile_update",
    PasswordReset "password_reset",
    TwoFactorEnabled "two_factor_enabled",
    TwoFactorDisabled "two_factor_disabled",
    BookingCreated "booking_created",
    BookingConfirmed "booking_confirmed",
    BookingRescheduled "booking_rescheduled",
    BookingCancelled "booking_cancelled",
    BookingRefunded "booking_refunded",
    BookingCompleted "booking_completed",
    BookingDisputed "booking_disputed",
    PaymentMade "payment_made",
    WithdrawalRequested "withdrawal_requested",
    WithdrawalProcessed "withdrawal_processed",
    CourseCreated "course_created",
    CourseUpdated "course_updated",
    CourseDeleted "course_deleted",
    ExpertApproved "expert_approved",
    ExpertRejected "expert_rejected",
    ReviewHidden "review_hidden",
    UserSuspended "user_suspended",
    UserReactivated "user_reactivated",
    AdminCreated "admin_created",
    ReportExported "report_exported",
}

impl Action {
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.as_str() == word)
    }
}

/// Something that is done, as its transaction logs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    pub action: Action,
    /// `None`: whoever is signed in with the request.
    pub actor: Option<UserId>,
    /// The ids concerned, by what they are of.
    pub ids: BTreeMap<&'static str, i64>,
    /// What the action's own sentence leaves open; usually nothing. Never in the words of a person.
    pub details: String,
}

impl Deed {
    pub fn of(action: Action) -> Self {
        Self { action, actor: None, ids: BTreeMap::new(), details: String::new() }
    }

    #[must_use]
    pub fn by(self, actor: UserId) -> Self {
        Self { actor: Some(actor), ..self }
    }

    #[must_use]
    pub fn on(mut self, what: &'static str, id: i64) -> Self {
        self.ids.insert(what, id);
        self
    }

    #[must_use]
    pub fn saying(self, details: impl Into<String>) -> Self {
        Self { details: details.into(), ..self }
    }

    /// Where a change of a booking is logged, what it is called there.
    pub fn of_booking(change: &Change) -> Vec<Self> {
        let Change { before, after, facts, .. } = change;
        if !after.rules().audited {
            return Vec::new();
        }
        let told = facts.iter().filter_map(|fact| match fact {
            Fact::Requested => Some(Action::BookingCreated),
            Fact::Paid => Some(Action::PaymentMade),
            Fact::Moved { .. } => Some(Action::BookingRescheduled),
            Fact::Disputed => Some(Action::BookingDisputed),
            _ => None,
        });
        let is_new = before.as_ref().is_none_or(|before| before.status != after.status);
        let outcome = match after.status {
            Status::Confirmed => Some(Action::BookingConfirmed),
            Status::Cancelled | Status::Expired => Some(Action::BookingCancelled),
            Status::Refunded => Some(Action::BookingRefunded),
            Status::Completed => Some(Action::BookingCompleted),
            Status::Pending | Status::Rescheduled | Status::NoShow => None,
        };
        let deed = |action| {
            let deed = Self::of(action).on("booking", after.id.get());
            let deed = deed.on("learner", after.learner.id.get()).on("expert", after.expert.id.get());
            match (action, after.paid_with) {
                // Their provider tells of it, and is nobody.
                (Action::PaymentMade, Some(payment)) => deed.by(after.learner.id).on("payment", payment.get()),
                (Action::PaymentMade, None) => deed.by(after.learner.id),
                _ => deed,
            }
        };
        told.chain(outcome.filter(|_| is_new)).map(deed).collect()
    }
}

/// Who sent a request, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// An IPv6 address stands for its network. Empty: the clock, or nobody knows.
    pub address: String,
    /// What their program calls itself, at most 255 characters.
    pub agent: String,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: AuditId,
    /// `None`: the clock, or somebody who is not known.
    pub actor: Option<UserId>,
    pub action: Action,
    pub ids: BTreeMap<String, i64>,
    pub details: String,
    pub sender: Sender,
}

impl Row {
    pub fn of(id: AuditId, deed: Deed, (signed_in, sender): (Option<UserId>, Sender)) -> Self {
        let Deed { action, actor, ids, details } = deed;
        let ids = ids.into_iter().map(|(what, id)| (what.to_owned(), id)).collect();
        Self { id, actor: actor.or(signed_in), action, ids, details, sender }
    }

    pub fn made_at(&self) -> Instant {
        self.id.minted_at()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_found_by_its_word() {
        for action in Action::ALL {
            assert_eq!(Action::of_word(action.as_str()), Some(*action));
        }
        assert_eq!(Action::of_word("nothing"), None);
    }

    #[test]
    fn whoever_is_named_did_it_and_else_whoever_is_signed_in() {
        let (one, other) = (UserId::new(2), UserId::new(4));
        let row = |deed, signed_in| Row::of(AuditId::new(1).unwrap(), deed, (signed_in, Sender::default()));
        let deed = Deed::of(Action::Login).on("session", 7);
        assert_eq!(row(deed.clone(), one).actor, one);
        assert_eq!(row(deed.clone().by(other.unwrap()), one).actor, other);
        assert_eq!(row(deed.clone(), None).actor, None);
        assert_eq!(row(deed, None).ids, BTreeMap::from([("session".to_owned(), 7)]));
    }
}
