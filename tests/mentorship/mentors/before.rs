//! Mentors in a table from before they had cards.

use serde_json::json;
use store::backfill::Stretch;
use store::shapes::Shapes;
use tests::{Setup, World};

const MENTORS: &str = "/api/student/mentors/?search=looms";

/// As the program before wrote it: no card, no number, no word of what they say of their work.
fn as_before(world: &World) {
    for item in world.table.items() {
        let (pk, sk) = (item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap());
        if sk == "CARD" || pk.starts_with("SERIAL#EXPERT") || sk.starts_with("looms#") {
            world.table.remove(&json!({"pk": item["pk"], "sk": item["sk"]}));
        } else if sk == "PROFILE" {
            let mut profile = item.clone();
            profile.as_object_mut().unwrap().remove("expert_serial");
            if let Some(expert) = profile.pointer_mut("/expert/M") {
                expert.as_object_mut().unwrap().remove("known_for");
            }
            world.table.import(vec![profile]);
        }
    }
}

async fn backfills(world: &World) {
    let all = Stretch { segment: 0, segments: 1, after: None, most: 10_000 };
    let filled = world.app.store.backfill(&Shapes::today(), &all, true).await.unwrap();
    assert_eq!((filled.left, filled.next), (Vec::new(), None));
}

/// All but the notes of what has been counted, which go with versions.
fn sorted(world: &World) -> Vec<String> {
    let items = world.table.items().into_iter().filter(|item| item["sk"]["S"] != "COUNTED");
    let mut items: Vec<_> = items.map(|item| item.to_string()).collect();
    items.sort();
    items
}

#[tokio::test]
async fn a_backfill_gives_them_numbers_words_and_cards_once() {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.new_student("ada").await, world.mentor("bob", 50_000).await);
    bob.put("/api/mentor/profile/", json!({"company": "Engines", "expertise": "Looms"})).await.is(200);
    world.new_mentor("new").await;
    world.settles().await;
    as_before(&world);
    assert_eq!(ada.get(MENTORS).await.is(200), json!([]));
    backfills(&world).await;
    let found = ada.get(MENTORS).await.is(200);
    assert_eq!((&found[0]["id"], &found[0]["details"]["company"]), (&json!(bob.id), &json!("Engines")));
    assert_eq!(found[0]["mentor_id"], bob.get("/api/mentor/profile/").await.is(200)["mentor_id"]);
    let filled = sorted(&world);
    backfills(&world).await;
    assert!(sorted(&world) == filled, "done twice it changes nothing");
    world.settles().await;
    assert_eq!(ada.get(MENTORS).await.is(200), found, "nor does what the stream tells of it");
}
