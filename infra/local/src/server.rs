//! The listener: HTTP/1.1 on the loopback interface, and which part of this process answers what.

mod bare;

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Parts, Upgraded};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::controls::Background;
use crate::embedded::files::Files;
use crate::functions::App;
use crate::gateway::Gateway;
use crate::pages::Sights;
use crate::pages::issuer::Issuer;
use crate::sockets::Sockets;
use crate::{Fault, controls, envelope, pages, payload};

/// More than any limit of ours, so that it is our envelope that refuses.
const READ_BUFFER_BYTES: usize = 256 * 1024;
/// How much of a body that is too large is read and thrown away. A client that is still sending
/// when the connection closes would see a reset instead of the answer.
const DRAIN_LIMIT_BYTES: usize = 64 * 1024 * 1024;
/// How long requests under way may take once the process is asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Everything a request can reach.
pub(crate) struct House {
    pub gateway: Gateway,
    pub sockets: Arc<Sockets>,
    pub files: Option<Files>,
    pub app: App,
    pub test_clock: bool,
    /// Absent with real services.
    pub background: Option<Background>,
    /// `http://localhost:PORT`
    pub base_url: String,
    /// Of a demo.
    pub issuer: Option<Issuer>,
    pub body_within: Duration,
}

/// Sockets on the loopback interface: IPv4, and IPv6 where the machine has it, since `localhost`
/// may mean either.
#[derive(Debug)]
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    pub port: u16,
}

impl Listeners {
    /// Port 0 asks for any free one.
    ///
    /// # Errors
    /// The port is taken.
    pub(crate) async fn bind(port: u16) -> Result<Self, Fault> {
        let taken = |port: u16| format!("port {port} is already in use; choose another with --port");
        for _ in 0..16 {
            let four = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
                Ok(socket) => socket,
                Err(error) if error.kind() == ErrorKind::AddrInUse => {
                    return Err(taken(port).into());
                }
                Err(error) => return Err(error.into()),
            };
            let bound = four.local_addr()?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, bound)).await {
                Ok(six) => {
                    return Ok(Self { sockets: vec![four, six], port: bound });
                }
                Err(error) if error.kind() != ErrorKind::AddrInUse => {
                    return Ok(Self { sockets: vec![four], port: bound });
                }
                Err(_) if port != 0 => return Err(taken(port).into()),
                // A stranger has the other half of this free port: take another.
                Err(_) => {}
            }
        }
        Err("no free port was found".into())
    }

    /// Serves until `stop` becomes true, then lets requests under way finish.
    pub(crate) async fn serve(self, house: Arc<House>, stop: watch::Receiver<bool>) {
        let mut accepting = JoinSet::new();
        for socket in self.sockets {
            accepting.spawn(accept(socket, house.clone(), stop.clone()));
        }
        while accepting.join_next().await.is_some() {}
    }
}

async fn accept(socket: TcpListener, house: Arc<House>, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            // An error means that the owner is gone: stop as well.
            _ = stop.wait_for(|stop| *stop) => break,
        };
        // Ended connections are forgotten as we go, or a long life would keep them all.
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(converse(stream, peer, house.clone(), stop.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(socket);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all_ended).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, house: Arc<House>, mut stop: watch::Receiver<bool>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    let service = service_fn(move |request| {
        let house = house.clone();
        async move { Ok::<_, Infallible>(house.answer(request, peer.ip()).await.map(Full::new)) }
    });
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(30))
            .max_headers(1_000)
            .max_buf_size(READ_BUFFER_BYTES)
            .half_close(true)
            .serve_connection(bare::Enveloping::new(TokioIo::new(stream)), service)
            .with_upgrades()
    );
    let stopping = async {
        // An error means that the owner is gone: stop as well.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client that breaks off or speaks no HTTP is its own business.
        tracing::debug!(%error, "a connection ended early");
    }
}

impl House {
    async fn answer(&self, mut request: Request<Incoming>, peer: IpAddr) -> Response<Bytes> {
        let upgrade: Option<OnUpgrade> =
            self.sockets.takes(request.uri().path()).then(|| hyper::upgrade::on(&mut request));
        let (head, body) = request.into_parts();
        if head_bytes(&head) > payload::HEAD_LIMIT_BYTES {
            return envelope::refusal(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "too_large",
                "The request line and headers are too large.",
            );
        }
        let reading = read(body, &head.headers, head.uri.path());
        let body = match tokio::time::timeout(self.body_within, reading).await {
            Ok(Ok(body)) => body,
            Ok(Err(refused)) => return refused,
            Err(_) => return closing(late()),
        };
        let request = Request::from_parts(head, body);
        if let Some(upgrade) = upgrade {
            return self.sockets.answer(request, upgrade, peer).await;
        }
        let path = request.uri().path();
        if path == "/" && matches!(*request.method(), Method::GET | Method::HEAD) {
            return pages::front(&self.base_url);
        }
        if path == "/_local" || path.starts_with("/_local/") {
            let sights = Sights {
                gateway: &self.gateway,
                app: &self.app,
                table: self.background.as_ref().map(|background| &background.table),
                base_url: &self.base_url,
                issuer: self.issuer.as_ref(),
            };
            if let Some(page) = pages::answer(&sights, &request, peer).await {
                return page;
            }
            return controls::answer(&self.app, self.test_clock, self.background.as_ref(), &request, peer).await;
        }
        match &self.files {
            Some(files) if files.takes(path) => files.answer(request).await,
            _ => self.gateway.answer(request, peer, self.app.clock.now()).await,
        }
    }
}

/// The connection below one that has left HTTP, and what was already read of it. What wraps it for
/// HTTP would go on looking for HTTP in what is written.
pub(crate) fn unwrapped(upgraded: Upgraded) -> Option<(TcpStream, Vec<u8>)> {
    let Parts { io, read_buf, .. } = upgraded.downcast::<bare::Enveloping<TokioIo<TcpStream>>>().ok()?;
    // Copied: nearly always nothing, in a buffer that a long connection should not keep.
    Some((io.into_inner().into_inner(), read_buf.to_vec()))
}

/// As the quota counts: the request line and the headers.
fn head_bytes(head: &http::request::Parts) -> usize {
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let headers: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    head.method.as_str().len() + target + headers
}

async fn read(mut body: Incoming, headers: &HeaderMap, path: &str) -> Result<Bytes, Response<Bytes>> {
    let declared =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok()).unwrap_or(0);
    if declared > DRAIN_LIMIT_BYTES {
        return Err(closing(envelope::too_large(path)));
    }
    let mut whole = bytes::BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(closing(envelope::bad_request("The body could not be read.")));
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        if length <= payload::REQUEST_LIMIT_BYTES {
            whole.extend_from_slice(&data);
        } else if length > DRAIN_LIMIT_BYTES {
            return Err(closing(envelope::too_large(path)));
        }
    }
    if length > payload::REQUEST_LIMIT_BYTES { Err(envelope::too_large(path)) } else { Ok(whole.freeze()) }
}

fn closing(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn late() -> Response<Bytes> {
    envelope::refusal(StatusCode::REQUEST_TIMEOUT, "request_timeout", "The body did not come in time.")
}
