//! A file in a form, or the id of what was uploaded before.

use utoipa::openapi::Object;

use super::describe::Files;
use super::kinds::IdKind;
use super::{Kind, Node, SentFile, id};
use crate::id::Id;
use crate::problem::Text;

/// An uploaded file, or an id that stands for one.
pub fn file_or_id<T: Id>() -> FileOrId<T> {
    FileOrId(id())
}

#[derive(Clone, Copy, Debug)]
pub struct FileOrId<T>(IdKind<T>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought<T> {
    File(SentFile),
    Id(T),
}

impl<T: Id> Kind for FileOrId<T> {
    type Out = Brought<T>;

    fn read(self, node: &Node, loose: bool) -> Result<Brought<T>, Text> {
        match node {
            Node::File(file) => Ok(Brought::File(file.clone())),
            other => self.0.read(other, loose).map(Brought::Id),
        }
    }

    fn schema(&self) -> Object {
        self.0.schema()
    }

    fn files(&self) -> Files {
        Files::Also
    }
}
