//! `cargo run -p local`: everything on this machine.

use std::process::ExitCode;

/// glibc's keeps the 19 MiB of every password hash it ever gave out: a gigabyte after some hundred logins.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    local::run(std::env::args().skip(1)).await
}
