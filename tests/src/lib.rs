//! A World with verbs, and the stories told in it.

pub mod answer;
pub mod background;
pub mod bounds;
pub mod bucket;
pub mod consultations;
pub mod costs;
pub mod crowd;
pub mod faults;
mod gateway;
pub mod issuer_double;
pub mod meetings;
pub mod member;
pub mod mentorship;
pub mod paying;
pub mod pending;
pub mod person;
mod published;
pub mod shape;
pub mod socket;
pub mod spoiler;
pub mod stripe_double;
pub mod table;
pub mod world;

pub use answer::Answer;
pub use bucket::{Bucket, Part};
pub use costs::Costs;
pub use crowd::{at_once, dice, tally};
pub use faults::{Fault, Faults, Moment, Strike};
pub use person::Person;
pub use socket::Socket;
pub use spoiler::Spoiler;
pub use table::Table;
pub use world::{Setup, World, minute};
