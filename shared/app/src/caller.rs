//! Who calls: proven by a token and by the gate, and passed to every use-case that asks for it.

use domain::ids::{SessionId, UserId};
use store::meter::Meter;
use store::{Counted, Gate, Hit, Measure, Noted};

use crate::error::Quota;
use crate::tokens::Claims;
use crate::{App, Common, Result, sender};

/// A person with a living session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    user: UserId,
    session: SessionId,
    /// Only known of somebody who was admitted.
    is_admin: bool,
}

impl Caller {
    pub fn user(&self) -> UserId {
        self.user
    }

    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Who the token says it is. Only for reads that happen beside [`admit`] and whose answer waits for it.
    pub fn presumed(claims: &Claims) -> Self {
        Self { user: claims.user, session: claims.session, is_admin: false }
    }
}

/// An administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staff(Caller);

impl Staff {
    /// The caller as an administrator, if they are one.
    pub fn of(caller: Caller) -> Option<Self> {
        caller.is_admin.then_some(Self(caller))
    }

    pub fn caller(&self) -> Caller {
        self.0
    }
}

/// Whether the caller is an administrator: one read for whoever was only presumed so far.
pub async fn is_admin(app: &App, caller: Caller) -> Result<bool> {
    if caller.is_admin {
        return Ok(true);
    }
    Ok(app.store.user(caller.user).await?.is_some_and(|user| user.roles.admin))
}

/// Counts the request of a session against its user's limit and tells whether it may act. Whatever writes is noted at once,
/// so that nobody writes more often than the limit says, from however many places.
pub async fn admit(app: &App, claims: &Claims, noted: Noted) -> Result<(Caller, Quota), Common> {
    admit_to(app, claims, (Counted::Request, noted)).await
}

/// Signals between two people who are on a call (`expertconnect.md` §1).
const SIGNALS_PER_MINUTE: u32 = 300;

/// The same for anything that is counted.
pub(crate) async fn admit_to(
    app: &App,
    claims: &Claims,
    (counted, noted): (Counted, Noted),
) -> Result<(Caller, Quota), Common> {
    let now = app.clock.now();
    let limit = match counted {
        // The last is counted of accounts, not of sessions.
        Counted::Request | Counted::Known => app.settings.rate_limit_per_minute,
        Counted::Signal => SIGNALS_PER_MINUTE,
    };
    let meter = Meter::default();
    let measure = Measure { counted, limit, noted };
    let gate = meter.count(app.store.gate_session(claims.user, claims.session, measure, now)).await;
    if let Some(capacity) = &app.capacity {
        capacity.add_gate(meter.usage());
    }
    match gate? {
        Gate::Closed => Err(Common::TokenInvalid),
        Gate::Open(standing) => {
            sender::signed_in(claims.user);
            let caller = Caller { is_admin: standing.is_admin, ..Caller::presumed(claims) };
            Ok((caller, quota(standing.hit, limit, now)?))
        }
    }
}

/// Which count a request of an address without a session belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Registering and logging in.
    Authentication,
    General,
}

/// Counts the request of an address.
pub async fn admit_address(app: &App, address: &str, group: Group) -> Result<Quota, Common> {
    let now = app.clock.now();
    let (name, limit) = match group {
        Group::Authentication => ("AUTH", app.settings.rate_limit_auth_per_minute),
        Group::General => ("GENERAL", app.settings.rate_limit_per_minute),
    };
    quota(app.store.gate_address(address, name, now).await?, limit, now)
}

pub(crate) fn quota(hit: Hit, limit: u32, now: domain::Instant) -> Result<Quota, Common> {
    let seconds = now.timestamp();
    let resets_at = (seconds.div_euclid(60) + 1) * 60;
    let retry_after = (resets_at - seconds).max(1);
    match limit.checked_sub(hit.count) {
        Some(remaining) => Ok(Quota { limit, remaining, resets_at, retry_after }),
        None => Err(Common::RateLimited(Quota { limit, remaining: 0, resets_at, retry_after })),
    }
}
