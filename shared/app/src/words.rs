//! What people are told, in the words of the façade that caused it.

pub mod meetings;
