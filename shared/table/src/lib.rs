//! What one table is asked, as values: items, conditions, updates, ranges of a partition, transactions; and what it
//! answers. They mean what DynamoDB means by them. Who carries them out is a [`Backend`], elsewhere: `dynamo` asks DynamoDB,
//! `engine` does it on a file of this machine.

mod answer;
mod backend;
mod condition;
mod item;
pub mod limits;
mod range;
mod update;
mod write;

pub use answer::{Batch, Cancelled, Fault, Metered, Paged, Reason, Refused};
pub use backend::Backend;
pub use condition::{
    Comparison, Condition, absent, all, any, at_least, at_most, contains, equals, exists, fewer_than, less, more, not,
    one_of,
};
pub use item::{Item, Key, Value, item_from, item_into};
pub use range::{Index, Range, Scan, Select};
pub use update::{Action, Returning, Update};
pub use write::Write;
