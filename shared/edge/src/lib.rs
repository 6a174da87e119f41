//! How the marketplace speaks HTTP.
//!
//! A handler takes its input through an extractor that has checked it ([`body`], [`path`]), calls one use-case and
//! returns a [`reply`], a [`page::Listed`] or a [`problem::Problem`]. Everything else that makes up an answer is the
//! service's ([`service`]).

pub mod address;
pub mod auth;
pub mod batch;
pub mod body;
mod body_limit;
pub mod browser;
mod common;
pub mod csv;
pub mod dialect;
pub mod docs;
mod etag;
mod event;
mod exempt;
pub mod form;
mod headers;
pub mod id;
pub mod idempotency;
pub mod maintenance;
pub mod operation;
pub mod page;
pub mod path;
pub mod problem;
pub mod reply;
pub mod second_factor;
pub mod service;
pub mod sockets;
pub mod time;
pub mod words;

pub use address::address;
#[doc(hidden)]
pub use utoipa_axum;
