//! What people write down for themselves.

use domain::ids::NoteId;
use domain::lifecycle::Seat;
use domain::note::Note;
use store::Page;

use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result};

/// A title and a text.
#[derive(Clone, Debug)]
pub struct NoteText {
    pub title: String,
    pub content: String,
}

/// The caller's notes in a role, newest first.
pub async fn list(app: &App, caller: Caller, role: Seat, cursor: Option<&str>, limit: usize) -> Result<Page<Note>> {
    let list = format!("notes/{}/{role:?}", caller.user());
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let mut page = app.store.notes(caller.user(), role, after.as_deref(), limit).await?;
    page.next = page.next.map(|position| app.cursors.seal(&list, &position));
    Ok(page)
}

pub async fn make(app: &App, caller: Caller, role: Seat, text: NoteText, save: SaveResponse<'_, Note>) -> Result<Note> {
    retry_stale(|| async {
        let now = app.clock.now();
        let NoteText { title, content } = text.clone();
        let (id, owner) = (app.mint.note(now), caller.user());
        let note = Note { id, owner, role, title, content, created_at: now, updated_at: now };
        app.store.note_make(save.begin(&note), &note).await?;
        Ok(note)
    })
    .await
}

pub async fn find(app: &App, caller: Caller, role: Seat, id: NoteId) -> Result<Note> {
    app.store.note(caller.user(), role, id).await?.ok_or(Error::Common(Common::NotFound))
}

pub async fn rewrite(app: &App, caller: Caller, role: Seat, id: NoteId, text: &NoteText) -> Result<Note> {
    let written = app.store.note_rewrite((caller.user(), role, id), &text.title, &text.content, app.clock.now());
    written.await?.ok_or(Error::Common(Common::NotFound))
}

pub async fn remove(app: &App, caller: Caller, role: Seat, id: NoteId) -> Result<()> {
    if app.store.note_delete(caller.user(), role, id).await? { Ok(()) } else { Err(Common::NotFound.into()) }
}
