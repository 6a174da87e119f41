//! Tables in files: what outlives what, and what is said of a file that cannot be read.

use std::io::{BufRead, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::{Durability, Engine, Given};
use table::{Fault, Index, Range, Returning, Scan, Select, Write, absent};

use crate::kit::{Clock, item, key, number, put, put_in, sized, text, update};

/// A directory that goes with the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("engine-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("table.redb")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> Engine {
    Engine::open(path, Durability::Process, Clock::new().given()).unwrap()
}

#[tokio::test]
async fn a_closed_table_opens_as_it_was() {
    let directory = Directory::new();
    let clock = Clock::new();
    let engine = Engine::open(&directory.file(), Durability::Process, clock.given()).unwrap();
    let whole = item("P", "S", &[("la", text("L")), ("rank", text("1")), ("expires_at", number(7))]);
    put_in(&engine, whole.clone()).await;
    let once = [Write::Update(update("P", "counter").add("n", number(1)))];
    engine.transact(&once, "token").await.unwrap();
    engine.trim(1);
    put_in(&engine, item("P", "T", &[])).await;
    engine.trim(3);
    engine.update(&update("P", "T").remove("none").set("a", text("x")), Returning::Nothing).await.unwrap();
    engine.trim(4);
    drop(engine);
    let engine = Engine::open(&directory.file(), Durability::Power, clock.given()).unwrap();
    assert_eq!(engine.get(&key("P", "S")).unwrap().answer, Some(whole.clone()));
    let range = Range { index: Some(Index::ByA), partition: "L".to_owned(), ..Range::default() };
    assert_eq!(engine.query(&range, None, Select::Items).unwrap().answer.items, [whole]);
    engine.transact(&once, "token").await.unwrap();
    assert_eq!(engine.get(&key("P", "counter")).unwrap().answer.unwrap()["n"], number(1), "its tokens are known");
    assert_eq!(engine.stream(0, 10).unwrap().iter().map(|record| record.sequence).collect::<Vec<_>>(), [4]);
    put_in(&engine, item("P", "U", &[])).await;
    assert_eq!(engine.stream(4, 10).unwrap()[0].sequence, 5, "no number is given twice");
}

#[tokio::test]
async fn a_number_of_the_stream_is_not_given_again_when_all_records_are_gone() {
    let directory = Directory::new();
    let engine = open(&directory.file());
    put_in(&engine, item("P", "1", &[])).await;
    put_in(&engine, item("P", "2", &[])).await;
    engine.trim(2);
    engine.fill(&[item("P", "3", &[])]).await.unwrap();
    drop(engine);
    let engine = open(&directory.file());
    assert_eq!(engine.stream(0, 10).unwrap(), []);
    put_in(&engine, item("P", "4", &[])).await;
    assert_eq!(engine.stream(0, 10).unwrap()[0].sequence, 3);
}

#[tokio::test]
async fn a_table_that_was_closed_is_everybodys_to_open_and_writes_nothing() {
    let directory = Directory::new();
    let closed = open(&directory.file());
    put_in(&closed, item("P", "S", &[])).await;
    let before = closed.clone();
    closed.close();
    let again = open(&directory.file());
    assert!(again.get(&key("P", "S")).unwrap().answer.is_some());
    let refused = before.update(&update("P", "S").set("x", text("y")), Returning::Nothing).await.unwrap_err();
    assert!(refused.to_string().contains("it is closed"), "{refused}");
}

#[test]
fn a_file_that_is_not_ours_is_refused_with_a_sentence() {
    let directory = Directory::new();
    let refused = |path: &Path| Engine::open(path, Durability::Process, Clock::new().given()).unwrap_err();
    let text = directory.0.join("text");
    std::fs::write(&text, "no table").unwrap();
    assert!(refused(&text).contains("text cannot be opened"), "{}", refused(&text));
    let engine = open(&directory.file());
    let twice = refused(&directory.file());
    assert!(twice.ends_with("table.redb is open in another process"), "{twice}");
    drop(engine);
    let newer = directory.0.join("newer");
    let database = redb::Database::create(&newer).unwrap();
    let map = redb::TableDefinition::<&[u8], &[u8]>::new("table");
    let writing = database.begin_write().unwrap();
    writing.open_table(map).unwrap().insert(b"F".as_slice(), 7_u32.to_be_bytes().as_slice()).unwrap();
    writing.commit().unwrap();
    drop(database);
    let newer = refused(&newer);
    assert!(newer.ends_with("it has format 7, and this program reads format 1"), "{newer}");
}

#[test]
fn many_at_once_are_written_together_and_each_once() {
    for durability in [Durability::Process, Durability::Power] {
        let directory = Directory::new();
        let engine = Engine::open(&directory.file(), durability, Clock::new().given()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
        runtime.block_on(async {
            let tasks = (0..16).map(|writer| {
                let engine = engine.clone();
                tokio::spawn(async move {
                    for turn in 0..20 {
                        put_in(&engine, item("P", &format!("{writer} {turn}"), &[])).await;
                        engine.update(&update("P", "n").add("n", number(1)), Returning::Nothing).await.unwrap();
                    }
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
        });
        drop((runtime, engine));
        let engine = open(&directory.file());
        assert_eq!(engine.get(&key("P", "n")).unwrap().answer.unwrap()["n"], number(320));
        assert_eq!(engine.scan(Scan::ALL, None).unwrap().answer.count, 321);
    }
}

/// Runs an ignored test of this file in a process of its own, on a table.
fn child(command: &mut Command, test: &str, file: &Path) -> (Child, impl Iterator<Item = String> + use<>) {
    let arguments = ["--exact", test, "--ignored", "--nocapture"];
    let command = command.args(arguments).env("ENGINE_FILE", file).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    (child, lines.filter_map(|line| Some(line.strip_prefix("done ")?.to_owned())))
}

/// What is written as the number `n`: two legs, an entry in an index, a record.
fn legs(n: usize) -> [Write; 3] {
    let indexed = [("la", text("L")), ("rank", text(&format!("{n:09}"))), ("x", text(&"y".repeat(n % 700)))];
    [
        put(item("P", &n.to_string(), &indexed), Some(absent("pk"))),
        put(item("Q", &n.to_string(), &[]), None),
        Write::Update(update("P", "counter").set("n", number(n))),
    ]
}

/// Whether number after number is whole, up to the last that is acknowledged or one more.
async fn hold_whole(engine: &Engine, acknowledged: usize) {
    let last = engine.get(&key("P", "counter")).unwrap().answer.unwrap()["n"].clone();
    let last: usize = last.as_n().unwrap().parse().unwrap();
    assert!((acknowledged..=acknowledged + 1).contains(&last), "{acknowledged} acknowledged, {last} there");
    let mut range = Range { index: Some(Index::ByA), partition: "L".to_owned(), ..Range::default() };
    range.limit = Some(last + 10);
    let (mut indexed, mut next) = (0, None);
    loop {
        let page = engine.query(&range, next.as_ref(), Select::Count).unwrap().answer;
        (indexed, next) = (indexed + page.count, page.next);
        if next.is_none() {
            break;
        }
    }
    assert_eq!(indexed, last);
    for n in 1..=last {
        for pk in ["P", "Q"] {
            assert!(engine.get(&key(pk, &n.to_string())).unwrap().answer.is_some(), "{pk} {n}");
        }
    }
    assert_eq!(engine.stream(0, usize::MAX).unwrap().len(), 3 * last);
    let again = engine.transact(&legs(acknowledged), &format!("token {acknowledged}")).await.unwrap();
    assert_eq!(again.units, 6.0, "its token is known");
    engine.transact(&legs(last + 1), "one more").await.unwrap();
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill() {
    for durability in ["process", "power"] {
        let directory = Directory::new();
        let exe = std::env::current_exe().unwrap();
        let test = "files::it_writes_until_it_is_killed";
        let (mut child, mut lines) = child(Command::new(exe).env("ENGINE_SYNC", durability), test, &directory.file());
        let before: Vec<_> = lines.by_ref().take(300).collect();
        assert_eq!(before.len(), 300, "it wrote");
        child.kill().unwrap();
        child.wait().unwrap();
        let acknowledged = lines.last().unwrap_or_else(|| before[299].clone()).parse().unwrap();
        let repaired = Arc::new(AtomicUsize::new(0));
        let counter = repaired.clone();
        let repairing = Arc::new(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let given = Given { repairing, ..Clock::new().given() };
        let engine = Engine::open(&directory.file(), Durability::Process, given).unwrap();
        assert_ne!(repaired.load(Ordering::Relaxed), 0, "whoever opens it is told of the repair");
        hold_whole(&engine, acknowledged).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the test that kills this process tells it so what to do")]
#[tokio::test]
#[ignore = "run by `what_was_acknowledged_outlives_a_kill`, which kills it"]
async fn it_writes_until_it_is_killed() {
    let durability = match std::env::var("ENGINE_SYNC").as_deref() {
        Ok("power") => Durability::Power,
        _ => Durability::Process,
    };
    let path = PathBuf::from(std::env::var_os("ENGINE_FILE").unwrap());
    let engine = Engine::open(&path, durability, Clock::new().given()).unwrap();
    for n in 1.. {
        engine.transact(&legs(n), &format!("token {n}")).await.unwrap();
        println!("done {n}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_said_and_survived_in_the_same_process() {
    let directory = Directory::new();
    let exe = std::env::current_exe().unwrap();
    let mut limited = Command::new("bash");
    limited.arg("-c").arg("trap '' XFSZ; ulimit -S -f 6000; exec \"$0\" \"$@\"").arg(exe);
    let (mut child, mut lines) = child(&mut limited, "files::it_fills_its_disk", &directory.file());
    let full: usize = lines.next().expect("it came to the end of its disk").parse().unwrap();
    assert!(full > 0);
    let lifted = Command::new("prlimit").arg("--pid").arg(child.id().to_string()).arg("--fsize=unlimited:").status();
    assert!(lifted.unwrap().success());
    child.stdin.take().unwrap().write_all(b"go on\n").unwrap();
    assert_eq!(lines.last().as_deref(), Some("whole"));
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
#[ignore = "run by `a_full_disk_is_said_and_survived_in_the_same_process`, which limits its files"]
async fn it_fills_its_disk() {
    let engine = open(&PathBuf::from(std::env::var_os("ENGINE_FILE").unwrap()));
    let write = async |n: usize| {
        let item = sized("P", &n.to_string(), &[], 100_000);
        engine.transact(&[put(item, Some(absent("pk")))], &format!("token {n}")).await
    };
    let mut written = 0;
    let fault = loop {
        match write(written + 1).await {
            Ok(_) => written += 1,
            Err(table::Cancelled::Fault(fault)) => break fault,
            Err(other) => panic!("{other:?}"),
        }
    };
    assert!(matches!(fault, Fault::Unavailable(_)), "{fault:?}");
    let all_there = || (1..=written).all(|n| engine.get(&key("P", &n.to_string())).unwrap().answer.is_some());
    assert!(all_there(), "reads go on");
    assert!(write(written + 1).await.is_err(), "the disk is still full");
    assert!(all_there(), "reads go on");
    println!("done {written}");
    std::io::stdin().read_exact(&mut [0; 6]).unwrap();
    for n in written + 1..written + 100 {
        write(n).await.unwrap();
    }
    assert!(all_there());
    println!("done whole");
}
