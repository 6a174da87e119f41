//! The AWS services this program brings along, each reached through the real SDK client.

pub mod dynamo;
pub mod files;
