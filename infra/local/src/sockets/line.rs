//! An open connection as the rest of the process sees it: who it is, what waits to be written to
//! it, and whether it is to end.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::Clock;
use chrono::{DateTime, Utc};
use http::header;
use http::request::Parts;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::SocketLimits;
use crate::random;

/// Why a connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    /// Close code of RFC 6455; also in the `$disconnect` event.
    pub code: u16,
    pub reason: Cow<'static, str>,
    /// Whether a close frame is still to be sent.
    pub is_ours: bool,
    /// Whether what waits to be written is dropped.
    pub is_abrupt: bool,
}

impl Ending {
    pub(super) fn ours(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason), is_ours: true, is_abrupt: false }
    }

    pub(super) fn going_away() -> Self {
        Self::ours(1001, "Going away")
    }

    pub(super) fn by_request() -> Self {
        Self::ours(1000, "Connection Closed Normally")
    }

    pub(super) fn too_large() -> Self {
        Self::ours(1009, "Frame or message too large")
    }

    fn too_slow() -> Self {
        Self { is_abrupt: true, ..Self::ours(1008, "Too slow to read") }
    }

    pub(super) fn lost() -> Self {
        Self { is_ours: false, ..Self::ours(1006, "Connection closed abnormally") }
    }

    pub(super) fn theirs(frame: Option<CloseFrame>) -> Self {
        let (code, reason) = match frame {
            Some(frame) => (frame.code.into(), Cow::Owned(frame.reason.as_str().to_owned())),
            None => (1005, Cow::Borrowed("Client-side close frame status not set")),
        };
        Self { code, reason, is_ours: false, is_abrupt: false }
    }
}

/// The connection is closed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gone;

/// What is next to do for whoever writes to the connection.
#[derive(Debug)]
pub(super) enum Work {
    Write(Utf8Bytes),
    End(Ending),
}

/// One connection. Small: there are thousands, and most of them are idle.
#[derive(Debug)]
pub(super) struct Line {
    id: Box<str>,
    pub connected_at: DateTime<Utc>,
    pub source: IpAddr,
    pub user_agent: Option<Box<str>>,
    /// The host the client asked for, without its port.
    pub domain: Box<str>,
    pub born: Instant,
    state: Mutex<State>,
    has_work: Notify,
    must_end: Notify,
}

#[derive(Debug)]
struct State {
    queue: VecDeque<Utf8Bytes>,
    bytes: usize,
    active_at: DateTime<Utc>,
    active: Instant,
    ending: Option<Ending>,
    /// The last message was larger than one frame may be.
    is_oversized: bool,
}

impl Line {
    pub(super) fn new(head: &Parts, source: IpAddr, now: DateTime<Utc>) -> Self {
        let text = |name| head.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
        let host = text(header::HOST).unwrap_or("localhost");
        let born = Instant::now();
        Self {
            id: random::connection_id().into(),
            connected_at: now,
            source,
            user_agent: text(header::USER_AGENT).map(Into::into),
            domain: host.rsplit_once(':').map_or(host, |(name, _)| name).into(),
            born,
            state: Mutex::new(State {
                queue: VecDeque::new(),
                bytes: 0,
                active_at: now,
                active: born,
                ending: None,
                is_oversized: false,
            }),
            has_work: Notify::new(),
            must_end: Notify::new(),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn active_at(&self) -> DateTime<Utc> {
        self.state().active_at
    }

    pub(super) fn active(&self) -> Instant {
        self.state().active
    }

    /// A message went by.
    pub(super) fn touch(&self, now: DateTime<Utc>) {
        let mut state = self.state();
        state.active_at = now;
        state.active = Instant::now();
    }

    /// What the function is about to be given.
    pub(super) fn got(&self, is_oversized: bool) {
        self.state().is_oversized = is_oversized;
    }

    /// The function wants it to end. It cannot choose the code; the gateway knows what it was given.
    pub(super) fn dismiss(&self) {
        let is_oversized = self.state().is_oversized;
        self.end(if is_oversized { Ending::too_large() } else { Ending::by_request() });
    }

    /// Queues a message. What a slow reader lets pile up ends the connection.
    pub(super) fn post(&self, message: Utf8Bytes, registry: &Registry) -> Result<(), Gone> {
        let mut state = self.state();
        if state.ending.is_some() {
            return Err(Gone);
        }
        let limits = &registry.limits;
        if state.queue.len() >= limits.queue_frames || state.bytes + message.len() > limits.queue_bytes {
            drop(state);
            self.end(Ending::too_slow());
            return Err(Gone);
        }
        state.bytes += message.len();
        state.queue.push_back(message);
        drop(state);
        self.touch(registry.clock.now());
        self.has_work.notify_one();
        Ok(())
    }

    /// Asks the connection to end: after what waits, unless it is abrupt. The first reason counts.
    pub(super) fn end(&self, ending: Ending) {
        let mut state = self.state();
        if state.ending.is_some() {
            return;
        }
        if ending.is_abrupt {
            state.queue = VecDeque::new();
            state.bytes = 0;
        }
        state.ending = Some(ending);
        drop(state);
        self.has_work.notify_one();
        self.must_end.notify_one();
    }

    /// For the one writer.
    pub(super) async fn work(&self) -> Work {
        loop {
            if let Some(work) = self.next() {
                return work;
            }
            self.has_work.notified().await;
        }
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.state();
        if let Some(message) = state.queue.pop_front() {
            state.bytes -= message.len();
            if state.queue.is_empty() {
                // A burst must not be remembered by its memory.
                state.queue = VecDeque::new();
            }
            return Some(Work::Write(message));
        }
        state.ending.clone().map(Work::End)
    }

    /// Once somebody has asked for the end.
    pub(super) async fn end_asked(&self) -> Ending {
        loop {
            let ending = self.state().ending.clone();
            match ending {
                Some(ending) => return ending,
                None => self.must_end.notified().await,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics under this lock half way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every open connection by its id.
#[derive(Debug)]
pub(crate) struct Registry {
    lines: Mutex<HashMap<Box<str>, Arc<Line>>>,
    pub(super) limits: SocketLimits,
    pub(super) clock: Clock,
}

impl Registry {
    pub(crate) fn new(limits: SocketLimits, clock: Clock) -> Arc<Self> {
        Arc::new(Self { lines: Mutex::default(), limits, clock })
    }

    pub(super) fn enter(&self, line: Arc<Line>) {
        self.lines().insert(line.id.clone(), line);
    }

    pub(super) fn leave(&self, line: &Line) {
        self.lines().remove(&line.id);
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<Line>> {
        self.lines().get(id).cloned()
    }

    pub(super) fn end_all(&self, ending: &Ending) {
        for line in self.lines().values() {
            line.end(ending.clone());
        }
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<Box<str>, Arc<Line>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
