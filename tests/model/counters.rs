//! What the whole platform is told by (`tutoring.md` §4.7, `mentorship.md` §4), as the model has it.

use std::collections::{BTreeMap, BTreeSet};

use super::command::Status;
use super::money::{Funds, Said, Unit};
use super::oracle::Model;

/// How much there is of everything that is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    pub(crate) people: i64,
    pub(crate) admins: i64,
    /// Approved ones, as `tutors` and as those that everybody may look at.
    pub(crate) experts: [i64; 2],
    pub(crate) applicants: i64,
    pub(crate) courses: i64,
    pub(crate) published: i64,
    pub(crate) bookings: BTreeMap<(Status, Funds), i64>,
    pub(crate) completed: i64,
    /// In dollars, in rupees.
    pub(crate) revenue: [Revenue; 2],
    pub(crate) withdrawals: i64,
    pub(crate) to_pay_out: [i64; 2],
}

/// In hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revenue {
    pub(crate) gross: i64,
    pub(crate) fees: i64,
    pub(crate) earned: i64,
    pub(crate) refunded: i64,
}

pub(crate) const CURRENCIES: [Unit; 2] = [Unit::Usd, Unit::Inr];

impl Counters {
    /// The word of the lessons for where a booking stands, whoever made it by which rules.
    pub(crate) fn standing((status, funds): (Status, Funds)) -> &'static str {
        match status {
            Status::Pending if funds == Funds::Due => "pending",
            Status::Pending => "paid",
            Status::Confirmed => "confirmed",
            Status::Completed => "completed",
            Status::Refunded => "refunded",
            Status::NoShow if funds == Funds::Captured => "completed",
            Status::NoShow if funds == Funds::Released => "refunded",
            Status::NoShow | Status::Cancelled | Status::Expired | Status::Rescheduled => "cancelled",
        }
    }

    pub(crate) fn by_standing(&self) -> BTreeMap<&'static str, i64> {
        let words = ["pending", "paid", "confirmed", "completed", "cancelled", "refunded"];
        let mut all: BTreeMap<_, _> = words.into_iter().map(|word| (word, 0)).collect();
        for (place, count) in &self.bookings {
            *all.entry(Self::standing(*place)).or_default() += count;
        }
        all
    }
}

impl Model {
    /// The people, and the administrator beside them.
    pub(crate) fn counters(&self) -> Counters {
        let people = count(self.people.len());
        let experts = self.people.iter().filter_map(|person| person.expert).filter(|expert| !expert.is_suspended);
        let experts = count(experts.count());
        let known = &self.courses.courses;
        let mut bookings = BTreeMap::new();
        for booking in &self.bookings {
            *bookings.entry((booking.status, booking.funds)).or_default() += 1;
        }
        let completed = self.bookings.iter().filter(|booking| booking.status == Status::Completed).count();
        let waiting: Vec<_> = self.sessions.to_pay_out().collect();
        Counters {
            people: people + 1,
            admins: 1,
            experts: [experts; 2],
            applicants: 0,
            courses: count(known.iter().filter(|course| !course.is_gone).count()),
            published: count(known.iter().filter(|course| !course.is_gone && course.is_published).count()),
            bookings,
            completed: count(completed),
            revenue: CURRENCIES.map(|of| self.revenue(of)),
            withdrawals: count(waiting.len()),
            to_pay_out: [0, waiting.iter().sum()],
        }
    }

    /// Whatever came counts, and whatever is known to have gone back.
    fn revenue(&self, of: Unit) -> Revenue {
        let (mut gross, mut refunded) = (0, 0);
        for intent in &self.intents {
            let price = self.price_of(intent.target);
            if price.unit == of && matches!(intent.said, Said::Succeeded | Said::Refunded) {
                gross += price.minor;
                refunded += if intent.said == Said::Refunded { price.minor } else { 0 };
            }
        }
        for (at, is_taken) in self.sessions.came() {
            let price = self.bookings[at].price;
            if price.unit == of {
                gross += price.minor;
                refunded += if is_taken { 0 } else { price.minor };
            }
        }
        let earned = self.people.iter().map(|person| person.purses[of as usize].earned).sum();
        Revenue { gross, fees: self.fees[of as usize], earned, refunded }
    }

    /// How many have a number as a student: at least those who were asked for it, at most those who tried to book, too.
    pub(crate) fn numbered_students(&self) -> (i64, i64) {
        let known = |person: &usize| self.people[*person].numbers[0].is_some();
        let known: BTreeSet<usize> = (0..self.people.len()).filter(known).collect();
        let may_be: BTreeSet<usize> = self.sessions.may_be_numbered().chain(known.iter().copied()).collect();
        (count(known.len()), count(may_be.len()))
    }
}

fn count(of: usize) -> i64 {
    i64::try_from(of).expect("few of anything")
}
