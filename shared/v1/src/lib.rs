//! How the API under `/api/v1/` that the newer façades share speaks: accounts and payments. It belongs to none of them, so
//! it has a dialect of its own.

mod problem;

pub use problem::{Refused, V1, file, ledger, payment, person, two_factor};
