//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::Data;

pub(crate) const USAGE: &str = "\
usage: local [--port PORT] [--data DIRECTORY [--sync] | --memory] [--import PATH] [--demo] [--test-clock]
       local backfill [--data DIRECTORY | --table NAME] [--dry-run] [--segments N] [--rate N] [--resume FILE]
       local recount [--data DIRECTORY | --table NAME]
       local export DIRECTORY --out DIRECTORY [--replace-names]

  --port PORT        listen on this port (8000)
  --data DIRECTORY   keep the table, files and secrets there (.data)
  --sync             answer a write only when it survives a power cut, too
  --memory           keep nothing
  --import PATH      begin with the lines that `local export` wrote: a file, or a directory of some
  --demo             add experts, learners, bookings and chats, and print their logins
  --test-clock       allow POST /_local/clock to move the time

backfill gives items of older shapes the newest, in the data directory or in a table on AWS.
  --table NAME       a table on AWS, by the usual variables
  --dry-run          write nothing, say what would be
  --segments N       read so many parts of the table at the same time (4)
  --rate N           read at most so many items per second
  --resume FILE      note there how far it has come, and go on from there

recount counts everything anew and compares the platform's counters with it; it fails if they differ.

export makes lines of JSON, a file per kind of item, from an export of the table to S3.
  --out DIRECTORY    write them there
  --replace-names    without anybody's names, addresses, texts, hashes and tokens

Settings come from the environment, by the names in template.yaml.";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flags {
    pub port: u16,
    pub data: Data,
    pub sync: bool,
    pub import: Option<PathBuf>,
    pub demo: bool,
    pub test_clock: bool,
}

/// What the user asked for instead of a start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Help,
    Mistake(String),
}

/// Says what was asked for, or what is wrong.
pub(crate) fn told(stop: Stop) -> ExitCode {
    match stop {
        Stop::Help => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Stop::Mistake(sentence) => {
            eprintln!("{sentence}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Flags, Stop> {
    let mistake = |sentence: String| Err(Stop::Mistake(sentence));
    let data = Data::Dir(".data".into());
    let mut flags = Flags { port: 8000, data, sync: false, import: None, demo: false, test_clock: false };
    let mut directory = false;
    let mut memory = false;
    let mut arguments = arguments.peekable();
    while let Some(argument) = arguments.next() {
        let (name, attached) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        if attached.is_some() && !matches!(name, "--port" | "--data" | "--import") {
            return mistake(format!("{argument} is not a flag"));
        }
        match name {
            "--port" => match attached.or_else(|| arguments.next()).map(|port| port.parse()) {
                Some(Ok(port)) => flags.port = port,
                _ => return mistake("--port needs a number up to 65535".into()),
            },
            "--data" => match attached.or_else(|| arguments.next()) {
                Some(path) if !path.is_empty() => {
                    flags.data = Data::Dir(PathBuf::from(path));
                    directory = true;
                }
                _ => return mistake("--data needs a directory".into()),
            },
            "--import" => match attached.or_else(|| arguments.next()) {
                Some(path) if !path.is_empty() => flags.import = Some(PathBuf::from(path)),
                _ => return mistake("--import needs a file or a directory".into()),
            },
            "--memory" => memory = true,
            "--sync" => flags.sync = true,
            "--demo" => flags.demo = true,
            "--test-clock" => flags.test_clock = true,
            "--help" | "-h" => return Err(Stop::Help),
            _ => return mistake(format!("{argument} is not a flag")),
        }
    }
    if memory && directory {
        return mistake("--data and --memory exclude each other".into());
    }
    if memory && flags.sync {
        return mistake("--memory keeps nothing that --sync could make safe".into());
    }
    if memory {
        flags.data = Data::Memory;
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Result<Flags, Stop> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_flags_it_serves_port_8000_from_dot_data() {
        let data = Data::Dir(".data".into());
        assert_eq!(told(""), Ok(Flags { port: 8000, data, sync: false, import: None, demo: false, test_clock: false }));
    }

    #[test]
    fn flags_take_their_values_after_a_space_or_an_equals_sign() {
        let flags = told("--port 9000 --data=/tmp/x --sync --import=y --demo --test-clock").unwrap();
        let (data, import) = (Data::Dir("/tmp/x".into()), Some("y".into()));
        assert_eq!(flags, Flags { port: 9000, data, sync: true, import, demo: true, test_clock: true });
        assert_eq!(told("--memory --port=0").unwrap().data, Data::Memory);
    }

    #[test]
    fn a_mistake_is_told() {
        for line in [
            "--prot 1",
            "--port",
            "--port x",
            "--port 70000",
            "--data",
            "--memory --data x",
            "--memory=1",
            "--memory --sync",
            "x",
            "--import",
        ] {
            assert!(matches!(told(line), Err(Stop::Mistake(_))), "{line}");
        }
        assert_eq!(told("--help"), Err(Stop::Help));
    }
}
