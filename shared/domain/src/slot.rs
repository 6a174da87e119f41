//! Dated openings of an expert: what can be booked whatever their weekly hours (`tutoring.md` §3.2).

/// What openings say no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("You have another slot at this time.")]
    Overlap,
    #[error("Something is booked at this time.")]
    Booked,
}
