//! Requests that were in order once, changed at random. The seed is printed; the same seed asks the same.

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{Rng, RngExt};
use serde_json::{Map, Value as Json, json};
use tests::dice;

use super::Prepared;
use crate::contract::{Contract, FILE, JSON};

/// Requests to each operation.
const ROUNDS: usize = 60;

fn pick<'a>(dice: &mut StdRng, from: &[&'a str]) -> &'a str {
    from[dice.random_range(0..from.len())]
}

/// A value of any kind, perhaps with others inside.
fn value(dice: &mut StdRng, depth: usize) -> Json {
    match dice.random_range(0..if depth == 0 { 9 } else { 11 }) {
        0 => Json::Null,
        1 => json!(dice.random_bool(0.5)),
        2 => json!(dice.random_range(-3..12)),
        3 => json!(dice.next_u64()),
        4 => json!(dice.random_range(-1e20..1e20)),
        5 => json!(dice.random_range(-2_000_000_i64..2_000_000).to_string()),
        6 => json!(text(dice)),
        7 => json!(pick(
            dice,
            &[
                "pending",
                "confirmed",
                "approve",
                "expert",
                "video",
                "09:00",
                "2027-05-05T05:00:00Z",
                "2027-05-05",
                "paypal",
                "1.00",
                "UTC"
            ]
        )),
        8 => json!(text(dice).repeat(dice.random_range(0..400))),
        9 => (0..dice.random_range(0..4)).map(|_| value(dice, depth - 1)).collect(),
        _ => (0..dice.random_range(0..4)).map(|_| (text(dice), value(dice, depth - 1))).collect::<Map<_, _>>().into(),
    }
}

fn text(dice: &mut StdRng) -> String {
    let length = dice.random_range(0..12);
    let letter = |dice: &mut StdRng| match dice.random_range(0..6) {
        0 => char::from_u32(dice.random_range(0..0x11_0000)).unwrap_or('\u{fffd}'),
        1 => char::from(dice.random_range(0..0x20_u8)),
        _ => char::from(dice.random_range(b' '..=b'~')),
    };
    (0..length).map(|_| letter(dice)).collect()
}

/// Some members replaced, removed, renamed or added.
fn disorder(dice: &mut StdRng, body: &Json) -> Json {
    if let Json::Array(rows) = body {
        let mut rows: Vec<_> = rows.iter().map(|row| disorder(dice, row)).collect();
        rows.extend((0..dice.random_range(0..3)).map(|_| value(dice, 2)));
        return rows.into();
    }
    let mut members = body.as_object().cloned().unwrap_or_default();
    for _ in 0..dice.random_range(1..4) {
        let names: Vec<_> = members.keys().cloned().collect();
        let name = if names.is_empty() { text(dice) } else { names[dice.random_range(0..names.len())].clone() };
        match dice.random_range(0..5) {
            0 => drop(members.remove(&name)),
            1 => drop(members.insert(text(dice), value(dice, 3))),
            2 => {
                let moved = members.remove(&name).unwrap_or_default();
                members.insert(name.to_uppercase(), moved);
            }
            _ => drop(members.insert(name, value(dice, 3))),
        }
    }
    if dice.random_bool(0.05) { json!([members]) } else { members.into() }
}

/// Bytes changed, added, removed, doubled or cut off.
fn damage(dice: &mut StdRng, bytes: &mut Vec<u8>) {
    const PIECES: [&[u8]; 15] = [
        b"\"",
        b"{",
        b"}",
        b"[",
        b",",
        b":",
        b"\\u0000",
        b"\\ud800",
        b"\xff",
        b"1e999",
        b"null",
        b"\xef\xbb\xbf",
        b"\r\n",
        b"--frontier",
        b"; filename*=utf-8''%ff",
    ];
    for _ in 0..dice.random_range(1..5) {
        let place = dice.random_range(0..=bytes.len());
        match dice.random_range(0..5) {
            0 => bytes.truncate(place),
            1 if place < bytes.len() => bytes[place] = dice.random_range(0..=255),
            2 if place < bytes.len() => drop(bytes.remove(place)),
            3 => {
                let tail = bytes[place..].to_vec();
                bytes.extend(tail);
            }
            _ => drop(bytes.splice(place..place, PIECES[dice.random_range(0..PIECES.len())].iter().copied())),
        }
    }
}

/// A header name and a value that can be sent.
fn header(dice: &mut StdRng) -> (&'static str, String) {
    let names = ["content-type", "idempotency-key", "if-none-match", "x-forwarded-for", "accept", "origin", "host"];
    let kinds =
        ["application/json", "multipart/form-data; boundary=b", "text/plain", "", "application/json; charset=x"];
    let name = pick(dice, &names);
    let value = if name == "content-type" { pick(dice, &kinds).to_owned() } else { text(dice) };
    (name, value.replace(|letter: char| letter.is_ascii_control(), "~"))
}

pub(crate) async fn requests_changed_at_random_get_a_calm_answer<C: Contract>() {
    let mut dice = dice(0x0bad_f00d);
    let mut counts = [0; 5];
    for operation in C::operations() {
        let cast = C::gather().await;
        let mut prepared = Prepared::of(&cast, operation).await;
        for round in 0..ROUNDS {
            if round % 20 == 19 && !operation.works_once {
                // What was confirmed, removed or logged out by chance stands in the way of the rest.
                prepared = Prepared::of(&cast, operation).await;
            }
            let (mut kind, mut bytes) = if operation.body == FILE && dice.random_bool(0.6) {
                let (kind, bytes) = cast.body(&prepared.person, operation, prepared.thing).await;
                (kind, bytes.to_vec())
            } else {
                let body =
                    if dice.random_bool(0.6) { disorder(&mut dice, &prepared.body) } else { prepared.body.clone() };
                (JSON, body.to_string().into_bytes())
            };
            if kind != JSON || dice.random_bool(0.3) {
                damage(&mut dice, &mut bytes);
            }
            if dice.random_bool(0.05) {
                let kinds = ["", "text/plain", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"];
                kind = kinds[dice.random_range(0..kinds.len())];
            }
            let header = header(&mut dice);
            let headers = if dice.random_bool(0.3) { vec![(header.0, header.1.as_str())] } else { Vec::new() };
            let method = match dice.random_range(0..12) {
                0 => pick(&mut dice, &["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
                _ => operation.method(),
            };
            let path = prepared.path() + &C::fill(&cast, &prepared.person, operation.query, 0).await;
            let answer = prepared.asks(method, &path, &headers, (kind, Bytes::from(bytes))).await;
            counts[usize::from(answer.expect("the path is in order").status / 100 - 1)] += 1;
        }
        cast.world.is_sound().await;
    }
    println!("answers by hundreds: {counts:?}");
    // Of a façade with few operations fewer.
    let least = 1000.min(60 * super::with_bodies::<C>().count());
    assert!(counts[1] > 100 && counts[3] > least, "both kinds were reached: {counts:?}");
}
