//! What holds for every façade: its operations, who may call them, and that no input breaks them. A façade is a table
//! in the file of its name; what its tests do is written once.

mod access;
mod bad_input;
mod contract;
mod maintenance;
mod operations;

mod consultations;
mod meetings;
mod mentorship;
mod tutoring;

use bad_input::{fields, headers, mutations, requests};
