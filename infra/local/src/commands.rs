//! Commands for operators and developers, beside serving: `local backfill …`, `local recount …`, `local export …`.

mod backfill;
mod export;
mod place;
mod recount;

use std::path::PathBuf;
use std::process::ExitCode;

pub use backfill::{Plan, Tally, backfill};
pub use export::{Report, export};
pub(crate) use place::Place;

use crate::Fault;
use crate::flags::{self, Stop};

/// What is to be done instead of serving.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Backfill { place: Place, plan: Plan },
    Recount { place: Place },
    Export { from: PathBuf, out: PathBuf, replace_names: bool },
}

/// Whether the first argument names a command.
pub(crate) fn is_one(word: &str) -> bool {
    ["backfill", "recount", "export"].contains(&word)
}

/// Carries a command out. `table` is what `TABLE_NAME` says.
pub(crate) async fn run(word: &str, arguments: impl Iterator<Item = String>, table: Option<String>) -> ExitCode {
    let done = match parse(word, arguments, table) {
        Ok(Command::Backfill { place, plan }) => backfill::run(&place, &plan).await,
        Ok(Command::Recount { place }) => recount::run(&place).await,
        Ok(Command::Export { from, out, replace_names }) => export::run(&from, &out, replace_names),
        Err(stop) => return flags::told(stop),
    };
    match done {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("cannot {word}: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn parse(word: &str, arguments: impl Iterator<Item = String>, table: Option<String>) -> Result<Command, Stop> {
    match word {
        "backfill" => parse_backfill(arguments, table),
        "recount" => parse_recount(arguments, table),
        _ => parse_export(arguments),
    }
}

fn mistake<T>(sentence: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Mistake(sentence.into()))
}

/// The command line as options with what was attached to them by `=`, and everything else.
fn split(argument: &str) -> (&str, Option<String>) {
    match argument.split_once('=') {
        Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
        _ => (argument, None),
    }
}

fn parse_backfill(mut arguments: impl Iterator<Item = String>, table: Option<String>) -> Result<Command, Stop> {
    let (mut data, mut real) = (None, None);
    let mut plan = Plan::default();
    while let Some(argument) = arguments.next() {
        let (name, attached) = split(&argument);
        if name == "--dry-run" && attached.is_none() {
            plan.dry_run = true;
            continue;
        }
        if matches!(name, "--help" | "-h") {
            return Err(Stop::Help);
        }
        if !["--data", "--table", "--segments", "--rate", "--resume"].contains(&name) {
            return mistake(format!("{argument} is not an option of backfill"));
        }
        let Some(value) = attached.or_else(|| arguments.next()).filter(|value| !value.is_empty()) else {
            return mistake(format!("{name} needs a value"));
        };
        let number = |most: u32| match value.parse::<u32>() {
            Ok(number) if (1..=most).contains(&number) => Ok(number),
            _ => mistake(format!("{name} needs a number from 1 to {most}")),
        };
        match name {
            "--data" => data = Some(PathBuf::from(value)),
            "--table" => real = Some(value),
            "--segments" => plan.segments = Some(number(256)?),
            "--rate" => plan.rate = Some(number(1_000_000)?),
            _ => plan.progress = Some(PathBuf::from(value)),
        }
    }
    Ok(Command::Backfill { place: place(data, real.or(table))?, plan })
}

fn place(data: Option<PathBuf>, table: Option<String>) -> Result<Place, Stop> {
    match (data, table) {
        (Some(_), Some(_)) => mistake("--data and a table on AWS (--table, TABLE_NAME) exclude each other"),
        (None, Some(name)) => Ok(Place::Real(name)),
        (directory, None) => Ok(Place::Kept(directory.unwrap_or_else(|| ".data".into()))),
    }
}

fn parse_recount(mut arguments: impl Iterator<Item = String>, table: Option<String>) -> Result<Command, Stop> {
    let (mut data, mut real) = (None, None);
    while let Some(argument) = arguments.next() {
        let (name, attached) = split(&argument);
        if matches!(name, "--help" | "-h") {
            return Err(Stop::Help);
        }
        if !["--data", "--table"].contains(&name) {
            return mistake(format!("{argument} is not an option of recount"));
        }
        match attached.or_else(|| arguments.next()).filter(|value| !value.is_empty()) {
            Some(value) if name == "--data" => data = Some(PathBuf::from(value)),
            Some(value) => real = Some(value),
            None => return mistake(format!("{name} needs a value")),
        }
    }
    Ok(Command::Recount { place: place(data, real.or(table))? })
}

fn parse_export(mut arguments: impl Iterator<Item = String>) -> Result<Command, Stop> {
    let (mut from, mut out, mut replace_names) = (None, None, false);
    while let Some(argument) = arguments.next() {
        match split(&argument) {
            ("--help" | "-h", None) => return Err(Stop::Help),
            ("--replace-names", None) => replace_names = true,
            ("--out", attached) => match attached.or_else(|| arguments.next()) {
                Some(path) if !path.is_empty() => out = Some(PathBuf::from(path)),
                _ => return mistake("--out needs a directory"),
            },
            (path, None) if !path.starts_with('-') && from.is_none() => from = Some(PathBuf::from(path)),
            _ => return mistake(format!("{argument} is not an option of export")),
        }
    }
    match (from, out) {
        (Some(from), Some(out)) => Ok(Command::Export { from, out, replace_names }),
        (None, _) => mistake("export needs the directory of an export of the table"),
        (_, None) => mistake("export needs --out DIRECTORY"),
    }
}

/// Makes an empty directory, or finds one.
fn empty_directory(path: &std::path::Path) -> Result<(), Fault> {
    std::fs::create_dir_all(path)?;
    match std::fs::read_dir(path)?.next() {
        None => Ok(()),
        Some(_) => Err(format!("{} is not empty", path.display()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str, table: Option<&str>) -> Result<Command, Stop> {
        let mut words = line.split_whitespace().map(str::to_owned);
        let word = words.next().unwrap();
        assert!(is_one(&word));
        parse(&word, words, table.map(str::to_owned))
    }

    #[test]
    fn a_backfill_is_of_the_data_directory_or_of_a_table_on_aws() {
        let plain = Command::Backfill { place: Place::Kept(".data".into()), plan: Plan::default() };
        assert_eq!(told("backfill", None), Ok(plain));
        let real = Command::Backfill { place: Place::Real("t".into()), plan: Plan::default() };
        assert_eq!(told("backfill --table t", Some("another")), Ok(real));
        let plan = Plan { segments: Some(4), rate: Some(50), dry_run: true, progress: Some("p.json".into()) };
        let all = "backfill --data=x --dry-run --segments 4 --rate=50 --resume p.json";
        assert_eq!(told(all, None), Ok(Command::Backfill { place: Place::Kept("x".into()), plan }));
    }

    #[test]
    fn a_recount_is_of_either_too() {
        assert_eq!(told("recount", None), Ok(Command::Recount { place: Place::Kept(".data".into()) }));
        assert_eq!(told("recount --data=x", None), Ok(Command::Recount { place: Place::Kept("x".into()) }));
        assert_eq!(told("recount --table t", Some("u")), Ok(Command::Recount { place: Place::Real("t".into()) }));
    }

    #[test]
    fn an_export_has_a_place_it_comes_from_and_one_it_goes_to() {
        let export = |replace_names| Ok(Command::Export { from: "a".into(), out: "b".into(), replace_names });
        assert_eq!(told("export a --out b", None), export(false));
        assert_eq!(told("export --out=b --replace-names a", None), export(true));
    }

    #[test]
    fn a_mistake_is_told() {
        for line in [
            "backfill --segments 0",
            "backfill --segments 257",
            "backfill --rate x",
            "backfill --rate",
            "backfill --dry-run=1",
            "backfill --port 1",
            "backfill --data x --table t",
            "backfill x",
            "recount --dry-run",
            "recount --table",
            "recount --data x --table t",
            "export",
            "export a",
            "export --out b",
            "export a --out",
            "export a b --out c",
            "export a --out b --names",
        ] {
            assert!(matches!(told(line, None), Err(Stop::Mistake(_))), "{line}");
        }
        assert!(matches!(told("backfill --data x", Some("t")), Err(Stop::Mistake(_))));
        assert_eq!(told("export --help", None), Err(Stop::Help));
    }
}
