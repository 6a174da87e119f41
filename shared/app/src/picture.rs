//! Profile pictures: an image by its first bytes, whatever it is called.

use domain::file::Refusal;
use domain::ids::UserId;
use domain::person::Picture;
use url::Url;

use crate::caller::Caller;
use crate::files::Upload;
use crate::{App, Error, Result, file_type};

/// The image types a browser shows and that cannot carry a script.
pub const TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/// Bytes; larger ones are refused on every way in.
pub const LARGEST: u64 = 10 * 1024 * 1024;

/// Characters of a link to somebody else's server (`expertconnect.md` §2).
pub const LONGEST_LINK: usize = 2048;

const NOT_AN_IMAGE: &str = "The file is not a JPEG, PNG, GIF or WebP image.";
const TOO_MANY_PIXELS: &str = "A picture may have at most 64 megapixels, and 16,384 pixels along a side.";
const NOT_A_PICTURE: &str = "Enter an http or https URL of at most 2048 characters, or what an upload returned.";

/// What a client sends in place of a picture that was uploaded.
const UPLOADED: &str = "upload:";

/// Letters of an upload's name. Anything longer could be a key the file store takes for an error of ours.
const UPLOAD_NAME: usize = 32;

/// An upload that was prepared, and the value that stands for it afterwards.
pub struct Prepared {
    pub upload: Upload,
    pub picture: String,
}

fn check(bytes: &[u8]) -> Result<&'static str> {
    match file_type::content_type(bytes) {
        Ok(found) if TYPES.contains(&found) => Ok(found),
        Err(Refusal::TooManyPixels) => Err(Error::BadPicture(TOO_MANY_PIXELS)),
        Ok(_) | Err(_) => Err(Error::BadPicture(NOT_AN_IMAGE)),
    }
}

fn uploads_of(user: UserId) -> String {
    format!("uploads/{user}/")
}

fn fresh_key(app: &App, user: UserId) -> String {
    format!("pictures/{user}/{:016x}{:016x}", app.mint.number(), app.mint.number())
}

/// Prepares the direct upload of a picture that is too large for the API.
pub async fn prepare(app: &App, caller: Caller, content_type: &str, size: u64) -> Result<Prepared> {
    if size > LARGEST {
        return Err(Error::PictureTooLarge);
    }
    let name = format!("{:016x}{:016x}", app.mint.number(), app.mint.number());
    let key = format!("{}{name}", uploads_of(caller.user()));
    let upload = app.files.presign_upload(&key, content_type, size).await?;
    Ok(Prepared { upload, picture: format!("{UPLOADED}{name}") })
}

/// Stores a picture that came with the request.
pub async fn store(app: &App, caller: Caller, bytes: Vec<u8>) -> Result<Picture> {
    if bytes.len() as u64 > LARGEST {
        return Err(Error::PictureTooLarge);
    }
    let content_type = check(&bytes)?;
    let key = fresh_key(app, caller.user());
    app.files.put(&key, content_type, bytes).await?;
    Ok(Picture::File { key })
}

/// The picture a text stands for: an upload of the caller's own, a link to elsewhere, or a link to a picture of ours
/// that was shown before and comes back unchanged.
pub async fn named(app: &App, caller: Caller, text: &str) -> Result<Picture> {
    if let Some(name) = text.strip_prefix(UPLOADED) {
        return adopt(app, caller, name).await;
    }
    if !is_web_address(text) {
        return Err(Error::BadPicture(NOT_A_PICTURE));
    }
    // Asked first: a signed link may be longer than a link to elsewhere has to be.
    if let Some(shown) = crate::people::me(app, caller).await?.picture
        && is_shown_by(&shown, text)
    {
        return Ok(shown);
    }
    if text.chars().count() > LONGEST_LINK {
        return Err(Error::BadPicture(NOT_A_PICTURE));
    }
    Ok(Picture::Link(text.to_owned()))
}

/// Whether a text is an `http(s)` URL written as one.
pub fn is_web_address(text: &str) -> bool {
    web_address(text).is_some()
}

/// Whether this is how a picture of ours was shown: its signature may have run out since.
pub(crate) fn is_shown_by(picture: &Picture, link: &str) -> bool {
    let Picture::File { key } = picture else { return false };
    web_address(link).is_some_and(|url| url.path().ends_with(&format!("/{key}")))
}

/// An `http(s)` URL that is written as one. The parser also forgives blanks, line breaks and missing slashes, but a text
/// is stored as it was sent.
fn web_address(text: &str) -> Option<Url> {
    let (scheme, _) = text.split_once("://")?;
    let is_web = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    Url::parse(text).ok().filter(|url| is_web && is_plain && url.has_host())
}

async fn adopt(app: &App, caller: Caller, name: &str) -> Result<Picture> {
    if name.len() != UPLOAD_NAME || !name.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(Error::BadPicture(NOT_A_PICTURE));
    }
    let upload = format!("{}{name}", uploads_of(caller.user()));
    let head = app.files.telling(&upload).await?.ok_or(Error::BadPicture("Nothing was uploaded yet."))?;
    if head.size > LARGEST {
        return Err(Error::PictureTooLarge);
    }
    let content_type = check(&head.first_bytes)?;
    let key = fresh_key(app, caller.user());
    if !app.files.adopt(&upload, &head, &key, content_type).await? {
        return Err(Error::BadPicture("The upload changed while it was looked at."));
    }
    Ok(Picture::File { key })
}

/// Where a browser finds the picture.
pub async fn link(app: &App, picture: Option<&Picture>) -> Result<Option<String>> {
    match picture {
        None => Ok(None),
        Some(Picture::Link(url)) => Ok(Some(url.clone())),
        Some(Picture::File { key }) => app.files.presign_link(key).await.map(Some),
    }
}
