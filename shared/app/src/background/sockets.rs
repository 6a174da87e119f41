//! API Gateway's WebSocket connections: a frame is pushed to one, or one is closed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_sdk_apigatewaymanagement::error::DisplayErrorContext;
use aws_sdk_apigatewaymanagement::operation::delete_connection::DeleteConnectionError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;

use super::broken;
use crate::Result;

/// Live connections of clients.
#[derive(Clone, Debug)]
pub enum Sockets {
    Live(aws_sdk_apigatewaymanagement::Client),
    Recorded(Recording),
}

/// What was pushed to whom, for tests.
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<Recorded>>);

#[derive(Debug, Default)]
struct Recorded {
    frames: BTreeMap<String, Vec<String>>,
    gone: BTreeSet<String>,
    failing: BTreeSet<String>,
}

impl Recording {
    fn inside(&self) -> std::sync::MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    /// Every frame a connection got so far.
    pub fn frames(&self, connection: &str) -> Vec<String> {
        self.inside().frames.get(connection).cloned().unwrap_or_default()
    }

    /// From now on this connection is gone.
    pub fn lose(&self, connection: &str) {
        self.inside().gone.insert(connection.to_owned());
    }

    pub fn is_gone(&self, connection: &str) -> bool {
        self.inside().gone.contains(connection)
    }

    /// Pushes to this connection fail, without it being gone, until told otherwise.
    pub fn fail(&self, connection: &str, fails: bool) {
        let mut inside = self.inside();
        if fails {
            inside.failing.insert(connection.to_owned())
        } else {
            inside.failing.remove(connection)
        };
    }

    fn push(&self, connection: &str, frame: String) -> Result<Pushed> {
        let mut inside = self.inside();
        if inside.gone.contains(connection) {
            return Ok(Pushed::Gone);
        }
        if inside.failing.contains(connection) {
            return Err(broken("pushing a frame", "on purpose"));
        }
        inside.frames.entry(connection.to_owned()).or_default().push(frame);
        Ok(Pushed::Arrived)
    }
}

/// Whether a frame found its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    Arrived,
    Gone,
}

impl Sockets {
    pub async fn push(&self, connection: &str, frame: String) -> Result<Pushed> {
        let client = match self {
            Sockets::Live(client) => client,
            Sockets::Recorded(recording) => return recording.push(connection, frame),
        };
        match client.post_to_connection().connection_id(connection).data(Blob::new(frame)).send().await {
            Ok(_) => Ok(Pushed::Arrived),
            Err(error) if error.as_service_error().is_some_and(PostToConnectionError::is_gone_exception) => {
                Ok(Pushed::Gone)
            }
            Err(error) => Err(broken("pushing a frame", DisplayErrorContext(error))),
        }
    }

    /// Ends a connection; one that is gone already is fine.
    pub async fn close(&self, connection: &str) -> Result<()> {
        let client = match self {
            Sockets::Live(client) => client,
            Sockets::Recorded(recording) => {
                recording.lose(connection);
                return Ok(());
            }
        };
        match client.delete_connection().connection_id(connection).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(DeleteConnectionError::is_gone_exception) => Ok(()),
            Err(error) => Err(broken("closing a connection", DisplayErrorContext(error))),
        }
    }
}
