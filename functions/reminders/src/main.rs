//! The reminders Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::service::run_background(reminders::handle).await
}
