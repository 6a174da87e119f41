//! The Lambda: what `bootstrap` runs.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    edge::service::run_open(platform::routes).await
}
