//! Who may ask, and what is answered to what.

use ::table::Value;

use super::*;
use crate::embedded::table::tests;
use crate::{Options, start};

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Bytes::from(body.to_owned())).unwrap()
}

const HERE: [(&str, &str); 1] = [("host", "localhost:8000")];

async fn status(app: &App, request: Request<Bytes>) -> u16 {
    answer(app, true, None, &request, [127, 0, 0, 1].into()).await.status().as_u16()
}

#[tokio::test]
async fn the_clock_moves_and_goes_on_from_there() {
    let running = start(Options::default()).await.unwrap();
    let app = running.app.clone();
    let body = r#"{"now": "2030-01-02T03:04:05Z"}"#;
    let set = request("POST", "/_local/clock", &HERE, body);
    let told = answer(&app, true, None, &set, [127, 0, 0, 1].into()).await;
    assert_eq!(told.body(), r#"{"now":"2030-01-02T03:04:05Z"}"#);
    let on = request("POST", "/_local/clock/", &HERE, r#"{"advance_seconds": 3600}"#);
    let told = answer(&app, true, None, &on, [127, 0, 0, 1].into()).await;
    assert!(std::str::from_utf8(told.body()).unwrap().starts_with(r#"{"now":"2030-01-02T04:04:0"#));
    assert!(app.clock.now().to_rfc3339().starts_with("2030-01-02T04:04:0"));
}

#[tokio::test]
async fn the_clock_stays_without_its_flag_and_for_nonsense() {
    let running = start(Options::default()).await.unwrap();
    let app = running.app.clone();
    let body = r#"{"advance_seconds": 60}"#;
    let set = request("POST", "/_local/clock", &HERE, body);
    let refused = answer(&app, false, None, &set, [127, 0, 0, 1].into()).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    for body in [
        "",
        "[]",
        "{}",
        r#"{"now": "soon"}"#,
        r#"{"advance_seconds": 1e300}"#,
        r#"{"advance_seconds": 99999999999999}"#,
        r#"{"advance_seconds": 1, "now": "2030-01-02T03:04:05Z"}"#,
    ] {
        assert_eq!(status(&app, request("POST", "/_local/clock", &HERE, body)).await, 400, "{body}");
    }
}

#[tokio::test]
async fn strangers_and_other_paths_find_nothing() {
    let running = start(Options::default()).await.unwrap();
    let app = running.app.clone();
    let ask = |headers: &[(&str, &str)]| request("GET", "/_local/capacity", headers, "");
    assert_eq!(status(&app, ask(&HERE)).await, 200);
    assert_eq!(status(&app, ask(&[("host", "[::1]:8000")])).await, 200);
    assert_eq!(status(&app, ask(&[])).await, 404);
    assert_eq!(status(&app, ask(&[("host", "evil.example:8000")])).await, 404);
    let evil = [("host", "localhost:8000"), ("origin", "https://evil.example")];
    assert_eq!(status(&app, ask(&evil)).await, 404);
    let far = answer(&app, true, None, &ask(&HERE), [192, 0, 2, 1].into()).await;
    assert_eq!(far.status(), StatusCode::NOT_FOUND);
    assert_eq!(status(&app, request("GET", "/_local/mail", &HERE, "")).await, 404);
    assert_eq!(status(&app, request("POST", "/_local/capacity", &HERE, "")).await, 405);
    assert_eq!(status(&app, request("GET", "/_local/clock", &HERE, "")).await, 405);
}

/// A mailbox and sources of which nothing moves by itself.
async fn background() -> (Background, crate::sources::tests::Stage) {
    let stage = crate::sources::tests::Stage::idle().await;
    let table = stage.table.engine();
    (Background { sources: stage.sources.clone(), mail: Mail::default(), table }, stage)
}

async fn ask(app: &App, background: &Background, request: &Request<Bytes>) -> (u16, Json) {
    let told = answer(app, true, Some(background), request, [127, 0, 0, 1].into()).await;
    (told.status().as_u16(), serde_json::from_slice(told.body()).unwrap_or_default())
}

#[tokio::test]
async fn the_books_of_tens_of_thousands_of_items_are_checked_one_item_at_a_time() {
    let running = start(Options::default()).await.unwrap();
    let table = running.table().unwrap();
    let filler = ("filler", Value::S("x".repeat(300)));
    let fillers =
        (0..60_000).map(|number| tests::item(&format!("FILLER#{number}"), "FILLER", std::slice::from_ref(&filler)));
    table.fill(&fillers.collect::<Vec<_>>()).await.unwrap();
    let mut items = 0;
    table.each(|_| items += 1).unwrap();
    assert!(items >= 60_000);
    let asked = std::time::Instant::now();
    let ledger = functions::ledger(&running.app, Some(table)).await.unwrap();
    assert_eq!((&ledger["orphan_quanta"], &ledger["mismatched_balances"]), (&json!([]), &json!([])));
    println!("60,000 items in {:?}", asked.elapsed());
}

#[tokio::test]
async fn queues_tick_and_redeliver_answer_their_methods_only() {
    let app = start(Options::default()).await.unwrap().app.clone();
    let (background, _stage) = background().await;
    let status = async |method, path, body| ask(&app, &background, &request(method, path, &HERE, body)).await.0;
    assert_eq!(status("GET", "/_local/queues", "").await, 200);
    assert_eq!(status("POST", "/_local/queues", "").await, 405);
    assert_eq!(status("POST", "/_local/mail", "").await, 405);
    assert_eq!(status("GET", "/_local/tick", "").await, 405);
    assert_eq!(status("GET", "/_local/redeliver/", "").await, 405);
    assert_eq!(status("GET", "/_local/nothing", "").await, 404);
}

#[tokio::test]
async fn a_redelivery_needs_a_queue_that_exists_and_a_sensible_count() {
    let app = start(Options::default()).await.unwrap().app.clone();
    let (background, _stage) = background().await;
    let post = async |body: &str| ask(&app, &background, &request("POST", "/_local/redeliver", &HERE, body)).await;
    for body in [
        "",
        "[]",
        r#"{"times": 1}"#,
        r#"{"queue": "DueQueue", "times": 0}"#,
        r#"{"queue": "DueQueue", "times": 101}"#,
        r#"{"queue": "DueQueue", "times": "2"}"#,
        r#"{"queue": "DueQueue", "times": 1.5}"#,
        r#"{"queue": 7}"#,
    ] {
        let (status, told) = post(body).await;
        assert_eq!((status, &told["code"]), (400, &json!("bad_request")), "{body}");
    }
    assert_eq!(post(r#"{"queue": "NoQueue", "times": 1}"#).await.0, 404);
    for queue in ["DueQueue", "duequeue", "due-queue", "MAILQUEUE", "post", "due"] {
        let body = json!({ "queue": queue }).to_string();
        assert_eq!(post(&body).await.0, 200, "{queue}");
    }
}

#[tokio::test]
async fn mails_are_told_as_json_and_shown_as_a_page_that_trusts_none_of_them() {
    let app = start(Options::default()).await.unwrap().app.clone();
    let (background, _stage) = background().await;
    let raw = b"Subject: <script>1</script>\r\nContent-Type: text/html\r\n\r\n<b title=\"x\">hello</b>".to_vec();
    crate::embedded::mail::tests::send_raw(&background.mail.client(), "a+b@example.org", raw).await;

    let json = request("GET", "/_local/mail?to=a%2Bb@example.org", &HERE, "");
    let (status, told) = ask(&app, &background, &json).await;
    assert_eq!((status, told.as_array().unwrap().len()), (200, 1));
    assert_eq!(told[0]["html"], "<b title=\"x\">hello</b>");
    let other = request("GET", "/_local/mail?to=nobody@example.org", &HERE, "");
    assert_eq!(ask(&app, &background, &other).await.1, json!([]));

    let page = request("GET", "/_local/mail", &[HERE[0], ("accept", "text/html,*/*")], "");
    let shown = answer(&app, true, Some(&background), &page, [127, 0, 0, 1].into()).await;
    assert!(shown.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let body = std::str::from_utf8(shown.body()).unwrap();
    assert!(body.contains("&lt;script&gt;1&lt;/script&gt;") && !body.contains("<script"), "{body}");
    assert!(body.contains("srcdoc=\"&lt;base target=&quot;_blank&quot;&gt;&lt;b title=&quot;x&quot;&gt;"), "{body}");
}
