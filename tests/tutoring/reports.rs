//! Reports for administrators (`tutoring.md` §4.7).

mod long;

use chrono::TimeDelta;
use serde_json::json;
use tests::paying::Deal;
use tests::{Answer, Costs, Person, Setup, World, minute};

pub(crate) fn path(file: &str, query: &str) -> String {
    format!("/api/v1/admin/reports/{file}{query}")
}

/// Header and rows of a file, as another reader finds them.
pub(crate) fn table(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    (header, rows.collect())
}

async fn rows(admin: &Person, subject: &str, query: &str) -> Vec<Vec<String>> {
    let answer = admin.get(&path(&format!("{subject}.csv"), query)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/csv; charset=utf-8"), "{answer}");
    table(&answer.bytes).1
}

/// A booking of fifty dollars that is paid, one that is not, and a session of 500.00 rupees that is over.
async fn story(world: &World) -> (Person, Person) {
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let held = ada.has_session(&mia, minute(24 * 60)).await;
    let keys = [ada.session("student", held).await, mia.session("mentor", held).await];
    world.set_clock(minute(24 * 60));
    let (ada, mia) = (ada.logs_in().await, mia.logs_in().await);
    ada.attends(held, &keys[1]["attendance_key"]).await.is(200);
    mia.attends(held, &keys[0]["attendance_key"]).await.is(200);
    let wish = json!({"amount": "100.00", "payment_method": "upi", "bank_details": "mia@upi"});
    mia.post("/api/mentor/withdrawals/", wish).await.is(201);
    world.set_clock(minute(25 * 60));
    Deal::between(world, &ada.logs_in().await, &mia).await.asks("simulated").await.is(201);
    assert!(world.carries_out().await);
    (ada, mia)
}

#[tokio::test]
async fn each_report_has_its_columns_and_all_rows_of_every_product() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    let admin = world.admin().await;
    let answer = admin.get(&path("bookings.csv", "")).await;
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"bookings_2027-02-01_2027-03-02.csv\"");
    let (header, bookings) = table(&answer.bytes);
    let columns =
        "id,created_at,student,tutor,course,slot_start,slot_end,status,currency,amount,platform_fee,tutor_earnings";
    assert_eq!(header.join(","), columns);
    let [session, deal] = &bookings[..] else { panic!("{bookings:?}") };
    assert_eq!(
        session[1..],
        [
            "2027-03-01T08:00:00Z",
            "ada@example.org",
            "mia@example.org",
            "",
            "2027-03-02T08:00:00Z",
            "2027-03-02T09:00:00Z",
            "completed",
            "INR",
            "500.00",
            "75.00",
            "425.00"
        ]
    );
    assert_eq!(deal[7..], ["paid", "USD", "50.00", "7.50", "42.50"]);
    let payments = rows(&admin, "payments", "").await;
    let [razorpay, simulated] = &payments[..] else { panic!("{payments:?}") };
    assert_eq!(
        (&razorpay[2], &razorpay[3], &razorpay[5]),
        (&"ada@example.org".to_owned(), &session[0], &"razorpay".to_owned())
    );
    assert_eq!((&simulated[3], &simulated[4]), (&deal[0], &String::new()));
    assert_eq!(simulated[5..9], ["simulated", "succeeded", "USD", "50.00"]);
    assert_eq!(rows(&admin, "earnings", "").await, [["mia@example.org", "INR", "1", "500.00", "75.00", "425.00"]]);
    let withdrawals = rows(&admin, "withdrawals", "").await;
    assert_eq!(withdrawals.len(), 1);
    assert_eq!(withdrawals[0][1..], ["2027-03-02T08:00:00Z", "mia@example.org", "pending", "INR", "100.00", "upi", ""]);
}

#[tokio::test]
async fn both_days_are_included_and_at_most_366() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    let admin = world.admin().await;
    let count = async |query| rows(&admin, "bookings", query).await.len();
    assert_eq!(count("?from=2027-03-01&to=2027-03-01").await, 1);
    assert_eq!(count("?from=2027-03-01&to=2027-03-02").await, 2);
    assert_eq!(count("?from=2027-03-02&to=2027-03-02").await, 1);
    assert_eq!(count("?from=2027-03-03&to=2027-03-03").await, 0);
    assert_eq!(count("?to=2027-03-30").await, 2, "from the first on");
    assert_eq!(count("?to=2027-03-31").await, 1, "from the second on");
    assert_eq!(count("?from=2026-03-02&to=2027-03-02").await, 2, "366 days");
    for (query, field) in [
        ("?from=2026-03-01&to=2027-03-02", "to"),
        ("?from=2027-03-02&to=2027-03-01", "to"),
        ("?from=2027-03-09", "to"),
        ("?from=yesterday", "from"),
        ("?to=2027-02-30", "to"),
        ("?to=2027-03-02T00:00:00Z", "to"),
    ] {
        admin.get(&path("payments.pdf", query)).await.blames(field);
    }
    assert_eq!(count("?from=0001-01-01&to=0001-12-31").await, 0, "before there was anything");
}

#[tokio::test]
async fn reports_are_for_administrators_and_others_learn_nothing_of_their_names() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    let admin = world.admin().await;
    for file in ["bookings.csv", "bookings.pdf/", "people.csv", "bookings", "x/y.csv", ".csv"] {
        for person in [&ada, &mia] {
            let answer = person.get(&path(file, "?from=x")).await;
            assert!(matches!(answer.outcome(), (403, "forbidden") | (404, "not_found")), "{answer}");
        }
    }
    for file in ["bookings.csv", "people.csv"] {
        ada.get(&path(file, "?from=x")).await.refuses(403, "forbidden");
        Person::stranger(&world, "nobody").get(&path(file, "")).await.refuses(401, "not_authenticated");
    }
    for file in ["people.csv", "bookings.xls", "bookings.CSV", "bookings", ".csv", "bookings.csv.csv"] {
        admin.get(&path(file, "?from=x")).await.refuses(404, "not_found");
    }
    for file in ["bookings.csv", "bookings.csv/", "withdrawals.pdf"] {
        assert_eq!(admin.get(&path(file, "")).await.status, 200);
    }
    admin.post(&path("bookings.csv", ""), json!({})).await.refuses(405, "method_not_allowed");
}

#[tokio::test]
async fn a_pdf_has_the_same_rows() {
    let world = World::with(Setup::live()).await;
    story(&world).await;
    let admin = world.admin().await;
    for subject in ["bookings", "payments", "earnings", "withdrawals"] {
        let answer = admin.get(&path(&format!("{subject}.pdf"), "")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/pdf"));
        let disposition = format!("attachment; filename=\"{subject}_2027-02-01_2027-03-02.pdf\"");
        assert_eq!(answer.header("content-disposition"), disposition);
        keep(subject, "pdf", &answer);
        keep(subject, "csv", &admin.get(&path(&format!("{subject}.csv"), "")).await);
    }
}

/// For `.ci/read-reports.py`, which reads both and compares them.
fn keep(subject: &str, form: &str, answer: &Answer) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
    std::fs::create_dir_all(&folder).unwrap();
    assert!(answer.bytes.len() > 40, "{answer}");
    std::fs::write(folder.join(format!("{subject}.{form}")), &answer.bytes).unwrap();
}

#[tokio::test]
async fn a_short_report_asks_little_of_the_table() {
    let world = World::with(Setup::live()).await;
    let (ada, mia) = (world.student("ada").await, world.mentor("mia", 50_000).await);
    ada.buys(100).await;
    for hours in 0..20 {
        ada.books(&mia, world.now() + TimeDelta::hours(24 + hours), 30).await;
    }
    assert!(world.carries_out().await);
    let admin = world.admin().await;
    let mut costs = Costs::new(&world);
    // The number of rows, the rows, their bookings, their people; and the row of the log.
    let report = costs.of("report of 20 bookings", (5, 14.0, 4.0), admin.get(&path("bookings.csv", ""))).await;
    assert_eq!(table(&report.bytes).1.len(), 20);
    costs.of("report of no payments, PDF", (3, 1.0, 4.0), admin.get(&path("payments.pdf", ""))).await.is(200);
    costs.of("report of no earnings", (3, 1.0, 4.0), admin.get(&path("earnings.csv", ""))).await.is(200);
    costs.hold();
}
