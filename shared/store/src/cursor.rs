//! Opaque, signed cursors: a position in one list of one person, which nobody can forge or carry to another list.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Seals and opens cursors.
#[derive(Clone, Debug)]
pub struct Cursors(hmac::Key);

/// Not a cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCursor;

const TAG: usize = 16;

impl Cursors {
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    fn tag(&self, list: &str, position: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&list.len().to_be_bytes());
        context.update(list.as_bytes());
        context.update(position);
        context.sign()
    }

    /// `list` names the list and whose it is.
    pub fn seal(&self, list: &str, position: &str) -> String {
        let tag = self.tag(list, position.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode([&tag.as_ref()[..TAG], position.as_bytes()].concat())
    }

    pub fn open(&self, list: &str, cursor: &str) -> Result<String, BadCursor> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let (tag, position) = bytes.split_at_checked(TAG).ok_or(BadCursor)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.tag(list, position).as_ref()[..TAG], tag)
            .map_err(|_| BadCursor)?;
        String::from_utf8(position.to_vec()).map_err(|_| BadCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_only_for_its_own_list_and_unaltered() {
        let cursors = Cursors::new(b"secret");
        let sealed = cursors.seal("bookings/7", "0000abc");
        assert_eq!(cursors.open("bookings/7", &sealed), Ok("0000abc".to_owned()));
        assert_eq!(cursors.open("bookings/8", &sealed), Err(BadCursor));
        assert_eq!(Cursors::new(b"other").open("bookings/7", &sealed), Err(BadCursor));
        for bad in ["", "x", "%%%", &sealed[1..], &format!("{sealed}A")] {
            assert_eq!(cursors.open("bookings/7", bad), Err(BadCursor), "{bad}");
        }
    }
}
