//! Lists of sessions.

use serde_json::{Value as Json, json};
use tests::mentorship::m;
use tests::person::next_page;
use tests::{Person, World, minute};

async fn ids(person: &Person, path: &str) -> Vec<i64> {
    let listed = person.get(&m(path)).await.is(200);
    listed.as_array().unwrap().iter().map(|session: &Json| session["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn sessions_are_listed_by_their_start_on_both_sides() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 0).await);
    let late = ada.takes_session(&mia, minute(72 * 60)).await;
    let soon = ada.takes_session(&mia, minute(24 * 60)).await;
    let middle = ada.takes_session(&mia, minute(48 * 60)).await;
    ada.takes_step("student", middle, "cancel", json!({})).await.is(200);
    for (who, role) in [(&ada, "student"), (&mia, "mentor")] {
        assert_eq!(ids(who, &format!("{role}/sessions/")).await, [late, middle, soon]);
        assert_eq!(ids(who, &format!("{role}/sessions/?filter=upcoming")).await, [soon, late]);
        assert_eq!(ids(who, &format!("{role}/sessions/?filter=past")).await, [middle]);
        assert_eq!(ids(who, &format!("{role}/sessions/?status=cancelled")).await, [middle]);
        assert_eq!(ids(who, &format!("{role}/sessions/?status=no_show")).await, Vec::<i64>::new());
        for wrong in ["filter=x", "status=x", "limit=0", "limit=101", "limit=x", "cursor=x"] {
            assert_eq!(who.get(&m(&format!("{role}/sessions/?{wrong}"))).await.status, 400, "{wrong}");
        }
    }
    assert_eq!(ids(&mia, "student/sessions/").await, Vec::<i64>::new());
}

#[tokio::test]
async fn a_list_goes_on_where_its_page_ended() {
    let world = World::new().await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 0).await);
    let mut made = Vec::new();
    for hour in 0..5 {
        made.push(ada.takes_session(&mia, minute((24 + 2 * hour) * 60)).await);
    }
    for (filter, expected) in [("", made.iter().rev().copied().collect::<Vec<_>>()), ("&filter=upcoming", made.clone())]
    {
        let (mut path, mut found) = (m(&format!("student/sessions/?limit=2{filter}")), Vec::new());
        loop {
            let answer = ada.get(&path).await;
            let link = answer.header("link").to_owned();
            found.extend(answer.is(200).as_array().unwrap().iter().map(|session| session["id"].as_i64().unwrap()));
            match next_page(&link) {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!(found, expected);
    }
}
