//! What has happened, carried out to where it must go: frames to sockets, mails and refunds to their queues, copies of
//! profiles into the search index.
//!
//! All facts of one person come in the order they were committed and are carried out one after the other, by nobody else
//! at the same time; so what a socket has carried is known exactly. A fact may come again: frames that went out are
//! noted with their socket, mails are claimed by whoever sends them, a copy of a profile is older or newer than another.

use std::collections::BTreeMap;

use domain::chat::Pair;
use domain::feed::Part;
use domain::ids::{MessageId, UserId};
use domain::notice::Channel;
use futures_util::future::join_all;
use store::MailOf;
use store::facts::{self, Asked, Ended};
use store::feed::Entry;

use crate::Result;
use crate::backstage::{Backstage, Job};
use crate::carrier::Carrier;
use crate::chats::Told;
use crate::sockets::Frame;

pub use store::facts::{Fact, Happened};

/// Makes the text of a frame, in the words of the façade whose sockets these are.
pub type Render = fn(&Frame<'_>) -> String;

/// The fact in an item as the stream shows it, if anybody has to hear of it.
pub fn read_fact(item: facts::StreamItem, is_new: bool) -> Result<Option<Happened>> {
    Ok(facts::read(item, is_new)?)
}

/// Carries out what happened to one person, in order. If it fails it has to be done again, all of it.
pub async fn carry_out(stage: &Backstage, person: UserId, facts: &[Fact], render: Render) -> Result<()> {
    let jobs: Vec<_> = facts.iter().filter_map(|fact| job_of(person, fact)).collect();
    stage.queues.send(&jobs).await?;
    to_sockets(stage, person, facts, render).await?;
    // Last, because it is the most work and the least urgent.
    let newest = facts.iter().rev().find_map(|fact| match fact {
        Fact::ProfileChanged { profile, .. } => Some(profile),
        _ => None,
    });
    match newest {
        Some(newest) => Ok(stage.app.store.search_copies(newest).await?),
        None => Ok(()),
    }
}

fn job_of(person: UserId, fact: &Fact) -> Option<Job> {
    match fact {
        Fact::Noticed(notice) if notice.channel != Channel::List => {
            Some(Job::Mail(MailOf { user: person, about: Some(notice.id) }))
        }
        Fact::ProfileChanged { is_new: true, .. } => Some(Job::Mail(MailOf { user: person, about: None })),
        Fact::RefundOwed(of) => Some(Job::Refund(*of)),
        Fact::StandingChanged => Some(Job::Sweep(person)),
        _ => None,
    }
}

/// What concerns the sockets of a person.
pub(crate) enum Step<'a> {
    Entry(Entry),
    Asked(&'a Asked),
    Ended(Ended),
}

async fn to_sockets(stage: &Backstage, person: UserId, facts: &[Fact], render: Render) -> Result<()> {
    let steps: Vec<_> = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Noticed(notice) if notice.channel == Channel::Mail => None,
            Fact::Noticed(notice) => Some(Step::Entry(Entry::Noticed(notice.clone()))),
            Fact::Sent(sent) => Some(Step::Entry(Entry::Sent(sent.clone()))),
            Fact::Asked(asked) => Some(Step::Asked(asked)),
            Fact::SessionsEnded(ended) => Some(Step::Ended(*ended)),
            Fact::ProfileChanged { .. } | Fact::RefundOwed(_) | Fact::StandingChanged => None,
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
    let carriers =
        sockets.into_iter().map(|live| async { Carrier::new(stage, live, render, &messages).carry(&steps).await });
    join_all(carriers).await.into_iter().collect()
}

/// The messages some entries show, if anybody wants to see them.
pub(crate) async fn messages<'a>(
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
