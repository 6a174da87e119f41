//! One connection to a program.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value as Json;
use tokio::net::TcpStream;

use crate::Fault;

/// What is asked.
pub(crate) struct Asked {
    pub method: Method,
    pub path: String,
    /// Empty for nobody.
    pub token: String,
    pub body: Option<Json>,
}

impl Asked {
    pub(crate) fn get(path: impl Into<String>, token: &str) -> Self {
        Self { method: Method::GET, path: path.into(), token: token.to_owned(), body: None }
    }

    pub(crate) fn post(path: impl Into<String>, token: &str, body: Json) -> Self {
        Self { method: Method::POST, path: path.into(), token: token.to_owned(), body: Some(body) }
    }
}

pub(crate) struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    pub(crate) async fn open(port: u16) -> Result<Self, Fault> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// The status, and the body.
    pub(crate) async fn ask(&mut self, asked: Asked) -> Result<(u16, Bytes), Fault> {
        let mut request = Request::builder().method(asked.method).uri(asked.path).header(header::HOST, "localhost");
        if !asked.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", asked.token));
        }
        let body = match asked.body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        self.0.ready().await?;
        let answer = self.0.send_request(request.body(Full::new(body))?).await?;
        let status = answer.status().as_u16();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }

    /// As [`Connection::ask`], of what must go well.
    pub(crate) async fn must(&mut self, asked: Asked) -> Result<Json, Fault> {
        let what = format!("{} {}", asked.method, asked.path);
        let (status, body) = self.ask(asked).await?;
        if !(200..300).contains(&status) {
            return Err(format!("{what}: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(serde_json::from_slice(&body)?)
    }
}
