//! What has happened, carried out to where it must go: frames to sockets, mails and refunds to their queues, copies of
//! profiles into the search index and onto cards, what is new into the lists of all of its kind.
//!
//! All facts of one person come in the order they were committed and are carried out one after the other, by nobody else
//! at the same time; so what a socket has carried is known exactly. A fact may come again: frames that went out are
//! noted with their socket, mails are claimed by whoever sends them, a copy of a profile is older or newer than another.

use domain::chat::Pair;
use domain::ids::UserId;
use domain::notice::Channel;
use domain::serial::Serials;
use futures_util::future::join_all;
use store::facts;
use store::feed::FeedItem;
use store::{Awaited, MailOf, Reach};

use crate::background::{Background, Job, Order};
use crate::socket_delivery::{SocketDelivery, SocketTask};
use crate::sockets::Render;
use crate::{App, Cause, Result, cards};

pub use store::facts::{Fact, Happened};
pub use store::listed::Listing;

/// The fact in an item as the stream shows it, if anybody has to hear of it.
pub fn read_fact(item: facts::StreamItem, old: facts::StreamItem, is_new: bool) -> Result<Option<Happened>> {
    Ok(facts::read(item, old, is_new)?)
}

/// The rows that a new item has to have: in the list of all of its kind, or in the audit log.
pub fn read_listings(item: facts::StreamItem) -> Result<Vec<Listing>> {
    Ok(store::listed::read(item)?)
}

/// Puts it there, however often.
pub async fn list(app: &App, listing: &Listing) -> Result<()> {
    Ok(app.store.list(listing).await?)
}

/// Sends the job to write a report that was asked for.
pub async fn send(background: &Background, order: &Order) -> Result<()> {
    background.queues.send(std::slice::from_ref(order)).await
}

/// Who of these people listens, and the messages they are to see: read for all of them together. Where that fails each is
/// looked up alone, and what fails then fails for that one.
pub async fn reach_together<'a>(app: &App, happened: impl Iterator<Item = (UserId, &'a [Happened])>) -> Option<Reach> {
    match reach(app, happened).await {
        Ok(reach) => Some(reach),
        Err(error) => {
            tracing::warn!(%error, "the sockets of several people were not read together");
            None
        }
    }
}

async fn reach<'a>(app: &App, happened: impl Iterator<Item = (UserId, &'a [Happened])>) -> Result<Reach> {
    let mut awaited = Awaited::new();
    for (person, happened) in happened {
        let facts: Vec<_> = happened.iter().map(|happened| &happened.fact).collect();
        let steps = socket_tasks(&facts);
        if !steps.is_empty() {
            awaited.insert(person, steps.iter().filter_map(|step| step.awaits(person)).collect());
        }
    }
    Ok(app.store.reach(&awaited, app.clock.now()).await?)
}

impl SocketTask<'_> {
    /// The message it shows.
    fn awaits(&self, person: UserId) -> Option<(Pair, domain::ids::MessageId)> {
        let SocketTask::Feed(entry) = self else { return None };
        let (id, peer) = entry.message()?;
        Some((Pair::new(person, peer)?, id))
    }
}

/// Carries out what happened to one person, in order. If it fails it has to be done again, all of it. `reach`: what was
/// read for several people; without it is read for this one.
pub async fn carry_out(
    background: &Background,
    person: UserId,
    happened: &[Happened],
    reach: Option<&Reach>,
    render: Render,
) -> Result<()> {
    let orders_of = |happened: &Happened| {
        let cause = happened.cause.clone();
        jobs_of(person, &happened.fact).into_iter().map(move |job| Order { job, cause: cause.clone() })
    };
    let orders: Vec<_> = happened.iter().flat_map(orders_of).collect();
    background.queues.send(&orders).await?;
    for Order { job, cause } in &orders {
        let request = cause.as_ref().map(Cause::as_str).unwrap_or_default();
        tracing::info!(request, job = job.kind(), person = %person, "a job was put into its queue");
    }
    let facts: Vec<_> = happened.iter().map(|happened| &happened.fact).collect();
    match reach {
        Some(reach) => to_sockets(background, person, &facts, reach, render).await?,
        None => {
            let reach = self::reach(&background.app, std::iter::once((person, happened))).await?;
            to_sockets(background, person, &facts, &reach, render).await?;
        }
    }
    // Last, because it is the most work and the least urgent.
    let newest = facts.iter().rev().find_map(|fact| match *fact {
        Fact::ProfileChanged { profile, .. } => Some(profile),
        _ => None,
    });
    if let Some(newest) = newest {
        background.app.store.search_copies(newest).await?;
    }
    let is_on_a_card = |fact: &&Fact| match fact {
        Fact::ProfileChanged { .. } => newest.is_some_and(|newest| newest.is_shown_as_expert()),
        fact => matches!(fact, Fact::ExpertDescribed),
    };
    if facts.iter().any(is_on_a_card) {
        cards::renew(&background.app, person).await?;
    }
    Ok(())
}

fn jobs_of(person: UserId, fact: &Fact) -> Vec<Job> {
    match fact {
        Fact::Noticed(notice) => MailOf::of_notice(notice).map(Job::Mail).collect(),
        // Whoever begins with a number is greeted by a notification that names it, others later.
        Fact::ProfileChanged { is_new: true, profile }
            if profile.serials == Serials::default() && !profile.is_greeted_later =>
        {
            vec![Job::Mail(MailOf::welcome(person))]
        }
        Fact::RefundOwed(of) => vec![Job::Refund(*of)],
        Fact::StandingChanged => vec![Job::Sweep(person)],
        Fact::PostGone(post) => vec![Job::Clear(*post)],
        Fact::CourseGone(course) => vec![Job::ClearCourse(*course)],
        Fact::GatheringNews(news) => vec![Job::Tell(person, *news)],
        _ => Vec::new(),
    }
}

fn socket_tasks<'a>(facts: &[&'a Fact]) -> Vec<SocketTask<'a>> {
    let task = |fact: &&'a Fact| match *fact {
        Fact::Noticed(notice) if notice.channel == Channel::Mail => None,
        Fact::Noticed(notice) => Some(SocketTask::Feed(FeedItem::Noticed(notice.clone()))),
        Fact::Sent(sent) => Some(SocketTask::Feed(FeedItem::Sent(sent.clone()))),
        Fact::Asked(asked) => Some(SocketTask::Asked(asked)),
        Fact::SessionsEnded(ended) => Some(SocketTask::Ended(*ended)),
        Fact::ProfileChanged { .. } | Fact::RefundOwed(_) | Fact::StandingChanged => None,
        Fact::PostGone(_) | Fact::CourseGone(_) | Fact::GatheringNews(_) | Fact::ExpertDescribed => None,
    };
    facts.iter().filter_map(task).collect()
}

async fn to_sockets(
    background: &Background,
    person: UserId,
    facts: &[&Fact],
    reach: &Reach,
    render: Render,
) -> Result<()> {
    let (steps, sockets) = (socket_tasks(facts), reach.sockets.get(&person));
    let messages = reach.told.iter().map(|(id, told)| (*id, told.clone().into())).collect();
    let carriers = sockets
        .into_iter()
        .flatten()
        .map(|live| async { SocketDelivery::new(background, live.clone(), render, &messages).carry(&steps).await });
    join_all(carriers).await.into_iter().collect()
}
