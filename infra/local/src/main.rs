//! `cargo run -p local`: everything on this machine.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    local::run(std::env::args().skip(1)).await
}
