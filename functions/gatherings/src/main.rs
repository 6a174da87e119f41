//! The gatherings Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    edge::service::run(gatherings::routes).await
}
