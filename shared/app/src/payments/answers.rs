//! What whoever takes the money answers, and what is noted there of what it is for.

use domain::payment::Target;

/// As what, and under which number, what is paid for is noted beside a payment, for whoever looks at it there. Nothing here
/// reads it.
pub(super) fn noted(target: Target) -> (&'static str, i64) {
    match target {
        Target::Booking { id, .. } => ("booking", id.get()),
        Target::Enrolment { id, .. } => ("enrolment", id.get()),
    }
}

/// What a provider makes of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub reference: String,
    /// What the payer's client shows the provider, where it shows more than the reference.
    pub client_secret: Option<String>,
    pub is_processing: bool,
}

/// What a provider says to giving money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    Now,
    /// It has agreed to, and will tell.
    Asked,
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::{BookingId, CourseId, EnrolmentId};

    #[test]
    fn what_is_paid_for_is_noted_in_our_own_words() {
        let (id, root) = (BookingId::new(3).unwrap(), BookingId::new(2).unwrap());
        assert_eq!(noted(Target::Booking { id, root }), ("booking", 3), "the one that is paid for now");
        let (id, course) = (EnrolmentId::new(5).unwrap(), CourseId::new(7).unwrap());
        assert_eq!(noted(Target::Enrolment { id, course }), ("enrolment", 5));
    }
}
