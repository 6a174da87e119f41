//! Keys under which people are found: the search index and the directory of experts.

use domain::directory::{BEST_RATING, MOST_YEARS, Place, Rank};
use domain::expert::{Specialty, Standing};
use domain::ids::UserId;
use domain::person::Role;
use domain::search::{Scan, Term};

use super::{Key, id_text, key, person, standing_text};

/// One entry of the search index. Terms that share a first letter share a partition; within it they sort by word.
pub(crate) fn search_entry(term: &Term, user: UserId) -> Key {
    let (pk, sk) = search_place(term);
    key(pk, format!("{sk}#{}", id_text(user.get())))
}

/// The partition of a term, and the beginning of its sort key.
fn search_place(term: &Term) -> (String, String) {
    match term {
        Term::Anyone => ("FIND#ANYONE".to_owned(), String::new()),
        Term::Category(category) => (format!("FIND#CATEGORY#{category}"), String::new()),
        Term::SkillWord(word) => (word_partition("SKILL", word), word.clone()),
        Term::AnyWord(word) => (word_partition("WORD", word), word.clone()),
    }
}

/// The partition a scan reads, and how the sort keys it is after begin.
pub(crate) fn search_range(scan: &Scan) -> (String, &str) {
    match scan {
        Scan::Anyone => (search_place(&Term::Anyone).0, ""),
        Scan::Category(category) => (search_place(&Term::Category(*category)).0, ""),
        Scan::SkillWords(prefix) => (word_partition("SKILL", prefix), prefix),
        Scan::AnyWords(prefix) => (word_partition("WORD", prefix), prefix),
    }
}

pub(super) fn word_partition(kind: &str, word: &str) -> String {
    format!("FIND#{kind}#{}", word.chars().next().unwrap_or('_'))
}

/// One entry of the directory of experts.
pub(crate) fn directory_entry(place: Place, user: UserId) -> Key {
    let id = id_text(user.get());
    match place {
        Place::Listed(rank) => key(directory_partition(None), format!("{}#{id}", rank_text(rank))),
        Place::ListedAs(specialty, rank) => {
            key(directory_partition(Some(specialty)), format!("{}#{id}", rank_text(rank)))
        }
        Place::Of(standing) => key(standing_partition(standing), id),
    }
}

fn directory_partition(specialty: Option<Specialty>) -> String {
    specialty.map_or_else(|| "FIND#EXPERT".to_owned(), |specialty| format!("FIND#EXPERT#{}", specialty.as_str()))
}

/// The best sorts first.
fn rank_text(rank: Rank) -> String {
    format!("{:03}{:02}", BEST_RATING.saturating_sub(rank.rating), MOST_YEARS.saturating_sub(rank.years))
}

/// The partition of a specialty, or of all, and behind which place nobody has this rating any more.
pub(crate) fn directory_range(specialty: Option<Specialty>, least_rating: u16) -> (String, String) {
    (directory_partition(specialty), format!("{:03}~", BEST_RATING.saturating_sub(least_rating)))
}

pub(crate) fn standing_partition(standing: Standing) -> String {
    format!("FIND#STANDING#{}", standing_text(standing))
}

/// Somebody among those of a role, by their address in the one spelling it is compared in.
pub(crate) fn roster_entry(role: Role, address: &str, user: UserId) -> Key {
    key(roster(role), roster_place(address, user))
}

pub(crate) fn roster(role: Role) -> String {
    let role = match role {
        Role::Learner => "learner",
        Role::Expert => "expert",
        Role::Admin => "admin",
    };
    format!("FIND#PERSON#{role}")
}

pub(crate) fn roster_place(address: &str, user: UserId) -> String {
    format!("{address}#{}", id_text(user.get()))
}

/// What everybody sees of an expert, once they may look: by rating in the list [`CARDS`].
pub(crate) fn card(user: UserId) -> Key {
    key(person(user), CARD)
}

pub(crate) const CARD: &str = "CARD";
pub(crate) const CARDS: &str = "CARDS";

/// How many there are in that list.
pub(crate) fn card_count() -> Key {
    key("FIND#CARDS".to_owned(), CARD_COUNT)
}

pub(crate) const CARD_COUNT: &str = "COUNT";

/// Where it stands there: the best first.
pub(crate) fn card_rank(rating: u16, user: UserId) -> String {
    format!("{:03}#{}", BEST_RATING.saturating_sub(rating), id_text(user.get()))
}

/// An expert among those found under a word.
pub(crate) fn directory_word(word: &str, user: UserId) -> Key {
    key(word_partition("EXPERT#WORD", word), format!("{word}#{}", id_text(user.get())))
}

/// Where the words that begin so lie: partition, from, to.
pub(crate) fn directory_words(prefix: &str) -> (String, String, String) {
    (word_partition("EXPERT#WORD", prefix), prefix.to_owned(), format!("{prefix}{LAST}"))
}

/// Behind everything that begins with a prefix.
pub(crate) const LAST: char = '\u{10FFFF}';
