//! What a façade says of itself, so that every façade keeps the same contract: its operations, its people, its words.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use serde_json::Value as Json;
use tests::bucket::{FORM, Part, form};
use tests::consultations::vetting::PDF;
use tests::person::send;
use tests::{Answer, Person, World};

pub(crate) const JSON: &str = "application/json";

/// A body: a form with a file.
pub(crate) const FILE: &str = "a form with a file";

/// A body with its content type.
pub(crate) type Sent = (&'static str, Bytes);

/// One operation. `T`: what `{id}` stands for, made anew for each request.
#[derive(Clone, Copy)]
pub(crate) struct Operation<T: Copy + 'static> {
    /// Method and path, as in the document.
    pub(crate) name: &'static str,
    pub(crate) thing: T,
    /// JSON with `$words` that [`Contract::fill`] replaces, [`FILE`], or empty for none.
    pub(crate) body: &'static str,
    /// The statuses by the order of [`Contract::ROLES`].
    pub(crate) expected: &'static [u16],
    /// With its `?`, if it needs one.
    pub(crate) query: &'static str,
    /// The word of its 400s.
    pub(crate) objection: &'static str,
    /// Fields of which one is enough.
    pub(crate) choice: &'static str,
    /// Its file comes in a form, and what is too large for that goes through the file store.
    pub(crate) takes_a_file: bool,
    /// A body is read, forms too, although the document does not say so; one of its fields is enough.
    pub(crate) reads_forms: bool,
    /// Whoever has done it cannot sign in again as before.
    pub(crate) works_once: bool,
    /// What it acts on is named in its body, which so has to be read first.
    pub(crate) names_it_in_its_body: bool,
}

pub(crate) const fn op<T: Copy>(
    name: &'static str,
    thing: T,
    body: &'static str,
    expected: &'static [u16],
) -> Operation<T> {
    Operation {
        name,
        thing,
        body,
        expected,
        query: "",
        objection: "",
        choice: "",
        takes_a_file: false,
        reads_forms: false,
        works_once: false,
        names_it_in_its_body: false,
    }
}

impl<T: Copy> Operation<T> {
    pub(crate) const fn with(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    pub(crate) const fn objects(self, objection: &'static str) -> Self {
        Self { objection, ..self }
    }

    pub(crate) const fn one_of(self, choice: &'static str) -> Self {
        Self { choice, ..self }
    }

    pub(crate) const fn takes_a_file(self) -> Self {
        Self { takes_a_file: true, ..self }
    }

    pub(crate) const fn reads_forms(self) -> Self {
        Self { reads_forms: true, ..self }
    }

    pub(crate) const fn works_once(self) -> Self {
        Self { works_once: true, ..self }
    }

    pub(crate) const fn names_it_in_its_body(self) -> Self {
        Self { names_it_in_its_body: true, ..self }
    }

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

    /// The schema of its JSON body, if it has one: of a row, if that is an array.
    pub(crate) fn schema(&self) -> Option<&'static Json> {
        let schema = resolved(&self.documented()["requestBody"]["content"][JSON]["schema"]);
        let row = resolved(&schema["items"]);
        [row, schema].into_iter().find(|schema| schema.is_object())
    }

    /// The parameters of its query.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        let parameters = self.documented()["parameters"].as_array().into_iter().flatten();
        let asked = parameters.filter(|parameter| parameter["in"] == "query");
        asked.map(|parameter| parameter["name"].as_str().expect("a name"))
    }

    /// What the document says of a parameter's values.
    pub(crate) fn parameter_schema(&self, name: &str) -> &'static Json {
        let parameters = self.documented()["parameters"].as_array().into_iter().flatten();
        parameters
            .filter(|parameter| parameter["name"] == name)
            .map(|parameter| &parameter["schema"])
            .next()
            .expect(name)
    }
}

/// A façade, as its contract sees it.
pub(crate) trait Contract: Sized + 'static {
    type Thing: Copy + PartialEq + 'static;

    /// The first has no session; by the second to the fourth what is asked in order is asked.
    const ROLES: &'static [&'static str];
    /// Every word the specification's table of errors has.
    const CODES: &'static str;
    /// Other names of fields, which the document does not list.
    const ALIASES: &'static str;
    /// Parameters that take any text.
    const FREE_PARAMETERS: &'static str;
    /// Somebody's own profile, something to create and something else, for requests with odd headers.
    const PROBES: [(&'static str, &'static str); 3];

    /// Whether a page past the end is there, and empty.
    const GOES_ON_PAST_THE_END: bool = true;

    /// Whether 403 and 404 come before what is wrong with a body; 401 always does.
    const REFUSES_FIRST: bool;

    /// One row per operation.
    fn operations() -> impl Iterator<Item = &'static Operation<Self::Thing>>;

    /// Whether a documented path is this façade's.
    fn has(path: &str) -> bool;

    /// The word of its 403s.
    fn forbids(_operation: &Operation<Self::Thing>, _column: usize) -> &'static str {
        "forbidden"
    }

    /// Whether its path is for some only, whatever is in it: not theirs, it is 403 before anything else.
    fn is_for_a_role(_operation: &Operation<Self::Thing>) -> bool {
        false
    }

    /// Whether an operation that needs no session does not even look at a bad token.
    fn ignores_tokens(operation: &Operation<Self::Thing>) -> bool;

    /// JSON that a field of this kind does not take, beside what no façade takes.
    fn wrong_for(_kind: &str) -> &'static [&'static str] {
        &[]
    }

    /// Whether a field's wrong values are a story of their own.
    fn has_a_story(_operation: &Operation<Self::Thing>, _field: &str) -> bool {
        false
    }

    fn path_to(operation: &Operation<Self::Thing>, thing: &str) -> String {
        operation.path().replace("{id}", thing)
    }

    /// Who signs its bytes, if it is no person.
    fn signature(_operation: &Operation<Self::Thing>, _body: &[u8]) -> Option<(&'static str, String)> {
        None
    }

    async fn gather() -> Cast<Self>;

    /// Makes a thing and says its id.
    async fn make(cast: &Cast<Self>, thing: Self::Thing) -> i64;

    /// A text with its `$words` replaced.
    async fn fill(cast: &Cast<Self>, person: &Person, text: &str, thing: i64) -> String;

    /// The machine word that goes with the status of a cell.
    fn word(operation: &Operation<Self::Thing>, column: usize) -> &'static str {
        match operation.expected[column] {
            401 => "not_authenticated",
            403 => Self::forbids(operation, column),
            404 => "not_found",
            400 => operation.objection,
            _ => "",
        }
    }
}

/// The people of a table, and what they have.
pub(crate) struct Cast<C> {
    pub(crate) world: World,
    /// By the order of [`Contract::ROLES`].
    pub(crate) people: Vec<Person>,
    count: AtomicI64,
    contract: std::marker::PhantomData<C>,
}

impl<C: Contract> Cast<C> {
    pub(crate) fn of(world: World, people: Vec<Person>) -> Self {
        assert_eq!(people.len(), C::ROLES.len());
        Self { world, people, count: AtomicI64::new(1), contract: std::marker::PhantomData }
    }

    pub(crate) fn fresh(&self) -> i64 {
        self.count.fetch_add(1, Ordering::Relaxed)
    }

    /// Who books.
    pub(crate) fn learner(&self) -> &Person {
        &self.people[2]
    }

    pub(crate) fn expert(&self) -> &Person {
        &self.people[3]
    }

    /// A session of their own: logging out ends it.
    pub(crate) async fn somebody(&self, column: usize) -> Person {
        match &self.people[column] {
            person if person.token.is_some() => person.logs_in().await,
            anonymous => anonymous.clone(),
        }
    }

    /// The body of a request that is in order.
    pub(crate) async fn body(&self, person: &Person, operation: &Operation<C::Thing>, thing: i64) -> Sent {
        match operation.body {
            "" => ("", Bytes::new()),
            FILE => (FORM, form(&[Part::File("file", "a.pdf", "application/pdf", PDF)]).into()),
            text => (JSON, C::fill(self, person, text, thing).await.into()),
        }
    }

    /// Somebody asks for an operation on a thing.
    pub(crate) async fn asks(&self, person: &Person, operation: &Operation<C::Thing>, thing: i64) -> Answer {
        let sent = self.body(person, operation, thing).await;
        self.sends(person, operation, &thing.to_string(), sent).await
    }

    /// The same with another id or another body.
    pub(crate) async fn sends(
        &self,
        person: &Person,
        operation: &Operation<C::Thing>,
        thing: &str,
        sent: Sent,
    ) -> Answer {
        let path = C::path_to(operation, thing) + &C::fill(self, person, operation.query, 0).await;
        self.sends_to(person, operation, (operation.method(), &path), &[], sent).await
    }

    /// The same with another method or path and with more headers.
    pub(crate) async fn sends_to(
        &self,
        person: &Person,
        operation: &Operation<C::Thing>,
        (method, path): (&str, &str),
        more: &[(&str, &str)],
        (kind, body): Sent,
    ) -> Answer {
        let signature = C::signature(operation, &body);
        let signed = signature.as_ref().map(|(name, value)| (*name, value.as_str()));
        let is_replaced = more.iter().any(|(name, _)| *name == "content-type");
        let kind = (!is_replaced).then_some(("content-type", kind));
        let headers: Vec<_> = kind.into_iter().chain(signed).chain(more.iter().copied()).collect();
        send(person, method, path, &headers, body).await
    }
}

pub(crate) static DOCUMENT: LazyLock<Json> =
    LazyLock::new(|| serde_json::to_value(local::openapi()).expect("the document is JSON"));

/// A schema, or the one it refers to.
pub(crate) fn resolved(schema: &'static Json) -> &'static Json {
    match schema["$ref"].as_str() {
        Some(name) => DOCUMENT.pointer(name.trim_start_matches('#')).expect("a schema of the document"),
        None => schema,
    }
}

/// Method and path of every documented operation of a façade.
pub(crate) fn documented<C: Contract>() -> BTreeSet<String> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let methods = |item: &Json| item.as_object().expect("operations").keys().cloned().collect::<Vec<_>>();
    paths
        .iter()
        .filter(|(path, _)| C::has(path))
        .flat_map(|(path, item)| methods(item).into_iter().map(move |m| format!("{} {path}", m.to_uppercase())))
        .collect()
}

macro_rules! tests_of {
    ($contract:ty: $($module:ident { $($test:ident,)+ })+) => {$(
        mod $module {
            $(#[tokio::test]
            async fn $test() {
                crate::$module::$test::<$contract>().await;
            })+
        }
    )+};
}
pub(crate) use tests_of;

/// The tests of a façade: all that every façade has to pass.
macro_rules! keeps_the_contract {
    ($contract:ty) => {
        crate::contract::tests_of! { $contract:
            operations {
                every_documented_operation_has_one_row_and_every_row_an_operation,
                a_row_has_a_body_where_the_document_has_one,
                the_document_says_which_operations_need_no_session,
                what_an_operation_answers_when_it_goes_well_is_documented,
            }
            access {
                everybody_gets_what_the_table_says,
                what_does_not_exist_looks_like_what_one_may_not_see,
                who_may_not_is_told_so_whatever_they_send,
                a_bad_token_is_refused_even_where_none_is_needed_but_not_where_one_is_made,
                whoever_is_refused_has_changed_nothing,
            }
            fields {
                a_value_of_the_wrong_type_is_blamed_on_its_field,
                what_the_document_requires_bounds_and_calls_nullable_is_so,
                a_hostile_value_in_any_field_gets_a_calm_answer,
                what_a_client_may_not_set_is_not_even_looked_at,
                a_body_that_is_no_json_object_is_refused_by_every_operation_that_has_one,
            }
            headers {
                odd_headers_get_a_calm_answer,
                many_and_repeated_headers_get_a_calm_answer,
                a_forged_token_of_a_suspiciously_good_shape_is_refused,
            }
            mutations {
                requests_changed_at_random_get_a_calm_answer,
            }
            maintenance {
                every_write_waits_for_maintenance_to_end_and_every_read_goes_on,
                every_write_says_that_maintenance_may_stop_it,
            }
            requests {
                an_id_in_a_path_that_is_no_id_is_404,
                a_hostile_query_gets_a_calm_answer,
                a_value_that_no_parameter_has_is_blamed_on_its_parameter,
                pages_are_counted_from_one_and_not_too_deep,
                a_method_a_path_does_not_know_is_said_to_be_so,
                a_body_where_none_is_needed_does_no_harm,
            }
        }
    };
}
pub(crate) use keeps_the_contract;
