//! The engine held against the rules of DynamoDB, one sentence each.

#![expect(clippy::unwrap_used, reason = "a fixture that does not hold must fail the test")]

mod kit;

mod files;
mod indexes;
mod items;
mod reads;
mod stream;
mod torture;
mod transactions;
