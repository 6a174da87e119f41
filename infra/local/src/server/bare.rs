//! Gives the server's own refusals a body.
//!
//! What is not HTTP at all never reaches a handler: `hyper` answers it with a bare 400, 414 or
//! 431 and offers no hook. Clients are promised the JSON envelope on every answer, so the bytes of
//! such an answer are replaced on their way out. They are recognised by having no body, which no
//! refusal of ours lacks, and by closing the connection.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http::StatusCode;
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::envelope;

/// Wraps a connection's stream.
#[derive(Debug)]
pub(super) struct Enveloping<S> {
    stream: S,
    /// What is left to write instead, and how many bytes to report for it.
    instead: Option<(Bytes, usize)>,
}

impl<S> Enveloping<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, instead: None }
    }

    /// The stream itself, for whoever speaks something else than HTTP on it from now on.
    pub(super) fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: Read + Unpin> Read for Enveloping<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Write + Unpin> Enveloping<S> {
    fn poll_instead(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<usize>>> {
        while let Some((left, reported)) = &mut self.instead {
            if left.is_empty() {
                let reported = *reported;
                self.instead = None;
                return Poll::Ready(Ok(Some(reported)));
            }
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, left))?;
            if written == 0 {
                return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into()));
            }
            left.advance(written);
        }
        Poll::Ready(Ok(None))
    }
}

impl<S: Write + Unpin> Write for Enveloping<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<Result<usize>> {
        if self.instead.is_none() {
            self.instead = refusal(buffer).map(|refusal| (refusal, buffer.len()));
        }
        if let Some(reported) = ready!(self.poll_instead(context))? {
            return Poll::Ready(Ok(reported));
        }
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let first = buffers.iter().find(|buffer| !buffer.is_empty());
        if self.instead.is_some() || first.is_some_and(|first| refusal(first).is_some()) {
            return self.poll_write(context, first.map_or(&[][..], |first| first));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Our answer, if `head` is one of the server's bare ones.
fn refusal(head: &[u8]) -> Option<Bytes> {
    let status = std::str::from_utf8(head.strip_prefix(b"HTTP/1.")?.get(2..5)?).ok()?;
    let (status, code, sentence) = match status {
        "400" => (StatusCode::BAD_REQUEST, "bad_request", "This is not a request."),
        "414" => (StatusCode::URI_TOO_LONG, "uri_too_long", "The address is too long."),
        "431" => {
            (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too_large", "The request line and headers are too large.")
        }
        _ => return None,
    };
    let head = std::str::from_utf8(head).ok()?;
    let bare = head.ends_with("\r\n\r\n")
        && head.contains("\r\ncontent-length: 0\r\n")
        && head.contains("\r\nconnection: close\r\n");
    bare.then(|| render(&envelope::refusal(status, code, sentence)))
}

fn render(response: &http::Response<Bytes>) -> Bytes {
    let mut out = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("content-length: {}\r\n\r\n", response.body().len()).as_bytes());
    out.extend_from_slice(response.body());
    out.into()
}
