//! Where the times come from that are offered in place of a taken one.

use chrono::TimeDelta;

use super::{Diaries, HORIZON_DAYS, alternatives, offered_instead, offered_within};
use crate::Instant;
use crate::interval::Interval;

/// On which grid a product counts the times it offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// From the start of each window that the rows of the week make together: [`alternatives`].
    Union,
    /// Of each row by itself, in half hours by its own clock: [`offered_instead`].
    Rows,
}

impl Grid {
    /// Up to five free times as long as `wanted`.
    pub fn instead(self, diaries: &Diaries<'_>, wanted: &Interval) -> Vec<Interval> {
        match self {
            Grid::Union => alternatives(diaries, wanted),
            Grid::Rows => offered_instead(diaries, wanted),
        }
    }

    /// The days those times may lie in, which is where the busy steps must be known.
    pub fn window(self, wanted: Interval, now: Instant) -> Option<Interval> {
        match self {
            Grid::Union => Interval::new(now, now + TimeDelta::days(HORIZON_DAYS) + wanted.duration()),
            Grid::Rows => offered_within(&wanted),
        }
    }
}
