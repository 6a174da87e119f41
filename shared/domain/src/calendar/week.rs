//! A whole schedule at once (`consultations.md` §4).

use super::WeeklyHours;
use crate::Sentence;
use crate::quanta;
use crate::zone::Zone;

/// At most this many rows of weekly hours, and at most this many skills.
pub const MOST_ROWS: usize = 50;

/// Rows that can stand together: on 5-minute marks, each ending after its start, none overlapping another of the same day
/// and zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week(Vec<WeeklyHours>);

/// What is wrong with which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeekRefusal {
    TooMany,
    Row { index: usize, field: &'static str, sentence: Sentence },
}

const NO_MARK: Sentence = "This must lie on a 5-minute mark, such as 09:05.";
const BACKWARDS: Sentence = "The end must be after the start.";
const OVERLAP: Sentence = "This row overlaps another one of the same day and zone.";

impl Week {
    /// A row without a zone of its own gets `default`.
    ///
    /// # Errors
    /// Everything that is wrong, row by row.
    pub fn new(mut rows: Vec<WeeklyHours>, default: &Zone) -> Result<Self, Vec<WeekRefusal>> {
        if rows.len() > MOST_ROWS {
            return Err(vec![WeekRefusal::TooMany]);
        }
        for row in &mut rows {
            row.zone.get_or_insert_with(|| default.clone());
        }
        let mut refusals = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let (start, end) = (row.start.seconds(), row.end.seconds());
            let mut refuse = |field, sentence| refusals.push(WeekRefusal::Row { index, field, sentence });
            let off_mark = |seconds: u32| i64::from(seconds) % quanta::SECONDS != 0;
            if off_mark(start) {
                refuse("start_time", NO_MARK);
            }
            if off_mark(end) {
                refuse("end_time", NO_MARK);
            }
            if end <= start {
                refuse("end_time", BACKWARDS);
            }
            if rows[..index].iter().any(|other| overlap(row, other)) {
                refuse("start_time", OVERLAP);
            }
        }
        if refusals.is_empty() { Ok(Self(rows)) } else { Err(refusals) }
    }

    pub(crate) fn into_rows(self) -> Vec<WeeklyHours> {
        self.0
    }
}

fn overlap(one: &WeeklyHours, other: &WeeklyHours) -> bool {
    one.day == other.day && one.zone == other.zone && one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::TimeOfDay;

    fn row(day: u8, start: &str, end: &str, zone: &str) -> WeeklyHours {
        let (start, end) = (TimeOfDay::parse_start(start).unwrap(), TimeOfDay::parse_end(end).unwrap());
        WeeklyHours { day, start, end, zone: Zone::parse(zone).ok(), open: true }
    }

    /// Rows and fields that were refused.
    fn refused(rows: &[WeeklyHours]) -> Vec<(usize, &'static str)> {
        let refusals = Week::new(rows.to_vec(), &Zone::utc()).err().unwrap_or_default();
        let place = |refusal: &WeekRefusal| match refusal {
            WeekRefusal::Row { index, field, .. } => (*index, *field),
            WeekRefusal::TooMany => (MOST_ROWS, ""),
        };
        refusals.iter().map(place).collect()
    }

    #[test]
    fn rows_may_touch_and_overlap_only_on_other_days_or_in_other_zones() {
        let day = row(0, "09:00", "12:00", "UTC");
        assert_eq!(refused(&[day.clone(), row(0, "12:00", "24:00", "UTC"), row(0, "08:55", "09:00", "UTC")]), []);
        assert_eq!(refused(&[day.clone(), row(1, "10:00", "11:00", "UTC")]), []);
        assert_eq!(refused(&[day.clone(), row(0, "10:00", "11:00", "Asia/Kolkata")]), []);
        assert_eq!(refused(&[day.clone(), row(0, "11:55", "13:00", "UTC")]), [(1, "start_time")]);
        assert_eq!(refused(&[day.clone(), day.clone()]), [(1, "start_time")]);
        // What has no zone of its own is read in the account's.
        assert_eq!(refused(&[day, row(0, "10:00", "11:00", "")]), [(1, "start_time")]);
    }

    #[test]
    fn what_is_wrong_is_said_of_every_row() {
        let rows = [
            row(0, "09:01", "12:00", "UTC"),
            row(1, "09:00", "12:00:01", "UTC"),
            row(2, "12:00", "12:00", "UTC"),
            row(3, "09:00", "24:00", "UTC"),
        ];
        assert_eq!(refused(&rows), [(0, "start_time"), (1, "end_time"), (2, "end_time")]);
    }

    #[test]
    fn a_week_has_at_most_fifty_rows() {
        let rows: Vec<_> =
            (0..51).map(|n| row((n % 7) as u8, "09:00", "10:00", ["UTC", "Europe/Paris"][n % 2])).collect();
        assert_eq!(refused(&rows), [(MOST_ROWS, "")]);
    }
}
