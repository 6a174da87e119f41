//! What learners and experts say of themselves beyond the profile that everybody's card shows: one item per person and
//! role, read only where it is asked for.

use chrono::NaiveDate;

use crate::file::Attachment;
use crate::ledger::Currency;
use crate::lifecycle::Seat;
use crate::{Instant, Sentence};

/// Of one person in one role. What the role does not have stays empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    pub role: Seat,
    pub phone: String,
    pub cv: Option<Paper>,
    /// An expert's.
    pub certificate: Option<Attachment>,
    pub linkedin_url: String,
    pub github_url: String,
    pub portfolio_url: String,
    pub learning: Learning,
    pub practice: Practice,
    /// 0: nothing has been said yet.
    pub version: u64,
}

/// A learner's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learning {
    pub born: Option<NaiveDate>,
    pub college: String,
    pub degree: String,
    pub field_of_study: String,
    pub year_of_study: Option<u8>,
    /// Separated by commas.
    pub skills: String,
    pub interests: String,
    pub bio: String,
    /// The one they would rather be spoken to in.
    pub language: String,
    pub country: String,
    /// `None`: the platform's own.
    pub currency: Option<Currency>,
}

/// An expert's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Practice {
    pub company: String,
    pub designation: String,
    /// Separated by commas.
    pub expertise: String,
    /// Separated by commas.
    pub languages: String,
    /// They say that they have no year of experience, which their profile does not tell from silence.
    pub is_new: bool,
}

/// A curriculum vitae: elsewhere, or among our files.
#[derive(Clone, Debug, PartialEq)]
pub enum Paper {
    Link(String),
    File(Attachment),
}

impl Practice {
    /// What an expert is found by, beside name and bio.
    pub fn known_for(&self) -> String {
        let said = [self.company.as_str(), &self.designation, &self.expertise];
        said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

impl Details {
    /// Nothing said yet.
    pub fn of(role: Seat) -> Self {
        Self {
            role,
            phone: String::new(),
            cv: None,
            certificate: None,
            linkedin_url: String::new(),
            github_url: String::new(),
            portfolio_url: String::new(),
            learning: Learning::default(),
            practice: Practice::default(),
            version: 0,
        }
    }

    /// Whether anything has been said.
    pub fn exist(&self) -> bool {
        self.version > 0
    }
}

/// What stands between the commas of a text, without the blanks around it.
pub fn between_commas(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// Letters of a phone number.
pub const LONGEST_PHONE: usize = 20;

/// A phone number as people write it.
pub fn phone(text: &str) -> Result<String, Sentence> {
    let is_of_a_number = |c: char| c.is_ascii_digit() || " +-()".contains(c);
    match text.chars().all(is_of_a_number) {
        true => Ok(text.to_owned()),
        false => Err("This may have digits, spaces and + - ( ) only."),
    }
}

/// A day somebody may have been born on.
pub fn born(date: NaiveDate, now: Instant) -> Result<NaiveDate, Sentence> {
    const FIRST: Option<NaiveDate> = NaiveDate::from_ymd_opt(1900, 1, 1);
    if FIRST.is_some_and(|first| date < first) {
        return Err("This may not be before 1900.");
    }
    if date >= now.date_naive() { Err("This must lie in the past.") } else { Ok(date) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_has_digits_and_what_stands_between_them() {
        for good in ["", "+91 (80) 4567-8900", "0"] {
            assert_eq!(phone(good).as_deref(), Ok(good));
        }
        for bad in ["x", "1.2", "+91\u{a0}1", "１", "1\n2", "1/2"] {
            assert!(phone(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn one_is_born_in_the_past_and_not_too_long_ago() {
        let now = Instant::default() + chrono::TimeDelta::hours(5);
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        assert!(born(day(1969, 12, 31), now).is_ok() && born(day(1900, 1, 1), now).is_ok());
        assert!(born(day(1970, 1, 1), now).is_err() && born(day(1899, 12, 31), now).is_err());
    }
}
