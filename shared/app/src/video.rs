//! Video rooms: links that only the two people of a booking get, signed for each of them where the server asks for it.

use chrono::TimeDelta;
use domain::booking::{Booking, Mode, Seat};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use crate::{App, Mint};

/// A token opens its room from so long before the start, until so long after the end (`consultations.md` §8).
const OPENS_BEFORE: TimeDelta = TimeDelta::minutes(15);
const CLOSES_AFTER: TimeDelta = TimeDelta::hours(2);

/// A name nobody can guess: 128 random bits.
pub(crate) fn fresh_room(mint: &Mint) -> String {
    format!("{:016x}{:016x}", mint.number(), mint.number())
}

/// What a Jitsi server reads in a token. Nothing in it tells more of the two than the name they are called by.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'static str,
    sub: &'a str,
    room: &'a str,
    nbf: i64,
    exp: i64,
    context: Context<'a>,
}

#[derive(Serialize)]
struct Context<'a> {
    user: Guest<'a>,
}

#[derive(Serialize)]
struct Guest<'a> {
    name: &'a str,
    moderator: bool,
}

/// Where the one in this seat goes for the call; `None` where there is no call, or no longer.
pub fn link(app: &App, booking: &Booking, seat: Seat) -> Option<String> {
    if booking.link.is_some() {
        return booking.link.clone();
    }
    let room = room(booking)?;
    let settings = &app.settings;
    let open = format!("https://{}/{room}", settings.jitsi_domain);
    let (Some(app_id), Some(secret)) = (&settings.jitsi_app_id, &app.keyring.jitsi) else {
        return Some(open);
    };
    let claims = Claims {
        iss: app_id,
        aud: "jitsi",
        sub: &settings.jitsi_domain,
        room,
        nbf: (booking.interval.start() - OPENS_BEFORE).timestamp(),
        exp: (booking.interval.end() + CLOSES_AFTER).timestamp(),
        context: Context { user: Guest { name: &booking.party(seat).name, moderator: seat == Seat::Expert } },
    };
    let key = EncodingKey::from_secret(secret.as_bytes());
    let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
        .expect("plain data is JSON, and any key makes an HMAC");
    Some(format!("{open}?jwt={token}"))
}

/// The room, while the call is ahead or under way.
pub fn room(booking: &Booking) -> Option<&str> {
    let is_ahead = booking.mode == Mode::Video && booking.status.is_open();
    booking.room.as_deref().filter(|_| is_ahead)
}
