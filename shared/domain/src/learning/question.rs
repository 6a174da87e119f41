//! Finding courses: what is asked for, and under which words a course is found.
//!
//! As in [`crate::directory`] an entry of a word only proposes: where few are proposed they are held against the question
//! again.

use std::collections::{BTreeSet, HashSet};

use super::{Category, Course, CourseEntry};
use crate::ids::UserId;
use crate::search::clipped;
use crate::words::{fold, matches, words};

/// What is asked for. Every part that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    pub owner: Option<UserId>,
    pub category: Option<Category>,
    /// Hundredths of whatever currency.
    pub least: Option<u64>,
    pub most: Option<u64>,
    /// Each begins a word of title or description.
    pub words: Vec<String>,
}

impl Question {
    /// Whether the entry answers it, but for its words.
    pub fn keeps(&self, entry: &CourseEntry) -> bool {
        self.owner.is_none_or(|owner| entry.owner == owner)
            && self.category.is_none_or(|category| entry.category == category)
            && self.least.is_none_or(|least| entry.minor >= least)
            && self.most.is_none_or(|most| entry.minor <= most)
    }

    pub fn answered_by(&self, course: &Course) -> bool {
        self.keeps(&course.entry()) && (self.words.is_empty() || matches(&self.words, &all_words(course)))
    }

    /// Whether everything answers it.
    pub fn asks_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn all_words(course: &Course) -> Vec<String> {
    [&course.details.title, &course.details.description].into_iter().flat_map(|text| words(text)).collect()
}

/// A course is found under the first so many different words of title and description, in this order.
const MOST_WORDS: usize = 1000;

/// The words under which a course is found: none for a draft.
pub fn indexed_words(course: &Course) -> BTreeSet<String> {
    if !course.details.is_published {
        return BTreeSet::new();
    }
    let mut seen = HashSet::new();
    let all = all_words(course).into_iter().map(|word| clipped(&word));
    all.filter(|word| seen.insert(word.clone())).take(MOST_WORDS).collect()
}

/// By its first letters without regard to case and accents a title stands in its order.
const KEY_LETTERS: usize = 64;

pub fn title_key(title: &str) -> String {
    fold(title).chars().take(KEY_LETTERS).collect()
}
