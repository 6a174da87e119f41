//! What must hold at every moment, and what in the end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use store::Kind;
use tests::community::{counts_hold, stored};

use super::board::Board;

/// After so many requests everything is looked at.
pub(crate) const EVERY: u64 = 40;

fn kind(item: &Json) -> Option<Kind> {
    let key = ["pk", "sk"].map(|part| item[part]["S"].as_str().unwrap_or_default().to_owned());
    store::key_in_words(&key[0], &key[1]).map(|named| named.kind)
}

/// Money, credits, holds and calendars; what waits; what is counted.
pub(crate) async fn always(board: &Board) {
    board.world.is_sound().await;
}

/// As often as they may.
pub(crate) fn mails_came_once(board: &Board) {
    // "Claimed, dispatched, noted": who dies in between leaves it to one other.
    let scheduler = &board.scheduler;
    let most = if scheduler.deaths() > 0 && scheduler.struck("delivery") > 0 { 2 } else { 1 };
    for (id, count) in mails(board) {
        assert!(count <= most, "the mail {id} went out {count} times");
    }
}

fn mails(board: &Board) -> BTreeMap<String, usize> {
    let mut mails = BTreeMap::new();
    for letter in board.world.mails() {
        *mails.entry(format!("{} to {}", letter.header("Message-ID"), letter.to)).or_default() += 1;
    }
    mails
}

/// Once everything has settled.
pub(crate) async fn at_the_end(board: &Board) {
    let items = board.world.table.items();
    each_text_was_made_once(board, &items);
    what_is_unread_is_counted(&items);
    credits_were_bought_once(board, &items);
    every_mail_is_out(board, &items);
    nobody_was_reminded_twice(&items);
    what_is_liked_and_who_comes_is_counted(board).await;
}

/// Of one moment of one booking, as it was then.
fn nobody_was_reminded_twice(items: &[Json]) {
    let mut reminded = BTreeSet::new();
    for notice in items.iter().filter(|item| kind(item) == Some(Kind::Notice) && item["state"]["S"] == "reminder") {
        let what = ["user", "related", "sequence"].map(|name| number(&notice[name]));
        assert!(reminded.insert((what, notice["title"].to_string())), "reminded twice: {notice}");
    }
}

async fn what_is_liked_and_who_comes_is_counted(board: &Board) {
    let reader = board.people[2].logs_in().await;
    for post in board.known(|known| known.posts.clone()) {
        counts_hold(&reader, post).await;
    }
    let event = reader.get(&format!("/api/events/{}/", board.event)).await.is(200);
    let coming = stored(&board.world, Kind::Coming, ("gathering", board.event));
    assert_eq!(event["rsvp_count"].as_u64(), Some(coming as u64), "{event}");
}

fn each_text_was_made_once(board: &Board, items: &[Json]) {
    let made = items
        .iter()
        .filter(|item| matches!(kind(item), Some(Kind::Booking | Kind::Message | Kind::Post | Kind::Comment)));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for item in made {
        let text = ["title", "content", "text"].into_iter().find_map(|name| item[name]["S"].as_str());
        *counts.entry(text.unwrap_or_default()).or_default() += 1;
    }
    board.known(|known| {
        for (text, is_known) in &known.texts {
            let count = counts.get(text.as_str()).copied().unwrap_or_default();
            let fits = if *is_known { count == 1 } else { count <= 1 };
            assert!(fits, "{text} was made {count} times; its maker knows: {is_known}");
        }
    });
}

/// What a message says: whose it is of the two, its id, and whether it was read alone.
fn message(item: &Json) -> Option<(&str, bool, i64, bool)> {
    let key = ["pk", "sk"].map(|part| item[part]["S"].as_str().unwrap_or_default());
    let named = store::key_in_words(key[0], key[1]).filter(|named| named.kind == Kind::Message)?;
    let id = named.of.iter().find(|part| part.0 == "message")?.1.parse().ok()?;
    Some((key[0], item["by_low"]["BOOL"] == true, id, item["read_at"].is_object()))
}

fn what_is_unread_is_counted(items: &[Json]) {
    let messages: Vec<_> = items.iter().filter_map(message).collect();
    for conversation in items.iter().filter(|item| kind(item) == Some(Kind::Conversation)) {
        for (is_low, unread, read) in [(true, "low_unread", "low_read"), (false, "high_unread", "high_read")] {
            let through = number(&conversation[read]);
            let is_unread = |(pair, by_low, id, is_read): &&(&str, bool, i64, bool)| {
                conversation["pk"]["S"] == *pair && *by_low != is_low && *id > through && !is_read
            };
            let expected = messages.iter().filter(is_unread).count() as i64;
            assert_eq!(number(&conversation[unread]), expected, "unread of {conversation} and {messages:?}");
        }
    }
}

fn number(value: &Json) -> i64 {
    value["N"].as_str().and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

fn credits_were_bought_once(board: &Board, items: &[Json]) {
    let payments = items.iter().filter(|item| kind(item) == Some(Kind::Payment) && item["credits"]["N"] == "1");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for payment in payments {
        *counts.entry(payment["user"]["N"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    board.known(|known| {
        for (person, (sure, maybe)) in &known.bought {
            let count = counts.get(&board.people[*person].id.to_string()).copied().unwrap_or_default();
            assert!((*sure..=sure + maybe).contains(&count), "{count} payments of {sure} and perhaps {maybe}");
        }
    });
}

/// Claimed and noted; where nothing befell those who deliver, every one of them.
fn every_mail_is_out(board: &Board, items: &[Json]) {
    if board.scheduler.struck("delivery") > 0 {
        return;
    }
    for mail in items.iter().filter(|item| kind(item) == Some(Kind::Mail)) {
        assert!(mail["done_at"].is_object(), "a mail was claimed and is not out: {mail}");
    }
}
