//! Reading input: what is accepted, what is refused, and under which name.

use super::*;
use crate::problem::StatusCode;
use serde_json::json;

fn form(body: &str) -> Form {
    Form::from_json(body.as_bytes()).unwrap()
}

/// What a reader makes of `{"x": value}`: the value, or the first sentence about it.
fn read<K: Kind>(value: &str, kind: K) -> Result<K::Out, String> {
    one(&form(&format!("{{\"x\": {value}}}")), kind)
}

/// The same for `?x=value`.
fn read_query<K: Kind>(value: &str, kind: K) -> Result<K::Out, String> {
    one(&Form::from_query(&format!("x={value}")).unwrap(), kind)
}

fn one<K: Kind>(form: &Form, kind: K) -> Result<K::Out, String> {
    let mut fields = Fields::new(form);
    let value = fields.required("x", kind);
    let errors = serde_json::to_value(Problem::validation(fields.into_errors())).unwrap();
    value.ok_or_else(|| errors["errors"]["x"][0].as_str().unwrap().to_owned())
}

fn is_refused<K: Kind>(value: &str, kind: K) -> bool {
    read(value, kind).is_err()
}

#[test]
fn a_body_that_is_no_json_object_is_bad_json() {
    for body in
        [&b"[]"[..], b"1", b"\"a\"", b"null", b"{", b"{} x", b"{\"a\":NaN}", b"{\"a\":1,\"a\":2}", b"\xff", b" "]
    {
        let problem = Form::from_json(body).unwrap_err();
        assert_eq!((problem.status(), problem.code()), (StatusCode::BAD_REQUEST, "bad_json"), "{body:?}");
    }
    assert_eq!(Form::from_json(b"").unwrap(), Form::default());
}

#[test]
fn text_is_kept_as_sent_and_counted_in_characters() {
    assert_eq!(read(r#""  <b>żółć</b>\n""#, text(1..=200)).unwrap(), "  <b>żółć</b>\n");
    assert_eq!(read(r#""żółć""#, text(1..=4)).unwrap(), "żółć");
    assert_eq!(read(r#""żółćy""#, text(1..=4)).unwrap_err(), "This may have at most 4 characters.");
    assert_eq!(read(r#""""#, text(1..=4)).unwrap_err(), "This may not be empty.");
    assert_eq!(read(r#""ab""#, text(3..=4)).unwrap_err(), "This must have at least 3 characters.");
    assert_eq!(read(r#""  ""#, text(1..=4).not_blank()).unwrap_err(), "This may not be blank.");
    assert_eq!(read(r#""a\u0000b""#, text(..)).unwrap_err(), "This may not contain the character NUL.");
    assert_eq!(read_query("a%00b", text(..)).unwrap_err(), "This may not contain the character NUL.");
    for other in ["1", "true", "{}", "[]", r#"["a"]"#] {
        assert_eq!(read(other, text(..)).unwrap_err(), "This must be text.", "{other}");
    }
}

#[test]
fn whole_numbers_come_as_numbers_or_numeric_text() {
    for value in ["5", r#""5""#, "5.0", "50e-1"] {
        assert_eq!(read(value, integer(1..=5)), Ok(5), "{value}");
    }
    assert_eq!(read_query("5", integer(1..=5)), Ok(5));
    for value in ["true", "1.5", r#""1.5""#, r#"" 5""#, r#""""#, r#""five""#, "{}", "[5]"] {
        assert_eq!(read(value, integer(1..=5)).unwrap_err(), "This must be a whole number.", "{value}");
    }
    assert_eq!(read("0", integer(1..=5)).unwrap_err(), "This must be between 1 and 5.");
    assert_eq!(read("1e99", integer(1..=5)).unwrap_err(), "This number is too large.");
    assert_eq!(read("-6", integer(1..=5)).unwrap_err(), "This must be between 1 and 5.");
}

#[test]
fn ids_are_whole_numbers_up_to_2_pow_53() {
    use domain::ids::UserId;
    assert_eq!(read(r#""7""#, id::<UserId>()), Ok(UserId::new(7).unwrap()));
    for value in ["0", "-1", "9007199254740993", "1.5", "true", r#""x""#] {
        assert_eq!(read(value, id::<UserId>()).unwrap_err(), "This must be an id.", "{value}");
    }
}

#[test]
fn money_is_exact() {
    for value in [r#""10.00""#, r#""10""#, "10", "10.0", "1e1"] {
        assert_eq!(read(value, money()), Ok(1000), "{value}");
    }
    assert_eq!(read("0.1", money()), Ok(10));
    assert_eq!(read("10.001", money()).unwrap_err(), "This may have at most 2 decimals.");
    for value in ["-1", "true", r#""10,00""#, r#""$10""#, "null"] {
        assert!(is_refused(value, money()), "{value}");
    }
}

#[test]
fn booleans_are_json_booleans_and_words_only_in_a_query() {
    assert_eq!(read("true", boolean()), Ok(true));
    assert_eq!(read_query("False", boolean()), Ok(false));
    for value in [r#""true""#, "1", "0", r#""""#] {
        assert!(is_refused(value, boolean()), "{value}");
    }
    for value in ["1", "yes", ""] {
        assert!(read_query(value, boolean()).is_err(), "{value}");
    }
}

#[test]
fn a_choice_is_spelt_exactly() {
    const ROLES: &[(&str, u8)] = &[("requester", 1), ("expert", 2)];
    assert_eq!(read(r#""expert""#, one_of(ROLES)), Ok(2));
    for value in [r#""Expert""#, r#""""#, r#""admin""#] {
        assert_eq!(read(value, one_of(ROLES)).unwrap_err(), "This must be one of: requester, expert.");
    }
    assert!(is_refused("2", one_of(ROLES)));
}

#[test]
fn times_are_text() {
    assert_eq!(read(r#""2025-03-20T10:00:00""#, time()).unwrap().timestamp(), 1_742_464_800);
    assert_eq!(read_query("2025-03-20T12:00:00+02:00", time()).unwrap().timestamp(), 1_742_464_800);
    for value in ["1742464800", r#""tomorrow""#, "{}"] {
        assert!(is_refused(value, time()), "{value}");
    }
}

#[test]
fn a_domain_parser_gives_its_own_sentence() {
    let even = |n: i64| {
        if n % 2 == 0 { Ok(n / 2) } else { Err("Only pairs.") }
    };
    assert_eq!(read("4", integer(0..=9).then(even)), Ok(2));
    assert_eq!(read("3", integer(0..=9).then(even)).unwrap_err(), "Only pairs.");
    let upper = |word: &str| {
        if word.is_empty() { Err("Say something.") } else { Ok(word.to_uppercase()) }
    };
    assert_eq!(read(r#""a""#, text(..).parse(upper)).unwrap(), "A");
    assert_eq!(read(r#""""#, text(..).parse(upper)).unwrap_err(), "Say something.");
}

#[test]
fn a_value_sent_twice_in_a_query_is_refused() {
    assert_eq!(read_query("1&x=2", integer(0..=9)).unwrap_err(), "Give this only once.");
    assert_eq!(read_query("a&x=a", text(..)).unwrap_err(), "Give this only once.");
}

#[test]
fn absent_null_and_a_value_are_three_things() {
    let mut sent = vec![];
    for body in ["{}", r#"{"x":null}"#, r#"{"x":3}"#] {
        sent.push(Fields::new(&form(body)).nullable("x", integer(1..=9)).unwrap());
    }
    assert_eq!(sent, [FieldValue::Absent, FieldValue::Null, FieldValue::Value(3)]);
    assert_eq!(sent.iter().map(|x| x.change()).collect::<Vec<_>>(), [None, Some(None), Some(Some(3))]);
}

#[test]
fn null_is_refused_where_a_field_does_not_say_it_may_be() {
    let form = form(r#"{"x":null}"#);
    let mut fields = Fields::new(&form);
    assert_eq!(fields.required("x", text(..)), None);
    assert_eq!(fields.optional("x", text(..)), None);
    assert_eq!(fields.or("x", text(..), "default"), None);
    assert_eq!(fields.into_errors().names().collect::<Vec<_>>(), ["x"]);
}

#[test]
fn the_first_name_wins_over_its_aliases_and_errors_come_under_it() {
    let both = form(r#"{"expert":1,"expert_id":2}"#);
    assert_eq!(Fields::new(&both).required(["expert_id", "expert"], integer(1..=9)), Some(2));
    let alias = form(r#"{"expert":"x"}"#);
    let mut fields = Fields::new(&alias);
    assert_eq!(fields.required(["expert_id", "expert"], integer(1..=9)), None);
    assert_eq!(fields.into_errors().names().collect::<Vec<_>>(), ["expert_id"]);
}

struct Sample {
    title: String,
    stars: i64,
    note: String,
}

impl Parse for Sample {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.required("title", text(1..=5));
        let stars = fields.required("stars", integer(1..=5));
        let note = fields.or("note", text(..=3), "-");
        if title.as_deref() == Some("cross") {
            return fields.refuse("stars", "Not with this title.");
        }
        Some(Self { title: title?, stars: stars?, note: note? })
    }
}

#[test]
fn all_refusals_of_a_body_come_at_once() {
    let problem = parse::<Sample>(&form(r#"{"stars":9,"note":"long","id":1}"#)).err().unwrap();
    assert_eq!(
        serde_json::to_value(&problem).unwrap(),
        json!({
            "error": "Several fields are missing or not valid.",
            "code": "validation",
            "errors": {
                "title": ["This field is required."],
                "stars": ["This must be between 1 and 5."],
                "note": ["This may have at most 3 characters."],
            }
        })
    );
    let problem = parse::<Sample>(&form(r#"{"title":"cross","stars":1}"#)).err().unwrap();
    assert_eq!(problem.sentence(), "stars: Not with this title.");
}

#[test]
fn unknown_fields_are_ignored_and_defaults_filled_in() {
    let sample: Sample = parse(&form(r#"{"title":"a","stars":"3","balance":9,"x":{"y":[]}}"#)).unwrap();
    assert_eq!((sample.title.as_str(), sample.stars, sample.note.as_str()), ("a", 3, "-"));
}
