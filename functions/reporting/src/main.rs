//! The reporting Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::service::run_background(reporting::handle).await
}
