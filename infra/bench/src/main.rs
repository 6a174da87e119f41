//! Loads the local program from outside: people, messages, then one kind of request after the other on many connections,
//! then sockets. Two builds are loaded in turn, round by round, because a machine is not as fast at every moment.
//!
//! ```text
//! cargo run --release -p bench -- target/release/local [OTHER PROGRAM] [--users N] [--seconds N] [--rounds N]
//! ```

mod client;
mod figures;
mod program;
mod requests;
mod seed;
mod talks;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::figures::Figures;
use crate::program::Program;
use crate::seed::People;

/// What went wrong, in words for whoever started it.
type Fault = Box<dyn Error + Send + Sync>;

const USAGE: &str = "usage: bench PROGRAM [OTHER PROGRAM] [--users N] [--seconds N] [--rounds N]";

/// How much is asked.
struct Plan {
    programs: Vec<PathBuf>,
    users: usize,
    /// Of one kind of request, in one round.
    seconds: u64,
    rounds: usize,
}

impl Plan {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Fault> {
        let mut plan = Self { programs: Vec::new(), users: 5000, seconds: 5, rounds: 3 };
        while let Some(argument) = arguments.next() {
            let mut number = || -> Result<usize, Fault> {
                let value = arguments.next().ok_or_else(|| format!("{argument} needs a number"))?;
                value.parse().ok().filter(|number| *number > 0).ok_or_else(|| format!("{value} is no number").into())
            };
            match argument.as_str() {
                "--users" => plan.users = number()?,
                "--seconds" => plan.seconds = number()? as u64,
                "--rounds" => plan.rounds = number()?,
                flag if flag.starts_with('-') => return Err(format!("{flag} is no flag").into()),
                program => plan.programs.push(program.into()),
            }
        }
        if !(1..=2).contains(&plan.programs.len()) || plan.users < seed::FEWEST {
            return Err(format!("one or two programs, and at least {} users", seed::FEWEST).into());
        }
        Ok(plan)
    }
}

/// One build under load.
struct Loaded {
    program: Program,
    people: People,
    figures: Figures,
}

async fn run(plan: &Plan) -> Result<(), Fault> {
    let mut all = Vec::new();
    for path in &plan.programs {
        let program = Program::start(path).await?;
        let mut figures = Figures::default();
        figures.note("start, ms", program.started.as_secs_f64() * 1000.0);
        figures.note("resident when idle, MB", program.resident_mb()?);
        let people = People::make(program.port, plan.users, &mut figures).await?;
        all.push(Loaded { program, people, figures });
    }
    let within = Duration::from_secs(plan.seconds);
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}", plan.rounds);
        for kind in requests::Kind::ALL {
            for Loaded { program, people, figures } in &mut all {
                requests::load(kind, program.port, people, within, figures).await?;
            }
        }
        for Loaded { program, people, figures } in &mut all {
            talks::load(program.port, people, within, figures).await?;
        }
    }
    for Loaded { program, figures, .. } in &mut all {
        figures.note("resident afterwards, MB", program.resident_mb()?);
        figures.note("data directory, MB", program.data_mb()?);
    }
    let all: Vec<_> = all.into_iter().map(|loaded| loaded.figures).collect();
    figures::print(&all);
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let plan = match Plan::read(std::env::args().skip(1)) {
        Ok(plan) => plan,
        Err(fault) => {
            eprintln!("{fault}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&plan).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
