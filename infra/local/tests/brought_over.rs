//! A data directory of before the engine is refused, brought over, and goes on.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

#[path = "../examples/bring_over.rs"]
#[expect(dead_code, reason = "the program around it is not called here")]
mod example;

use std::fs;
use std::path::{Path, PathBuf};

use local::embedded::record;
use local::template::{Template, WORKSPACE};
use local::{Data, Options, Running, start};
use rusqlite::{Connection, params};
use table::Item;

/// A directory that is gone at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn make(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("expertconnect-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn items(running: &Running) -> Vec<Item> {
    let mut items = Vec::new();
    running.table().unwrap().each(|item| items.push(item)).unwrap();
    items
}

/// The SQLite file of an earlier version, as it is after a `kill -9`: the newest of it lies in the log beside it.
fn kept_as_before(items: &[Item], directory: &Path) {
    let elsewhere = Scratch::make(&format!("before-{}", items.len()));
    let file = elsewhere.0.join("table.sqlite");
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    let table = Template::parse(WORKSPACE).unwrap().table().unwrap().name;
    let create = format!("CREATE TABLE \"{table}\" (pk TEXT, sk TEXT, item_json TEXT, item_size INTEGER)");
    connection.execute_batch(&create).unwrap();
    let insert = format!("INSERT INTO \"{table}\" VALUES (?1, ?2, ?3, 1)");
    for item in items {
        let key = table::Key::of(item);
        let row = params![format!("S:{}", key.pk), format!("S:{}", key.sk), record::item(item).to_string()];
        connection.execute(&insert, row).unwrap();
    }
    let columns = "sequence_number TEXT, event_name TEXT, keys_json TEXT, new_image TEXT, old_image TEXT";
    connection.execute_batch(&format!("CREATE TABLE _stream_records ({columns})")).unwrap();
    // Two that were told, and a message's, which is of no interest.
    for (number, sk) in [(1, "NOTICE#1"), (2, "NOTICE#2"), (4, "M#1")] {
        record_of(&connection, number, sk);
    }
    for name in ["table.sqlite", "table.sqlite-wal"] {
        fs::copy(elsewhere.0.join(name), directory.join(name)).unwrap();
    }
}

fn record_of(connection: &Connection, number: u64, sk: &str) {
    let keys = format!(r#"{{"pk": {{"S": "U#1"}}, "sk": {{"S": "{sk}"}}}}"#);
    let insert = "INSERT INTO _stream_records VALUES (?1, 'INSERT', ?2, ?2, NULL)";
    connection.execute(insert, params![number.to_string(), keys]).unwrap();
}

fn options(directory: &Path) -> Options {
    Options { data: Data::Dir(directory.to_owned()), pollers: false, ..Options::default() }
}

async fn refused_to_start(directory: &Path) -> String {
    start(options(directory)).await.map(drop).unwrap_err().to_string()
}

#[tokio::test]
async fn a_table_of_an_earlier_version_is_brought_over_and_nobody_is_mailed_again() {
    let scratch = Scratch::make("brought-over");
    let demo = start(Options { demo: true, ..options(&scratch.0) }).await.unwrap();
    let before = items(&demo);
    demo.stop().await;
    assert!(before.len() > 100);
    fs::remove_file(scratch.0.join("table.redb")).unwrap();
    kept_as_before(&before, &scratch.0);
    let checkpoint = scratch.0.join("checkpoint-OutboxFunction-Facts");
    assert!(checkpoint.exists());
    fs::write(&checkpoint, "100000000000000000002").unwrap();

    let told = refused_to_start(&scratch.0).await;
    assert!(told.contains(&format!("--example bring_over -- {}", scratch.0.display())), "{told}");
    let told = example::bring_over(&scratch.0, false).await.unwrap();
    assert!(told.starts_with(&format!("{} items brought over", before.len())), "{told}");
    assert!(scratch.0.join("table.sqlite.old").exists() && !checkpoint.exists());

    let running = start(options(&scratch.0)).await.unwrap();
    assert_eq!(items(&running), before);
    running.app.clock.advance(chrono::TimeDelta::seconds(61));
    let tick = answered(&running, "POST /_local/tick").await;
    assert_eq!(tick["stream"]["records"], 0, "{tick}");
    running.stop().await;
    let again = example::bring_over(&scratch.0, false).await.unwrap_err().to_string();
    assert!(again.contains("has its table already"), "{again}");
}

#[tokio::test]
async fn what_was_not_told_yet_is_lost_only_on_request() {
    let scratch = Scratch::make("untold");
    kept_as_before(&[], &scratch.0);
    record_of(&Connection::open(scratch.0.join("table.sqlite")).unwrap(), 3, "NOTICE#3");
    fs::write(scratch.0.join("checkpoint-OutboxFunction-Facts"), "100000000000000000002").unwrap();
    let refused = example::bring_over(&scratch.0, false).await.unwrap_err().to_string();
    assert!(refused.starts_with("1 changes"), "{refused}");
    assert!(refused_to_start(&scratch.0).await.contains("bring_over"));
    let told = example::bring_over(&scratch.0, true).await.unwrap();
    assert!(told.starts_with("0 items brought over"), "{told}");
}

#[tokio::test]
async fn what_cannot_be_read_is_not_brought_over() {
    let scratch = Scratch::make("not-brought-over");
    let none = example::bring_over(&scratch.0, false).await.unwrap_err().to_string();
    assert!(none.contains("has no table.sqlite"), "{none}");
    fs::write(scratch.0.join("table.sqlite"), "no table").unwrap();
    assert!(example::bring_over(&scratch.0, false).await.is_err());
    assert!(!scratch.0.join("table.redb").exists() && scratch.0.join("table.sqlite").exists());
    assert!(refused_to_start(&scratch.0).await.contains("bring_over"));
}

async fn answered(running: &Running, line: &str) -> serde_json::Value {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = running.base_url.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("{line} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}
