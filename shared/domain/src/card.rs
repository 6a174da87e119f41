//! What everybody sees of an expert in a list: one piece, so that a page of them is one range.

use crate::details::{Details, Practice};
use crate::directory::rating;
use crate::ids::UserId;
use crate::ledger::Amount;
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
    pub bio: String,
    pub picture: Option<Picture>,
    pub experience_years: u8,
    /// What an hour costs; `None`: they cannot be booked by the hour.
    pub hourly: Option<Amount>,
    pub sessions_given: u32,
    /// Reviews received as expert.
    pub tally: Tally,
    pub practice: Practice,
    pub linkedin_url: String,
    pub github_url: String,
    pub portfolio_url: String,
    pub presence: Presence,
}

impl Card {
    pub fn of(user: &User, details: &Details, presence: Presence) -> Self {
        let expert = user.expert.as_ref();
        Self {
            id: user.id,
            serial: user.serials.expert,
            name: user.name(),
            bio: user.bio.clone(),
            picture: user.picture.clone(),
            experience_years: expert.map_or(0, |expert| expert.experience_years),
            hourly: expert.and_then(|expert| expert.hourly),
            sessions_given: user.sessions_given,
            tally: user.tally_as_expert,
            practice: details.practice.clone(),
            linkedin_url: details.linkedin_url.clone(),
            github_url: details.github_url.clone(),
            portfolio_url: details.portfolio_url.clone(),
            presence,
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
            is_new: false,
        };
        Card {
            id: UserId::new(1).unwrap_or_else(|| unreachable!()),
            serial: None,
            name: "Ada Lovelace".to_owned(),
            bio: "Sailing".to_owned(),
            picture: None,
            experience_years: 0,
            hourly: None,
            sessions_given: 0,
            tally: Tally::default(),
            practice,
            linkedin_url: String::new(),
            github_url: String::new(),
            portfolio_url: String::new(),
            presence: Presence::default(),
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
