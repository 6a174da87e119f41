//! A person's notifications.

use domain::ids::NoticeId;
use domain::notice::Notice;
use store::Page;

use crate::caller::Caller;
use crate::{App, Common, Error, Result};

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
