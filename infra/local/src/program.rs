//! The program around the system: command line, environment, log, signals.

use std::collections::HashMap;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};
use tracing::level_filters::LevelFilter;

use crate::flags::Flags;
use crate::{Fault, Options, commands, flags, start};

/// Parses the command line, starts, waits for a signal, stops.
pub async fn run(arguments: impl Iterator<Item = String>) -> ExitCode {
    // What is not Unicode cannot be a setting of ours.
    let env: HashMap<_, _> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let level = env.get("LOG_LEVEL").map_or("warn", String::as_str);
    let mut arguments = arguments.peekable();
    if let Some(command) = arguments.next_if(|word| commands::is_one(word)) {
        log(level);
        return commands::run(&command, arguments, env.get("TABLE_NAME").cloned()).await;
    }
    let flags = match flags::parse(arguments) {
        Ok(flags) => flags,
        Err(stop) => return flags::told(stop),
    };
    log(level);
    let Flags { port, data, sync, import, demo, test_clock } = flags;
    let options = Options { port, data, sync, import, demo, test_clock, env, pollers: true, ..Options::default() };
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("cannot start: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> Result<(), Fault> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let running = start(options).await?;
    println!("ExpertConnect  {}", running.base_url);
    println!("API reference  {}/api/docs/", running.base_url);
    println!("Time zones     {}", domain::zone::release());
    if let Some(playbill) = &running.playbill {
        println!("{playbill}");
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    running.stop().await;
    Ok(())
}

/// To standard error, for people; the functions on AWS write JSON.
fn log(level: &str) {
    let filter =
        tracing_subscriber::EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).parse_lossy(level);
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
