//! Every operation below `/api/v1/` with a request that is in order, and with who may make it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Value as Json, json};

mod cast;
mod rooms;
mod table;

pub(crate) use cast::{Cast, Sent};
pub(crate) use table::operations;
pub(crate) use tests::person::send;

/// What `{id}` stands for, made anew for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Nothing,
    /// The expert's profile.
    Profile,
    /// An expert whom nobody else in the cast is.
    Approved,
    /// The same, suspended.
    Suspended,
    /// A consultation of client and expert: booked.
    Pending,
    /// Confirmed, and about to start.
    Startable,
    /// Started.
    Started,
    Completed,
    /// Booked, with a price in money.
    Unpaid,
    /// The payment of such a one.
    Payment,
    /// A payment that waits for its provider.
    Awaited,
    /// Somebody's application that nobody has decided on.
    Application,
    /// The client's own.
    Applied,
    /// A document of somebody's application.
    Document,
    /// The expert's.
    Absence,
    /// Of client and expert.
    Conversation,
    /// The same, blocked by the client.
    Blocked,
    /// From the client to the expert.
    Message,
    /// The client's.
    Notice,
    /// Another session of the client.
    Session,
}

/// One operation.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    /// Method and path, as in the document.
    pub(crate) name: &'static str,
    pub(crate) thing: Thing,
    /// JSON with `$words` that [`Cast::fill`] replaces, [`FILE`], or empty for none.
    pub(crate) body: &'static str,
    /// The statuses by the order of [`ROLES`].
    pub(crate) expected: [u16; 6],
    /// With its `?`, if it needs one.
    pub(crate) query: &'static str,
    /// The word of its 400s.
    pub(crate) objection: &'static str,
}

pub(crate) const ROLES: [&str; 6] = ["anonymous", "stranger", "client", "expert", "administrator", "suspended expert"];

/// Of [`ROLES`].
pub(crate) const SUSPENDED: usize = 5;

/// A body: a form with a file.
pub(crate) const FILE: &str = "a form with a file";

const fn op(name: &'static str, thing: Thing, body: &'static str, expected: [u16; 6]) -> Operation {
    Operation { name, thing, body, expected, query: "", objection: "" }
}

impl Operation {
    const fn with(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    const fn objects(self, objection: &'static str) -> Self {
        Self { objection, ..self }
    }

    pub(crate) fn method(&self) -> &'static str {
        self.name.split_once(' ').unwrap().0
    }

    pub(crate) fn path(&self) -> &'static str {
        self.name.split_once(' ').unwrap().1
    }

    /// With `{id}` and `{provider}` replaced.
    pub(crate) fn path_to(&self, thing: impl ToString) -> String {
        self.path().replace("{id}", &thing.to_string()).replace("{provider}", "paypal")
    }

    /// Who signs it, if it is no person.
    pub(crate) fn is_webhook(&self) -> bool {
        self.path().contains("/webhook/")
    }

    /// The operation in the document.
    pub(crate) fn documented(&self) -> &'static Json {
        &DOCUMENT["paths"][self.path()][self.method().to_lowercase()]
    }

    /// The schema of its JSON body, if it has one: of a row, if that is an array.
    pub(crate) fn schema(&self) -> Option<&'static Json> {
        let schema = resolved(&self.documented()["requestBody"]["content"]["application/json"]["schema"]);
        let row = resolved(&schema["items"]);
        [row, schema].into_iter().find(|schema| schema.is_object())
    }

    /// The parameters of its query.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        let parameters = self.documented()["parameters"].as_array().into_iter().flatten();
        let asked = parameters.filter(|parameter| parameter["in"] == "query");
        asked.map(|parameter| parameter["name"].as_str().unwrap())
    }

    /// Whether its path is for some only, whatever is in it: not theirs, it is 403 before anything else.
    pub(crate) fn is_for_a_role(&self) -> bool {
        let path = self.path();
        path.contains("/consultations/admin/") || path.contains("/experts/unavailability/")
    }

    /// The word of a refusal.
    pub(crate) fn word(&self, column: usize) -> &'static str {
        match self.expected[column] {
            401 => "not_authenticated",
            404 => "not_found",
            403 if self.path().contains("/consultations/experts/") && column == SUSPENDED => "suspended",
            403 if self.path().contains("/consultations/experts/") => "not_expert",
            403 => "forbidden",
            400 => self.objection,
            _ => "",
        }
    }
}

pub(crate) static DOCUMENT: LazyLock<Json> = LazyLock::new(|| serde_json::to_value(local::openapi()).unwrap());

/// A schema, or the one it refers to.
pub(crate) fn resolved(schema: &'static Json) -> &'static Json {
    match schema["$ref"].as_str() {
        Some(name) => DOCUMENT.pointer(name.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Method and path of every documented operation.
fn documented() -> BTreeSet<String> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let methods = |item: &Json| item.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    paths
        .iter()
        .filter(|(path, _)| path.starts_with("/api/v1/"))
        .flat_map(|(path, item)| methods(item).into_iter().map(move |m| format!("{} {path}", m.to_uppercase())))
        .collect()
}

#[test]
fn every_documented_operation_has_one_row_and_every_row_an_operation() {
    let mut rows = BTreeMap::new();
    for operation in operations() {
        *rows.entry(operation.name.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), documented());
    assert!(rows.values().all(|count| *count == 1), "one row each");
}

#[test]
fn a_row_has_a_body_where_the_document_has_one() {
    for operation in operations() {
        assert_eq!(operation.schema().is_some(), !operation.body.is_empty(), "{}", operation.name);
    }
}

#[test]
fn the_document_says_which_operations_need_no_session() {
    for operation in operations() {
        let is_open = operation.documented()["security"] == json!([{}]);
        assert_eq!(is_open, operation.expected[0] != 401, "{}", operation.name);
        let says = operation.documented()["security"].is_null();
        assert!(is_open || says, "{}: nothing in between", operation.name);
    }
    assert_eq!(DOCUMENT["security"], json!([{"bearer": []}]));
}

#[test]
fn what_an_operation_answers_when_it_goes_well_is_documented() {
    for operation in operations() {
        for status in operation.expected.into_iter().filter(|status| *status < 300) {
            let answer = &operation.documented()["responses"][status.to_string()];
            assert!(answer.is_object(), "{}: {status}", operation.name);
        }
    }
}
