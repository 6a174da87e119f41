//! The engine held against the rules of DynamoDB, one sentence each.

mod kit;

mod indexes;
mod items;
mod reads;
mod stream;
mod transactions;
