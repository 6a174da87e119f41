//! What somebody writes down for themselves, in one of their roles.

use crate::Instant;
use crate::ids::{NoteId, UserId};
use crate::lifecycle::Seat;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: NoteId,
    pub owner: UserId,
    pub role: Seat,
    pub title: String,
    pub content: String,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Letters of a title and of a note.
pub const LONGEST_TITLE: usize = 255;
pub const LONGEST_CONTENT: usize = 10_000;
