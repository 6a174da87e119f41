//! A table carried out by an export and begun anew elsewhere: whole, or without its people.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local::embedded::record::item as dynamodb_json;
use local::{Data, Options, Running, export, start};
use serde_json::{Value, json};
use store::Kind;
use store::lines::StoredItem;
use store::pseudonyms::said_by_people;

/// A directory that is gone at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn make() -> Self {
        let path = std::env::temp_dir().join(format!("expertconnect-carried-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn to(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn ask(running: &Running, token: &str, method: Method, path: &str, body: Value) -> Value {
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", running.base_url))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(Full::new(Bytes::from(body.to_string())))
        .unwrap();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.unwrap().into_body().collect().await.unwrap();
    serde_json::from_slice(&answer.to_bytes()).unwrap_or_default()
}

/// Every item of the table, by its key.
fn items(running: &Running) -> BTreeMap<String, Value> {
    let mut items = BTreeMap::new();
    let add = |item: table::Item| {
        let key = table::Key::of(&item);
        items.insert(format!("{} {}", key.pk, key.sk), dynamodb_json(&item));
    };
    running.table().unwrap().each(add).unwrap();
    items
}

/// The directory S3 would hold after an export, in two files.
fn exported(items: &BTreeMap<String, Value>, to: &Path) {
    let folder = to.join("AWSDynamoDB").join("01700000000000-abcdef12");
    fs::create_dir_all(folder.join("data")).unwrap();
    let all: Vec<_> = items.values().collect();
    let mut manifest = String::new();
    for (number, half) in all.chunks(all.len().div_ceil(2)).enumerate() {
        let mut data = GzEncoder::new(Vec::new(), Compression::fast());
        half.iter().for_each(|item| writeln!(data, "{}", json!({"Item": item})).unwrap());
        fs::write(folder.join("data").join(format!("{number}.json.gz")), data.finish().unwrap()).unwrap();
        let key = format!("some/prefix/AWSDynamoDB/01700000000000-abcdef12/data/{number}.json.gz");
        manifest += &json!({"itemCount": half.len(), "md5Checksum": "", "etag": "", "dataFileS3Key": key}).to_string();
        manifest.push('\n');
    }
    fs::write(folder.join("manifest-files.json"), manifest).unwrap();
    let summary = json!({"outputFormat": "DYNAMODB_JSON", "exportType": "FULL_EXPORT", "itemCount": all.len()});
    fs::write(folder.join("manifest-summary.json"), summary.to_string()).unwrap();
}

fn begun_with(import: &Path, data: Data) -> Options {
    // Nothing moves by itself, so that the tables can be compared.
    Options { import: Some(import.to_owned()), data, pollers: false, ..Options::default() }
}

async fn is_sound(running: &Running) {
    let ledger = ask(running, "", Method::GET, "/_local/ledger", Value::Null).await;
    assert_eq!(ledger["entries_sum"], json!({"credit": 0, "INR": 0}), "{ledger}");
    for findings in ["mismatched_balances", "orphan_quanta", "orphan_holds"] {
        assert_eq!(ledger[findings], json!([]), "{findings}");
    }
}

fn lines(out: &Path) -> Vec<StoredItem> {
    let files = fs::read_dir(out).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    files.flat_map(|text| text.lines().map(|line| StoredItem::from_line(line).unwrap()).collect::<Vec<_>>()).collect()
}

/// Words of at least so many letters, in small ones.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 4);
    words.map(str::to_lowercase)
}

async fn is_whole(original: &BTreeMap<String, Value>, out: &Path, scratch: &Scratch) {
    let home = scratch.to("begun");
    let copy = start(begun_with(out, Data::Dir(home.clone()))).await.unwrap();
    assert_eq!(&items(&copy), original);
    is_sound(&copy).await;
    let login = json!({"username": "nora.lind", "password": "teach-me-something"});
    let session = ask(&copy, "", Method::POST, "/api/users/login/", login).await;
    let token = session["token"].as_str().unwrap();
    let meetings = ask(&copy, token, Method::GET, "/api/meetings/", Value::Null).await;
    assert!(meetings.as_array().is_some_and(|meetings| !meetings.is_empty()), "{meetings}");
    let found = ask(&copy, token, Method::GET, "/api/users/?skill=rust", Value::Null).await;
    assert!(found.to_string().contains("ingrid.solberg"), "{found}");
    // What was told there is no news here.
    ask(&copy, "", Method::POST, "/_local/tick", Value::Null).await;
    let mails = ask(&copy, "", Method::GET, "/_local/mail", Value::Null).await;
    assert_eq!(mails.as_array().map(Vec::len), Some(0), "{mails}");
    is_sound(&copy).await;
    copy.stop().await;

    let again = start(begun_with(out, Data::Dir(home.clone()))).await.map(drop).unwrap_err().to_string();
    assert!(again.contains("is not empty"), "{again}");
    // A crash in the middle of it.
    let half = scratch.to("half");
    fs::create_dir_all(&half).unwrap();
    fs::write(half.join("table.redb.new"), "half a table").unwrap();
    let told = start(Options { data: Data::Dir(half.clone()), ..Options::default() }).await.map(drop).unwrap_err();
    assert!(told.to_string().contains("has not come to its end"), "{told}");
    let whole = start(begun_with(out, Data::Dir(half))).await.unwrap();
    assert_eq!(&items(&whole), original);
    whole.stop().await;
}

async fn is_without_its_people(original: &BTreeMap<String, Value>, out: &Path) {
    let before: Vec<_> =
        original.values().map(|item| StoredItem::from_export(&json!({"Item": item}).to_string()).unwrap()).collect();
    let said: Vec<_> = before.iter().flat_map(said_by_people).map(|(_, text)| text).collect();
    let originals: BTreeSet<_> = said.iter().flat_map(|text| words(text)).collect();
    assert!(originals.contains("nora") && originals.contains("solberg") && originals.contains("argon2id"));
    let after = lines(out);
    for (attribute, text) in after.iter().flat_map(said_by_people) {
        // The form of a hash, and of an address, is everybody's.
        let known = ["argon2id", "19456", "example", "https", "pictures", "documents"];
        let kept: Vec<_> = words(&text).filter(|word| originals.contains(word)).collect();
        assert!(kept.iter().all(|word| known.contains(&word.as_str())), "{attribute}: {kept:?} in {text}");
    }
    // Keys and whatever else a line has.
    let whole: String =
        fs::read_dir(out).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    for text in said.iter().filter(|text| text.chars().count() >= 10) {
        assert!(!whole.contains(text.as_str()), "{text}");
    }
    for name in ["nora.lind", "Solberg", "solberg", "admin@", "example.org"] {
        assert!(!whole.contains(name), "{name}");
    }

    let copy = start(begun_with(out, Data::Memory)).await.unwrap();
    is_sound(&copy).await;
    let table = items(&copy);
    let kind = |item: &Value| store::key_in_words(item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap());
    let of = |wanted: Kind| table.values().filter(move |item| kind(item).is_some_and(|named| named.kind == wanted));
    let guarded: BTreeSet<_> = of(Kind::LoginName).map(|item| item["pk"]["S"].as_str().unwrap()).collect();
    for profile in of(Kind::Profile) {
        for name in ["username", "email"] {
            let guard = format!("LOGIN#{}", profile[name]["S"].as_str().unwrap().to_lowercase());
            assert!(guarded.contains(guard.as_str()), "{guard}");
        }
    }
    let experts = ask(&copy, "", Method::GET, "/api/v1/consultations/experts/?page_size=50", Value::Null).await;
    assert_eq!(experts["count"], 13, "{experts}");
    let learner = json!({"username": "newcomer", "email": "newcomer@example.org", "password": "correct-horse"});
    let session = ask(&copy, "", Method::POST, "/api/users/register/", learner).await;
    let skilled = of(Kind::Profile).find(|profile| !profile["skills"].is_null()).unwrap();
    let skill = skilled["skills"]["L"][0]["M"]["name"]["S"].as_str().unwrap().split(' ').next().unwrap();
    let path = format!("/api/users/?skill={skill}");
    let found = ask(&copy, session["token"].as_str().unwrap(), Method::GET, &path, Value::Null).await;
    assert!(found.to_string().contains(skilled["username"]["S"].as_str().unwrap()), "{skill}: {found}");
    copy.stop().await;
}

#[tokio::test]
async fn an_export_of_the_demo_begins_another_table_whole_or_without_its_people() {
    let scratch = Scratch::make();
    let demo = Options { data: Data::Dir(scratch.to("demo")), demo: true, pollers: false, ..Options::default() };
    let running = start(demo).await.unwrap();
    ask(&running, "", Method::POST, "/_local/tick", Value::Null).await;
    let original = items(&running);
    running.stop().await;
    exported(&original, &scratch.to("export"));

    let report = export(&scratch.to("export"), &scratch.to("lines"), false).unwrap();
    assert_eq!(report.read, original.len() as u64);
    assert_eq!(report.written.values().sum::<u64>(), report.read);
    assert!(report.written.keys().all(|kind| kind != "unknown") && scratch.to("lines/profile.jsonl").is_file());
    is_whole(&original, &scratch.to("lines"), &scratch).await;

    export(&scratch.to("export"), &scratch.to("nobody"), true).unwrap();
    is_without_its_people(&original, &scratch.to("nobody")).await;
}

#[test]
fn what_is_no_whole_export_is_refused_with_the_reason() {
    let scratch = Scratch(std::env::temp_dir().join(format!("expertconnect-no-export-{}", std::process::id())));
    let from = scratch.to("export");
    fs::create_dir_all(&from).unwrap();
    let refused = |out: &str| export(&from, &scratch.to(out), false).unwrap_err().to_string();
    assert!(refused("a").contains("has no export"));
    let item = json!({"pk": {"S": "NEWS"}, "sk": {"S": "NEWS"}});
    exported(&[("one".to_owned(), item.clone()), ("two".to_owned(), item)].into(), &from);
    let folder = from.join("AWSDynamoDB").join("01700000000000-abcdef12");
    assert_eq!(export(&folder, &scratch.to("b"), false).unwrap().written, [("unknown".to_owned(), 2)].into());
    assert!(refused("b").contains("is not empty"));
    let manifest = fs::read_to_string(folder.join("manifest-files.json")).unwrap();
    fs::write(folder.join("manifest-files.json"), manifest.replace("\"itemCount\":1", "\"itemCount\":2")).unwrap();
    assert!(refused("c").contains("its manifest says 2"));
    fs::remove_file(folder.join("data").join("1.json.gz")).unwrap();
    fs::write(folder.join("manifest-files.json"), &manifest).unwrap();
    assert!(refused("d").contains("1.json.gz"));
    fs::write(folder.join("manifest-summary.json"), r#"{"outputFormat": "ION"}"#).unwrap();
    assert!(refused("e").contains("DYNAMODB_JSON"));
}
