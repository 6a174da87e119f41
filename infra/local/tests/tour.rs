//! The tour, as a newcomer takes it: `examples/tour.sh` and the README's commands against the program with its demo.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program; it ends with the test.
struct Gateway {
    child: Child,
    url: String,
}

impl Gateway {
    fn start(flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_local"))
            .env_clear()
            .args(["--port", "0", "--memory"])
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().last().unwrap_or_default().to_owned();
        assert!(url.starts_with("http://localhost:"), "{line}");
        Self { child, url }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything a command printed, and whether it went well.
fn told(command: &mut Command) -> (String, bool) {
    let Output { stdout, stderr, status } = command.env_remove("API").output().unwrap();
    (String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap(), status.success())
}

/// The README's tour: the first block of shell commands below its heading.
fn commands_of_the_readme() -> String {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let tour = readme.split("\n## A tour").nth(1).unwrap();
    tour.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn the_tour_goes_through_both_products() {
    let gateway = Gateway::start(&["--demo"]);
    let script = workspace().join("examples/tour.sh");
    let (told, went_well) = told(Command::new("bash").arg(&script).arg(&gateway.url));
    assert!(went_well && told.contains("That was the tour."), "{told}");
}

#[test]
fn the_commands_of_the_readme_run_as_pasted() {
    let gateway = Gateway::start(&["--demo"]);
    let commands = commands_of_the_readme();
    let there = commands.replace("http://localhost:8000", &gateway.url);
    assert_ne!(commands, there, "they say where the gateway is");
    let (told, _) = told(Command::new("bash").arg("-uc").arg(&there));
    let statuses: Vec<_> = told.lines().filter(|line| line.len() == 3 && line.parse::<u16>().is_ok()).collect();
    assert_eq!(statuses, ["201", "200", "200", "201", "200", "200", "200", "201", "409"], "{told}");
    assert!(told.contains(r#""alternatives":[{"#), "{told}");
}

#[test]
fn the_tour_stops_where_an_answer_is_not_as_it_should_be() {
    let gateway = Gateway::start(&[]);
    let script = workspace().join("examples/tour.sh");
    let (told, went_well) = told(Command::new("bash").arg(&script).arg(&gateway.url));
    assert!(!went_well, "without the demo there is nobody who knows Rust");
    assert!(told.ends_with("The last answer should have said \"username\":\"ingrid.solberg\".\n"), "{told}");
}
