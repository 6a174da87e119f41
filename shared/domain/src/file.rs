//! Files people send: what is taken, and how large it may be.

/// Bytes of a file; larger ones are refused on every way in.
pub const LARGEST: u64 = 10 * 1024 * 1024;

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
    /// Unknown, of somebody else, used, of another purpose, or nothing has arrived.
    #[error("There is no such upload.")]
    BadUpload,
}
