//! The Lambda: what `bootstrap` runs.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    edge::service::run(platform::routes).await
}
