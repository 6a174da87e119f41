//! Identifiers and secrets the gateway makes up.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// In the shape of API Gateway's: sixteen characters of base64.
pub(crate) fn request_id() -> String {
    STANDARD.encode(bytes::<11>())
}

/// In the shape of API Gateway's, which ends in `=`. Nobody else can guess it.
pub(crate) fn connection_id() -> String {
    URL_SAFE.encode(bytes::<11>())
}

/// In the shape of X-Ray's, for a request at this second.
pub(crate) fn trace_id(epoch_seconds: i64) -> String {
    format!("Root=1-{epoch_seconds:08x}-{}", hex(&bytes::<12>()))
}

/// 256 random bits as hexadecimal digits.
pub(crate) fn secret() -> String {
    hex(&bytes::<32>())
}

#[expect(clippy::disallowed_methods, reason = "identifiers of the gateway, not of the domain")]
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    rand::random()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A random UUID.
pub(crate) fn uuid() -> String {
    let mut bytes = bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}
