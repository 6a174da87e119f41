//! The AWS services this program brings along, each reached through the real SDK client.

pub(crate) mod bell;
pub mod dynamo;
pub mod files;
pub(crate) mod mail;
pub(crate) mod queues;
pub mod record;
pub(crate) mod snapshot;
pub(crate) mod stream;
