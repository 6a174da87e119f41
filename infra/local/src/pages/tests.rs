//! The pages as a browser on this machine gets them, over the gateway's own port.

use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::json;

use crate::embedded::table::tests;
use crate::{Options, Running, start};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use table::Value;

async fn ask(running: &Running, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response<String> {
    let mut request = Request::builder().method(method).uri(format!("{}{path}", running.base_url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    let (head, body) = client.request(request.body(body).unwrap()).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
}

async fn page(running: &Running, path: &str) -> String {
    let page = ask(running, "GET", path, &[], "").await;
    assert_eq!(page.status(), StatusCode::OK, "{path}: {}", page.body());
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
    assert!(!page.body().contains("<script") && !page.body().contains("https://"), "{}", page.body());
    page.into_body()
}

const HOSTILE: &str = "<script>alert(1)</script>";

/// Somebody whose name is a piece of HTML.
async fn registers(running: &Running) -> i64 {
    let body =
        json!({"username": "eve", "email": "eve@example.org", "password": "correct-horse", "first_name": HOSTILE});
    let headers = [("content-type", "application/json")];
    let account = ask(running, "POST", "/api/users/register/", &headers, &body.to_string()).await;
    assert_eq!(account.status(), StatusCode::CREATED, "{}", account.body());
    serde_json::from_str::<serde_json::Value>(account.body()).unwrap()["id"].as_i64().unwrap()
}

#[tokio::test]
async fn the_front_page_names_the_port_it_is_served_on() {
    let running = start(Options::default()).await.unwrap();
    let front = page(&running, "/").await;
    assert!(front.contains(&format!("curl -s {}/api/users/register/", running.base_url)), "{front}");
    assert!(!front.contains("localhost:8000"));
    for link in ["/_local/requests", "/_local/table", "/_local/people"] {
        assert!(front.contains(&format!("href=\"{link}\"")), "{link}");
    }
}

#[tokio::test]
async fn the_last_requests_are_shown_with_id_time_and_units() {
    let running = start(Options::default()).await.unwrap();
    registers(&running).await;
    let sent = ask(&running, "GET", "/api/health/?token=secret", &[], "").await;
    let id = sent.headers()["apigw-requestid"].to_str().unwrap().to_owned();
    let escaped = ask(&running, "GET", "/api/%3Cb%3E'x/", &[], "").await;
    assert_eq!(escaped.status(), StatusCode::NOT_FOUND);
    let requests = page(&running, "/_local/requests").await;
    assert!(requests.contains(&id) && requests.contains("GET /api/health/"), "{requests}");
    assert!(!requests.contains("secret"), "a query may hold a token");
    let line = requests.lines().find(|line| line.contains("POST /api/users/register/")).unwrap();
    let numbers: Vec<f64> = line
        .split("<td class=\"number\">")
        .skip(1)
        .map(|cell| cell.split('<').next().unwrap().parse().unwrap())
        .collect();
    assert!(numbers.len() == 4 && numbers[0] > 0.0 && numbers[2] >= 4.0 && numbers[3] >= 1.0, "{line}");
    for _ in 0..510 {
        ask(&running, "GET", "/api/health/", &[], "").await;
    }
    assert_eq!(page(&running, "/_local/requests").await.matches("GET /api/health/").count(), 500);
}

#[tokio::test]
async fn the_table_is_shown_one_partition_at_a_time_in_words() {
    let running = start(Options::default()).await.unwrap();
    let id = registers(&running).await;
    let all = page(&running, "/_local/table").await;
    let words = format!("<td>person {id}</td>");
    let line = all.lines().find(|line| line.contains(&words)).unwrap_or_else(|| panic!("{all}"));
    let link = line.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#38;", "&");
    let person = page(&running, &link).await;
    for part in ["profile", "balance in credit", "credential", "(not shown)", "alert(1)"] {
        assert!(person.contains(part), "{part}: {person}");
    }
    assert!(!person.contains("argon2") && !person.contains(HOSTILE));
    let from = page(&running, "/_local/table?after=U%23").await;
    assert!(from.contains(&words) && !from.contains(">login name"), "{from}");
    let nobody = page(&running, "/_local/table?partition=%3Cscript%3E").await;
    assert!(nobody.contains("Nothing is here."));
}

/// How often a text stands on a page and on those behind it, and how many pages these are.
async fn on_all_pages(running: &Running, path: &str, text: &str) -> (usize, usize) {
    let (mut count, mut pages, mut next) = (0, 0, Some(path.to_owned()));
    while let Some(path) = next {
        let page = page(running, &path).await;
        pages += 1;
        count += page.matches(text).count();
        let more = page.split("<p><a href=\"").nth(1).filter(|_| page.contains(">More<"));
        next = more.map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
    }
    (count, pages)
}

#[tokio::test]
async fn partitions_and_items_come_a_hundred_at_a_time_and_all_of_them() {
    let running = start(Options::default()).await.unwrap();
    let of = |pk: String, sk: String| tests::item(&pk, &sk, &[("filler", Value::S("x".repeat(20_000)))]);
    let small = (0..230).map(|number| of(format!("ZZ#{number:03}"), "Z".to_owned()));
    let large = (0..230).map(|number| of("ZZ#large".to_owned(), format!("M#{number:03}")));
    running.table().unwrap().fill(&small.chain(large).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(on_all_pages(&running, "/_local/table?after=ZZ", "<code>ZZ#").await, (231, 3));
    assert_eq!(on_all_pages(&running, "/_local/table?after=ZZ%23229", "<td class=\"number\">230</td>").await, (1, 1));
    // No more than a megabyte at a time, either.
    assert_eq!(on_all_pages(&running, "/_local/table?partition=ZZ%23large", "<code>M#").await, (230, 5));
}

#[tokio::test]
async fn one_signs_in_as_anybody_of_the_demo_and_as_nobody_else() {
    let running = start(Options { demo: true, ..Options::default() }).await.unwrap();
    let people = page(&running, "/_local/people").await;
    let logins: Vec<_> =
        people.split("name=\"login\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(logins.len() > 10, "{people}");
    let form = [("content-type", "application/x-www-form-urlencoded"), ("origin", running.base_url.as_str())];
    for login in [logins[0], "ingrid.solberg", "admin@example.org"] {
        assert!(logins.contains(&login));
        let session =
            ask(&running, "POST", "/_local/people", &form, &format!("login={}", login.replace('@', "%40"))).await;
        assert_eq!(session.status(), StatusCode::OK, "{}", session.body());
        // Otherwise a browser would send the next form with the origin of nobody.
        assert_eq!(session.headers()["referrer-policy"], "same-origin");
        let token = session.body().split("<pre>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let bearer = format!("Bearer {token}");
        let me = ask(&running, "GET", "/api/users/me/", &[("authorization", &bearer)], "").await;
        assert_eq!(me.status(), StatusCode::OK, "{login}: {}", me.body());
    }
    for nobody in ["nobody", "<script>alert(1)</script>", ""] {
        let refused = ask(&running, "POST", "/_local/people", &form, &format!("login={nobody}")).await;
        assert_eq!(refused.status(), StatusCode::NOT_FOUND, "{nobody}");
        assert!(!refused.body().contains("<script"));
    }
}

#[tokio::test]
async fn the_issuer_of_the_demo_believes_everybody_and_there_is_none_without_it() {
    let running = start(Options { demo: true, ..Options::default() }).await.unwrap();
    let begun = ask(&running, "GET", "/api/auth/google/?role=mentor", &[], "").await;
    assert_eq!(begun.status(), StatusCode::FOUND, "{}", begun.body());
    let header = |name: &str| begun.headers()[name].to_str().unwrap().to_owned();
    let (cookie, location) = (header("set-cookie"), header("location"));
    let path = location.strip_prefix(&running.base_url).unwrap();
    let choice = page(&running, &format!("{path}&name={}&email=eve%40example.org", "Eve+%3Cb%3E")).await;
    assert!(!choice.contains("<b>") && choice.contains("alan@example.com"), "{choice}");
    let link = choice.split("href=\"").find(|rest| rest.contains("/callback/")).unwrap().split('"').next().unwrap();
    let link = link.replace("&#38;", "&");
    let back = link.strip_prefix(&running.base_url).unwrap();
    let cookie = [("cookie", cookie.split(';').next().unwrap())];
    let let_in = ask(&running, "GET", back, &cookie, "").await;
    assert_eq!(let_in.status(), StatusCode::OK, "{}", let_in.body());
    let session: serde_json::Value = serde_json::from_str(let_in.body()).unwrap();
    assert_eq!((&session["created"], &session["user"]["name"]), (&json!(true), &json!("Eve <b>")));
    assert_eq!(ask(&running, "GET", back, &cookie, "").await.status(), StatusCode::BAD_REQUEST);
    let elsewhere = path.replace("localhost", "evil.example");
    assert_eq!(ask(&running, "GET", &elsewhere, &[], "").await.status(), StatusCode::BAD_REQUEST);
    let plain = start(Options::default()).await.unwrap();
    assert_eq!(ask(&plain, "GET", "/api/auth/google/", &[], "").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(ask(&plain, "GET", path, &[], "").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_pages_are_for_this_machine_only() {
    let running = start(Options::default()).await.unwrap();
    for path in ["/_local/requests", "/_local/table", "/_local/people"] {
        for headers in [[("host", "evil.example")], [("origin", "https://evil.example")], [("origin", "null")]] {
            assert_eq!(ask(&running, "GET", path, &headers, "").await.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(
                ask(&running, "POST", path, &headers, "login=x").await.status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        assert_eq!(ask(&running, "DELETE", path, &[], "").await.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}
