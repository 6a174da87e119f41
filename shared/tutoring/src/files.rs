//! Files in forms, or what stands for one that was uploaded before, under the same name (`tutoring.md` §1).

use app::Error;
use app::uploads::FileSource;
use domain::Refusal;
use domain::file::Refusal as FileRefusal;
use domain::ids::UploadId;
use edge::dialect::Dialect;
use edge::form::describe::Files;
use edge::form::{Kind, Node, id};
use edge::problem::{Problem, Text};
use utoipa::openapi::Object;

use crate::{Refused, Tutoring};

/// A file in a form, or the id of an upload; in a form an empty text is none.
pub fn file_or_upload(about: &'static str) -> impl Kind<Out = Option<FileSource>> {
    FileOrUpload.about(about)
}

#[derive(Clone, Copy, Debug)]
struct FileOrUpload;

impl Kind for FileOrUpload {
    type Out = Option<FileSource>;

    fn read(self, node: &Node, loose: bool) -> Result<Option<FileSource>, Text> {
        match node {
            Node::File(file) => {
                Ok(Some(FileSource::Bytes { name: file.name.clone(), bytes: file.bytes.clone().into() }))
            }
            Node::Text(text) if loose && text.is_empty() => Ok(None),
            other => id::<UploadId>().read(other, loose).map(|upload| Some(FileSource::Upload(upload))),
        }
    }

    fn schema(&self) -> Object {
        id::<UploadId>().schema()
    }

    fn files(&self) -> Files {
        Files::Also
    }
}

/// What is wrong with a file is blamed on the field it came under, but for its size.
pub fn of_field(field: &'static str) -> impl Fn(Error) -> Refused {
    move |error| match error {
        Error::Refused(Refusal::File(FileRefusal::TooLarge | FileRefusal::TooManyPixels)) => {
            Tutoring::problem(error).into()
        }
        Error::Refused(Refusal::File(refusal)) => Problem::field(field, refusal.to_string()).into(),
        other => other.into(),
    }
}
