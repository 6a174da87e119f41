//! Whether an event comes from the provider it names: a MAC over the very bytes that came, compared in constant time.

use aws_lc_rs::hmac;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use domain::Instant;
use domain::payment::Provider;

use crate::Keyring;

/// Older, or from further ahead, is no news but a copy somebody kept (Stripe's own default).
const TOLERANCE_SECONDS: i64 = 300;

/// Without a secret nothing is believed.
pub(super) fn is_valid(keyring: &Keyring, provider: Provider, signature: &str, body: &[u8], now: Instant) -> bool {
    let secret = match provider {
        Provider::Razorpay => return is_event_of_razorpay(keyring, signature, body),
        Provider::Simulated => &keyring.simulated_webhook,
        Provider::Stripe => &keyring.stripe_webhook,
        Provider::PayPal => &keyring.paypal_webhook,
        Provider::Wise => &keyring.wise_webhook,
    };
    let Some(secret) = secret else { return false };
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    match provider {
        Provider::Stripe => is_signed_by_stripe(&key, signature, body, now),
        _ => is_signed(&key, signature.trim(), body),
    }
}

/// What Razorpay signs its events with is never what a checkout is signed with. Whoever replaces the secret still believes
/// the one before: what is sent again was signed with that.
fn is_event_of_razorpay(keyring: &Keyring, signature: &str, body: &[u8]) -> bool {
    let secrets = [&keyring.razorpay_webhook, &keyring.razorpay_webhook_previous];
    secrets.into_iter().flatten().any(|secret| is_signed_by_razorpay(secret, signature, body))
}

/// Whether a checkout's payment is of this order: signed as text with the key's secret.
pub(super) fn is_checkout(keyring: &Keyring, (order, payment): (&str, &str), signature: &str) -> bool {
    let message = format!("{order}|{payment}");
    let secret = keyring.razorpay_key_secret.as_ref();
    secret.is_some_and(|secret| is_signed_by_razorpay(secret, signature, message.as_bytes()))
}

/// Sixty-four digits of which none is a capital, as Razorpay's own libraries want it.
fn is_signed_by_razorpay(secret: &str, signature: &str, message: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    HEXLOWER.decode(signature.as_bytes()).is_ok_and(|mac| hmac::verify(&key, message, &mac).is_ok())
}

fn is_signed(key: &hmac::Key, mac: &str, message: &[u8]) -> bool {
    HEXLOWER_PERMISSIVE.decode(mac.as_bytes()).is_ok_and(|mac| hmac::verify(key, message, &mac).is_ok())
}

/// `t=1492774577,v1=5257a8…,v1=…,v0=…`: any of the `v1` over `t`, a dot and the body. More than one is there while a
/// secret is being replaced.
fn is_signed_by_stripe(key: &hmac::Key, signature: &str, body: &[u8], now: Instant) -> bool {
    let parts = || signature.split(',').filter_map(|part| part.trim().split_once('='));
    let Some((_, at)) = parts().find(|(name, _)| *name == "t") else { return false };
    let is_digits = !at.is_empty() && at.bytes().all(|byte| byte.is_ascii_digit());
    let Some(sent) = at.parse::<i64>().ok().filter(|_| is_digits) else { return false };
    if now.timestamp().abs_diff(sent) > TOLERANCE_SECONDS.unsigned_abs() {
        return false;
    }
    let message = [at.as_bytes(), b".", body].concat();
    parts().any(|(name, mac)| name == "v1" && is_signed(key, mac, &message))
}
