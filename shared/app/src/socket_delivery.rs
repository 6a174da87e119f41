//! Carrying frames over one socket: as they happen, and again to whom they did not reach.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use domain::chat::Pair;
use domain::feed::{Part, Place, Position};
use domain::ids::{MessageId, UserId};
use store::LiveSocket;
use store::facts::{Asked, Ended, Wanted};
use store::feed::FeedItem;
use tokio::time::Instant;

use crate::Result;
use crate::background::{Background, Pushed};
use crate::chats::MessageInConversation;
use crate::sockets::{Frame, Render, dismiss, feed_name, forget};

/// How many frames one `resume` replays.
const REPLAYED: usize = 500;

/// How much of a feed one `resume` looks through for them.
const MOST_STRETCHES: usize = 8;

/// For so long one `resume` may keep everybody else waiting; it then says that there is more.
const REPLAYED_WITHIN: Duration = Duration::from_secs(5);

/// A connection that is only just being made is gone for API Gateway until its handshake is over.
const HANDSHAKE_TAKES: TimeDelta = TimeDelta::seconds(5);
const HANDSHAKE_RETRIES: usize = 3;
const HANDSHAKE_RETRY: Duration = Duration::from_millis(100);

/// Something to be done at every socket of a person.
pub(crate) enum SocketTask<'a> {
    Feed(FeedItem),
    Asked(&'a Asked),
    Ended(Ended),
}

pub(crate) struct SocketDelivery<'a> {
    background: &'a Background,
    live: LiveSocket,
    render: Render,
    /// Those of the batch that is being carried out.
    messages: &'a BTreeMap<MessageId, MessageInConversation>,
    is_open: bool,
    /// The last replay that was carried out, from here on.
    answered: Option<Position>,
}

/// What a replay has to bring: frames in order, and the place they stop behind if that is not the end.
struct Missed {
    frames: Vec<(FeedItem, Part)>,
    through: Option<Place>,
}

impl<'a> SocketDelivery<'a> {
    pub(crate) fn new(
        background: &'a Background,
        live: LiveSocket,
        render: Render,
        messages: &'a BTreeMap<MessageId, MessageInConversation>,
    ) -> Self {
        Self { background, live, render, messages, is_open: true, answered: None }
    }

    /// Carries everything that concerns this socket, and notes what went out, even if the rest did not.
    pub(crate) async fn carry(mut self, steps: &[SocketTask<'_>]) -> Result<()> {
        let before = self.live.clone();
        let carried = self.carry_all(steps).await;
        if self.is_open && self.live != before {
            self.background.app.store.socket_carried(&self.live).await?;
        }
        // Only once it is noted what the replay brought, or cursors would claim what a death in between left unknown.
        if let Some(since) = self.answered.filter(|_| self.is_open) {
            self.background.app.store.socket_answered(&self.live.socket, &since).await?;
        }
        carried
    }

    async fn carry_all(&mut self, steps: &[SocketTask<'_>]) -> Result<()> {
        let now = self.background.app.clock.now();
        if self.live.socket.valid_until <= now {
            return self.dismiss().await;
        }
        for step in steps {
            match step {
                SocketTask::Feed(entry) => self.push_live(entry).await?,
                SocketTask::Asked(asked) if asked.connection == self.live.socket.connection => {
                    self.answer(&asked.what).await?;
                }
                SocketTask::Ended(ended) if ended.covers(self.live.socket.session) => self.dismiss().await?,
                SocketTask::Asked(_) | SocketTask::Ended(_) => {}
            }
            if !self.is_open {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn dismiss(&mut self) -> Result<()> {
        self.is_open = false;
        dismiss(&self.background.app, &self.background.sockets, &self.live.socket).await
    }

    fn parts(&self, entry: &FeedItem) -> Vec<Part> {
        let peer = entry.message().map(|(_, peer)| peer);
        let takes = |part: &Part| self.live.socket.address.takes(*part, peer);
        entry.parts().iter().copied().filter(takes).collect()
    }

    /// An entry that has just come about.
    async fn push_live(&mut self, entry: &FeedItem) -> Result<()> {
        for part in self.parts(entry) {
            let place = entry.place(part);
            if !self.is_open || self.live.carried.has(place) || !self.live.carried.has_room() {
                continue;
            }
            // Had it not gone out, the socket would be ended, and nothing of it noted.
            self.live.carried.push(place, minted_at(place));
            let (position, messages) = (self.live.carried.position(), self.messages);
            self.push_entry(entry, part, &position, messages).await?;
        }
        Ok(())
    }

    async fn push_entry(
        &mut self,
        entry: &FeedItem,
        part: Part,
        position: &Position,
        messages: &BTreeMap<MessageId, MessageInConversation>,
    ) -> Result<()> {
        let cursor = self.seal(position);
        let text = match (part, entry) {
            (Part::Message, _) => {
                let told = entry.message().and_then(|(id, _)| messages.get(&id));
                let Some(told) = told else { return Ok(()) }; // a message that is gone has no frame
                self.text(&Frame::Message { told, cursor: &cursor, reference: self.reference(entry) })
            }
            (Part::Notice, FeedItem::Noticed(notice)) => self.text(&Frame::Notice { notice, cursor: &cursor }),
            (Part::Notice, FeedItem::Sent(_)) => return Ok(()),
        };
        self.push(text).await
    }

    /// What the client calls its own message, on the socket it came from.
    fn reference<'e>(&self, entry: &'e FeedItem) -> Option<&'e str> {
        match entry {
            FeedItem::Sent(sent) => sent
                .reference
                .as_ref()
                .filter(|reference| reference.connection == self.live.socket.connection)
                .map(|reference| reference.text.as_str()),
            FeedItem::Noticed(_) => None,
        }
    }

    /// A socket that takes no frames is ended: its client comes back and resumes, and nobody else waits for it.
    async fn push(&mut self, text: String) -> Result<()> {
        let connection = &self.live.socket.connection;
        let opening = self.live.socket.opened_at + HANDSHAKE_TAKES > self.background.app.clock.now();
        for _ in 0..if opening { HANDSHAKE_RETRIES } else { 0 } {
            match self.background.sockets.push(connection, text.clone()).await {
                Ok(Pushed::Gone) => tokio::time::sleep(HANDSHAKE_RETRY).await,
                Ok(Pushed::Arrived) => return Ok(()),
                Err(_) => break,
            }
        }
        match self.background.sockets.push(connection, text).await {
            Ok(Pushed::Arrived) => Ok(()),
            Ok(Pushed::Gone) => {
                self.is_open = false;
                forget(&self.background.app, &self.live.socket).await
            }
            Err(error) => {
                tracing::warn!(%error, "a socket that takes no frames is ended");
                self.is_open = false;
                if let Err(error) = self.background.sockets.close(connection).await {
                    tracing::warn!(%error, "it could not be closed either; its next frame will");
                }
                forget(&self.background.app, &self.live.socket).await
            }
        }
    }

    fn seal(&self, position: &Position) -> String {
        self.background.app.cursors.seal(&feed_name(&self.live.socket), &position.to_text())
    }

    /// A frame as the façade of this socket writes it.
    fn text(&self, frame: &Frame<'_>) -> String {
        (self.render)(&self.live.socket, frame)
    }

    async fn answer(&mut self, wanted: &Wanted) -> Result<()> {
        match wanted {
            Wanted::Resume { since: None, reference } => self.push_resumed(0, false, reference.as_deref()).await,
            Wanted::Resume { since: Some(since), reference } => {
                self.replay(since, reference.as_deref()).await?;
                self.answered = Some(since.clone());
                Ok(())
            }
            Wanted::Repeat { message, to, reference } => self.repeat(*message, *to, reference).await,
        }
    }

    async fn push_resumed(&mut self, count: usize, more: bool, reference: Option<&str>) -> Result<()> {
        let cursor = self.seal(&self.live.carried.position());
        self.push(self.text(&Frame::Resumed { cursor: &cursor, count, more, reference })).await
    }

    /// Everything since a position that did not come over this socket already.
    async fn replay(&mut self, since: &Position, reference: Option<&str>) -> Result<()> {
        let (now, begun) = (self.background.app.clock.now(), Instant::now());
        let Missed { frames, mut through } = self.missed(since).await?;
        let messages = self.messages(frames.iter().map(|(entry, _)| entry)).await?;
        // What it has so far, frame by frame: the cursor of each says no more.
        let mut so_far = since.clone();
        self.live.carried.pushed.iter().for_each(|place| so_far.add(*place));
        let mut replayed = Vec::new();
        for (entry, part) in &frames {
            if begun.elapsed() > REPLAYED_WITHIN && !replayed.is_empty() {
                through = replayed.last().copied();
                break;
            }
            let place = entry.place(*part);
            so_far.replayed(place);
            self.push_entry(entry, *part, &so_far, &messages).await?;
            if !self.is_open {
                return Ok(());
            }
            replayed.push(place);
        }
        let count = replayed.len();
        self.live.carried.replay(since.clone(), replayed, through, now);
        self.push_resumed(count, through.is_some(), reference).await
    }

    /// The messages some entries show.
    async fn messages(
        &self,
        entries: impl Iterator<Item = &FeedItem>,
    ) -> Result<BTreeMap<MessageId, MessageInConversation>> {
        let pair = |peer| Pair::new(self.live.socket.user, peer);
        let wanted: Vec<_> =
            entries.filter_map(FeedItem::message).filter_map(|(id, peer)| Some((pair(peer)?, id))).collect();
        let found = self.background.app.store.told(&wanted).await?;
        Ok(found.into_iter().map(|(id, told)| (id, MessageInConversation::from(told))).collect())
    }

    async fn missed(&self, since: &Position) -> Result<Missed> {
        let carried = &self.live.carried;
        let mut frames = Vec::new();
        // Everything up to here has been looked at. A stretch may begin with the entry the last one ended with.
        let mut through = carried.owes_behind(since);
        for _ in 0..MOST_STRETCHES {
            let stretch = self.background.app.store.feed(self.live.socket.user, through).await?;
            for entry in &stretch.entries {
                for part in self.parts(entry) {
                    let place = entry.place(part);
                    if place <= through || !carried.owes(since, place) {
                        continue;
                    }
                    if frames.len() == REPLAYED {
                        return Ok(Missed { frames, through: Some(through) });
                    }
                    frames.push((entry.clone(), part));
                    through = place;
                }
            }
            let end = stretch.entries.last().map(|entry| entry.place(Part::Notice));
            match end.filter(|_| stretch.more) {
                None => return Ok(Missed { frames, through: None }),
                Some(end) => through = through.max(end),
            }
        }
        Ok(Missed { frames, through: Some(through) })
    }

    /// The answer to a message sent before, once more. It has no new place, and the cursor stays where it is.
    async fn repeat(&mut self, message: MessageId, to: UserId, reference: &str) -> Result<()> {
        let Some(pair) = Pair::new(self.live.socket.user, to) else { return Ok(()) };
        let Some(told) = self.background.app.store.told(&[(pair, message)]).await?.remove(&message) else {
            return Ok(());
        };
        let cursor = self.seal(&self.live.carried.position());
        let told = MessageInConversation::from(told);
        self.push(self.text(&Frame::Message { told: &told, cursor: &cursor, reference: Some(reference) })).await
    }
}

fn minted_at(place: Place) -> domain::Instant {
    MessageId::new(place.id()).map(MessageId::minted_at).unwrap_or_default()
}
