//! What the marketplace does: one module per noun, one function per thing somebody can do.
//!
//! A use-case reads what it must, asks the domain to decide, and commits the decision in one transaction. It knows
//! nothing of HTTP; who may call it is in its arguments.

pub mod applications;
pub mod approvals;
pub mod attendance;
pub mod audit;
pub mod audit_log;
pub mod background;
pub mod bookings;
pub mod caller;
pub mod capacity;
pub mod cards;
pub mod chats;
mod clock;
pub mod codes;
pub mod community;
pub mod courses;
pub mod details;
pub mod documents;
pub mod due;
pub mod earnings;
pub mod error;
pub mod everybody;
pub mod experts;
pub(crate) mod facades;
pub mod feedback;
mod file_type;
pub mod files;
pub mod finding;
mod first;
pub mod gatherings;
pub mod hours;
mod idempotency;
pub mod joining;
mod keyring;
pub mod learners;
mod links;
pub mod logins;
pub mod mail;
mod mail_caps;
pub mod mailing;
pub mod metrics;
mod mint;
pub mod newsletter;
pub mod notes;
pub mod notices;
pub mod openid;
pub mod openings;
mod outbound;
pub mod outbox;
pub mod paging;
mod passwords;
pub mod payments;
pub mod people;
pub mod picture;
pub mod presence;
pub mod profile;
mod proving;
pub mod registering;
pub mod reports;
pub mod resets;
pub mod reviews;
mod seal;
pub mod sender;
pub mod serials;
pub mod sessions;
mod settings;
pub mod site;
pub mod slots;
mod socket_delivery;
pub mod sockets;
mod staff;
pub mod standing;
mod start;
pub mod stats;
pub mod support;
pub mod suspensions;
pub mod tokens;
pub mod two_factor;
pub mod uploads;
mod vault;
pub mod verification;
pub mod video;
pub mod wallet;
pub mod wallets;
pub mod withdrawals;

use std::ops::Deref;
use std::sync::Arc;

pub use clock::Clock;
pub use error::{Common, Error, Result};
pub use idempotency::SaveResponse;
pub use keyring::Keyring;
pub use mint::Mint;
pub use passwords::Hashing;
pub use settings::{BadSetting, NAMES as SETTING_NAMES, Settings};
pub use store::{Cause, Found, Page, PostStand};

use capacity::Capacity;
use files::Files;
use metrics::Metrics;
use payments::Gateway;
use store::{Cursors, Store};
use tokens::Tokens;

/// Everything a use-case works with. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is assembled from.
pub struct Parts {
    pub store: Store,
    pub files: Files,
    pub clock: Clock,
    pub mint: Mint,
    pub settings: Settings,
    pub tokens: Tokens,
    pub cursors: Cursors,
    /// What CloudFront adds to its requests to be believed whom they are for; without it nobody is.
    pub origin_key: Option<String>,
    pub keyring: Keyring,
    /// Who takes the money.
    pub gateway: Gateway,
    /// Who vouches for people that sign in elsewhere, if anybody does.
    pub openid: Option<openid::Client>,
    pub hashing: Hashing,
    /// Whether anything may be changed at present, as far as this process knows.
    pub site: site::Known,
    /// Where what goes on is counted.
    pub metrics: Metrics,
    /// Where costs per route are added up; only locally.
    pub capacity: Option<Capacity>,
}

impl App {
    pub fn assemble(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
