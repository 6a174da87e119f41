//! When an expert can be booked: weekly hours and blocked dates in local time, and the free times that come of them.

mod grid;
mod offers;
mod schedule;
mod slots;
mod time_of_day;
mod week;

pub use grid::Grid;
pub use offers::{OFFERED_DAYS, Offer, offered_instead, offered_within, offers};
pub use schedule::{Absence, Block, LONGEST_BLOCK_DAYS, Schedule, WeeklyHours};
pub use slots::{ALTERNATIVES, Diaries, HORIZON_DAYS, alternatives, free_slots};
pub use time_of_day::TimeOfDay;
pub use week::{MOST_ROWS, Week, WeekRefusal};
