//! The log of who did what, for administrators (`tutoring.md` §4.7, §5.7). Whatever is to be logged notes it in its own
//! transaction; nothing changes or removes a row.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::Instant;
use domain::audit::{Action, Deed, Row};
use domain::booking::Change;
use domain::ids::{AuditId, UserId};
use domain::person::User;
use futures_util::future::try_join;
use store::{AuditList, Denied, Transaction, audit_place};

use crate::caller::Staff;
use crate::idempotency::retry_stale;
use crate::paging::{DEEPEST, Edge, Key, Place, Slice, Start, Wanted, neighboured};
use crate::{App, Common, Error, Result, sender};

/// Notes in a transaction what it does: by whom and from where says the request, where the deed does not.
pub(crate) fn note(app: &App, transaction: &mut Transaction<Denied>, deed: Deed, now: Instant) {
    store::audited(transaction, &Row::of(app.mint.audit(now), deed, sender::current()));
}

/// The same of what becomes of a booking.
pub(crate) fn note_booking(app: &App, transaction: &mut Transaction<Denied>, change: &Change, now: Instant) {
    for deed in Deed::of_booking(change) {
        note(app, transaction, deed, now);
    }
}

/// Logs what has no other effect on the table.
pub(crate) async fn write(app: &App, deed: Deed) -> Result<()> {
    retry_stale(|| async {
        let mut transaction = Transaction::new();
        note(app, &mut transaction, deed.clone(), app.clock.now());
        Ok(app.store.commit(transaction).await?)
    })
    .await
}

/// Which rows are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub actor: Option<UserId>,
    pub action: Option<Action>,
    /// The first moment, and the first that is too late.
    pub from: Option<Instant>,
    pub until: Option<Instant>,
}

/// A row, and the address of whoever did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub row: Row,
    pub actor_email: Option<String>,
}

fn shown(row: Row, people: &BTreeMap<UserId, User>) -> Shown {
    let email = row.actor.and_then(|actor| people.get(&actor)).map(|actor| actor.email.as_str().to_owned());
    Shown { row, actor_email: email }
}

/// One row.
pub async fn find(app: &App, _: Staff, id: AuditId) -> Result<Shown> {
    let row = app.store.audit_row(id).await?.ok_or(Error::Common(Common::NotFound))?;
    let people = app.store.users(row.actor.as_slice()).await?;
    Ok(shown(row, &people))
}

/// Rows lie under the time they were written at, by the clock of whichever machine that was.
const APART: TimeDelta = TimeDelta::hours(1);

/// A page of the log.
pub async fn list(app: &App, _: Staff, filter: Filter, descending: bool, wanted: &Wanted) -> Result<Slice<Shown>> {
    let name = format!("audit/{filter:?}/{descending}");
    let edge = match &wanted.start {
        Start::Cursor(cursor) => Some(Edge::open(app, &name, cursor)?),
        Start::Number(_) => None,
    };
    let Some(whole) = whole(app, filter, descending).await? else {
        return page(app, &name, (Vec::new(), 0), wanted.start == Start::Number(1), (false, false)).await;
    };
    let part = |place: Place, descending| AuditList { after: text(place), descending, ..whole.clone() };
    match edge {
        None => {
            let Start::Number(number) = wanted.start else { return Err(Error::BadCursor) };
            let skipped = number.saturating_sub(1).saturating_mul(wanted.size);
            let (mut rows, more) = app.store.audit_rows(&whole, skipped.saturating_add(wanted.size)).await?;
            let count = match more {
                true => app.store.audit_count(&whole, DEEPEST).await?,
                false => rows.len(),
            };
            let rows = rows.split_off(skipped.min(rows.len()));
            let exists = skipped == 0 || !rows.is_empty();
            page(app, &name, (rows, count), exists, (skipped > 0, more)).await
        }
        Some(Edge::After(place)) => {
            let (part, known) = (part(place.clone(), descending), place.1);
            let read = app.store.audit_rows(&part, wanted.size);
            let ((rows, more), count) = try_join(async { Ok(read.await?) }, count(app, &whole, known)).await?;
            page(app, &name, (rows, count), true, (true, more)).await
        }
        Some(Edge::Before(place)) => {
            let (part, known) = (part(place.clone(), !descending), place.1);
            let read = app.store.audit_rows(&part, wanted.size);
            let ((mut rows, more), count) = try_join(async { Ok(read.await?) }, count(app, &whole, known)).await?;
            rows.reverse();
            page(app, &name, (rows, count), true, (more, true)).await
        }
    }
}

fn text((key, _): Place) -> Option<String> {
    match key {
        Key::Text(place) => Some(place),
        Key::Number(_) => None,
    }
}

/// How many rows the whole list has. No row ever goes, so one that was once too long to be counted stays so: its cursors
/// say it.
async fn count(app: &App, whole: &AuditList, known: i64) -> Result<usize> {
    match usize::try_from(known) {
        Ok(DEEPEST) => Ok(DEEPEST),
        _ => Ok(app.store.audit_count(whole, DEEPEST).await?),
    }
}

/// What there may be of a list; `None`: nothing, for nobody did it.
async fn whole(app: &App, filter: Filter, descending: bool) -> Result<Option<AuditList>> {
    let Filter { actor, action, from, until } = filter;
    let began = match actor {
        // Nobody does anything before they have an account.
        Some(actor) => match app.store.user(actor).await? {
            Some(actor) => actor.joined_at - APART,
            None => return Ok(None),
        },
        None => Instant::default(),
    };
    let latest = app.clock.now() + APART;
    let from = from.map_or(began, |from| from.max(began));
    let until = until.map_or(latest, |until| until.min(latest));
    Ok((from < until).then_some(AuditList { actor, action, from, until, descending, after: None }))
}

async fn page(
    app: &App,
    name: &str,
    (rows, count): (Vec<Row>, usize),
    exists: bool,
    (is_preceded, is_followed): (bool, bool),
) -> Result<Slice<Shown>> {
    if !exists {
        return Err(Common::NotFound.into());
    }
    let actors: Vec<_> = rows.iter().filter_map(|row| row.actor).collect();
    let people = if actors.is_empty() { BTreeMap::new() } else { app.store.users(&actors).await? };
    let rows: Vec<_> = rows.into_iter().map(|row| shown(row, &people)).collect();
    let known = i64::try_from(count).unwrap_or_default();
    let place = |shown: &Shown| (Key::Text(audit_place(&shown.row)), known);
    Ok(neighboured(app, name, rows, (count, is_preceded, is_followed), place))
}
