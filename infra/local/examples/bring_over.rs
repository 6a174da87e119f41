//! Brings a data directory over whose table is still the SQLite file of an earlier version:
//! `cargo run --release -p local --example bring_over -- .data`. All of it or, whatever happens, none. What had not been
//! mailed or pushed by then never is, so that is refused, unless `--anyway` comes behind the directory.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use local::BringOver;
use local::template::{Template, WORKSPACE};
use rusqlite::Connection;
use serde_json::{Value as Json, json};

type Fault = Box<dyn std::error::Error + Send + Sync>;

const EVERY: Duration = Duration::from_secs(1);
/// What was added to the numbers of records before they were told.
const OFFSET: u128 = 100_000_000_000_000_000_000;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (directory, more) = (arguments.next(), arguments.next());
    let anyway = more.as_deref() == Some(OsStr::new("--anyway"));
    let Some(directory) = directory.filter(|_| more.is_none() || anyway) else {
        eprintln!("usage: bring_over DIRECTORY [--anyway]");
        return ExitCode::from(2);
    };
    match bring_over(Path::new(&directory), anyway).await {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("cannot bring {} over: {fault}", Path::new(&directory).display());
            ExitCode::FAILURE
        }
    }
}

/// Says what was done.
pub(crate) async fn bring_over(directory: &Path, anyway: bool) -> Result<String, Fault> {
    let template = Template::parse(WORKSPACE)?;
    let table = template.table()?.name.replace('"', "\"\"");
    let begun = BringOver::begin(directory)?;
    // Not only for reading: what an end without warning has left beside the file belongs to it.
    let file = Connection::open(begun.file())?;
    let open = if anyway { 0 } else { untold(&file, directory, &template)? };
    if open > 0 {
        return Err(format!(
            "{open} changes of its table have not been carried out, and never would be: let the earlier version run until \
             nothing waits, or say --anyway"
        )
        .into());
    }
    let all: usize = file.query_row(&format!("SELECT COUNT(*) FROM \"{table}\""), [], |row| row.get(0))?;
    let mut query = file.prepare(&format!("SELECT item_json FROM \"{table}\""))?;
    let items = query.query_map([], |row| row.get::<_, String>(0))?;
    let mut shown = Instant::now();
    let told = |count: usize| {
        if count == all || shown.elapsed() >= EVERY {
            eprintln!("{count} of {all} items");
            shown = Instant::now();
        }
    };
    let count = begun.make(items.map(|item| Ok(item?)), told).await?;
    drop(query);
    file.close().map_err(|(_, error)| error)?;
    let kept = begun.end()?;
    Ok(format!("{count} items brought over; the earlier file is {}", kept.display()))
}

/// How many changes behind the checkpoint some function waits for.
fn untold(file: &Connection, directory: &Path, template: &Template) -> Result<usize, Fault> {
    let mut told = None;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("checkpoint-") {
            let place: u128 = fs::read_to_string(entry.path())?.trim().parse()?;
            let place = i64::try_from(place.saturating_sub(OFFSET))?;
            told = Some(told.map_or(place, |least: i64| least.min(place)));
        }
    }
    let sources = template.event_sources()?.streams;
    let wanted = |record: &Json| {
        sources
            .iter()
            .any(|source| source.filters.is_empty() || source.filters.iter().any(|filter| filter.takes(record)))
    };
    let columns = "event_name, keys_json, new_image, old_image";
    let query = format!("SELECT {columns} FROM _stream_records WHERE CAST(sequence_number AS INTEGER) > ?1");
    let mut query = file.prepare(&query)?;
    let mut rows = query.query([told.unwrap_or(0)])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let image = |column| -> Result<Json, Fault> {
            let text: Option<String> = row.get(column)?;
            Ok(text.map_or(Ok(Json::Null), |text| serde_json::from_str(&text))?)
        };
        let change = json!({"Keys": image(1)?, "NewImage": image(2)?, "OldImage": image(3)?});
        let record = json!({"eventName": row.get::<_, String>(0)?, "dynamodb": change});
        count += usize::from(wanted(&record));
    }
    Ok(count)
}
