//! Dated openings of an expert: what can be booked whatever their weekly hours (`tutoring.md` §3.2).

use chrono::TimeDelta;

use crate::facade::Rules;
use crate::ids::SlotId;
use crate::interval::Interval;
use crate::{Instant, Sentence};

/// An expert has at most so many that are not over.
pub const MOST: usize = 3_000;

/// Those that are over are kept for so long, while there is room.
pub const KEPT: TimeDelta = TimeDelta::days(366);

/// One opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub id: SlotId,
    /// Minted anew with its times, so that whoever decided on other times is noticed. At first its id.
    pub mark: SlotId,
    pub interval: Interval,
}

/// Which opening a booking was made of, as it was then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub id: SlotId,
    pub mark: SlotId,
}

impl Slot {
    pub fn new(id: SlotId, interval: Interval) -> Self {
        Self { id, mark: id, interval }
    }

    pub fn created_at(&self) -> Instant {
        self.id.minted_at()
    }

    pub fn updated_at(&self) -> Instant {
        self.mark.minted_at()
    }

    pub fn taken(&self) -> Taken {
        Taken { id: self.id, mark: self.mark }
    }
}

/// What openings say no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("You have another slot at this time.")]
    Overlap,
    #[error("Something is booked at this time.")]
    Booked,
    #[error("An expert has at most 3000 slots ahead.")]
    TooMany,
    #[error("There is no such slot.")]
    Unknown,
    #[error("This slot is past.")]
    Past,
    #[error("This slot is not as long as the booking.")]
    OtherLength,
    #[error("There is no price for this slot.")]
    NoPrice,
}

/// All openings of one expert, by start; no two overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slots(Vec<Slot>);

impl Slots {
    /// As they were stored.
    pub fn of(slots: Vec<Slot>) -> Self {
        Self(slots)
    }

    pub fn all(&self) -> &[Slot] {
        &self.0
    }

    pub fn find(&self, id: SlotId) -> Option<&Slot> {
        self.0.iter().find(|slot| slot.id == id)
    }

    /// With one more, or with other times for the one that has its id.
    pub fn with(&self, slot: Slot, now: Instant) -> Result<Self, Refusal> {
        let mut slots: Vec<_> = self.0.iter().filter(|other| other.id != slot.id).copied().collect();
        if slots.iter().any(|other| other.interval.overlaps(&slot.interval)) {
            return Err(Refusal::Overlap);
        }
        slots.retain(|other| other.interval.end() + KEPT > now);
        while slots.len() >= MOST {
            // By start: the first is the longest over, if it is over at all.
            if slots[0].interval.end() > now {
                return Err(Refusal::TooMany);
            }
            slots.remove(0);
        }
        let place = slots.partition_point(|other| other.interval < slot.interval);
        slots.insert(place, slot);
        Ok(Self(slots))
    }

    pub fn without(&self, id: SlotId) -> Self {
        Self(self.0.iter().filter(|slot| slot.id != id).copied().collect())
    }
}

/// Times somebody announces at `now`: on the marks, as long as a booking may be, and near enough.
///
/// # Errors
/// The time that is to blame, as it is called there, and a sentence.
pub fn announced(
    rules: &Rules,
    (start, end): (Instant, Instant),
    now: Instant,
) -> Result<Interval, (&'static str, Sentence)> {
    const START: &str = "start_time";
    const END: &str = "end_time";
    rules.length.is_on_a_mark(start).map_err(|sentence| (START, sentence))?;
    rules.length.is_on_a_mark(end).map_err(|sentence| (END, sentence))?;
    if start <= now {
        return Err((START, "This must be in the future."));
    }
    if !rules.is_near_enough(start, now) {
        return Err((START, "This must be within a year."));
    }
    let interval = Interval::new(start, end).ok_or((END, "This must be after the start."))?;
    if interval.minutes() < rules.length.shortest.into() {
        return Err((END, "A slot lasts at least 15 minutes."));
    }
    if interval.minutes() > rules.length.longest.into() {
        return Err((END, "A slot lasts at most 8 hours."));
    }
    Ok(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::days(20_500) + TimeDelta::minutes(minutes)
    }

    fn slot(id: i64, start: i64, end: i64) -> Slot {
        let interval = Interval::new(at(start), at(end)).unwrap_or_else(|| unreachable!());
        Slot::new(SlotId::new(id).unwrap_or_else(|| unreachable!()), interval)
    }

    fn ids(slots: &Slots) -> Vec<i64> {
        slots.all().iter().map(|slot| slot.id.get()).collect()
    }

    #[test]
    fn slots_stand_by_start_and_touch_but_do_not_overlap() {
        let slots = Slots::default().with(slot(1, 60, 120), at(0)).and_then(|slots| slots.with(slot(2, 0, 60), at(0)));
        let slots = slots.unwrap_or_default();
        assert_eq!(ids(&slots), [2, 1]);
        assert_eq!(slots.with(slot(3, 30, 61), at(0)), Err(Refusal::Overlap));
        // With other times one does not stand in its own way.
        let moved = slots.with(slot(1, 90, 150), at(0)).unwrap_or_default();
        assert_eq!(ids(&moved), [2, 1]);
        assert_eq!(ids(&moved.without(SlotId::new(2).unwrap_or_else(|| unreachable!()))), [1]);
    }

    #[test]
    fn what_is_over_makes_room_and_what_is_ahead_does_not() {
        let most = i64::try_from(MOST).unwrap_or_default();
        let full = Slots::of((0..most).map(|n| slot(n + 1, n * 15, n * 15 + 15)).collect());
        let more = slot(most + 1, most * 15, most * 15 + 15);
        assert_eq!(full.with(more, at(14)), Err(Refusal::TooMany));
        assert_eq!(full.with(more, at(15)).map(|slots| ids(&slots)[0]), Ok(2));
        // Much later what was over long ago is gone in any case.
        let later = slot(most + 1, 400 * 24 * 60, 400 * 24 * 60 + 60);
        assert_eq!(full.with(later, at(400 * 24 * 60 - 1)).map(|slots| slots.all().len()), Ok(1));
    }

    #[test]
    fn a_slot_lasts_from_a_quarter_of_an_hour_to_eight_hours_within_a_year() {
        let rules = &crate::facade::tutoring::RULES;
        let blamed = |start: i64, end: i64| announced(rules, (at(start), at(end)), at(0)).err().map(|(field, _)| field);
        for (start, end) in [(5, 20), (5, 485), (365 * 24 * 60, 365 * 24 * 60 + 60)] {
            assert_eq!(blamed(start, end), None, "{start}");
        }
        for (start, end) in [(0, 60), (-5, 60), (6, 66), (365 * 24 * 60 + 5, 365 * 24 * 60 + 65)] {
            assert_eq!(blamed(start, end), Some("start_time"), "{start}");
        }
        for (start, end) in [(5, 5), (10, 5), (5, 15), (5, 490), (5, 21)] {
            assert_eq!(blamed(start, end), Some("end_time"), "{end}");
        }
    }
}
