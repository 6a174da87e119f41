//! What the stories of the tutoring façade share.

pub mod people;
pub mod testimonials;
