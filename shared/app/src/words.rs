//! What people are told, in the words of the façade that caused it.

pub(crate) mod letters;
pub mod meetings;
pub(crate) mod vetting;
