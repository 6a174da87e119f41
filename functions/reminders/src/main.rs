//! The reminders Lambda.

fn main() {}
