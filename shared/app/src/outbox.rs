//! What has happened, carried out to where it must go: frames to sockets, mails to their queue, copies of profiles into
//! the search index.
//!
//! All facts of one person come in the order they were committed and are carried out one after the other, by nobody else
//! at the same time; so what a socket has carried is known exactly. A fact may come again: frames that went out are
//! noted with their socket, mails are claimed by whoever sends them, a copy of a profile is older or newer than another.

use std::collections::BTreeMap;

use domain::chat::Pair;
use domain::feed::{Part, Place, Position};
use domain::ids::{MessageId, UserId};
use futures_util::future::join_all;
use store::facts::{self, Asked, Ended, Wanted};
use store::feed::Entry;
use store::{LiveSocket, MailOf};

use crate::Result;
use crate::backstage::{Backstage, Job, Pushed};
use crate::chats::Told;
use crate::sockets::{Frame, dismiss, feed_name};

pub use store::facts::{Fact, Happened};

/// Makes the text of a frame, in the words of the façade whose sockets these are.
pub type Render = fn(&Frame<'_>) -> String;

/// How many frames one `resume` replays.
const REPLAYED: usize = 500;

/// How much of a feed one `resume` looks through for them.
const MOST_STRETCHES: usize = 8;

/// The fact in an item as the stream shows it, if anybody has to hear of it.
pub fn read_fact(item: facts::StreamItem, is_new: bool) -> Result<Option<Happened>> {
    Ok(facts::read(item, is_new)?)
}

/// Carries out what happened to one person, in order. If it fails it has to be done again, all of it.
pub async fn carry_out(stage: &Backstage, person: UserId, facts: &[Fact], render: Render) -> Result<()> {
    for fact in facts {
        if let Fact::ProfileChanged { profile, .. } = fact {
            stage.app.store.search_copies(profile).await?;
        }
    }
    let jobs: Vec<_> = facts.iter().filter_map(|fact| mail_of(person, fact)).map(Job::Mail).collect();
    stage.queues.send(&jobs).await?;
    to_sockets(stage, person, facts, render).await
}

fn mail_of(person: UserId, fact: &Fact) -> Option<MailOf> {
    match fact {
        Fact::Noticed(notice) if notice.mailed => Some(MailOf { user: person, about: Some(notice.id) }),
        Fact::ProfileChanged { is_new: true, .. } => Some(MailOf { user: person, about: None }),
        _ => None,
    }
}

/// What concerns the sockets of a person.
enum Step<'a> {
    Entry(Entry),
    Asked(&'a Asked),
    Ended(Ended),
}

async fn to_sockets(stage: &Backstage, person: UserId, facts: &[Fact], render: Render) -> Result<()> {
    let steps: Vec<_> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Noticed(notice) => Some(Step::Entry(Entry::Noticed(notice.clone()))),
            Fact::Sent(sent) => Some(Step::Entry(Entry::Sent(sent.clone()))),
            Fact::Asked(asked) => Some(Step::Asked(asked)),
            Fact::SessionsEnded(ended) => Some(Step::Ended(*ended)),
            Fact::ProfileChanged { .. } => None,
        })
        .collect();
    if steps.is_empty() {
        return Ok(());
    }
    let sockets = stage.app.store.sockets(person).await?;
    if sockets.is_empty() {
        return Ok(());
    }
    let entries = steps.iter().filter_map(|step| if let Step::Entry(entry) = step { Some(entry) } else { None });
    let messages = messages(stage, person, entries, |entry, part| {
        sockets.iter().any(|live| live.socket.address.takes(part, entry.message().map(|(_, peer)| peer)))
    })
    .await?;
    let carriers = sockets.into_iter().map(|live| async {
        let before = live.clone();
        let mut carrier = Carrier { stage, live, render, messages: &messages, is_open: true };
        let carried = carrier.carry(&steps).await;
        // What did go out is noted even if the rest did not.
        if carrier.is_open && carrier.live != before {
            stage.app.store.socket_carried(&carrier.live).await?;
        }
        carried
    });
    join_all(carriers).await.into_iter().collect()
}

/// The messages some entries show, if anybody wants to see them.
async fn messages<'a>(
    stage: &Backstage,
    person: UserId,
    entries: impl Iterator<Item = &'a Entry>,
    is_wanted: impl Fn(&Entry, Part) -> bool,
) -> Result<BTreeMap<MessageId, Told>> {
    let wanted: Vec<_> = entries
        .filter(|entry| is_wanted(entry, Part::Message))
        .filter_map(Entry::message)
        .filter_map(|(id, peer)| Some((Pair::new(person, peer)?, id)))
        .collect();
    let found = stage.app.store.told(&wanted).await?;
    Ok(found.into_iter().map(|(id, told)| (id, Told::from(told))).collect())
}

/// Carries frames over one socket.
struct Carrier<'a> {
    stage: &'a Backstage,
    live: LiveSocket,
    render: Render,
    messages: &'a BTreeMap<MessageId, Told>,
    is_open: bool,
}

impl Carrier<'_> {
    async fn carry(&mut self, steps: &[Step<'_>]) -> Result<()> {
        let now = self.stage.app.clock.now();
        if self.live.socket.valid_until <= now || self.live.carried.is_hopeless() {
            return self.dismiss().await;
        }
        for step in steps {
            match step {
                Step::Entry(entry) => self.push_live(entry).await?,
                Step::Asked(asked) if asked.connection == self.live.socket.connection => {
                    self.answer(&asked.what).await?;
                }
                Step::Ended(ended) if ended.covers(self.live.socket.session) => self.dismiss().await?,
                Step::Asked(_) | Step::Ended(_) => {}
            }
            if !self.is_open {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn dismiss(&mut self) -> Result<()> {
        self.is_open = false;
        dismiss(&self.stage.app, &self.stage.sockets, &self.live.socket).await
    }

    fn parts(&self, entry: &Entry) -> Vec<Part> {
        let peer = entry.message().map(|(_, peer)| peer);
        let takes = |part: &Part| self.live.socket.address.takes(*part, peer);
        entry.parts().iter().copied().filter(takes).collect()
    }

    /// An entry that has just come about.
    async fn push_live(&mut self, entry: &Entry) -> Result<()> {
        for part in self.parts(entry) {
            let place = entry.place(part);
            if !self.is_open || self.live.carried.has(place) {
                continue;
            }
            let mut carried = self.live.carried.clone();
            carried.push(place, minted_at(place));
            let messages = self.messages;
            self.push_entry(entry, part, &carried.position(), messages).await?;
            self.live.carried = carried;
        }
        Ok(())
    }

    async fn push_entry(
        &mut self,
        entry: &Entry,
        part: Part,
        position: &Position,
        messages: &BTreeMap<MessageId, Told>,
    ) -> Result<()> {
        let cursor = self.seal(position);
        let text = match (part, entry) {
            (Part::Message, _) => {
                let told = entry.message().and_then(|(id, _)| messages.get(&id));
                let Some(told) = told else { return Ok(()) }; // a message that is gone has no frame
                (self.render)(&Frame::Message { told, cursor: &cursor, reference: self.reference(entry) })
            }
            (Part::Notice, Entry::Noticed(notice)) => (self.render)(&Frame::Notice { notice, cursor: &cursor }),
            (Part::Notice, Entry::Sent(_)) => return Ok(()),
        };
        self.push(text).await
    }

    /// What the client calls its own message, on the socket it came from.
    fn reference<'e>(&self, entry: &'e Entry) -> Option<&'e str> {
        match entry {
            Entry::Sent(sent) => sent
                .reference
                .as_ref()
                .filter(|reference| reference.connection == self.live.socket.connection)
                .map(|reference| reference.text.as_str()),
            Entry::Noticed(_) => None,
        }
    }

    async fn push(&mut self, text: String) -> Result<()> {
        match self.stage.sockets.push(&self.live.socket.connection, text).await? {
            Pushed::Arrived => {}
            Pushed::Gone => {
                self.is_open = false;
                self.stage.app.store.socket_close(&self.live.socket).await?;
            }
        }
        Ok(())
    }

    fn seal(&self, position: &Position) -> String {
        self.stage.app.cursors.seal(&feed_name(&self.live.socket), &position.to_text())
    }

    async fn answer(&mut self, wanted: &Wanted) -> Result<()> {
        match wanted {
            Wanted::Resume { since: None, reference } => self.push_resumed(0, false, reference.as_deref()).await,
            Wanted::Resume { since: Some(since), reference } => self.replay(since, reference.as_deref()).await,
            Wanted::Repeat { message, to, reference } => self.repeat(*message, *to, reference).await,
        }
    }

    async fn push_resumed(&mut self, count: usize, more: bool, reference: Option<&str>) -> Result<()> {
        let cursor = self.seal(&self.live.carried.position());
        self.push((self.render)(&Frame::Resumed { cursor: &cursor, count, more, reference })).await
    }

    /// Everything since a position that did not come over this socket already.
    async fn replay(&mut self, since: &Position, reference: Option<&str>) -> Result<()> {
        let now = self.stage.app.clock.now();
        let (entries, through) = self.missed(since).await?;
        let entries_only = entries.iter().map(|(entry, _)| entry);
        let messages = messages(self.stage, self.live.socket.user, entries_only, |_, _| true).await?;
        let mut so_far = since.clone();
        self.live.carried.pushed.iter().for_each(|place| so_far.add(*place));
        let mut replayed = Vec::new();
        for (entry, part) in &entries {
            let place = entry.place(*part);
            so_far.add(place);
            if let Err(error) = self.push_entry(entry, *part, &so_far, &messages).await {
                // The replay is done again, but for what has come over already.
                self.live.carried.pushed.extend(replayed);
                return Err(error);
            }
            if !self.is_open {
                return Ok(());
            }
            replayed.push(place);
        }
        let count = replayed.len();
        self.live.carried.replay(since.clone(), replayed, through, now);
        self.push_resumed(count, through.is_some(), reference).await
    }

    /// The frames to replay, and the place they stop behind if that is not the end.
    async fn missed(&self, since: &Position) -> Result<(Vec<(Entry, Part)>, Option<Place>)> {
        let mut missed = Vec::new();
        let mut from = since.floor();
        for _ in 0..MOST_STRETCHES {
            let stretch = self.stage.app.store.feed(self.live.socket.user, from).await?;
            for entry in &stretch.entries {
                for part in self.parts(entry) {
                    let place = entry.place(part);
                    if since.has(place) || self.live.carried.pushed.contains(&place) {
                        continue;
                    }
                    if missed.len() == REPLAYED {
                        return Ok((missed, Some(from)));
                    }
                    missed.push((entry.clone(), part));
                    from = place;
                }
            }
            let end = stretch.entries.last().map(|entry| entry.place(Part::Notice));
            match end.filter(|_| stretch.more) {
                None => return Ok((missed, None)),
                Some(end) => from = from.max(end),
            }
        }
        Ok((missed, Some(from)))
    }

    /// The answer to a message sent before, once more. It has no new place, and the cursor stays where it is.
    async fn repeat(&mut self, message: MessageId, to: UserId, reference: &str) -> Result<()> {
        let Some(pair) = Pair::new(self.live.socket.user, to) else { return Ok(()) };
        let Some(told) = self.stage.app.store.told(&[(pair, message)]).await?.remove(&message) else { return Ok(()) };
        let cursor = self.seal(&self.live.carried.position());
        let told = Told::from(told);
        self.push((self.render)(&Frame::Message { told: &told, cursor: &cursor, reference: Some(reference) })).await
    }
}

fn minted_at(place: Place) -> domain::Instant {
    MessageId::new(place.id()).map(MessageId::minted_at).unwrap_or_default()
}
