//! Every operation of the API reference with a request that is in order, and with who may make it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use serde_json::Value as Json;
use tests::meetings::complete_a_meeting;
use tests::person::{id, stamp};
use tests::{Person, World};

/// What `{id}` stands for, made anew for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Nothing,
    Category,
    /// The expert's profile.
    Profile,
    /// A meeting of requester and expert.
    Pending,
    Completed,
    /// From the expert to the requester.
    Message,
    /// The requester's.
    Notice,
    Skill,
    Hours,
}

/// One operation.
pub(crate) struct Operation {
    /// Method and path, as in the document.
    pub(crate) name: &'static str,
    pub(crate) thing: Thing,
    /// JSON with `$words` that [`Cast::fill`] replaces; empty for none.
    pub(crate) body: &'static str,
    /// The statuses for anonymous, stranger, requester, expert, administrator.
    pub(crate) expected: [u16; 5],
}

const fn op(name: &'static str, thing: Thing, body: &'static str, expected: [u16; 5]) -> Operation {
    Operation { name, thing, body, expected }
}

const ALL: [u16; 5] = [200; 5];
const SIGNED: [u16; 5] = [401, 200, 200, 200, 200];
const CREATES: [u16; 5] = [401, 201, 201, 201, 201];
const PARTIES: [u16; 5] = [401, 404, 200, 200, 404];
const REQUESTER: [u16; 5] = [401, 404, 200, 403, 404];
const OWNER: [u16; 5] = [401, 404, 200, 404, 404];
const SKILL: &str = r#"{"skill_name": "Skill $fresh", "proficiency_level": "expert", "category": 1}"#;
const HOURS: &str = r#"{"day_of_week": 1, "start_time": "$clock", "end_time": "23:59:59"}"#;
const CHANGE: &str = r#"{"title": "Traits", "description": "All", "category_id": 2, "scheduled_start": "$start",
    "scheduled_end": "$end"}"#;
const PROFILE: &str = r#"{"first_name": "A", "last_name": "B", "bio": "C", "headline": "D", "timezone": "Europe/Berlin",
    "profile_picture": "https://example.org/a.png"}"#;

/// One row per operation. A person is a stranger to what two others share; what one may not see is 404, to an
/// administrator too.
pub(crate) const TABLE: &[Operation] = &[
    op(
        "POST /api/users/register/",
        Thing::Nothing,
        r#"{"username": "new$fresh", "email": "new$fresh@example.org", "password": "correct horse battery",
            "first_name": "New", "last_name": "Person"}"#,
        [201; 5],
    ),
    op(
        "POST /api/users/login/",
        Thing::Nothing,
        r#"{"username": "expert", "password": "correct horse battery", "otp": "1", "recovery_code": "2"}"#,
        ALL,
    ),
    op("POST /api/users/logout/", Thing::Nothing, "", SIGNED),
    op("GET /api/users/me/", Thing::Nothing, "", SIGNED),
    op("PUT /api/users/me/", Thing::Nothing, PROFILE, SIGNED),
    op("PATCH /api/users/me/", Thing::Nothing, PROFILE, SIGNED),
    op(
        "POST /api/users/me/profile_picture/",
        Thing::Nothing,
        r#"{"content_type": "image/png", "size": 1000}"#,
        CREATES,
    ),
    op("GET /api/users/", Thing::Nothing, "", SIGNED),
    op("GET /api/users/{id}/", Thing::Profile, "", SIGNED),
    op("GET /api/users/{id}/available_slots/", Thing::Profile, "", SIGNED),
    op("GET /api/categories/", Thing::Nothing, "", SIGNED),
    op("GET /api/categories/{id}/", Thing::Category, "", SIGNED),
    op("GET /api/user-skills/", Thing::Nothing, "", SIGNED),
    op("POST /api/user-skills/", Thing::Nothing, SKILL, CREATES),
    op("GET /api/user-skills/{id}/", Thing::Skill, "", OWNER),
    op("PUT /api/user-skills/{id}/", Thing::Skill, SKILL, OWNER),
    op("PATCH /api/user-skills/{id}/", Thing::Skill, SKILL, OWNER),
    op("DELETE /api/user-skills/{id}/", Thing::Skill, "", [401, 404, 204, 404, 404]),
    op("GET /api/user-availability/", Thing::Nothing, "", SIGNED),
    op("POST /api/user-availability/", Thing::Nothing, HOURS, CREATES),
    op("GET /api/user-availability/{id}/", Thing::Hours, "", OWNER),
    op("PUT /api/user-availability/{id}/", Thing::Hours, HOURS, OWNER),
    op("PATCH /api/user-availability/{id}/", Thing::Hours, HOURS, OWNER),
    op("DELETE /api/user-availability/{id}/", Thing::Hours, "", [401, 404, 204, 404, 404]),
    op("GET /api/credits/balance/", Thing::Nothing, "", SIGNED),
    op("GET /api/credit-transactions/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/payments/purchase_credits/",
        Thing::Nothing,
        r#"{"payment_method": "paypal", "amount": "2.00", "credits_to_purchase": 2}"#,
        SIGNED,
    ),
    op("POST /api/credits/transfer/", Thing::Completed, r#"{"meeting_id": $id, "amount": 2}"#, REQUESTER),
    op("GET /api/meetings/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/meetings/",
        Thing::Nothing,
        r#"{"title": "Traits", "expert_id": $expert, "scheduled_start": "$start", "scheduled_end": "$end",
            "description": "All", "category_id": 2}"#,
        [401, 201, 201, 400, 201],
    ),
    op("GET /api/meetings/{id}/", Thing::Pending, "", PARTIES),
    op("PUT /api/meetings/{id}/", Thing::Pending, CHANGE, REQUESTER),
    op("PATCH /api/meetings/{id}/", Thing::Pending, CHANGE, REQUESTER),
    op(
        "PATCH /api/meetings/{id}/update_status/",
        Thing::Pending,
        r#"{"status": "confirmed"}"#,
        [401, 404, 403, 200, 404],
    ),
    op("GET /api/reviews/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/reviews/",
        Thing::Completed,
        r#"{"meeting_id": $id, "reviewee_id": $other, "rating": 5, "review_text": "Clear"}"#,
        [401, 404, 201, 201, 404],
    ),
    op("GET /api/messages/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/messages/",
        Thing::Nothing,
        r#"{"receiver_id": $expert, "content": "Hello"}"#,
        [401, 201, 201, 400, 201],
    ),
    op("PATCH /api/messages/{id}/mark_read/", Thing::Message, "", REQUESTER),
    op("PATCH /api/messages/mark_all_read/", Thing::Message, r#"{"sender_id": $expert}"#, SIGNED),
    op("GET /api/notifications/", Thing::Nothing, "", SIGNED),
    op("GET /api/notifications/{id}/", Thing::Notice, "", OWNER),
    op("PATCH /api/notifications/{id}/", Thing::Notice, r#"{"is_read": true}"#, OWNER),
    op("PATCH /api/notifications/{id}/mark_read/", Thing::Notice, "", OWNER),
    op("PATCH /api/notifications/mark_all_read/", Thing::Notice, "", SIGNED),
    op("GET /api/health/", Thing::Nothing, "", ALL),
    op("GET /api/schema/", Thing::Nothing, "", ALL),
    op("GET /api/docs/", Thing::Nothing, "", ALL),
];

impl Operation {
    pub(crate) fn method(&self) -> &'static str {
        self.name.split_once(' ').expect("method and path").0
    }

    pub(crate) fn path(&self) -> &'static str {
        self.name.split_once(' ').expect("method and path").1
    }

    /// The operation in the document.
    pub(crate) fn documented(&self) -> &'static Json {
        &DOCUMENT["paths"][self.path()][self.method().to_lowercase()]
    }

    /// The schema of its JSON body, if it has one.
    pub(crate) fn schema(&self) -> Option<&'static Json> {
        let schema = &self.documented()["requestBody"]["content"]["application/json"]["schema"];
        resolved(schema).is_object().then(|| resolved(schema))
    }
}

pub(crate) static DOCUMENT: LazyLock<Json> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../infra/openapi.json")).expect("JSON"));

/// A schema, or the one it refers to.
pub(crate) fn resolved(schema: &'static Json) -> &'static Json {
    match schema["$ref"].as_str() {
        Some(name) => DOCUMENT.pointer(name.trim_start_matches('#')).expect("a schema of the document"),
        None => schema,
    }
}

/// Method and path of every documented operation.
pub(crate) fn documented() -> BTreeSet<String> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let methods = |item: &Json| item.as_object().expect("operations").keys().cloned().collect::<Vec<_>>();
    paths
        .iter()
        .filter(|(path, _)| !path.starts_with("/api/v1/")) // other façades have tables of their own
        .flat_map(|(path, item)| methods(item).into_iter().map(move |m| format!("{} {path}", m.to_uppercase())))
        .collect()
}

/// The people of the table.
pub(crate) struct Cast {
    pub(crate) world: World,
    /// By the order of [`Operation::expected`].
    pub(crate) people: [Person; 5],
    count: AtomicI64,
}

pub(crate) const ROLES: [&str; 5] = ["anonymous", "stranger", "requester", "expert", "administrator"];

impl Cast {
    pub(crate) async fn gather() -> Self {
        let world = World::new().await;
        let people = [
            Person::stranger(&world, "nobody"),
            world.register("stranger").await,
            world.register("requester").await,
            world.register("expert").await,
            world.admin().await,
        ];
        people[2].buys(1000).await;
        Self { world, people, count: AtomicI64::new(0) }
    }

    pub(crate) fn requester(&self) -> &Person {
        &self.people[2]
    }

    pub(crate) fn expert(&self) -> &Person {
        &self.people[3]
    }

    fn fresh(&self) -> i64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes a thing and says its id.
    pub(crate) async fn make(&self, thing: Thing) -> i64 {
        let (requester, expert) = (self.requester(), self.expert());
        match thing {
            Thing::Nothing => 0,
            Thing::Category => 1,
            Thing::Profile => expert.id,
            Thing::Pending => {
                let start = self.world.now() + TimeDelta::days(30) + TimeDelta::hours(self.fresh());
                requester.books(expert, start, 30).await
            }
            Thing::Completed => complete_a_meeting(requester, expert).await,
            // The notification of a message has its id.
            Thing::Message | Thing::Notice => id(&expert.writes(requester, "Hello").await.is(201)),
            Thing::Skill => requester.adds_skill(&format!("Art {}", self.fresh())).await,
            Thing::Hours => {
                let body = self.fill(HOURS, requester, 0);
                let body = serde_json::from_str(&body).expect("JSON");
                id(&requester.post("/api/user-availability/", body).await.is(201))
            }
        }
    }

    /// A body's text with its `$words` replaced.
    pub(crate) fn fill(&self, body: &str, person: &Person, thing: i64) -> String {
        let number = self.fresh();
        let start = self.world.now() + TimeDelta::days(90) + TimeDelta::hours(number);
        let other = if person.id == self.expert().id { self.requester() } else { self.expert() };
        body.replace("$id", &thing.to_string())
            .replace("$expert", &self.expert().id.to_string())
            .replace("$other", &other.id.to_string())
            .replace("$fresh", &number.to_string())
            .replace("$clock", &format!("{:02}:{:02}:{:02}", number / 3600 % 24, number / 60 % 60, number % 60))
            .replace("$start", &stamp(start))
            .replace("$end", &stamp(start + TimeDelta::minutes(30)))
    }
}

#[test]
fn every_documented_operation_has_one_row_and_every_row_an_operation() {
    let mut rows = BTreeMap::new();
    for operation in TABLE {
        *rows.entry(operation.name.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), documented());
    assert!(rows.values().all(|count| *count == 1), "one row each");
}

#[test]
fn a_row_has_a_body_where_the_document_has_one() {
    for operation in TABLE {
        assert_eq!(operation.schema().is_some(), !operation.body.is_empty(), "{}", operation.name);
    }
}

#[test]
fn the_document_says_which_operations_need_no_session() {
    for operation in TABLE {
        let is_open = operation.documented()["security"] == serde_json::json!([{}]);
        assert_eq!(is_open, operation.expected[0] != 401, "{}", operation.name);
    }
    assert_eq!(DOCUMENT["security"], serde_json::json!([{"bearer": []}]));
}
