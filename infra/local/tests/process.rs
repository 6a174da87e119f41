//! The program as a process: its command line, its data, its end.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A directory that is gone at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn make(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("expertconnect-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program, with nothing of this process's environment.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.env_clear().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ended(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// Starts it and waits for its first line, which comes once it answers.
fn started(data: &Path) -> (Child, String) {
    started_with(data, &[])
}

fn started_with(data: &Path, flags: &[&str]) -> (Child, String) {
    let arguments = [&["--port", "0", "--data", data.to_str().unwrap()], flags].concat();
    let mut child = program(&arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().last().unwrap_or_default().to_owned();
    assert!(url.starts_with("http://localhost:"), "{line}");
    (child, url)
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn an_unknown_flag_is_answered_with_the_usage() {
    let output = ended(&["--prot", "1"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("--prot is not a flag") && told.contains("usage: local"), "{told}");
    assert!(ended(&["--help"]).status.success());
}

#[test]
fn it_ends_well_on_sigterm_and_on_sigint() {
    let scratch = Scratch::make("signals");
    for name in ["-TERM", "-INT"] {
        let (mut child, _) = started(&scratch.0);
        signal(&child, name);
        assert!(child.wait().unwrap().success(), "{name}");
    }
}

#[test]
fn after_a_kill_it_starts_again_with_the_same_secret() {
    let scratch = Scratch::make("kill");
    let (mut child, _) = started(&scratch.0);
    let secret = std::fs::read(scratch.0.join("secret")).unwrap();
    signal(&child, "-KILL");
    child.wait().unwrap();
    let (mut child, _) = started(&scratch.0);
    assert_eq!(std::fs::read(scratch.0.join("secret")).unwrap(), secret);
    signal(&child, "-TERM");
    assert!(child.wait().unwrap().success());
}

/// One request over a plain connection; the answer's status line and body.
fn post(url: &str, path: &str, body: &str) -> String {
    post_as(url, path, "nobody", body)
}

fn post_as(url: &str, path: &str, token: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         authorization: Bearer {token}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn whoever_was_told_that_they_are_registered_is_so_after_a_kill() {
    for flags in [&[][..], &["--sync"]] {
        registered_after_a_kill(flags);
    }
}

fn registered_after_a_kill(flags: &[&str]) {
    let scratch = Scratch::make(&format!("registered{}", flags.concat()));
    let body = |n: u8| format!(r#"{{"username": "u{n}", "email": "u{n}@example.org", "password": "of-some-length"}}"#);
    let (mut child, url) = started_with(&scratch.0, flags);
    for n in 0..5 {
        let told = post(&url, "/api/users/register/", &body(n));
        assert!(told.starts_with("HTTP/1.1 201"), "{told}");
    }
    signal(&child, "-KILL");
    child.wait().unwrap();
    let (mut child, url) = started(&scratch.0);
    for n in 0..5 {
        let told = post(&url, "/api/users/login/", &body(n));
        assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    }
    signal(&child, "-TERM");
    child.wait().unwrap();
}

#[test]
fn a_second_one_on_the_same_data_says_so() {
    let scratch = Scratch::make("second");
    let (mut child, _) = started(&scratch.0);
    let output = ended(&["--port", "0", "--data", scratch.0.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("in use by another process"));
    signal(&child, "-TERM");
    child.wait().unwrap();
}

#[test]
fn a_table_that_cannot_be_read_is_told_of_in_a_sentence() {
    let scratch = Scratch::make("unreadable");
    let file = scratch.0.join("table.redb");
    let refused = || {
        let output = ended(&["--port", "0", "--data", scratch.0.to_str().unwrap()]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.starts_with("cannot start: ") && told.contains("table.redb"), "{told}");
        assert!(!told.contains("panicked"), "{told}");
    };
    std::fs::write(&file, "this is no table").unwrap();
    refused();
    std::fs::remove_file(&file).unwrap();
    let (mut child, url) = started(&scratch.0);
    for n in 0..4 {
        let body = format!(r#"{{"username": "u{n}", "email": "u{n}@example.org", "password": "of-some-length"}}"#);
        told(&post(&url, "/api/users/register/", &body));
    }
    signal(&child, "-KILL");
    child.wait().unwrap();
    let whole = std::fs::read(&file).unwrap();
    // Cut off, and with its beginning or all but its beginning overwritten.
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    refused();
    for (from, to) in [(0, 64), (64, 512), (512, whole.len())] {
        let mut damaged = whole.clone();
        damaged[from..to].fill(0xA5);
        std::fs::write(&file, damaged).unwrap();
        refused();
    }
}

/// The JSON of an answer that went well.
fn told(answer: &str) -> serde_json::Value {
    assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Mails that somebody has begun to send, and how many of them are noted as sent.
fn mails_in_the_table(running: &local::Running) -> (usize, usize) {
    let (mut begun, mut done) = (0, 0);
    let count = |item: table::Item| {
        if table::Key::of(&item).sk.starts_with("MAIL#") {
            begun += 1;
            done += usize::from(item.contains_key("done_at"));
        }
    };
    running.table().unwrap().each(count).unwrap();
    (begun, done)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_mailed_before_a_kill_is_mailed_after_it_and_nothing_twice() {
    const MEETINGS: usize = 8;
    let scratch = Scratch::make("mails");
    let (mut child, url) = started(&scratch.0);
    let account = |name: &str| {
        let body = format!(r#"{{"username": "{name}", "email": "{name}@example.org", "password": "of-some-length"}}"#);
        let account = told(&post(&url, "/api/users/register/", &body));
        (account["id"].as_i64().unwrap(), account["token"].as_str().unwrap().to_owned())
    };
    let ((_, ada), (bob, _)) = (account("ada"), account("bob"));
    let credits = r#"{"payment_method": "paypal", "amount": 20, "credits_to_purchase": 20}"#;
    told(&post_as(&url, "/api/payments/purchase_credits/", &ada, credits));
    for number in 0..MEETINGS {
        let body = format!(
            r#"{{"title": "Lesson {number}", "expert_id": {bob}, "scheduled_start": "2099-03-01T{number:02}:00:00Z",
            "scheduled_end": "2099-03-01T{number:02}:30:00Z"}}"#
        );
        told(&post_as(&url, "/api/meetings/", &ada, &body));
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let options =
        local::Options { data: local::Data::Dir(scratch.0.clone()), pollers: false, ..local::Options::default() };
    let running = local::start(options).await.unwrap();
    let (_, sent) = mails_in_the_table(&running);
    // Whoever was at a mail when the process died has given up by then.
    running.app.clock.advance(chrono::TimeDelta::seconds(61));
    let tick = told(&post(&running.base_url, "/_local/tick", ""));
    assert_eq!((&tick["drained"], &tick["failures"]), (&true.into(), &0.into()), "{tick}");
    let all = 2 * MEETINGS + 2;
    assert_eq!(mails_in_the_table(&running), (all, all), "a request each for both, and two welcomes");
    let letters = mails(&running);
    assert_eq!(letters.len(), all - sent, "{sent} went out before");
    let distinct: std::collections::BTreeSet<_> = letters.iter().map(|letter| letter["text"].to_string()).collect();
    assert_eq!(distinct.len(), letters.len());
    running.stop().await;
}

fn mails(running: &local::Running) -> Vec<serde_json::Value> {
    let mut stream = TcpStream::connect(running.base_url.trim_start_matches("http://")).unwrap();
    write!(stream, "GET /_local/mail HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    told(&answer).as_array().unwrap().clone()
}

#[test]
fn a_backfill_goes_through_the_table_of_a_data_directory_that_nobody_uses() {
    let scratch = Scratch::make("backfill");
    let data = scratch.0.to_str().unwrap();
    let told = |output: &Output| String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
    let none = ended(&["backfill", "--data", data]);
    assert!(!none.status.success() && told(&none).contains("has no table"), "{}", told(&none));
    let (mut child, _) = started(&scratch.0);
    let busy = ended(&["backfill", "--data", data]);
    assert!(!busy.status.success() && told(&busy).contains("in use"), "{}", told(&busy));
    signal(&child, "-TERM");
    child.wait().unwrap();
    let dry = ended(&["backfill", "--data", data, "--dry-run", "--segments", "2"]);
    assert!(dry.status.success() && told(&dry).contains("nothing was written"), "{}", told(&dry));
    let wet = ended(&["backfill", "--data", data]);
    assert!(wet.status.success() && told(&wet).contains("4 of 4 segments done"), "{}", told(&wet));
    let counted = ended(&["recount", "--data", data]);
    assert!(counted.status.success() && told(&counted).contains("they are what is there"), "{}", told(&counted));
}
