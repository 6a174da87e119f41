//! The AWS services this program brings along. The table is asked by values, the others through the real SDK client.

pub(crate) mod bell;
pub mod files;
pub(crate) mod mail;
pub(crate) mod queues;
pub mod record;
pub(crate) mod stream;
pub(crate) mod table;
