//! The delivery Lambda.

fn main() {}
