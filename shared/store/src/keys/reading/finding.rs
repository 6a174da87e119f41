//! Keys of the indexes of people, read back.

use domain::directory::{BEST_RATING, MOST_YEARS};

use super::{Kind, Named, id, named, part};

pub(super) fn of_finding(rest: &str, sk: &str) -> Option<Named> {
    let (place, person) = sk.rsplit_once('#').map_or((None, sk), |(place, person)| (Some(place), person));
    let person = id("person", person)?;
    let term = |index: &str, word: &str| named(Kind::SearchTerm, [part(index_name(index)?, word), person.clone()]);
    match (rest.split_once('#').map_or((rest, None), |(index, rest)| (index, Some(rest))), place) {
        (("ANYONE", None), Some("")) => named(Kind::SearchTerm, [part("index", "anyone"), person]),
        (("CATEGORY", Some(category)), Some("")) => term("CATEGORY", category),
        ((index @ ("SKILL" | "WORD"), Some(_)), Some(word)) => term(index, word),
        (("PERSON", Some(role)), Some(address)) => {
            named(Kind::RosterEntry, [part("role", role), part("address", address), person])
        }
        (("STANDING", Some(standing)), None) => named(Kind::ExpertOfStanding, [part("standing", standing), person]),
        (("COURSE", Some(index)), Some(word)) if index.starts_with("WORD#") => {
            let (_, course) = sk.rsplit_once('#')?;
            named(Kind::CourseWord, [part("word", word), id("course", course)?])
        }
        (("EXPERT", Some(word_index)), Some(word)) if word_index.starts_with("WORD#") => {
            named(Kind::ExpertWord, [part("word", word), person])
        }
        (("EXPERT", specialty), Some(rank)) => {
            let (rating, years) = (rank.get(..3)?.parse::<u16>().ok()?, rank.get(3..)?.parse::<u8>().ok()?);
            let rating = BEST_RATING.checked_sub(rating)?;
            let place = [
                part("specialty", specialty.unwrap_or("any")),
                ("rating", format!("{}.{:02}", rating / 100, rating % 100)),
                ("years", MOST_YEARS.checked_sub(years)?.to_string()),
                person,
            ];
            named(Kind::ListedExpert, place)
        }
        _ => None,
    }
}

fn index_name(index: &str) -> Option<&'static str> {
    match index {
        "CATEGORY" => Some("category"),
        "SKILL" => Some("skill word"),
        "WORD" => Some("word"),
        _ => None,
    }
}
