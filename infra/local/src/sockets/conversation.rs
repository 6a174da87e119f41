//! One open connection from its upgrade to `$disconnect`: reads, writes and watches the time, all
//! in one task.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _, future};
use hyper::upgrade::OnUpgrade;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};

use super::Sockets;
use super::line::{Ending, Line, Registry, Work};
use crate::server;

/// Every connection has a buffer of this size for what comes in. Larger frames borrow.
const READ_BUFFER_BYTES: usize = 1024;
/// How long the other side may take to read what waits, and then to close.
const PATIENCE: Duration = Duration::from_secs(5);

type Stream = WebSocketStream<TcpStream>;

/// Takes the connection out of the registry, whatever ended its task.
struct Entry<'a>(&'a Registry, &'a Line);

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.1.end(Ending::lost());
        self.0.leave(self.1);
    }
}

/// The whole life of a connection that the function has let in.
pub(super) async fn hold(sockets: Arc<Sockets>, line: Arc<Line>, upgrade: OnUpgrade) {
    let entry = Entry(&sockets.registry, &line);
    let limits = &sockets.registry.limits;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_frame_size(Some(limits.message_bytes))
        .max_message_size(Some(limits.message_bytes));
    let Some((socket, early)) = upgrade.await.ok().and_then(server::unwrapped) else {
        // The client went away before the handshake's response.
        drop(entry);
        return sockets.farewell(&line, &Ending::lost()).await;
    };
    let stream = Stream::from_partially_read(socket, early, Role::Server, Some(config)).await;
    let (mut sink, mut source) = stream.split();
    let ending = tokio::select! {
        ending = listen(&mut source, &sockets, &line) => ending,
        ending = tell(&mut sink, &line) => ending,
        ending = watch(&line, &sockets.registry) => ending,
    };
    drop(entry);
    let Ok(stream) = sink.reunite(source) else { unreachable!("both halves are of one stream") };
    // Boxed: an idle connection does not carry the memory of its end.
    let parting = Box::pin(part(stream, &ending));
    future::join(parting, Box::pin(sockets.farewell(&line, &ending))).await;
}

async fn listen(source: &mut SplitStream<Stream>, sockets: &Sockets, line: &Arc<Line>) -> Ending {
    let in_flight = Arc::new(Semaphore::new(sockets.registry.limits.in_flight));
    loop {
        match source.next().await {
            Some(Ok(Message::Text(text))) => {
                line.touch(sockets.clock.now());
                line.got(text.len() > sockets.registry.limits.frame_bytes);
                let Ok(permit) = in_flight.clone().acquire_owned().await else {
                    unreachable!("nobody closes the semaphore")
                };
                Box::pin(sockets.message(line, text.as_str(), permit)).await;
            }
            Some(Ok(Message::Binary(_))) => return Ending::ours(1003, "Binary messages are not supported"),
            Some(Ok(Message::Close(frame))) => return Ending::theirs(frame),
            // The library has answered a ping; nothing of it reaches a function.
            Some(Ok(_)) => {}
            Some(Err(error)) => return broken(&error),
            None => return Ending::lost(),
        }
    }
}

fn broken(error: &Error) -> Ending {
    match error {
        Error::Capacity(_) => Ending::too_large(),
        Error::Utf8(_) => Ending::ours(1007, "Text is not UTF-8"),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Ending::lost(),
        Error::Protocol(_) => Ending::ours(1002, "Protocol error"),
        _ => Ending::lost(),
    }
}

async fn tell(sink: &mut SplitSink<Stream, Message>, line: &Line) -> Ending {
    loop {
        match line.work().await {
            Work::Write(text) => {
                if sink.send(Message::Text(text)).await.is_err() {
                    return Ending::lost();
                }
            }
            Work::End(ending) => return ending,
        }
    }
}

/// Time, and an end that somebody asked for while the writer is stuck.
async fn watch(line: &Line, registry: &Registry) -> Ending {
    let expired = async {
        let death = line.born + registry.limits.life;
        loop {
            let due = death.min(line.active() + registry.limits.idle);
            if due <= Instant::now() {
                return Ending::going_away();
            }
            sleep_until(due).await;
        }
    };
    let asked = async {
        let ending = line.end_asked().await;
        if !ending.is_abrupt {
            sleep(PATIENCE).await;
        }
        ending
    };
    tokio::select! {
        ending = expired => ending,
        ending = asked => ending,
    }
}

/// Sends the close frame and reads on until the client has closed too: closing with unread bytes would
/// reset the connection, and the client would not see why it ended.
async fn part(mut stream: Stream, ending: &Ending) {
    let goodbye = async {
        if ending.is_ours {
            let frame = CloseFrame { code: ending.code.into(), reason: ending.reason.as_ref().into() };
            stream.send(Message::Close(Some(frame))).await
        } else {
            // The library has an answer to the client's close frame ready.
            stream.flush().await
        }
    };
    if !matches!(timeout(PATIENCE, goodbye).await, Ok(Ok(()))) {
        return;
    }
    let mut socket = stream.into_inner();
    let drained = async {
        socket.shutdown().await?;
        tokio::io::copy(&mut socket, &mut tokio::io::sink()).await
    };
    // Whatever comes of it, the socket closes now.
    let _ = timeout(PATIENCE, drained).await;
}
