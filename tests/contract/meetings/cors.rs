//! Browsers on other origins (§1, "Headers").

use tests::person::send;
use tests::{Answer, Person, Setup, World};

const OURS: &str = "https://app.example.org";

async fn world(origins: &str) -> (World, Person) {
    let world = World::with(Setup { env: [("CORS_ORIGINS", origins.to_owned())].into(), ..Setup::default() }).await;
    let ada = world.register("ada").await;
    (world, ada)
}

async fn preflight(person: &Person, origin: &str, path: &str, method: &str) -> Answer {
    send(person, "OPTIONS", path, &[("origin", origin), ("access-control-request-method", method)], "").await
}

#[tokio::test]
async fn a_configured_origin_may_read_answers_errors_included() {
    let (_, ada) = world("https://www.example.org,https://app.example.org").await;
    for path in ["/api/users/me/", "/api/meetings/1/", "/nowhere", "/api/health/"] {
        let answer = send(&ada, "GET", path, &[("origin", OURS)], "").await;
        assert_eq!(answer.header("access-control-allow-origin"), OURS, "{answer}");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert!(answer.header("vary").to_lowercase().contains("origin"));
        let exposed = answer.header("access-control-expose-headers").to_lowercase();
        for header in ["etag", "link", "retry-after", "x-ratelimit-remaining"] {
            assert!(exposed.contains(header), "{header}");
        }
    }
    let nobody = Person { token: None, ..ada };
    let answer = send(&nobody, "GET", "/api/users/me/", &[("origin", OURS)], "").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, OURS));
}

#[tokio::test]
async fn a_configured_origin_may_ask_what_it_may_do() {
    let (_, ada) = world(OURS).await;
    let nobody = Person { token: None, ..ada };
    for path in ["/api/users/me/", "/api/users/me", "/api/meetings/", "/api/user-skills/7/"] {
        let answer = preflight(&nobody, OURS, path, "PATCH").await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, OURS), "{answer}");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(answer.header("access-control-allow-methods").contains(method), "{answer}");
        }
        for header in ["authorization", "content-type", "idempotency-key", "if-none-match"] {
            assert!(answer.header("access-control-allow-headers").to_lowercase().contains(header), "{answer}");
        }
    }
}

#[tokio::test]
async fn any_other_origin_gets_no_permission() {
    for configured in ["", OURS] {
        let (_, ada) = world(configured).await;
        for origin in
            ["https://evil.example", "null", "https://app.example.org.evil.example", "http://app.example.org", "*"]
        {
            let read = send(&ada, "GET", "/api/users/me/", &[("origin", origin)], "").await;
            assert_eq!((read.status, read.header("access-control-allow-origin")), (200, ""), "{origin}");
            let asked = preflight(&ada, origin, "/api/users/me/", "PATCH").await;
            assert_eq!(asked.header("access-control-allow-origin"), "", "{origin}");
            assert_eq!(asked.header("access-control-allow-methods"), "", "{origin}");
        }
    }
}
