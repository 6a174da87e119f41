//! Positions: what is owed over sockets that come and go.

use super::*;
use proptest::prelude::*;

fn at(seconds: i64) -> Instant {
    Instant::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn place(seconds: i64, chance: u16) -> Place {
    Place::new(MessageId::mint(at(seconds), chance).get(), Part::Message)
}

/// What nothing can be added before any more, so many seconds after the beginning.
fn settled(seconds: i64) -> Place {
    Place::settled(at(seconds))
}

#[test]
fn a_socket_is_not_owed_what_was_there_when_it_opened() {
    let carried = Carried::opened(settled(0), [place(-5, 1)]);
    assert!(carried.has(place(-5, 1)) && carried.has(place(-100, 1)));
    assert!(!carried.has(place(-5, 2)) && !carried.has(place(0, 1)));
}

#[test]
fn what_is_committed_late_is_still_owed_after_a_reconnect() {
    let mut first = Carried::opened(settled(0), []);
    first.push(place(10, 2), at(10));
    let cursor = first.position();
    let feed = [place(9, 1), place(10, 2), place(20, 3)];
    let second = Carried::opened(settled(30), feed);
    let owed: Vec<_> = feed.into_iter().filter(|place| second.owes(&cursor, *place)).collect();
    assert_eq!(owed, [place(9, 1), place(20, 3)]);
}

#[test]
fn what_came_over_the_new_socket_before_its_resume_is_not_replayed() {
    let cursor = Carried::opened(settled(0), []).position();
    let mut second = Carried::opened(settled(30), []);
    second.push(place(31, 1), at(31));
    assert!(!second.owes(&cursor, place(31, 1)));
    second.replay(cursor, [], None, at(32));
    assert!(second.has(place(31, 1)));
}

#[test]
fn a_replay_cut_short_stays_owed_whatever_comes_live() {
    let cursor = Carried::opened(settled(0), []).position();
    let mut second = Carried::opened(settled(1_000), []);
    second.replay(cursor, [place(1, 1), place(2, 1)], Some(place(2, 1)), at(1_001));
    second.push(place(1_002, 1), at(1_002));
    let position = second.position();
    assert!(position.has(place(2, 1)) && position.has(place(1_002, 1)) && !position.has(place(3, 1)));
    second.replay(position, [place(3, 1)], None, at(1_003));
    assert!(second.has(place(3, 1)) && second.position().floor() == Place::settled(at(1_003)));
}

#[test]
fn what_comes_while_a_replay_is_awaited_claims_nothing_that_was_missed() {
    let cursor = Carried::opened(settled(0), []).position();
    let mut second = Carried::opened(settled(1_000), [place(995, 1)]);
    second.asked_from = Some(cursor.clone());
    second.push(place(1_001, 1), at(1_001));
    let lost = second.position();
    assert!(lost.has(place(1_001, 1)) && !lost.has(place(995, 1)) && !lost.has(place(500, 1)));
}

#[test]
fn the_same_cursor_again_on_the_same_socket_brings_nothing_again() {
    let cursor = Carried::opened(settled(0), []).position();
    let mut second = Carried::opened(settled(1_000), []);
    second.replay(cursor.clone(), [place(100, 1), place(999, 1)], None, at(1_001));
    let frames = [place(100, 1), place(999, 1)];
    assert!(frames.into_iter().all(|place| !second.owes(&cursor, place)));
    assert!(second.owes(&cursor, place(1_002, 1)));
    assert!(second.owes_behind(&cursor) >= place(100, 1));
}

#[test]
fn a_flood_while_behind_is_left_to_the_replay_and_claims_nothing_of_the_gap() {
    let cursor = Carried::opened(settled(0), []).position();
    let mut second = Carried::opened(settled(1_000), []);
    second.replay(cursor, [place(1, 1)], Some(place(1, 1)), at(1_001));
    let mut left = Vec::new();
    for number in 0..2_048 {
        for place in [place(1_002, number), place(1_003, number)] {
            if second.has_room() {
                second.push(place, at(1_003));
            } else {
                left.push(place);
            }
        }
    }
    let position = second.position();
    assert!(position.above().len() <= MOST_ABOVE && !position.has(place(2, 1)));
    assert!(left.len() >= 2_048 && left.iter().all(|place| second.owes(&position, *place)));
}

#[test]
fn a_flood_settles_sooner_rather_than_growing() {
    let mut carried = Carried::opened(settled(0), []);
    for number in 0..2_500 {
        carried.push(place(1, number % 2_048), at(1));
        carried.push(place(2, number % 2_048), at(2));
    }
    assert!(carried.position().above().len() <= MOST_ABOVE && carried.has_room());
}

#[test]
fn who_opens_a_socket_in_a_flood_has_a_position_that_can_be_carried_about() {
    let held: Vec<_> = (0..2_048).flat_map(|number| [place(1, number), place(2, number)]).collect();
    let carried = Carried::opened(settled(3), held.iter().copied());
    assert!(carried.position().above().len() <= MOST_ABOVE && carried.has_room());
    assert!(held.into_iter().all(|place| carried.has(place)) && !carried.has(place(3, 1)));
}

#[test]
fn a_page_without_a_frame_for_this_socket_is_not_looked_through_again() {
    let cursor = Carried::opened(settled(0), []).position();
    let mut carried = Carried::opened(settled(30), []);
    carried.replay(cursor, [], Some(place(20, 1)), at(31));
    assert_eq!(carried.owes_behind(&carried.position()), place(20, 1));
}

#[test]
fn the_cursor_of_every_frame_of_a_replay_fits_into_a_frame() {
    let mut position = Carried::opened(settled(0), []).position();
    for seconds in 0..60 {
        for number in 0..100 {
            position.replayed(place(seconds, number * 20));
            assert!(position.above().len() <= MOST_ABOVE && position.has(place(seconds, number * 20)));
        }
    }
    assert!(position.to_text().len() < 20_000, "{}", position.to_text().len());
    assert!(!position.has(place(59, 1_999)));
}

proptest! {
    #[test]
    fn a_position_reads_back_from_its_text(
        floor in 0i64..=LARGEST, above in proptest::collection::btree_set(0i64..=LARGEST << 1, 0..40),
    ) {
        let above = above.into_iter().filter_map(Place::from_number);
        let position = Position::new(Place::new(floor, Part::Notice), above);
        prop_assert_eq!(Position::from_text(&position.to_text()), Some(position));
    }

    #[test]
    fn places_read_back_from_their_bytes(places in proptest::collection::btree_set(0i64..=LARGEST << 1, 0..40)) {
        let places: BTreeSet<_> = places.into_iter().filter_map(Place::from_number).collect();
        prop_assert_eq!(places_from_bytes(&places_to_bytes(&places)), Some(places));
    }

    #[test]
    fn no_bytes_make_places_panic(bytes in proptest::collection::vec(0u8..=255, 0..60)) {
        places_from_bytes(&bytes);
    }

    #[test]
    fn no_text_makes_a_position_panic(text in "[0-9a-f.+-]{0,60}") {
        let _ = Position::from_text(&text);
    }

    /// Frames come out in commit order, connections break anywhere, cursors come back: nothing is missed, nothing
    /// comes twice.
    #[test]
    fn over_any_number_of_reconnects_a_client_gets_every_frame_once(
        entries in proptest::collection::vec((0i64..600, 0u16..2_048, 0i64..50), 1..80),
        breaks in proptest::collection::vec((0usize..80, 0usize..6), 0..12),
        page in 1usize..7,
    ) {
        // (minted, place) by the moment of their commit.
        let mut commits: Vec<_> =
            entries.into_iter().map(|(minted, chance, lag)| (minted + lag, minted, place(minted, chance))).collect();
        commits.sort();
        commits.dedup_by_key(|(_, _, place)| *place);
        let mut unique = BTreeSet::new();
        commits.retain(|(_, _, place)| unique.insert(*place));

        let mut got: Vec<Place> = Vec::new();
        let mut carried = Carried::opened(settled(-1), []);
        let mut cursor = carried.position();
        for (number, (commit, minted, place)) in commits.iter().enumerate() {
            let broken = breaks.iter().find(|(when, _)| *when == number).map(|(_, lost)| *lost);
            if let Some(lost) = broken {
                // The last frames never arrived: the client is where it was before them, and connects anew.
                let kept = got.len() - lost.min(got.len());
                let mut replaying = true;
                if lost > 0 {
                    cursor = rebuilt(&commits[..number], &got[..kept]);
                    got.truncate(kept);
                }
                let feed: BTreeSet<_> = commits[..number].iter().map(|(_, _, place)| *place).collect();
                carried = Carried::opened(settled(*commit), feed.iter().copied());
                while replaying {
                    let from = carried.owes_behind(&cursor);
                    let owed: Vec<_> =
                        feed.range(from..).copied().filter(|place| carried.owes(&cursor, *place)).collect();
                    let page: Vec<_> = owed.iter().take(page).copied().collect();
                    let through = (owed.len() > page.len()).then(|| page[page.len() - 1]);
                    got.extend(&page);
                    carried.replay(cursor.clone(), page, through, at(*commit));
                    cursor = carried.position();
                    replaying = through.is_some();
                }
            }
            if !carried.has(*place) {
                carried.push(*place, at(*minted));
                got.push(*place);
                cursor = carried.position();
            }
        }
        let distinct: BTreeSet<_> = got.iter().copied().collect();
        prop_assert_eq!(distinct.len(), got.len(), "a frame came twice");
        prop_assert_eq!(distinct.len(), commits.len(), "a frame is missing");
    }
}

/// The cursor of a client that has exactly `got`, as the frame last received bore it.
fn rebuilt(commits: &[(i64, i64, Place)], got: &[Place]) -> Position {
    let mut carried = Carried::opened(settled(-1), []);
    for (_, minted, place) in commits.iter().filter(|(_, _, place)| got.contains(place)) {
        carried.push(*place, at(*minted));
    }
    carried.position()
}

/// As much as two people may write each other in a minute is less than an item is charged by, whatever else it says.
#[test]
fn the_frames_of_a_minute_fit_into_half_a_kilobyte() {
    let own = (0..60).map(|second| Place::new(place(second, 500).id(), Part::Message));
    let got =
        (0..60).flat_map(|second| [Part::Message, Part::Notice].map(|part| Place::new(place(second, 900).id(), part)));
    let places: BTreeSet<_> = own.chain(got).collect();
    assert_eq!(places.len(), 180);
    assert!(places_to_bytes(&places).len() <= 512, "{}", places_to_bytes(&places).len());
}
