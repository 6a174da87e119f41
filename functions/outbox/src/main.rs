//! The outbox Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::host::run_backstage(outbox::handle).await
}
