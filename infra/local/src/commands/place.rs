//! Which table a command is about, and how it is opened.

use std::path::PathBuf;

use store::Store;

use crate::Fault;
use crate::data::Directory;
use crate::embedded::dynamo::Dynamo;
use crate::import;
use crate::template::{self, Template};

/// Which table is meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The embedded one of a data directory.
    Kept(PathBuf),
    /// One on AWS, by the usual variables.
    Real(String),
}

impl Place {
    /// Does something with it.
    ///
    /// # Errors
    /// There is no such table, or what is done fails.
    pub(super) async fn with<T>(&self, work: impl AsyncFnOnce(Store) -> Result<T, Fault>) -> Result<T, Fault> {
        match self {
            Place::Real(name) => {
                let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
                work(Store::new(dynamo::Table::new(&aws_sdk_dynamodb::Client::new(&config), name))).await
            }
            Place::Kept(path) => {
                if !Dynamo::is_in(path) {
                    return Err(format!("{} has no table", path.display()).into());
                }
                let _directory = Directory::open(path)?;
                import::is_whole(path)?;
                let table = Template::parse(template::WORKSPACE)?.table()?;
                let dynamo = Dynamo::start_file(path, &table)?;
                let done = work(Store::new(dynamo::Table::new(&dynamo.client(), dynamo.table_name()))).await;
                // Dropping it joins a thread; the runtime must not wait for that.
                tokio::task::spawn_blocking(move || drop(dynamo)).await?;
                done
            }
        }
    }
}
