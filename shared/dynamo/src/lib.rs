//! Asks DynamoDB what the values of `table` say: [`expression`] writes them as DynamoDB's expressions, [`limits`] holds them
//! to what it takes of one request, and [`Table`] sends them through the SDK and tells its failures apart.

mod convert;
mod expression;
mod fault;
mod limits;
mod request;
mod table;

pub use aws_sdk_dynamodb::Client;
pub use request::{Texts, texts};
pub use table::Table;
