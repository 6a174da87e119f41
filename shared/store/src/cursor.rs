//! Opaque, signed cursors: a position in one list of one person, which nobody can forge or carry to another list.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::signing::{KeyId, Keys};

/// Seals and opens cursors.
#[derive(Clone, Debug)]
pub struct Cursors(Keys<hmac::Key>);

/// Not a cursor of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCursor;

const TAG: usize = 16;

fn tag(key: &hmac::Key, list: &str, position: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(&list.len().to_be_bytes());
    context.update(list.as_bytes());
    context.update(position);
    context.sign()
}

/// The position behind its tag.
fn untagged<'a>(key: &hmac::Key, list: &str, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let (sent, position) = bytes.split_at_checked(TAG)?;
    verify_slices_are_equal(&tag(key, list, position).as_ref()[..TAG], sent).ok().map(|()| position)
}

impl Cursors {
    pub fn new(keys: &Keys) -> Self {
        Self(keys.derive(|key| hmac::Key::new(hmac::HMAC_SHA256, key)))
    }

    /// `list` names the list and whose it is.
    pub fn seal(&self, list: &str, position: &str) -> String {
        let (id, key) = self.0.signing();
        let tag = tag(key, list, position.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode([&id[..], &tag.as_ref()[..TAG], position.as_bytes()].concat())
    }

    pub fn open(&self, list: &str, cursor: &str) -> Result<String, BadCursor> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor)?;
        let named = bytes.split_at_checked(size_of::<KeyId>());
        let named = named.and_then(|(id, rest)| untagged(self.0.by_id(id)?, list, rest));
        // Those from before keys had ids have none.
        let position = named.or_else(|| self.0.all().find_map(|(_, key)| untagged(key, list, &bytes)));
        String::from_utf8(position.ok_or(BadCursor)?.to_vec()).map_err(|_| BadCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_only_for_its_own_list_and_unaltered() {
        let cursors = Cursors::new(&Keys::new(b"secret", []));
        let sealed = cursors.seal("bookings/7", "0000abc");
        assert_eq!(cursors.open("bookings/7", &sealed), Ok("0000abc".to_owned()));
        assert_eq!(cursors.open("bookings/8", &sealed), Err(BadCursor));
        assert_eq!(Cursors::new(&Keys::new(b"other", [])).open("bookings/7", &sealed), Err(BadCursor));
        for bad in ["", "x", "%%%", &sealed[1..], &format!("{sealed}A")] {
            assert_eq!(cursors.open("bookings/7", bad), Err(BadCursor), "{bad}");
        }
    }

    #[test]
    fn a_cursor_outlives_one_rotation_and_no_second() {
        let (old, new, newest): (&[u8], &[u8], &[u8]) = (b"old", b"new", b"newest");
        let sealed = Cursors::new(&Keys::new(old, [])).seal("list", "place");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        let from_before_ids = BASE64_URL_SAFE_NO_PAD.encode(&bytes[size_of::<KeyId>()..]);
        for cursor in [sealed, from_before_ids] {
            for keys in [Keys::new(old, [new]), Keys::new(new, [old]), Keys::new(new, [old, newest])] {
                assert_eq!(Cursors::new(&keys).open("list", &cursor), Ok("place".to_owned()));
            }
            assert_eq!(Cursors::new(&Keys::new(newest, [new])).open("list", &cursor), Err(BadCursor));
        }
    }
}
