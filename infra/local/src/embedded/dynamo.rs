//! DynamoDB on SQLite, served on loopback so that the SDK client and the service's own validation
//! are both in the path.
//!
//! Its handlers block on one mutex: they get a runtime and threads of their own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use dynoxide::{Database, ImportOptions};
use serde_json::{Value as Json, json};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;

use super::bell::Bell;
use super::snapshot::Snapshot;
use super::stream::{self, Stream};
use crate::Fault;
use crate::template::Table;

/// How often expired items go. On AWS it may take days, so nothing may rely on it.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
const FILE_NAME: &str = "table.sqlite";
/// How many items are written in one transaction of a new table.
const FILLED_AT_ONCE: usize = 1000;

/// A running service. Dropping it stops it and closes its file.
#[derive(Debug)]
pub struct Dynamo {
    address: SocketAddr,
    table_name: String,
    stream: Option<Stream>,
    snapshot: Snapshot,
    bell: Bell,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Dynamo {
    /// The table in `directory`, made if absent. It survives a restart and a `kill -9`; a power
    /// cut may cost the last writes, never more.
    ///
    /// # Errors
    /// The service refuses the table's definition, the file cannot be opened, or no port can be had.
    pub fn start_file(directory: &Path, table: &Table) -> Result<Self, Fault> {
        Self::start(directory, table, true)
    }

    /// As [`Dynamo::start_file`], for a directory that is gone with the process: the disk is never
    /// waited for.
    ///
    /// # Errors
    /// As [`Dynamo::start_file`].
    pub fn start_scratch(directory: &Path, table: &Table) -> Result<Self, Fault> {
        Self::start(directory, table, false)
    }

    fn start(directory: &Path, table: &Table, kept: bool) -> Result<Self, Fault> {
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let bell = Bell::default();
        let snapshot = Snapshot::of(&directory.join(FILE_NAME), &table.name);
        let place = Place { file: directory.join(FILE_NAME), kept, table: table.clone(), bell: bell.clone() };
        let thread = std::thread::Builder::new().name("dynamo".into()).spawn(move || {
            run(&place, &ready, stopped);
        })?;
        let (address, stream) = started.recv().map_err(|_| "the embedded table ended at its start")??;
        let table_name = table.name.clone();
        Ok(Self { address, table_name, stream, snapshot, bell, stop: Some(stop), thread: Some(thread) })
    }

    /// Whether a directory has a table.
    #[must_use]
    pub fn is_in(directory: &Path) -> bool {
        directory.join(FILE_NAME).exists()
    }

    /// Makes the table in `directory` of these items, without their coming being news to its stream.
    ///
    /// # Errors
    /// As [`Dynamo::start_file`]; or one of the items is none.
    pub fn fill(
        directory: &Path,
        table: &Table,
        items: impl Iterator<Item = Result<Json, Fault>>,
    ) -> Result<usize, Fault> {
        let file = directory.join(FILE_NAME);
        let database = open(&Place { file, kept: true, table: table.clone(), bell: Bell::default() })?;
        let (mut count, mut batch) = (0, Vec::new());
        let mut write = |batch: &mut Vec<_>| {
            count += batch.len();
            database.import_items(&table.name, std::mem::take(batch), ImportOptions::default())
        };
        for item in items {
            batch.push(serde_json::from_value(item?)?);
            if batch.len() == FILLED_AT_ONCE {
                write(&mut batch)?;
            }
        }
        write(&mut batch)?;
        Ok(count)
    }

    /// The endpoint an SDK client is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    #[must_use]
    pub fn table_name(&self) -> &str {
        &self.table_name
    }

    /// The table's stream, if it has one.
    pub(crate) fn stream(&self) -> Option<Stream> {
        self.stream.clone()
    }

    /// Its items past the service, as of one moment.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.snapshot.clone()
    }

    /// A client of this service.
    #[must_use]
    pub fn client(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .endpoint_url(self.endpoint())
            .interceptor(self.bell.clone())
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }
}

impl Drop for Dynamo {
    fn drop(&mut self) {
        // Either may be gone already when the service failed; then there is nothing to stop.
        let _ = self.stop.take().map(|stop| stop.send(()));
        self.stream = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

type Ready = mpsc::Sender<Result<(SocketAddr, Option<Stream>), Fault>>;

/// Which table is where.
struct Place {
    file: PathBuf,
    kept: bool,
    table: Table,
    bell: Bell,
}

/// The service's whole life, on its own thread.
fn run(place: &Place, ready: &Ready, stopped: oneshot::Receiver<()>) {
    let opened = open(place).and_then(|database| {
        let stream = Stream::of(&database, &place.file, &place.table.name, &place.bell)?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("dynamo").enable_all().build()?;
        Ok((database, stream, runtime))
    });
    let (database, stream, runtime) = match opened {
        Ok(all) => all,
        // The receiver waits in `start` until this message; it cannot be gone.
        Err(fault) => return drop(ready.send(Err(fault))),
    };
    runtime.block_on(async move {
        let listener = match listen() {
            Ok(listener) => listener,
            Err(fault) => return drop(ready.send(Err(fault))),
        };
        let address = listener.local_addr().map_err(Fault::from);
        drop(ready.send(address.map(|address| (address, stream))));
        let sweeper = tokio::spawn(sweep(database.clone(), place.bell.clone()));
        let stop = async {
            // A dropped sender means the owner is gone: stop as well.
            let _ = stopped.await;
        };
        tokio::select! {
            result = dynoxide::server::serve_with_shutdown(listener, database, std::future::pending()) => {
                if let Err(error) = result {
                    tracing::error!(error, "the embedded table stopped");
                }
            }
            () = stop => {}
        }
        sweeper.abort();
    });
    // Connection tasks hold the database; it is closed when they are.
    runtime.shutdown_timeout(Duration::from_secs(2));
}

/// Accepted connections inherit `TCP_NODELAY`; without it every answer may wait for an
/// acknowledgement.
fn listen() -> Result<tokio::net::TcpListener, Fault> {
    let socket = TcpSocket::new_v4()?;
    socket.set_nodelay(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    Ok(socket.listen(1024)?)
}

async fn sweep(database: Database, bell: Bell) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        match swept {
            Ok(Err(error)) => tracing::warn!(%error, "expired items could not be removed"),
            _ => bell.ring(),
        }
    }
}

fn open(place: &Place) -> Result<Database, Fault> {
    let path = place.file.to_str().ok_or("the data directory's name is not Unicode")?;
    let database = Database::new(path)?;
    // The only way to `synchronous = NORMAL`: commits reach the write-ahead log, which outlives
    // this process, but do not each wait for the disk. Left on, nothing ever waits.
    database.enable_bulk_loading()?;
    if place.kept {
        database.disable_bulk_loading()?;
    }
    if !has_table(&database, &place.table)? {
        create(&database, &place.table)?;
    }
    stream::add_index(&place.file)?;
    Ok(database)
}

fn has_table(database: &Database, table: &Table) -> Result<bool, Fault> {
    let listed = database.list_tables(request(&json!({}))?)?;
    let listed = serde_json::to_value(listed)?;
    let names = listed["TableNames"].as_array();
    Ok(names.is_some_and(|names| names.contains(&json!(table.name))))
}

fn create(database: &Database, table: &Table) -> Result<(), Fault> {
    database.create_table(request(&table.create)?)?;
    if let Some(attribute) = &table.ttl_attribute {
        database.update_time_to_live(request(&json!({
            "TableName": table.name,
            "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true },
        }))?)?;
    }
    Ok(())
}

pub(super) fn request<T: serde::de::DeserializeOwned>(body: &Json) -> Result<T, Fault> {
    Ok(serde_json::from_value(body.clone())?)
}

#[cfg(test)]
pub(crate) mod tests;
