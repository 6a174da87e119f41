//! Every route for everybody: the table of [`super::operations`], each cell asked.

use super::operations::{Cast, ROLES, TABLE};
use tests::person::send;

#[tokio::test]
async fn everybody_gets_what_the_table_says() {
    let mut wrong = Vec::new();
    for operation in TABLE {
        let cast = Cast::gather().await;
        for (column, role) in ROLES.into_iter().enumerate() {
            let thing = cast.make(operation.thing).await;
            // A session of their own: logging out ends it.
            let person = match &cast.people[column] {
                person if person.token.is_some() => person.logs_in().await,
                anonymous => anonymous.clone(),
            };
            let path = operation.path().replace("{id}", &thing.to_string());
            let body = cast.fill(operation.body, &person, thing);
            let answer = send(&person, operation.method(), &path, &[], body).await;
            if answer.status != operation.expected[column] {
                wrong.push(format!("{role}, expected {}: {answer}", operation.expected[column]));
            }
            if answer.status == 401 {
                assert_eq!(answer.header("www-authenticate"), "Bearer", "{answer}");
            }
        }
        cast.world.is_sound().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn whoever_is_refused_has_changed_nothing() {
    for operation in TABLE.iter().filter(|operation| operation.method() != "GET") {
        let cast = Cast::gather().await;
        let thing = cast.make(operation.thing).await;
        let before = cast.world.table.items();
        for (column, role) in ROLES.into_iter().enumerate() {
            let person = &cast.people[column];
            if operation.expected[column] < 400 {
                continue;
            }
            let path = operation.path().replace("{id}", &thing.to_string());
            let body = cast.fill(operation.body, person, thing);
            let answer = send(person, operation.method(), &path, &[], body).await;
            assert_eq!(answer.status, operation.expected[column], "{role}: {answer}");
        }
        // Only who asked was counted.
        let facts = |items: Vec<serde_json::Value>| {
            let mut facts: Vec<_> = items
                .into_iter()
                .filter(|item| !item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("GATE")))
                .map(|item| item.to_string())
                .collect();
            facts.sort();
            facts
        };
        assert_eq!(facts(cast.world.table.items()), facts(before), "{}", operation.name);
    }
}
