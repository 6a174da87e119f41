//! The socket Lambda.

fn main() {}
