//! One-time codes in the bodies of the table: of an authenticator that whoever asks has had only since this moment.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use store::Kind;
use tests::authenticator::{Authenticator, two_factor};
use tests::{Person, World};

/// The code that switches a second factor on, and one of a second factor that is on.
const FIRST: &str = "$first_otp";
const NEXT: &str = "$otp";

/// The text with the code it asks for, if it asks for one.
pub(super) async fn filled(person: &Person, text: &str) -> String {
    if person.token.is_none() || !(text.contains(FIRST) || text.contains(NEXT)) {
        return text.to_owned();
    }
    forgets(&person.world, person.id);
    let set_up = person.post(&two_factor("setup"), json!({"password": Person::PASSWORD})).await;
    if set_up.status == 401 {
        return text.to_owned(); // whose token is not good
    }
    let authenticator = Authenticator::of(&person.world, &set_up.is(200));
    if text.contains(FIRST) {
        return text.replace(FIRST, &authenticator.code());
    }
    person.post(&two_factor("enable"), json!({"otp": authenticator.code()})).await.is(200);
    person.world.advance(TimeDelta::seconds(60)); // each code once
    text.replace(NEXT, &authenticator.code())
}

/// As if this person had never had one.
fn forgets(world: &World, id: i64) {
    let is_theirs = |item: &Json| {
        let named = store::key_in_words(item["pk"]["S"].as_str()?, item["sk"]["S"].as_str()?)?;
        let is_one_of = matches!(named.kind, Kind::Credential | Kind::Profile);
        (is_one_of && named.of == [("person", id.to_string())]).then_some(())
    };
    let mut items: Vec<_> = world.table.items().into_iter().filter(|item| is_theirs(item).is_some()).collect();
    for item in items.iter_mut().filter_map(Json::as_object_mut) {
        item.retain(|name, _| !(name.starts_with("otp") || ["recovery", "two_factor"].contains(&name.as_str())));
    }
    world.table.import(items);
}
