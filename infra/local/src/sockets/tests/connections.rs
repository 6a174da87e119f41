//! What functions can do to a connection.

use aws_sdk_apigatewaymanagement::error::SdkError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;

use super::*;

#[tokio::test]
async fn a_connection_can_be_looked_up() {
    let mut stage = Stage::usual().await;
    let (mut socket, id) = stage.open().await;
    let told = stage.client.get_connection().connection_id(&id).send().await.unwrap();
    let since = told.connected_at().unwrap().to_millis().unwrap();
    assert!(told.last_active_at().unwrap().to_millis().unwrap() >= since);
    assert_eq!(told.identity().unwrap().source_ip(), Some("127.0.0.1"));
    assert!(stage.post(&id, "news").await);
    assert_eq!(heard(&mut socket).await, "news");
}

#[tokio::test]
async fn a_deleted_connection_reads_what_was_sent_and_is_gone_at_once() {
    let mut stage = Stage::usual().await;
    let (mut socket, id) = stage.open().await;
    assert!(stage.post(&id, "last words").await);
    stage.client.delete_connection().connection_id(&id).send().await.unwrap();
    assert!(!stage.post(&id, "too late").await);
    assert_eq!(heard(&mut socket).await, "last words");
    assert_eq!(closed(&mut socket).await, 1000);
    assert_eq!(stage.disconnected().await, (1000, "Connection Closed Normally".to_owned()));
}

#[tokio::test]
async fn whoever_is_not_there_is_gone_for_every_call() {
    let stage = Stage::usual().await;
    let id = "abc/+%=";
    let post = stage.client.post_to_connection().connection_id(id).data(Blob::new("x")).send().await;
    assert!(
        matches!(post, Err(SdkError::ServiceError(e)) if e.err().is_gone_exception() && e.raw().status().as_u16() == 410)
    );
    let get = stage.client.get_connection().connection_id(id).send().await;
    assert!(get.unwrap_err().into_service_error().is_gone_exception());
    let delete = stage.client.delete_connection().connection_id(id).send().await;
    assert!(delete.unwrap_err().into_service_error().is_gone_exception());
}

#[tokio::test]
async fn a_connection_is_not_there_until_its_handshake_is_over() {
    let stage = Stage::usual().await;
    assert_eq!(stage.refused("/ws/?token=early").await.status(), 410);
}

#[tokio::test]
async fn a_message_over_128_kilobytes_is_too_large_for_the_function_too() {
    let mut stage = Stage::usual().await;
    let (mut socket, id) = stage.open().await;
    assert!(stage.post(&id, &"x".repeat(128 * 1024)).await);
    assert_eq!(heard(&mut socket).await.len(), 128 * 1024);
    let data = Blob::new("x".repeat(128 * 1024 + 1));
    let error = stage.client.post_to_connection().connection_id(&id).data(data).send().await.unwrap_err();
    let error = error.into_service_error();
    assert!(matches!(error, PostToConnectionError::PayloadTooLargeException(_)), "{error:?}");
    assert!(stage.post(&id, "still here").await);
}

#[tokio::test]
async fn a_request_that_is_not_signed_is_refused() {
    let mut stage = Stage::usual().await;
    let (_socket, id) = stage.open().await;
    let address = stage.running.connections_url.trim_start_matches("http://").to_owned();
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request =
        http::Request::post(format!("/@connections/{id}")).header("host", "x").body(String::from("hi")).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 403);
}
