//! Who answers when experts are looked for by their cards, and in which order they stand.

use crate::card::Card;
use crate::caseless::is_same;
use crate::details::between_commas;
use crate::expert::Standing;
use crate::words::{matches, words};

/// What is asked for. Every part that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// Each begins a word of name, skills or bio.
    pub words: Vec<String>,
    pub language: Option<String>,
    pub skill: Option<String>,
    /// Hundredths of whatever they are paid in, for an hour.
    pub least_hourly: Option<u64>,
    pub most_hourly: Option<u64>,
    /// Hundredths.
    pub least_rating: Option<i64>,
    pub instant: Option<bool>,
    pub is_featured: Option<bool>,
    /// One of these; empty: any.
    pub standings: &'static [Standing],
}

/// By what they are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Rating,
    Hourly,
    Reviews,
    Since,
}

impl Order {
    /// Nobody's hour comes before one that is free.
    pub fn of(self, card: &Card) -> i64 {
        match self {
            Order::Rating => i64::from(crate::directory::rating(card.tally)),
            Order::Hourly => card.hourly.map_or(-1, |hourly| i64::try_from(hourly.minor).unwrap_or(i64::MAX)),
            Order::Reviews => i64::from(card.tally.count),
            Order::Since => card.created_at.timestamp_millis(),
        }
    }
}

impl Question {
    /// Whether everybody who may be looked at answers.
    pub fn is_for_all(&self) -> bool {
        *self == Self::default()
    }

    pub fn answered_by(&self, card: &Card, standing: Standing) -> bool {
        let has = |list: &str, wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| between_commas(list).any(|one| is_same(one, wanted.trim())))
        };
        let hourly = card.hourly.map(|hourly| hourly.minor);
        let text = || words(&format!("{} {} {}", card.name, card.practice.expertise, card.bio));
        has(&card.practice.languages, &self.language)
            && has(&card.practice.expertise, &self.skill)
            && self.least_hourly.is_none_or(|least| hourly.is_some_and(|hourly| hourly >= least))
            && self.most_hourly.is_none_or(|most| hourly.is_some_and(|hourly| hourly <= most))
            && self.least_rating.is_none_or(|least| Order::Rating.of(card) >= least)
            && self.instant.is_none_or(|instant| card.instant == instant)
            && self.is_featured.is_none_or(|is_featured| card.is_featured == is_featured)
            && (self.standings.is_empty() || self.standings.contains(&standing))
            && (self.words.is_empty() || matches(&self.words, &text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Instant;
    use crate::details::Practice;
    use crate::ids::UserId;
    use crate::presence::Presence;
    use crate::review::Tally;

    fn card() -> Card {
        let practice = Practice {
            expertise: "Sheet metal, Rust".to_owned(),
            languages: "English, Deutsch".to_owned(),
            ..Practice::default()
        };
        Card {
            id: UserId::new(1).unwrap_or_else(|| unreachable!()),
            serial: None,
            name: "Ada Lovelace".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "Lovelace".to_owned(),
            bio: "I sail.".to_owned(),
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

    fn asks(change: impl FnOnce(&mut Question)) -> bool {
        let mut question = Question::default();
        change(&mut question);
        question.answered_by(&card(), Standing::Approved)
    }

    #[test]
    fn a_skill_and_a_language_are_whole_entries_in_any_case() {
        assert!(asks(|question| question.skill = Some(" sheet METAL ".to_owned())));
        assert!(!asks(|question| question.skill = Some("metal".to_owned())));
        assert!(asks(|question| question.language = Some("deutsch".to_owned())));
        assert!(!asks(|question| question.language = Some("English, Deutsch".to_owned())));
    }

    #[test]
    fn words_begin_words_of_name_skills_or_bio() {
        for (text, is_found) in [("sai ad", true), ("RUS", true), ("etal", false), ("deutsch", false)] {
            assert_eq!(asks(|question| question.words = words(text)), is_found, "{text}");
        }
    }

    #[test]
    fn whoever_names_no_price_is_in_no_range_of_them() {
        assert!(asks(|_| {}));
        assert!(!asks(|question| question.least_hourly = Some(0)));
        assert!(!asks(|question| question.most_hourly = Some(100)));
        assert!(!asks(|question| question.standings = &[Standing::Pending]));
    }
}
