//! A person's notifications.

use domain::ids::NoticeId;
use domain::notice::{Notice, Subject};
use store::Page;

use crate::caller::Caller;
use crate::facades::voice;
use crate::mail::{self, conversation_page};
use crate::paging::{DEEPEST, Slice, Turn, Wanted};
use crate::{App, Common, Error, Result};

pub use store::NoticeFilter;

/// The caller's notifications, newest first.
pub async fn list(
    app: &App,
    caller: Caller,
    is_read: Option<bool>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Notice>> {
    let list = format!("notices/{}/{is_read:?}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = app.store.notices(caller.user(), is_read, after.as_deref(), limit).await?;
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page)
}

/// A page of the caller's notifications of some kind, by when they were told.
pub async fn page(
    app: &App,
    caller: Caller,
    filter: NoticeFilter,
    descending: bool,
    wanted: &Wanted,
) -> Result<Slice<Notice>> {
    let user = caller.user();
    let list = format!("notices/{user}/{filter:?}/{descending}");
    let turn = Turn::to(app, &list, descending, wanted)?;
    let found = app.store.notices_in(user, filter, turn.span, turn.limit).await?;
    let count = match turn.is_all(&found) {
        true => found.items.len(),
        false => app.store.notices_count(user, filter, DEEPEST).await?,
    };
    turn.page(app, found, count, |notice| notice.id.get())
}

/// Where a client shows what a notification is about, if it has a page for that.
pub fn link(app: &App, notice: &Notice) -> Option<String> {
    let path = match notice.subject()? {
        Subject::Booking => format!("{}/{}", voice(notice.facade).booking_link.1, notice.related?),
        Subject::Message => conversation_page(notice)?,
        Subject::Review
        | Subject::Application
        | Subject::Withdrawal
        | Subject::Post
        | Subject::Gathering
        | Subject::Ticket => return None,
    };
    Some(mail::url(&app.settings, &path))
}

/// Nobody is shown or counted more.
const MOST: usize = 1000;

/// The caller's latest thousand notifications, newest first; of the unread ones, if only those are wanted.
pub async fn latest(app: &App, caller: Caller, only_unread: bool) -> Result<Vec<Notice>> {
    Ok(app.store.notices_latest(caller.user(), only_unread, MOST).await?)
}

/// How many the caller has not read, up to a thousand.
pub async fn unread(app: &App, caller: Caller) -> Result<usize> {
    Ok(app.store.notices_unread(caller.user(), MOST).await?)
}

pub async fn find(app: &App, caller: Caller, id: NoticeId) -> Result<Notice> {
    app.store.notice(caller.user(), id).await?.ok_or(Error::Common(Common::NotFound))
}

pub async fn mark(app: &App, caller: Caller, id: NoticeId, is_read: bool) -> Result<Notice> {
    app.store.notice_mark(caller.user(), id, is_read, app.clock.now()).await?.ok_or(Error::Common(Common::NotFound))
}

/// Marks everything as read; how many notifications that were.
pub async fn mark_all(app: &App, caller: Caller) -> Result<usize> {
    Ok(app.store.notices_mark_all(caller.user(), app.clock.now()).await?)
}
