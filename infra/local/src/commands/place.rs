//! Which table a command is about, and how it is opened.

use std::path::PathBuf;

use engine::Durability;
use store::Store;

use crate::Fault;
use crate::data::Directory;
use crate::embedded::table::{self, Table};
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
                table::is_of_today(path)?;
                if !table::is_in(path) {
                    return Err(format!("{} has no table", path.display()).into());
                }
                let _directory = Directory::open(path)?;
                let template = Template::parse(template::WORKSPACE)?;
                let table = Table::in_directory(path, Durability::Process, &template)?;
                work(Store::new(table.engine())).await
            }
        }
    }
}
