//! Files people send: what is taken, and how large it may be.

use crate::Instant;
use crate::ids::{UploadId, UserId};

/// Bytes of a file; larger ones are refused on every way in.
pub const LARGEST: u64 = 10 * 1024 * 1024;

/// Pixels of a picture, and along one side: whoever shows it needs four bytes for each, whatever the file has.
const MOST_PIXELS: usize = 64_000_000;
const LONGEST_SIDE: usize = 16_384;

/// Whether a picture of this size can be shown.
pub fn shows(width: usize, height: usize) -> Result<(), Refusal> {
    if width == 0 || height == 0 {
        return Err(Refusal::UnsupportedType);
    }
    let is_small = width <= LONGEST_SIDE && height <= LONGEST_SIDE && width * height <= MOST_PIXELS;
    if is_small { Ok(()) } else { Err(Refusal::TooManyPixels) }
}

/// Characters of a file's name.
pub const LONGEST_NAME: usize = 255;

pub const PDF: &str = "application/pdf";
pub const PNG: &str = "image/png";
pub const JPEG: &str = "image/jpeg";
pub const GIF: &str = "image/gif";
pub const WEBP: &str = "image/webp";
pub const DOC: &str = "application/msword";
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// What a file is sent for: it decides which types are taken (`consultations.md` §12, `mentorship.md` §5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A paper of an applicant or an expert.
    Document,
    /// Part of a message.
    Chat,
    /// A curriculum vitae.
    Resume,
    /// A picture of a person.
    Portrait,
    /// A curriculum vitae or a certificate, also as a picture (`tutoring.md` §1).
    Paper,
    /// Whatever it turns out to be named for: judged then.
    Any,
}

impl Purpose {
    pub const ALL: [Purpose; 6] =
        [Purpose::Document, Purpose::Chat, Purpose::Resume, Purpose::Portrait, Purpose::Paper, Purpose::Any];

    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Document => "document",
            Purpose::Chat => "chat",
            Purpose::Resume => "resume",
            Purpose::Portrait => "portrait",
            Purpose::Paper => "paper",
            Purpose::Any => "any",
        }
    }

    /// The content types taken; anything but an image is only ever offered for download.
    pub fn types(self) -> &'static [&'static str] {
        match self {
            Purpose::Document => &[PDF, PNG, JPEG],
            Purpose::Chat => &[PDF, PNG, JPEG, GIF, WEBP, DOC, DOCX],
            Purpose::Resume => &[PDF, DOC, DOCX],
            Purpose::Portrait => &[JPEG, PNG, GIF, WEBP],
            Purpose::Paper => &[PDF, DOC, DOCX, JPEG, PNG],
            // Nothing is ever taken for it.
            Purpose::Any => &[],
        }
    }

    /// The type, if files of it are taken.
    pub fn takes(self, content_type: &str) -> Result<&'static str, Refusal> {
        self.types().iter().copied().find(|known| *known == content_type).ok_or(Refusal::UnsupportedType)
    }

    /// Whether so many bytes are taken.
    pub fn fits(self, size: u64) -> Result<(), Refusal> {
        match size {
            0 => Err(Refusal::Empty),
            1..=LARGEST => Ok(()),
            _ => Err(Refusal::TooLarge),
        }
    }
}

/// A file we keep, of the type its bytes have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Where it lies in the file store.
    pub key: String,
    /// What its owner calls it.
    pub name: String,
    pub content_type: String,
    /// Bytes.
    pub size: u64,
}

impl Attachment {
    /// Whether a browser may show it in place.
    pub fn is_image(&self) -> bool {
        self.content_type.starts_with("image/")
    }
}

/// A file somebody sends to the file store directly, to name it afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub id: UploadId,
    pub user: UserId,
    pub purpose: Purpose,
    /// As announced.
    pub name: String,
    /// Where its bytes arrive.
    pub key: String,
    /// It was named, and its file is part of something now.
    pub is_used: bool,
    /// After it, it can no longer be named.
    pub until: Instant,
}

impl Upload {
    /// Only its maker may use it, once, in time and for what it was announced for, if for anything in particular.
    pub fn check(&self, user: UserId, purpose: Purpose, now: Instant) -> Result<(), Refusal> {
        let is_meant = self.purpose == purpose || self.purpose == Purpose::Any;
        let is_good = self.user == user && is_meant && !self.is_used && now < self.until;
        if is_good { Ok(()) } else { Err(Refusal::BadUpload) }
    }
}

/// The last part of a file's name as its sender's machine wrote it, and at most [`LONGEST_NAME`] characters of that.
pub fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).collect();
    match clean.trim() {
        "" => "file".to_owned(),
        name => name.chars().take(LONGEST_NAME).collect(),
    }
}

/// What files are refused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("Send a file.")]
    NoFile,
    #[error("The file is empty.")]
    Empty,
    #[error("The file is larger than 10 MB.")]
    TooLarge,
    #[error("Files of this type are not taken.")]
    UnsupportedType,
    #[error("A picture may have at most 64 megapixels, and 16,384 pixels along a side.")]
    TooManyPixels,
    /// Unknown, of somebody else, used, of another purpose, or nothing has arrived.
    #[error("There is no such upload.")]
    BadUpload,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_a_path_on_one_line() {
        for (sent, kept) in [
            ("a.pdf", "a.pdf"),
            ("C:\\papers\\a b.pdf", "a b.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb: c", "ab: c"),
            ("", "file"),
            ("x/", "file"),
            (" ", "file"),
        ] {
            assert_eq!(plain_name(sent), kept, "{sent:?}");
        }
        assert_eq!(plain_name(&"ż".repeat(300)).chars().count(), LONGEST_NAME);
    }

    #[test]
    fn ten_megabytes_fit_and_nothing_does_not() {
        assert_eq!(Purpose::Chat.fits(0), Err(Refusal::Empty));
        assert_eq!(Purpose::Chat.fits(10_485_760), Ok(()));
        assert_eq!(Purpose::Document.fits(10_485_761), Err(Refusal::TooLarge));
    }

    #[test]
    fn an_upload_for_anything_is_used_for_anything_and_others_for_what_they_were_announced() {
        let [maker, other] = [1, 2].map(|id| UserId::new(id).unwrap_or_else(|| unreachable!()));
        let upload = |purpose| Upload {
            id: UploadId::new(1).unwrap_or_else(|| unreachable!()),
            user: maker,
            purpose,
            name: String::new(),
            key: String::new(),
            is_used: false,
            until: Instant::default() + chrono::TimeDelta::days(1),
        };
        let check = |announced, user, purpose| upload(announced).check(user, purpose, Instant::default());
        assert_eq!(check(Purpose::Any, maker, Purpose::Paper), Ok(()));
        assert_eq!(check(Purpose::Chat, maker, Purpose::Paper), Err(Refusal::BadUpload));
        assert_eq!(check(Purpose::Any, other, Purpose::Paper), Err(Refusal::BadUpload));
    }

    #[test]
    fn documents_are_no_animations() {
        assert!(Purpose::Document.takes(GIF).is_err() && Purpose::Document.takes(DOCX).is_err());
        assert!(Purpose::Chat.types().iter().all(|kind| Purpose::Chat.takes(kind).is_ok()));
    }
}
