//! Numbers by which people know each other: of each role its own, counted up from 1, each given once and kept.

use std::fmt;

use crate::lifecycle::Seat;

/// A number of one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(u32);

impl Serial {
    /// `None` for a number nobody can have.
    pub fn new(number: i64) -> Option<Self> {
        u32::try_from(number).ok().filter(|number| *number > 0).map(Self)
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Those of one person. A role they have without a number gets one when somebody first needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Serials {
    pub learner: Option<Serial>,
    pub expert: Option<Serial>,
}

impl Serials {
    pub fn of(self, role: Seat) -> Option<Serial> {
        match role {
            Seat::Learner => self.learner,
            Seat::Expert => self.expert,
        }
    }

    #[must_use]
    pub fn with(self, role: Seat, serial: Serial) -> Self {
        match role {
            Seat::Learner => Self { learner: Some(serial), ..self },
            Seat::Expert => Self { expert: Some(serial), ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_with_one() {
        assert_eq!([-1, 0, i64::from(u32::MAX) + 1].map(Serial::new), [None; 3]);
        assert_eq!(Serial::new(1).map(Serial::get), Some(1));
    }

    #[test]
    fn each_role_has_its_own() {
        let one = Serial::new(1).unwrap_or_else(|| unreachable!());
        let both = Serials::default().with(Seat::Learner, one);
        assert_eq!((both.of(Seat::Learner), both.of(Seat::Expert)), (Some(one), None));
    }
}
