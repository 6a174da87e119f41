//! What the marketplace decides.
//!
//! Pure rules: who may do what to a booking and when, where the credits go, which times are free, what a name or a
//! password may look like. Nothing here waits, reads a clock, rolls a die or knows how a thing is stored or shown.

pub mod application;
pub mod approval;
pub mod audit;
pub mod booking;
pub mod calendar;
pub mod card;
pub mod caseless;
pub mod category;
pub mod chat;
pub mod community;
pub mod currency;
pub mod details;
pub mod directory;
pub mod document;
pub mod expert;
pub mod facade;
pub mod feed;
pub mod file;
pub mod finding;
pub mod gathering;
pub mod ids;
pub mod interval;
pub mod learning;
pub mod ledger;
pub mod lifecycle;
pub mod mailbox;
pub mod newsletter;
pub mod note;
pub mod notice;
pub mod openid;
pub mod password;
pub mod payment;
pub mod person;
pub mod presence;
pub mod quanta;
mod refusal;
pub mod report;
pub mod review;
pub mod search;
pub mod serial;
pub mod site;
pub mod slot;
pub mod stats;
pub mod support;
pub mod suspension;
pub mod text;
pub mod tie;
pub mod two_factor;
pub mod wallet;
pub mod withdrawal;
pub mod words;
pub mod writing;
pub mod zone;

pub use refusal::Refusal;

/// What a rule says when it refuses a single value: a sentence a user may read.
pub type Sentence = &'static str;

/// The instant type of the whole code base. Zone arithmetic happens in [`zone`] and [`calendar`] only.
pub type Instant = chrono::DateTime<chrono::Utc>;
