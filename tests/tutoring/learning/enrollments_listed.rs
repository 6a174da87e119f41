//! Lists of enrollments (§4.5): of both sides, and of all.

use tests::courses::ENROLLMENTS;
use tests::person::id;
use tests::{Person, Setup, World};

#[tokio::test]
async fn each_side_lists_its_own_and_an_administrator_all() {
    let world = World::with(Setup::live()).await;
    let (ada, tim) = (world.mentor("ada", 2_500).await, world.mentor("tim", 2_500).await);
    let (bob, eve) = (world.register("bob").await, world.register("eve").await);
    let (looms, mills) = (ada.publishes("Looms", "0.00").await, ada.publishes("Mills", "5.00").await);
    let rust = tim.publishes("Rust", "0.00").await;
    let mut made = Vec::new();
    for (person, course) in [(&bob, looms), (&bob, mills), (&bob, rust), (&eve, looms), (&ada, rust)] {
        world.advance(chrono::TimeDelta::seconds(1));
        made.push(id(&person.enrolls(course).await.is(201)));
    }
    let [bob_looms, bob_mills, bob_rust, eve_looms, ada_rust] = made[..] else { panic!("five") };
    world.settles().await;
    let admin = world.admin().await;
    let listed = async |person: &Person, query: &str| -> Vec<i64> {
        person.rows(&format!("enrollments/{query}")).await.iter().map(id).collect()
    };
    assert_eq!(listed(&bob, "").await, [bob_rust, bob_mills, bob_looms]);
    assert_eq!(listed(&bob, "?ordering=created_at&page_size=1").await, [bob_looms, bob_mills, bob_rust]);
    assert_eq!(listed(&ada, "").await, [ada_rust, eve_looms, bob_mills, bob_looms], "taken and given");
    assert_eq!(listed(&admin, "").await, [ada_rust, eve_looms, bob_rust, bob_mills, bob_looms]);
    for person in [&ada, &admin] {
        assert_eq!(listed(person, "?status=pending").await, [bob_mills]);
        assert_eq!(listed(person, &format!("?course={looms}&status=active")).await, [eve_looms, bob_looms]);
    }
    assert!(listed(&eve, &format!("?course={rust}")).await.is_empty());
    for (query, field) in [("?status=over", "status"), ("?course=x", "course"), ("?ordering=title", "ordering")] {
        bob.get(&format!("{ENROLLMENTS}{query}")).await.blames(field);
    }
    bob.signed_out().get(ENROLLMENTS).await.refuses(401, "not_authenticated");
}
