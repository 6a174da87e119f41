//! The engine held against the rules of DynamoDB, one sentence each.

mod kit;

mod files;
mod indexes;
mod items;
mod reads;
mod stream;
mod torture;
mod transactions;
