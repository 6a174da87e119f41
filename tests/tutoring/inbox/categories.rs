//! Every kind of notification of every product has one category and says what it is about (`tutoring.md` §7).

use domain::facade::Facade;
use domain::notice::{Channel, Topic};
use serde_json::{Value as Json, json};
use tests::World;
use tests::consultations::talk::notice;

use super::notifications::{PATH, told};

/// Its category, and what its number is the id of.
fn expected(topic: Topic) -> (&'static str, Option<&'static str>) {
    match topic {
        Topic::Applied | Topic::Approved | Topic::Rejected => ("tutor_approval", Some("application")),
        Topic::Suspended | Topic::ApprovalWithdrawn => ("tutor_approval", None),
        Topic::Requested | Topic::Booked | Topic::Confirmed | Topic::Cancelled => ("booking", Some("booking")),
        Topic::Rescheduled | Topic::Expired | Topic::NoShow | Topic::Disputed => ("booking", Some("booking")),
        Topic::Paid | Topic::PaymentTrouble | Topic::CreditUpdate => ("payment", Some("booking")),
        Topic::NewMessage => ("message", Some("message")),
        Topic::Withdrawal => ("withdrawal", Some("withdrawal")),
        Topic::Completed | Topic::ReviewWanted => ("lesson", Some("booking")),
        Topic::DayReminder | Topic::HourReminder => ("reminder", Some("booking")),
        Topic::NewReview => ("general", Some("booking")),
        Topic::Commented => ("general", Some("post")),
        Topic::GatheringMoved | Topic::GatheringOff => ("general", Some("event")),
        Topic::SupportWanted | Topic::SupportReplied => ("general", Some("ticket")),
        Topic::Welcome | Topic::Undelivered | Topic::PasswordReset | Topic::EmailVerification => ("general", None),
        Topic::NewsletterAsked | Topic::NewsletterBegun | Topic::Contacted => ("general", None),
        Topic::Greeted | Topic::SignedIn => ("general", None),
    }
}

#[tokio::test]
async fn every_topic_has_a_category_by_which_it_is_found_and_names_what_it_is_about() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    let mut all = Vec::new();
    for topic in Topic::ALL {
        let id = told(&world, notice(&world, &ada, topic, Channel::ListAndMail, Facade::Tutoring)).await;
        let newest = ada.get(&format!("{PATH}?page_size=1")).await.is(200)["results"][0].clone();
        let (category, about) = expected(topic);
        let metadata = about.map_or_else(|| json!({}), |about| json!({about: 77}));
        assert_eq!((&newest["id"], &newest["category"]), (&json!(id.get()), &json!(category)), "{topic:?}");
        assert_eq!((&newest["metadata"], &newest["title"]), (&metadata, &json!("Title")), "{topic:?}");
        let link = (about == Some("booking")).then(|| format!("{}/bookings/77", world.app.settings.frontend_url));
        assert_eq!(newest["link"], json!(link), "{topic:?}");
        all.push((category, newest["id"].clone()));
    }
    for category in ["tutor_approval", "booking", "payment", "message", "withdrawal", "lesson", "reminder", "general"] {
        let found = ada.get(&format!("{PATH}?category={category}&ordering=created_at&page_size=100")).await.is(200);
        let ids: Vec<Json> = found["results"].as_array().unwrap().iter().map(|told| told["id"].clone()).collect();
        let of_it: Vec<Json> = all.iter().filter(|(of, _)| *of == category).map(|(_, id)| id.clone()).collect();
        assert_eq!((&ids, &found["count"]), (&of_it, &json!(of_it.len())), "{category}");
    }
}

#[tokio::test]
async fn of_a_review_the_first_product_names_the_review_and_of_its_bookings_its_own_page() {
    let world = World::new().await;
    let ada = world.register("ada").await;
    for (facade, topic, metadata, page) in [
        (Facade::Meetings, Topic::NewReview, json!({"review": 77}), None),
        (Facade::Consultations, Topic::NewReview, json!({"booking": 77}), Some("consultations")),
        (Facade::Meetings, Topic::Confirmed, json!({"booking": 77}), Some("meetings")),
        (Facade::Mentorship, Topic::Confirmed, json!({"booking": 77}), Some("sessions")),
    ] {
        told(&world, notice(&world, &ada, topic, Channel::List, facade)).await;
        let newest = ada.get(&format!("{PATH}?page_size=1")).await.is(200)["results"][0].clone();
        let link = page.map(|page| format!("{}/{page}/77", world.app.settings.frontend_url));
        assert_eq!((&newest["metadata"], &newest["link"]), (&metadata, &json!(link)), "{facade:?} {topic:?}");
    }
}
