//! What everybody sees of an expert in a list: one piece, so that a page of them is one range.

use crate::Instant;
use crate::details::{Details, Practice};
use crate::directory::rating;
use crate::expert::Expert;
use crate::ids::UserId;
use crate::ledger::{Amount, Currency};
use crate::person::{Picture, User};
use crate::presence::Presence;
use crate::review::Tally;
use crate::serial::Serial;
use crate::words::{matches, words};

#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    pub id: UserId,
    /// That of the expert, if they have one yet.
    pub serial: Option<Serial>,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub bio: String,
    pub picture: Option<Picture>,
    pub experience_years: u8,
    /// What an hour costs; `None`: they cannot be booked by the hour.
    pub hourly: Option<Amount>,
    /// What a session costs where they name a price for it.
    pub price: Option<Amount>,
    /// See [`Expert::currency_or`].
    pub currency: Option<Currency>,
    pub instant: bool,
    pub is_featured: bool,
    pub sessions_given: u32,
    pub minutes_given: u32,
    pub courses_given: u32,
    /// Reviews received as expert.
    pub tally: Tally,
    pub practice: Practice,
    pub linkedin_url: String,
    pub github_url: String,
    pub portfolio_url: String,
    pub presence: Presence,
    /// When they became an expert, and when anything of it last changed.
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Card {
    pub fn of(user: &User, details: &Details, presence: Presence) -> Self {
        let expert = user.expert.as_ref();
        Self {
            id: user.id,
            serial: user.serials.expert,
            name: user.name(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            bio: user.bio.clone(),
            picture: user.picture.clone(),
            experience_years: expert.map_or(0, |expert| expert.experience_years),
            hourly: expert.and_then(|expert| expert.hourly),
            price: expert.and_then(|expert| expert.price),
            currency: expert.and_then(Expert::asks_in),
            instant: expert.is_some_and(|expert| expert.instant),
            is_featured: expert.is_some_and(|expert| expert.is_featured),
            sessions_given: user.sessions_given,
            minutes_given: user.minutes_given,
            courses_given: user.courses_given,
            tally: user.tally_as_expert,
            practice: details.practice.clone(),
            linkedin_url: details.linkedin_url.clone(),
            github_url: details.github_url.clone(),
            portfolio_url: details.portfolio_url.clone(),
            presence,
            created_at: expert.map_or(user.joined_at, |expert| expert.created_at),
            updated_at: expert.map_or(user.updated_at, |expert| expert.updated_at.max(user.updated_at)),
        }
    }

    /// Whether each of these begins a word of the name or of what they say of their work.
    pub fn answers(&self, wanted: &[String]) -> bool {
        wanted.is_empty() || matches(wanted, &words(&format!("{} {}", self.name, self.practice.known_for())))
    }
}

/// Among all whom everybody may look at, best rated first: by which rating, in hundredths. `None`: not among them.
pub fn place(user: &User) -> Option<u16> {
    user.is_shown_as_expert().then(|| rating(user.tally_as_expert))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::Seat;

    fn card() -> Card {
        let practice = Practice {
            company: "Analytical Engines".to_owned(),
            designation: "Principal".to_owned(),
            expertise: "Rust, looms".to_owned(),
            languages: String::new(),
            is_new: false,
        };
        Card {
            id: UserId::new(1).unwrap_or_else(|| unreachable!()),
            serial: None,
            name: "Ada Lovelace".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            bio: "Sailing".to_owned(),
            picture: None,
            experience_years: 0,
            hourly: None,
            price: None,
            currency: None,
            instant: false,
            is_featured: false,
            sessions_given: 0,
            minutes_given: 0,
            courses_given: 0,
            tally: Tally::default(),
            practice,
            linkedin_url: String::new(),
            github_url: String::new(),
            portfolio_url: String::new(),
            presence: Presence::default(),
            created_at: Instant::default(),
            updated_at: Instant::default(),
        }
    }

    #[test]
    fn every_word_begins_a_word_of_name_company_designation_or_expertise() {
        for found in ["", "ada", "love eng", "RUST princ", "looms Ada"] {
            assert!(card().answers(&words(found)), "{found}");
        }
        for other in ["sailing", "velace", "ada go"] {
            assert!(!card().answers(&words(other)), "{other}");
        }
    }

    #[test]
    fn a_company_does_not_run_into_what_follows() {
        let details = Details { practice: card().practice, ..Details::of(Seat::Expert) };
        assert_eq!(words(&details.practice.known_for()), ["analytical", "engines", "principal", "rust", "looms"]);
    }
}
