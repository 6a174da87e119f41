//! Opening an account in a role, or giving the role to an account that is there already.

use domain::Instant;
use domain::expert::Expert;
use domain::facade::Facade;
use domain::lifecycle::Seat;
use domain::notice::Notice;
use domain::person::{Refusal, User};
use domain::serial::Serial;
use domain::text::LoginName;
use store::{Denied, Transaction};

use crate::caller::Caller;
use crate::facades::accounts;
use crate::first::First;
use crate::idempotency::retry_stale;
use crate::people::{self, Access, Opening, Origin, Registration, With};
use crate::proving::{self, Proven};
use crate::tokens::WEEK;
use crate::{App, Common, Error, Result, codes};

/// Somebody in a role they have just taken.
pub struct Joined {
    pub user: User,
    pub serial: Serial,
    /// Good for a week.
    pub token: String,
}

/// A role somebody wants, and the product through which they do.
#[derive(Clone, Copy, Debug)]
pub struct Door {
    pub role: Seat,
    pub facade: Facade,
}

/// Opens an account in a role. Where the address has an account that lacks the role, it gets the role if whoever asks knows
/// its password or comes with a session of it; every other use of a known address is refused alike. Of parallel
/// registrations of one address one succeeds.
pub async fn join(
    app: &App,
    registration: Registration,
    door: Door,
    known: Option<Caller>,
    origin: &Origin,
) -> Result<Joined> {
    let begun = app.clock.now();
    if let Some(caller) = known {
        let user = people::me(app, caller).await?;
        if LoginName::from(&user.email) == LoginName::from(&registration.email) {
            let serial = app.store.serial_take(door.role).await?;
            return add(app, Proven { user, begun, code: None }, door, serial).await;
        }
    }
    let serial = app.store.serial_take(door.role).await?;
    match open(app, registration.clone(), door, serial, origin).await {
        Ok(user) => joined(app, Proven { user, begun, code: None }, serial).await,
        Err(Error::Refused(domain::Refusal::Person(Refusal::EmailTaken))) => {
            let proven = prove(app, &registration, origin).await?;
            add(app, proven, door, serial).await
        }
        Err(error) => Err(error),
    }
}

/// An account that is in this role and in no other.
pub(crate) async fn open(
    app: &App,
    registration: Registration,
    door: Door,
    serial: Serial,
    origin: &Origin,
) -> Result<User> {
    let opening = |user: &mut User, now: Instant| {
        user.roles.learner = false;
        enter(user, door.role, serial, now);
        Ok(Opening { notices: vec![greeting(app, user, door, serial, now)], ..Opening::default() })
    };
    let (user, ()) = people::open(app, registration, origin.network(), opening).await?;
    Ok(user)
}

/// Whoever has this address, if the password is theirs.
async fn prove(app: &App, registration: &Registration, origin: &Origin) -> Result<Proven> {
    let email = &registration.email;
    let Access::Password(password) = &registration.access else { return Err(Refusal::EmailTaken.into()) };
    // Nothing here asks for a code: whoever has two-factor login comes with a session.
    let with = With { password: password.as_str(), code: codes::Typed::default() };
    match proving::prove(app, email.as_str().into(), with, origin).await {
        Ok(proven) if LoginName::from(&proven.user.email) == LoginName::from(email) => Ok(proven),
        Ok(_) | Err(Error::Common(Common::InvalidCredentials | Common::OtpRequired | Common::AccountSuspended)) => {
            Err(Refusal::EmailTaken.into())
        }
        Err(error) => Err(error),
    }
}

/// The role with its number, and what it brings along.
fn enter(user: &mut User, role: Seat, serial: Serial, now: Instant) {
    match role {
        Seat::Learner => user.roles.learner = true,
        Seat::Expert => user.expert = user.expert.take().or_else(|| Some(Expert::unknown(now))),
    }
    user.serials = user.serials.with(role, serial);
    user.accepted_terms = true;
}

fn greeting(app: &App, user: &User, door: Door, serial: Serial, now: Instant) -> Notice {
    accounts::greeting(door.facade, user.id, (door.role, serial), &app.mint, now)
}

async fn add(app: &App, Proven { user, begun, .. }: Proven, door: Door, serial: Serial) -> Result<Joined> {
    let (id, first) = (user.id, First::new(user));
    let user = retry_stale(|| async {
        let before = match first.take() {
            Some(user) => user,
            None => app.store.user(id).await?.ok_or(Common::NotFound)?,
        };
        if before.has_role(door.role).is_ok() {
            return Err(Refusal::EmailTaken.into());
        }
        give(app, Transaction::new(), &before, door, serial).await
    })
    .await?;
    joined(app, Proven { user, begun, code: None }, serial).await
}

/// Gives a role to somebody as they were read, together with what else `transaction` does.
pub(crate) async fn give(
    app: &App,
    mut transaction: Transaction<Denied>,
    before: &User,
    door: Door,
    serial: Serial,
) -> Result<User> {
    let (mut after, now) = (before.clone(), app.clock.now());
    enter(&mut after, door.role, serial, now);
    after.updated_at = now;
    store::notice_told(&mut transaction, &greeting(app, &after, door, serial, now));
    app.store.user_save(transaction, before, &after).await?;
    after.version = before.version + 1;
    Ok(after)
}

async fn joined(app: &App, Proven { user, begun, .. }: Proven, serial: Serial) -> Result<Joined> {
    let signed = people::first_session(app, user, begun, WEEK)?;
    Ok(Joined { user: signed.user, serial, token: signed.token })
}
