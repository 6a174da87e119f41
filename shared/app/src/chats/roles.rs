//! Conversations of a learner with an expert, where only those are shown, and the two are known by the numbers of their
//! roles.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::chat::{Conversation, Message, Pair, RolePair};
use domain::facade::{Acquaintance, Facade};
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::person::User;
use domain::writing::{Correspondents, expert_of};
use store::{Page, conversation_open};

use super::Party;
use super::opening::opened;
use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result, serials};

/// A conversation with its learner and its expert as they are now.
#[derive(Clone, Debug)]
pub struct Correspondence {
    pub conversation: Conversation,
    pub learner: User,
    pub expert: User,
    pub roles: RolePair,
}

/// The two with their numbers; whoever has none yet gets one.
pub(super) async fn numbered(app: &App, learner: &User, expert: &User) -> Result<RolePair> {
    let learner = serials::ensure(app, learner.clone(), Seat::Learner);
    let expert = serials::ensure(app, expert.clone(), Seat::Expert);
    let ((learner, learners), (expert, experts)) = futures_util::try_join!(learner, expert)?;
    Ok(RolePair { learner: (learner.id, learners), expert: (expert.id, experts) })
}

/// A conversation of `viewer`'s with its people, if they are a learner and an expert.
async fn between(
    app: &App,
    viewer: UserId,
    conversation: Conversation,
    people: &BTreeMap<UserId, User>,
) -> Result<Option<Correspondence>> {
    let peer = conversation.pair.other(viewer);
    let (Some(peer), Some(own)) = (people.get(&peer), people.get(&viewer)) else { return Ok(None) };
    let Some(expert) = expert_of(Some(&conversation), peer, own) else { return Ok(None) };
    let learner = if expert.id == own.id { peer } else { own };
    let roles = numbered(app, learner, expert).await?;
    Ok(Some(Correspondence { conversation, learner: learner.clone(), expert: expert.clone(), roles }))
}

/// The conversation somebody has a place at.
pub async fn correspondence(app: &App, party: Party) -> Result<Correspondence> {
    let found = app.store.pair_with_conversation(party.pair, None).await?;
    let people = found.users.into_iter().map(|user| (user.id, user)).collect();
    let conversation = found.conversation.ok_or(Common::NotFound)?;
    Ok(between(app, party.user, conversation, &people).await?.ok_or(Common::NotFound)?)
}

/// Where a conversation stands in the list of one of the two: pinned ones first, then by what was last said.
fn place(conversation: &Conversation, viewer: UserId) -> (bool, i64, i64) {
    let at = conversation.last_message_at().unwrap_or(conversation.created_at);
    (conversation.side(viewer).pinned, at.timestamp_millis(), conversation.id.get())
}

fn place_from(position: &str) -> Option<(bool, i64, i64)> {
    let mut parts = position.split(',').map(|part| part.parse::<i64>().ok());
    Some((parts.next()?? != 0, parts.next()??, parts.next()??))
}

/// So often people are looked up for one page: where many conversations are others', it is short.
const ROUNDS: usize = 4;

/// The caller's conversations, of the newest thousand: pinned ones first, then the latest.
pub async fn correspondences(
    app: &App,
    caller: Caller,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Correspondence>> {
    let viewer = caller.user();
    let list = format!("conversations-by-role/{viewer}");
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let after = after.map(|position| place_from(&position).ok_or(Error::BadCursor)).transpose()?;
    let mut listed = app.store.conversations_of(viewer).await?;
    listed.retain(|found| after.is_none_or(|after| place(found, viewer) < after));
    listed.sort_by_key(|found| Reverse(place(found, viewer)));
    let (mut items, mut last, mut rest) = (Vec::new(), None, listed.into_iter().peekable());
    for _ in 0..ROUNDS {
        let some: Vec<_> = rest.by_ref().take(limit - items.len()).collect();
        if some.is_empty() {
            break;
        }
        let ids: Vec<_> = some.iter().map(|found| found.pair.other(viewer)).chain([viewer]).collect();
        let people = app.store.users(&ids).await?;
        for conversation in some {
            last = Some(place(&conversation, viewer));
            items.extend(between(app, viewer, conversation, &people).await?);
        }
    }
    let next = last.filter(|_| rest.peek().is_some()).map(|(pinned, at, id)| {
        let position = format!("{},{at},{id}", i64::from(pinned));
        app.cursors.seal(&list, &position)
    });
    Ok(Page { items, next })
}

/// Finds or makes the conversation with somebody, to whom the caller writes in this role; whether it was made.
pub async fn open_as(
    app: &App,
    caller: Caller,
    facade: Facade,
    (role, peer): (Seat, UserId),
    save: SaveResponse<'_, (Correspondence, bool)>,
) -> Result<(Correspondence, bool)> {
    let user = caller.user();
    let pair = Pair::new(user, peer).ok_or(Common::NotFound)?;
    retry_stale(|| async {
        let found = app.store.pair_with_conversation(pair, None).await?;
        let before = found.conversation.as_ref();
        let mut two =
            Correspondents { pair, sender: user, users: &found.users, conversation: before, booked: false, tie: None };
        // What counts is what the two are in these roles.
        let known = |two: &Correspondents<'_>| match (role, two.acquaintance()) {
            (Seat::Learner, known) => {
                Acquaintance { receiver_wrote_before: false, receiver_booked_sender: false, ..known }
            }
            (Seat::Expert, known) => Acquaintance { receiver_is_approved_expert: false, ..known },
        };
        let pairs = facade.rules().writing.pairs;
        if role == Seat::Expert && !pairs.allow(known(&two)) {
            two.booked = app.store.has_booked(peer, user).await?;
        }
        if !pairs.allow(known(&two)) {
            return Err(Common::NotFound.into());
        }
        let expert = if role == Seat::Expert { user } else { peer };
        let after = opened(app, before, &found.users, pair, (user, Some(expert)), None);
        let people = found.users.iter().map(|user| (user.id, user.clone())).collect();
        let shown = between(app, user, after, &people).await?.ok_or(Common::NotFound)?;
        let result = (shown, before.is_none());
        if before != Some(&result.0.conversation) {
            let mut transaction = save.begin(&result);
            conversation_open(&mut transaction, before, &result.0.conversation, user);
            app.store.commit(transaction).await?;
        }
        Ok(result)
    })
    .await
}

/// Keeps the conversation above the others for this side alone, or no longer.
pub async fn pin(app: &App, party: Party, pinned: bool) -> Result<Correspondence> {
    let shown = correspondence(app, party).await?;
    if shown.conversation.side(party.user).pinned == pinned {
        return Ok(shown);
    }
    let pinned = app.store.conversation_pin(party.pair, party.user, pinned).await?;
    Ok(Correspondence { conversation: pinned.ok_or(Common::NotFound)?, ..shown })
}

/// Which messages of a conversation.
#[derive(Clone, Debug)]
pub enum Part {
    /// The newest, or those before an earlier page.
    Newest(Option<String>),
    /// Those that came behind this number.
    After(i64),
}

/// Some messages of a conversation, oldest first.
#[derive(Clone, Debug)]
pub struct Thread {
    pub at: Correspondence,
    pub messages: Vec<Message>,
    /// Where the older ones go on.
    pub next: Option<String>,
}

pub async fn thread(app: &App, party: Party, part: Part, limit: usize) -> Result<Thread> {
    let list = format!("thread/{}/{}", party.user, party.peer());
    let messages = async {
        match part {
            Part::After(id) => Ok((app.store.thread_after(party.pair, id, limit).await?, None)),
            Part::Newest(cursor) => {
                let before = cursor.map(|cursor| app.cursors.open(&list, &cursor)).transpose()?;
                let Page { mut items, next } = app.store.thread(party.pair, before.as_deref(), limit).await?;
                items.reverse();
                Ok((items, next.map(|position| app.cursors.seal(&list, &position))))
            }
        }
    };
    let (at, (messages, next)) = futures_util::try_join!(correspondence(app, party), messages)?;
    Ok(Thread { at, messages, next })
}

impl Thread {
    /// Whether there is anything for this person to be marked as read.
    pub fn is_unread_by(&self, reader: UserId) -> bool {
        self.at.conversation.side(reader).unread > 0
    }
}

/// Marks everything the other one wrote as read, unless something came since it was looked at.
pub async fn seen(app: &App, party: Party, mut thread: Thread) -> Result<Thread> {
    if let Some(last) = thread.at.conversation.last_message {
        let now = app.clock.now();
        let marked = app.store.thread_seen(party.pair, party.user, last, now).await?;
        thread.at.conversation = marked.ok_or(Common::NotFound)?;
    }
    Ok(thread)
}

/// The roles of two people, if either may write to the other by the rules of a façade: a block does not matter.
pub async fn are_pair(app: &App, facade: Facade, (user, peer): (UserId, UserId)) -> Result<Option<RolePair>> {
    let Some(pair) = Pair::new(user, peer) else { return Ok(None) };
    let found = app.store.pair_with_conversation(pair, None).await?;
    let find = |id| found.users.iter().find(|found| found.id == id);
    let (Some(own), Some(other)) = (find(user), find(peer)) else { return Ok(None) };
    let (writing, conversation) = (facade.rules().writing, found.conversation.as_ref());
    let mut is_allowed = false;
    for sender in [user, peer] {
        let mut two = Correspondents { pair, sender, users: &found.users, conversation, booked: false, tie: None };
        if !is_allowed && two.hinges_on_a_booking(writing) {
            two.booked = app.store.has_booked(pair.other(sender), sender).await?;
        }
        is_allowed |= writing.pairs.allow(two.acquaintance());
    }
    match expert_of(conversation, other, own).filter(|_| is_allowed) {
        Some(expert) => Ok(Some(numbered(app, if expert.id == user { other } else { own }, expert).await?)),
        None => Ok(None),
    }
}
