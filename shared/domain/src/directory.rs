//! The directory of experts: under what an expert stands in it, in which order, and who answers a question.
//!
//! As in [`crate::search`] an entry only proposes: whoever is proposed is held against the question again.

use std::collections::{BTreeSet, HashSet};

use crate::expert::{Specialty, Standing};
use crate::person::User;
use crate::review::Tally;
use crate::search::clipped;
use crate::words::{matches, words};

/// Where an expert stands among others: rating, then experience, both high to low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Hundredths, 0..=500; 0 without reviews.
    pub rating: u16,
    /// 0..=80
    pub years: u8,
}

/// The best a rating can be, in hundredths.
pub const BEST_RATING: u16 = 500;

/// The most years of experience.
pub const MOST_YEARS: u8 = 80;

/// One entry of the directory. There are few of them, so all change with the profile, in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Among all who can be booked, best first.
    Listed(Rank),
    /// Among those of one specialty.
    ListedAs(Specialty, Rank),
    /// Among all of one standing.
    Of(Standing),
}

/// An expert is found under the first so many different words of name, specialty, what they say of their work, and bio,
/// in this order: as many as the longest bio usually has.
pub const MOST_WORDS: usize = 1000;

/// What is asked for. Every part that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    pub specialty: Option<Specialty>,
    /// Hundredths.
    pub least_rating: u16,
    /// Each begins a word of name, specialty or bio.
    pub words: Vec<String>,
}

/// The mean of these reviews in hundredths, 0 without any.
pub fn rating(tally: Tally) -> u16 {
    let mean = tally.mean_hundredths().and_then(|mean| u16::try_from(mean).ok());
    mean.unwrap_or(0).min(BEST_RATING)
}

pub fn rank(user: &User) -> Rank {
    let years = user.expert.as_ref().map_or(0, |expert| expert.experience_years);
    Rank { rating: rating(user.tally_as_expert), years: years.min(MOST_YEARS) }
}

/// Where `user` stands in the directory; nowhere without an expert's side.
pub fn places(user: &User) -> BTreeSet<Place> {
    let Some(expert) = &user.expert else { return BTreeSet::new() };
    let mut places = BTreeSet::from([Place::Of(expert.standing)]);
    if user.is_listed() {
        places.insert(Place::Listed(rank(user)));
        places.insert(Place::ListedAs(expert.specialty, rank(user)));
    }
    places
}

/// The words under which `user` is found. They stay through a suspension or a pause, so that neither moves them all.
pub fn indexed_words(user: &User) -> BTreeSet<String> {
    if !matches!(user.standing(), Some(Standing::Approved | Standing::Suspended)) {
        return BTreeSet::new();
    }
    let mut seen = HashSet::new();
    let (name, (specialty, known_for)) = (user.name(), of_expert(user));
    let all = [name.as_str(), specialty, known_for, &user.bio].into_iter().flat_map(words);
    let distinct = all.map(|word| clipped(&word)).filter(|word| seen.insert(word.clone()));
    distinct.take(MOST_WORDS).collect()
}

fn of_expert(user: &User) -> (&str, &str) {
    user.expert.as_ref().map_or(("", ""), |expert| (expert.specialty.as_str(), expert.known_for.as_str()))
}

fn all_words(user: &User) -> Vec<String> {
    [user.name().as_str(), of_expert(user).0, &user.bio].into_iter().flat_map(words).collect()
}

/// The words to look up, rarest first as far as one can tell: the longest. One that begins another says nothing new.
pub fn lookups(words: &[String]) -> Vec<String> {
    let mut lookups: Vec<String> = words.iter().map(|word| clipped(word)).collect();
    lookups.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let mut kept: Vec<String> = Vec::new();
    for word in lookups {
        if !kept.iter().any(|longer| longer.starts_with(&word)) {
            kept.push(word);
        }
    }
    kept
}

impl Question {
    /// Whether `user` is listed and answers this question.
    pub fn answered_by(&self, user: &User) -> bool {
        let is_of = |specialty| user.expert.as_ref().is_some_and(|expert| expert.specialty == specialty);
        user.is_listed()
            && self.specialty.is_none_or(is_of)
            && rank(user).rating >= self.least_rating
            && (self.words.is_empty() || matches(&self.words, &all_words(user)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_is_looked_up_first_and_no_beginning_of_another() {
        assert_eq!(lookups(&words("car career coach co")), ["career", "coach"]);
        assert_eq!(lookups(&words("aa bb aa")), ["aa", "bb"]);
        assert!(lookups(&words(" ?! ")).is_empty());
    }

    #[test]
    fn ranks_compare_by_rating_then_experience() {
        let rank = |rating, years| Rank { rating, years };
        assert!(rank(450, 1) > rank(449, 80) && rank(450, 2) > rank(450, 1));
    }
}
