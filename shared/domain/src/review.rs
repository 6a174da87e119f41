//! Reviews, and the tally they add up to.

use crate::Instant;
use crate::ids::{BookingId, ReviewId, UserId};
use crate::serial::Serial;

/// What one party of a completed booking says about the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub id: ReviewId,
    pub booking: BookingId,
    pub reviewer: UserId,
    pub reviewer_name: String,
    /// The number they are known by as a learner or expert, if they had one when the booking was made.
    pub reviewer_serial: Option<Serial>,
    pub reviewee: UserId,
    pub reviewee_name: String,
    /// 1..=5
    pub rating: u8,
    pub text: String,
    /// Whether it is about the expert of the booking.
    pub as_expert: bool,
    /// Only its writer sees whose it is.
    pub is_anonymous: bool,
    /// An administrator has taken it out of sight; then it counts for nothing.
    pub is_hidden: bool,
    pub created_at: Instant,
    /// When it was last hidden or shown again.
    pub updated_at: Instant,
}

impl Review {
    /// The same out of sight, or in sight again; `None` where it is so already.
    pub fn hide(&self, is_hidden: bool, now: Instant) -> Option<Self> {
        (self.is_hidden != is_hidden).then(|| Self { is_hidden, updated_at: now, ..self.clone() })
    }

    /// Whether somebody may see it: a hidden one is for who wrote it.
    pub fn is_shown_to(&self, viewer: Option<UserId>) -> bool {
        !self.is_hidden || viewer == Some(self.reviewer)
    }
}

/// The reviews a person received, as a count and a sum: two numbers the store can add to without reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub count: u32,
    pub sum: u32,
}

impl Tally {
    /// One review more.
    pub fn add(&mut self, rating: u8) {
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(rating.into());
    }

    /// One less.
    pub fn remove(&mut self, rating: u8) {
        self.count = self.count.saturating_sub(1);
        self.sum = self.sum.saturating_sub(rating.into());
    }

    /// The mean in hundredths, half up; `None` without reviews.
    pub fn mean_hundredths(self) -> Option<u32> {
        let count = u64::from(self.count);
        let mean = (u64::from(self.sum) * 200 + count).checked_div(2 * count)?;
        u32::try_from(mean).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_rounded_half_up_to_two_decimals() {
        let mean = |count, sum| Tally { count, sum }.mean_hundredths();
        assert_eq!(mean(0, 0), None);
        assert_eq!(mean(1, 5), Some(500));
        assert_eq!(mean(3, 14), Some(467));
        assert_eq!(mean(3, 13), Some(433));
        assert_eq!(mean(8, 33), Some(413)); // 4.125
    }

    #[test]
    fn what_is_added_and_removed_leaves_the_tally_as_it_was() {
        let mut tally = Tally { count: 2, sum: 9 };
        tally.add(1);
        assert_eq!(tally, Tally { count: 3, sum: 10 });
        tally.remove(1);
        assert_eq!(tally, Tally { count: 2, sum: 9 });
    }
}
