//! One fact in two places: one test that reads both. And rules of the house that a compiler cannot keep.

mod claims;
mod commands;
mod documents;
mod edge_function;
mod facades;
mod imports;
mod metrics;
mod openapi;
mod permissions;
mod queues;
mod routing;
mod settings;
mod sources;
mod table;
mod tree;
