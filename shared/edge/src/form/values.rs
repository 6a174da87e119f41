//! Kinds for values the domain has parsers for, with the bounds those parsers keep, and for files.

use super::describe::Files;
use super::kinds::{TextKind, of, words};
use super::{Kind, Node, SentFile};
use crate::problem::Text;
use domain::Sentence;
use domain::calendar::TimeOfDay;
use domain::password;
use domain::text::Email;
use domain::zone::{self, Zone};
use utoipa::openapi::{KnownFormat, Object, SchemaFormat, Type};

const TIME_OF_DAY: &str = "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$";

impl TextKind {
    /// An e-mail address.
    pub fn email(self) -> impl Kind<Out = Email> {
        self.parse(Email::parse)
            .shaped(|schema| schema.format(known(KnownFormat::Email)).max_length(Some(Email::LONGEST)))
            .example("ada@example.org")
    }

    /// A time zone by its IANA name.
    pub fn zone(self) -> impl Kind<Out = Zone> {
        self.parse(Zone::parse)
            .shaped(|schema| schema.min_length(Some(1)).max_length(Some(zone::LONGEST_NAME)))
            .example("Europe/Berlin")
    }

    /// A time of day, read by `parse`.
    pub fn time_of_day(self, parse: fn(&str) -> Result<TimeOfDay, Sentence>) -> impl Kind<Out = TimeOfDay> {
        self.parse(parse).shaped(|schema| schema.pattern(Some(TIME_OF_DAY)))
    }

    /// A password to be, judged by `judge`.
    pub fn password<T>(self, judge: impl FnOnce(&str) -> Result<T, Sentence>) -> impl Kind<Out = T> {
        self.parse(judge).shaped(|schema| {
            let schema = schema.min_length(Some(password::SHORTEST)).max_length(Some(password::LONGEST));
            schema.format(known(KnownFormat::Password))
        })
    }

    /// A text that is only compared with a password.
    pub fn secret(self) -> impl Kind<Out = String> {
        self.shaped(|schema| schema.format(known(KnownFormat::Password)))
    }
}

fn known(format: KnownFormat) -> Option<SchemaFormat> {
    Some(SchemaFormat::KnownFormat(format))
}

/// An uploaded file.
pub fn file() -> File {
    File
}

#[derive(Clone, Copy, Debug)]
pub struct File;

impl Kind for File {
    type Out = SentFile;

    fn read(self, node: &Node, loose: bool) -> Result<SentFile, Text> {
        const BAD: Sentence = "This must be a file.";
        match node {
            Node::File(file) => Ok(file.clone()),
            other => words(other, loose, BAD).and(Err(BAD.into())),
        }
    }

    fn schema(&self) -> Object {
        of(Type::String).format(known(KnownFormat::Binary)).build()
    }

    fn files(&self) -> Files {
        Files::Only
    }
}

/// An uploaded file, or a text that stands for one.
pub fn file_or(text: TextKind) -> FileOr {
    FileOr(text)
}

#[derive(Clone, Copy, Debug)]
pub struct FileOr(TextKind);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileOrText {
    File(SentFile),
    Text(String),
}

impl Kind for FileOr {
    type Out = FileOrText;

    fn read(self, node: &Node, loose: bool) -> Result<FileOrText, Text> {
        match node {
            Node::File(file) => Ok(FileOrText::File(file.clone())),
            other => self.0.read(other, loose).map(FileOrText::Text),
        }
    }

    fn schema(&self) -> Object {
        self.0.schema()
    }

    fn files(&self) -> Files {
        Files::Also
    }
}
