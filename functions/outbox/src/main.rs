//! The outbox Lambda.

fn main() {}
