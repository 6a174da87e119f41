//! What a mentor has earned: listed, added up, taken along as a file (§5.3).

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tests::person::next_page;
use tests::sessions::BOOK;
use tests::{Costs, Person, World, minute};

const EARNINGS: &str = "/api/mentor/earnings/";
const EXPORT: &str = "/api/mentor/earnings/export/";
const START: i64 = 48 * 60;

/// The two, at the beginning of a session of theirs that is paid.
async fn at_a_session(world: &World, subject: &str) -> (Person, Person, i64) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let mut wish = tests::sessions::session(&mia, minute(START));
    wish["subject"] = json!(subject);
    let booking = tests::person::id(&ada.post(BOOK, wish).await.is(201));
    ada.pays_session(booking, "pay_1").await.is(200);
    world.set_clock(minute(START));
    (ada.logs_in().await, mia.logs_in().await, booking)
}

async fn completes(ada: &Person, mia: &Person, booking: i64) {
    let keys = [mia.session("mentor", booking).await, ada.session("student", booking).await];
    ada.attends(booking, &keys[0]["attendance_key"]).await.is(200);
    mia.attends(booking, &keys[1]["attendance_key"]).await.is(200);
}

#[tokio::test]
async fn earnings_are_listed_with_price_fee_and_rest_and_added_up() {
    let world = World::new().await;
    let (ada, mia, booking) = at_a_session(&world, "Lifetimes").await;
    let nothing = json!({
        "total_earnings": "0.00", "total_sessions": 0, "total_students": 0, "available_balance": "0.00",
        "pending_balance": "425.00", "currency": "INR",
    });
    assert_eq!(mia.get(EARNINGS).await.is(200), json!({"earnings": [], "stats": nothing}));
    completes(&ada, &mia, booking).await;
    // Half an hour that is to come, one that nobody pays, and an hour of another mentor.
    let mut wish = tests::sessions::session(&mia, minute(START + 26 * 60));
    wish["duration_minutes"] = json!(30);
    let late = tests::person::id(&ada.post(BOOK, wish).await.is(201));
    ada.pays_session(late, "pay_2").await.is(200);
    ada.takes_session(&mia, minute(START + 30 * 60)).await;
    let noa = world.mentor("noa", 50_000).await;
    ada.has_session(&noa, minute(START + 40 * 60)).await;
    let seen = mia.get(EARNINGS).await.is(200);
    let one = &seen["earnings"][0];
    assert_eq!(
        *one,
        json!({
            "id": one["id"], "booking_id": booking, "source": "Lifetimes", "amount": "500.00", "fee": "75.00",
            "net": "425.00", "status": "completed", "date": one["date"],
        })
    );
    let stats = json!({
        "total_earnings": "425.00", "total_sessions": 1, "total_students": 1, "available_balance": "425.00",
        "pending_balance": "212.50", "currency": "INR",
    });
    assert_eq!((seen["earnings"].as_array().map(Vec::len), &seen["stats"]), (Some(1), &stats));
    // Called off too late, it is earned, and is no session.
    world.set_clock(minute(START + 25 * 60));
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    ada.takes_step("student", late, "cancel", json!({})).await.is(200);
    let seen = mia.get(EARNINGS).await.is(200);
    let net = |earning: &Json| earning["net"].as_str().unwrap().to_owned();
    let nets: Vec<_> = seen["earnings"].as_array().unwrap().iter().map(net).collect();
    assert_eq!(nets, ["212.50", "425.00"]);
    let stats = json!({
        "total_earnings": "637.50", "total_sessions": 1, "total_students": 1, "available_balance": "637.50",
        "pending_balance": "0.00", "currency": "INR",
    });
    assert_eq!(seen["stats"], stats);
    // Credits are earned elsewhere and are no rupees.
    let meeting = ada.books(&mia, world.now() + TimeDelta::hours(1), 30).await;
    mia.declares(meeting, "confirmed").await.is(200);
    world.advance(TimeDelta::hours(2));
    mia.declares(meeting, "completed").await.is(200);
    let seen = mia.get(EARNINGS).await.is(200);
    assert_eq!(seen["earnings"].as_array().map(Vec::len), Some(2));
    assert_eq!((&seen["stats"]["total_earnings"], &seen["stats"]["total_sessions"]), (&json!("637.50"), &json!(2)));
    world.is_sound().await;
}

#[tokio::test]
async fn a_filter_leaves_out_what_is_older_and_the_sums_stay() {
    let world = World::new().await;
    let (ada, mia, booking) = at_a_session(&world, "Lifetimes").await;
    completes(&ada, &mia, booking).await;
    for (days, seen_by) in [(6, 4), (8, 3), (29, 3), (31, 2), (89, 2), (91, 1)] {
        world.set_clock(minute(START) + TimeDelta::days(days));
        let mia = mia.logs_in().await;
        let mut seen = 0;
        for filter in ["all", "3months", "30days", "7days"] {
            let list = mia.get(&format!("{EARNINGS}?time_filter={filter}")).await.is(200);
            seen += list["earnings"].as_array().unwrap().len();
            assert_eq!(list["stats"]["total_earnings"], "425.00", "{filter}");
            let file = mia.get(&format!("{EXPORT}?time_filter={filter}")).await;
            assert_eq!(lines(&file).len() - 1, list["earnings"].as_array().unwrap().len(), "{filter}");
        }
        assert_eq!(seen, seen_by, "after {days} days");
    }
    for bad in ["time_filter=1day", "time_filter=", "limit=101", "limit=0", "cursor=x"] {
        assert_eq!(mia.logs_in().await.get(&format!("{EARNINGS}?{bad}")).await.outcome(), (400, "validation"), "{bad}");
    }
}

fn lines(file: &tests::Answer) -> Vec<String> {
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    let text = String::from_utf8(file.bytes.to_vec()).expect("UTF-8");
    assert!(text.ends_with("\r\n") && !text.starts_with('\u{feff}'));
    text.trim_end().split("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_file_has_a_header_and_no_formula() {
    for (subject, cell) in [
        ("Lifetimes", "Lifetimes"),
        ("=HYPERLINK(\"http://x.example\", \"a\")", "\"'=HYPERLINK(\"\"http://x.example\"\", \"\"a\"\")\""),
        ("+1", "'+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("Borrowing, lending", "\"Borrowing, lending\""),
        ("कृष्ण", "कृष्ण"),
    ] {
        let world = World::new().await;
        let (ada, mia, booking) = at_a_session(&world, subject).await;
        completes(&ada, &mia, booking).await;
        let file = mia.get(EXPORT).await;
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"earnings.csv\"");
        let date = mia.get(EARNINGS).await.is(200)["earnings"][0]["date"].as_str().expect("a date").to_owned();
        let row = format!("{date},{booking},{cell},500.00,75.00,425.00,completed");
        assert_eq!(lines(&file), ["date,booking_id,source,amount,fee,net,status".to_owned(), row]);
        assert_eq!(file.header("link"), "");
    }
}

/// So many more of the one earning there is.
fn copies(world: &World, how_many: i64) {
    let items = world.table.items();
    let earned = items.iter().find(|item| item["cause"]["S"] == "capture").expect("an earning");
    let id: i64 = earned["id"]["N"].as_str().unwrap().parse().unwrap();
    let copy = |number: i64| {
        let (mut copy, id) = (earned.clone(), id + number);
        copy["pk"] = json!({"S": format!("L#B#{}", letters(id))});
        copy["rank"] = json!({"S": letters(id)});
        (copy["id"], copy["subject"]) = (json!({"N": id.to_string()}), json!({"N": id.to_string()}));
        copy
    };
    world.table.import((1..=how_many).map(copy).collect());
}

fn letters(id: i64) -> String {
    let letter = |place: u32| char::from_digit(u32::try_from(id >> (place * 5) & 31).unwrap(), 32).unwrap();
    (0..11).rev().map(letter).collect()
}

#[tokio::test]
async fn a_page_leads_to_the_next_and_a_file_of_a_thousand_rows_too() {
    let world = World::new().await;
    let (ada, mia, booking) = at_a_session(&world, "Lifetimes").await;
    completes(&ada, &mia, booking).await;
    copies(&world, 1_000);
    let (mut seen, mut path) = (Vec::new(), format!("{EARNINGS}?limit=100&time_filter=7days"));
    loop {
        let page = mia.get(&path).await;
        let next = next_page(page.header("link"));
        let page = page.is(200);
        seen.extend(page["earnings"].as_array().unwrap().iter().map(|earning| earning["id"].as_i64().unwrap()));
        match next {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(seen.len(), 1_001);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, none twice");
    let first = mia.get(EXPORT).await;
    let next = next_page(first.header("link")).expect("there is one more row");
    let rest = mia.get(&next).await;
    assert_eq!((lines(&first).len(), lines(&rest).len(), rest.header("link")), (1_001, 2, ""));
    assert_eq!(lines(&first)[0], lines(&rest)[0]);
    // A place in the list is none in a file of other rows.
    mia.get(&format!("{next}&time_filter=7days")).await.refuses(400, "validation");
}

#[tokio::test]
async fn earnings_ask_no_more_of_the_table_than_they_may_however_many_there_are() {
    let world = World::new().await;
    let (ada, mia, booking) = at_a_session(&world, "Lifetimes").await;
    completes(&ada, &mia, booking).await;
    copies(&world, 1_000);
    let mut costs = Costs::new(&world);
    costs.of("50 earnings of 1000, and the sums", (4, 7.0, 0.0), mia.get(EARNINGS)).await.is(200);
    let month = format!("{EARNINGS}?time_filter=30days&limit=10");
    costs.of("10 earnings of 1000, and the sums", (4, 4.0, 0.0), mia.get(&month)).await.is(200);
    costs.of("a file of 1000 earnings", (2, 80.0, 0.0), mia.get(EXPORT)).await.is(200);
    costs.hold();
}
