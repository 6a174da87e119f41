//! Finding people: which terms a profile is found under, and whether it answers a query.
//!
//! The store keeps one index item per [`Term`]. The index only proposes: every proposed profile is held against the
//! query again, so an index entry too many never shows a wrong person, and a person found under several words of one
//! query is shown once, under the first of them.

use std::collections::BTreeSet;

use crate::person::{Skill, User};
use crate::words::{matches, words};

/// What a person can be found under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// Everybody who can be found at all.
    Anyone,
    /// Has a skill in this category.
    Category(i64),
    /// A folded word of a skill's name.
    SkillWord(String),
    /// A folded word of a skill's name, the name, the username or the headline.
    AnyWord(String),
}

/// A profile is indexed under this many different words of its own, and each skill under this many of its name. Far
/// above what people write; it bounds what one change of a name costs.
const MOST_WORDS: usize = 20;

/// A word is indexed, and looked for, by its first letters only; the rest is compared with the profile itself.
const LONGEST_WORD: usize = 32;

pub(crate) fn clipped(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

/// What is asked for. Every part that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Every word begins a word of one skill's name.
    pub skill: Vec<String>,
    /// Every word begins a word of the name, username, headline or a skill's name.
    pub anything: Vec<String>,
    /// Has a skill in this category.
    pub category: Option<i64>,
}

/// The terms `user` is found under: none without a skill, or while suspended.
pub fn terms(user: &User) -> BTreeSet<Term> {
    let mut terms = BTreeSet::new();
    if user.skills.is_empty() || user.is_suspended {
        return terms;
    }
    terms.insert(Term::Anyone);
    for skill in &user.skills {
        terms.extend(skill.category.map(|category| Term::Category(category.get())));
        for word in distinct(words(&skill.name)) {
            terms.insert(Term::SkillWord(word.clone()));
            terms.insert(Term::AnyWord(word));
        }
    }
    terms.extend(distinct(own_words(user)).map(Term::AnyWord));
    terms
}

fn distinct(words: Vec<String>) -> impl Iterator<Item = String> {
    words.iter().map(|word| clipped(word)).collect::<BTreeSet<_>>().into_iter().take(MOST_WORDS)
}

fn own_words(user: &User) -> Vec<String> {
    [user.username.as_str(), &user.first_name, &user.last_name, &user.headline].into_iter().flat_map(words).collect()
}

fn all_words(user: &User) -> Vec<String> {
    let skills = user.skills.iter().flat_map(|skill| words(&skill.name));
    own_words(user).into_iter().chain(skills).collect()
}

/// Which index to read: all terms of one kind that begin with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scan {
    Anyone,
    Category(i64),
    SkillWords(String),
    AnyWords(String),
}

impl Query {
    /// The one index range that proposes everybody who can answer this query: the longest word is the rarest.
    pub fn scan(&self) -> Scan {
        let longest = |words: &[String]| words.iter().max_by_key(|word| word.chars().count()).map(|word| clipped(word));
        if let Some(word) = longest(&self.skill) {
            Scan::SkillWords(word)
        } else if let Some(word) = longest(&self.anything) {
            Scan::AnyWords(word)
        } else if let Some(category) = self.category {
            Scan::Category(category)
        } else {
            Scan::Anyone
        }
    }

    /// Whether `user` answers this query.
    pub fn answered_by(&self, user: &User) -> bool {
        let in_category = |skill: &Skill| skill.category.map(|category| category.get()) == self.category;
        !user.skills.is_empty()
            && !user.is_suspended
            && (self.category.is_none() || user.skills.iter().any(in_category))
            && (self.skill.is_empty() || user.skills.iter().any(|skill| matches(&self.skill, &words(&skill.name))))
            && (self.anything.is_empty() || matches(&self.anything, &all_words(user)))
    }

    /// Whether `term` is the first of the terms under which this query's scan meets `user`: the one place they are shown.
    pub fn first_met_at(&self, user: &User, term: &Term) -> bool {
        let scan = self.scan();
        terms(user).iter().find(|candidate| scan.meets(candidate)) == Some(term)
    }
}

impl Scan {
    fn meets(&self, term: &Term) -> bool {
        match (self, term) {
            (Scan::Anyone, Term::Anyone) => true,
            (Scan::Category(wanted), Term::Category(category)) => wanted == category,
            (Scan::SkillWords(prefix), Term::SkillWord(word)) | (Scan::AnyWords(prefix), Term::AnyWord(word)) => {
                word.starts_with(prefix)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(skill: &str) -> Query {
        Query { skill: words(skill), ..Query::default() }
    }

    #[test]
    fn the_longest_word_is_looked_for_and_only_by_its_beginning() {
        assert_eq!(ask("c rust go").scan(), Scan::SkillWords("rust".to_owned()));
        let Scan::SkillWords(word) = ask(&"x".repeat(100)).scan() else { panic!("a word was asked for") };
        assert_eq!(word.len(), LONGEST_WORD);
        // One letter that folds into many must not make a key longer than DynamoDB takes.
        let Scan::SkillWords(word) = ask(&"\u{3316}".repeat(100)).scan() else { panic!("a word was asked for") };
        assert!(word.len() <= 4 * LONGEST_WORD);
    }

    #[test]
    fn without_words_the_category_is_read_and_without_anything_everybody() {
        assert_eq!(Query { category: Some(3), ..Query::default() }.scan(), Scan::Category(3));
        assert_eq!(Query::default().scan(), Scan::Anyone);
    }
}
