//! Keys of the lists of all there is of something.

use super::{Key, id_text, key};

/// Of what there is a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AllOf {
    Bookings,
    /// Intents to pay, whatever became of them.
    Payments,
    Withdrawals,
    /// What experts got for bookings and courses, by when they got it.
    Earnings,
    /// What learners said of experts.
    Reviews,
    /// Those who take courses.
    Enrolments,
    /// How far they are with lessons.
    Progress,
}

impl AllOf {
    pub const ALL: [AllOf; 7] = [
        AllOf::Bookings,
        AllOf::Payments,
        AllOf::Withdrawals,
        AllOf::Earnings,
        AllOf::Reviews,
        AllOf::Enrolments,
        AllOf::Progress,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            AllOf::Bookings => "BOOKINGS",
            AllOf::Payments => "PAYMENTS",
            AllOf::Withdrawals => "WITHDRAWALS",
            AllOf::Earnings => "EARNINGS",
            AllOf::Reviews => "REVIEWS",
            AllOf::Enrolments => "ENROLMENTS",
            AllOf::Progress => "PROGRESS",
        }
    }
}

/// The partition of a list.
pub(crate) fn all_of(what: AllOf) -> String {
    format!("{ALL}{}", what.word())
}

/// That something is in the list, under an id that begins with when it was made.
pub(crate) fn listed(what: AllOf, id: i64) -> Key {
    key(all_of(what), id_text(id))
}

const ALL: &str = "ALL#";
