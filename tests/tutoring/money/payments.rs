//! Payments, page by page: one's own as whoever pays, everybody's for administrators.

use serde_json::json;
use tests::paying::INTENTS;
use tests::shape::has_exactly;
use tests::{Costs, Person, Setup, World, minute};

use super::{all_ids, ids};

const PAYMENTS: &str = "/api/v1/payments/";

/// Ada has paid tom two lessons and is to pay a third one by stripe; ben has paid one. The ids, by age; the bookings likewise.
async fn paid() -> (World, [Person; 4], Vec<i64>, Vec<i64>) {
    let world = World::with(Setup::live()).await;
    let (ada, tom) = world.pupil_and_tutor().await;
    let (ben, root) = (world.register("ben").await, world.admin().await);
    let (mut payments, mut bookings) = (Vec::new(), Vec::new());
    for (n, (person, provider)) in
        [(&ada, "simulated"), (&ben, "simulated"), (&ada, "paypal"), (&ada, "simulated")].into_iter().enumerate()
    {
        world.advance(chrono::TimeDelta::seconds(1));
        let slot = tom.opens_slot(minute(48 * 60 + 60 * n as i64)).await;
        let booking = person.books_slot(slot).await;
        let made = person.post(INTENTS, json!({"booking": booking, "provider": provider})).await.is(201);
        payments.push(tests::person::id(&made));
        bookings.push(booking);
    }
    world.settles().await;
    (world, [ada, ben, tom, root], payments, bookings)
}

#[tokio::test]
async fn whoever_pays_sees_their_own_and_administrators_all() {
    let (_, [ada, ben, tom, root], made, bookings) = paid().await;
    let [a, b, c, d] = made[..] else { panic!("four") };
    let of_first = format!("?booking={}", bookings[0]);
    for (query, of_ada, of_ben, of_all) in [
        ("", vec![d, c, a], vec![b], vec![d, c, b, a]),
        ("?ordering=-created_at", vec![d, c, a], vec![b], vec![d, c, b, a]),
        ("?ordering=created_at", vec![a, c, d], vec![b], vec![a, b, c, d]),
        ("?status=succeeded", vec![d, a], vec![b], vec![d, b, a]),
        ("?status=pending", vec![c], vec![], vec![c]),
        ("?status=refunded", vec![], vec![], vec![]),
        ("?provider=paypal", vec![c], vec![], vec![c]),
        ("?provider=razorpay", vec![], vec![], vec![]),
        ("?provider=simulated&ordering=created_at", vec![a, d], vec![b], vec![a, b, d]),
        (&of_first, vec![a], vec![], vec![a]),
        ("?booking=7", vec![], vec![], vec![]),
    ] {
        for (person, expected) in [(&ada, of_ada), (&ben, of_ben), (&tom, vec![]), (&root, of_all)] {
            let page = person.get(&format!("{PAYMENTS}{query}")).await.is(200);
            assert_eq!((ids(&page), &page["count"]), (expected.clone(), &json!(expected.len())), "{query}");
        }
    }
    let row = ada.get(PAYMENTS).await.is(200)["results"][2].clone();
    assert_eq!(ada.get(&format!("{PAYMENTS}{a}/")).await.is(200), row);
    assert_eq!(root.get(&format!("{PAYMENTS}{a}/")).await.is(200), row);
    tom.get(&format!("{PAYMENTS}{a}/")).await.refuses(404, "not_found");
    ben.get(&format!("{PAYMENTS}{a}/")).await.refuses(404, "not_found");
    has_exactly(
        &row,
        &[
            "id",
            "user",
            "booking",
            "enrollment",
            "provider",
            "amount",
            "currency",
            "status",
            "transaction_id",
            "payment_intent_id",
            "metadata",
            "created_at",
            "updated_at",
        ],
    );
    for (name, value) in [
        ("user", json!(ada.id)),
        ("booking", json!(bookings[0])),
        ("enrollment", json!(null)),
        ("provider", json!("simulated")),
        ("amount", json!("50.00")),
        ("currency", json!("USD")),
        ("status", json!("succeeded")),
    ] {
        assert_eq!(row[name], value, "{name}");
    }
}

#[tokio::test]
async fn a_list_says_where_a_payment_stands_now_and_pages_lead_both_ways() {
    let (_, [ada, _, tom, root], made, bookings) = paid().await;
    tom.steps(bookings[0], "refund", json!({"reason": "Ill"})).await.is(200);
    let refunded = ada.get(&format!("{PAYMENTS}{}/", made[0])).await.is(200)["status"].clone();
    let listed = ada.get(PAYMENTS).await.is(200)["results"][2]["status"].clone();
    assert_eq!(listed, refunded);
    let newest: Vec<_> = made.iter().rev().copied().collect();
    assert_eq!(all_ids(&root, &format!("{PAYMENTS}?page_size=1")).await, newest);
    assert_eq!(all_ids(&root, &format!("{PAYMENTS}?page_size=3&ordering=created_at")).await, made);
    let succeeded = [made[3], made[1], made[0]];
    let found = all_ids(&root, &format!("{PAYMENTS}?page_size=1&provider=simulated")).await;
    assert_eq!(found, succeeded);
}

#[tokio::test]
async fn what_is_wrong_is_refused() {
    let (world, [ada, _, _, root], ..) = paid().await;
    Person::stranger(&world, "nobody").get(PAYMENTS).await.refuses(401, "not_authenticated");
    for query in ["?status=paid", "?provider=cash", "?booking=x", "?ordering=amount", "?page=0", "?page_size=no"] {
        ada.get(&format!("{PAYMENTS}{query}")).await.refuses(400, "validation");
    }
    ada.get(&format!("{PAYMENTS}?page=2")).await.refuses(404, "not_found");
    ada.get(&format!("{PAYMENTS}?page=11&page_size=100")).await.refuses(400, "page_too_deep");
    let next = root.get(&format!("{PAYMENTS}?page_size=1")).await.is(200);
    let next = super::leads_to(&next, "next").unwrap();
    ada.get(&next).await.refuses(400, "invalid_cursor");
}

#[tokio::test]
async fn payments_ask_no_more_of_the_table_than_they_may() {
    let (world, [ada, _, _, root], ..) = paid().await;
    let mut costs = Costs::new(&world);
    costs.of("list my payments", (3, 4.0, 0.0), ada.get(PAYMENTS)).await.is(200);
    costs.of("list my payments by status", (2, 3.0, 0.0), ada.get(&format!("{PAYMENTS}?status=pending"))).await.is(200);
    costs.of("list all payments", (3, 5.0, 0.0), root.get(PAYMENTS)).await.is(200);
    costs.hold();
}
