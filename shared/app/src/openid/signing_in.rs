//! From an issuer's word to an account and a session here (`mentorship.md` §3.1).
//!
//! A state is used up before its code is exchanged, so of two callbacks with one state one goes on. The account with its
//! role, or what links one and the role it lacked, is one transaction under the condition that the issuer's subject is
//! nobody's: of two people's callbacks at once one makes it and the other finds it.

use chrono::TimeDelta;
use domain::Instant;
use domain::audit::Action;
use domain::facade::Facade;
use domain::ids::{SessionId, UserId};
use domain::lifecycle::Seat;
use domain::openid::{Asserted, Refusal, Way, way};
use domain::person::{self, User, parted};
use domain::zone::Zone;
use store::{Identity, Transaction};

use super::flow::Flow;
use super::{Browser, Client};
use crate::idempotency::retry_stale;
use crate::joining::{self, Door};
use crate::logins::{self, LoggedIn};
use crate::people::{self, Access, Origin, Registration};
use crate::seal::hash;
use crate::tokens::{Claims, WEEK};
use crate::{App, Common, Error, Result, codes, proving, site, verification};

/// A sign-in that begins: where the browser goes, and what it keeps.
pub struct Begun {
    pub location: String,
    pub browser: Browser,
}

/// What comes back from the issuer, and from the browser.
#[derive(Clone, Copy)]
pub struct Returned<'a> {
    pub code: &'a str,
    pub state: &'a str,
    /// What cookies it brought: there may be another's beside ours.
    pub browsers: &'a [Browser],
}

/// Somebody an issuer vouched for, and what they wanted.
pub struct Vouched {
    pub user: User,
    /// The account is new.
    pub is_created: bool,
    /// As they were given to [`begin`].
    pub role: Seat,
    pub next: String,
    claims: Claims,
    /// What they still have to show is a code.
    needs_code: bool,
}

/// No code of an issuer is longer.
const LONGEST_CODE: usize = 2048;

/// How long a ticket is good for.
const TICKET_LIVES: TimeDelta = TimeDelta::seconds(60);

/// As which number a state and a ticket carry a role.
fn role_number(role: Seat) -> u8 {
    match role {
        Seat::Learner => 0,
        Seat::Expert => 1,
    }
}

fn numbered(number: u8) -> Option<Seat> {
    [Seat::Learner, Seat::Expert].into_iter().find(|role| role_number(*role) == number)
}

/// Whether anybody signs in so here.
pub fn is_offered(app: &App) -> Result<()> {
    client(app).map(drop)
}

fn client(app: &App) -> Result<&Client> {
    app.openid.as_ref().ok_or_else(|| Refusal::NotConfigured.into())
}

/// Begins a sign-in. A browser that has one under way keeps its secret: it may have several, one per window.
pub async fn begin(app: &App, role: Seat, next: &str, browser: Option<&Browser>, redirect_uri: &str) -> Result<Begun> {
    let client = client(app)?;
    let browser = browser.cloned().unwrap_or_else(|| Browser::new(&app.mint));
    let flow = Flow::begin(&app.mint, role_number(role), next, app.clock.now());
    let state = flow.state(&app.tokens.states, &browser);
    let url = client.authorization(&flow, &state, &browser, redirect_uri, &app.clock).await?;
    Ok(Begun { location: url.into(), browser })
}

/// Ends one: whoever the issuer says it is has an account, and in it the role that was asked for, from now on.
pub async fn finish(
    app: &App,
    returned: Returned<'_>,
    redirect_uri: &str,
    facade: Facade,
    origin: &Origin,
) -> Result<Vouched> {
    let client = client(app)?;
    let begun = app.clock.now();
    let read = |browser| Some((browser, Flow::read(returned.state, &app.tokens.states, browser, begun)?));
    let (browser, flow) = returned.browsers.iter().find_map(read).ok_or(Refusal::BadState)?;
    let role = numbered(flow.wish).ok_or(Refusal::BadState)?;
    if !(1..=LONGEST_CODE).contains(&returned.code.len()) {
        return Err(Refusal::BadCode.into());
    }
    let (spent, until) = flow.spent();
    if !app.store.spend(&spent, until).await? {
        return Err(Refusal::BadState.into());
    }
    let asserted = client.redeem(returned.code, &flow, browser, redirect_uri, &app.clock).await?;
    let identity = Identity { issuer: client.issuer.clone(), subject: asserted.subject.clone() };
    let door = Door { role, facade };
    let Settled { user, sessions_from, is_created } = retry_stale(|| async {
        match settle(app, &asserted, &identity, door, origin).await {
            // Somebody with this address, perhaps the same person in another window, was faster.
            Err(Error::Refused(domain::Refusal::Person(person::Refusal::EmailTaken))) => Err(Common::Stale.into()),
            settled => settled,
        }
    })
    .await?;
    // It ends with those of before, should they all end meanwhile.
    let earliest = sessions_from.map_or(begun, |from| begun.max(from.minted_at()));
    let claims = Claims { user: user.id, session: app.mint.session(earliest) };
    let needs_code = user.two_factor;
    Ok(Vouched { user, is_created, role, next: flow.next, claims, needs_code })
}

struct Settled {
    user: User,
    sessions_from: Option<SessionId>,
    is_created: bool,
}

async fn settle(app: &App, asserted: &Asserted, identity: &Identity, door: Door, origin: &Origin) -> Result<Settled> {
    let now = app.clock.now();
    let by_subject = match app.store.identity(identity).await? {
        Some(user) => app.store.credential_of(user, now).await?,
        None => None,
    };
    let by_email = match &by_subject {
        Some(_) => None,
        None => app.store.credential_by_email(&asserted.email, now).await?,
    };
    let known = by_subject.as_ref().or(by_email.as_ref());
    if !known.is_some_and(|known| known.user.roles.admin) {
        site::is_open(app).await?;
    }
    let sessions_from = known.and_then(|known| known.sessions_from);
    let way = match way(by_subject.as_ref().map(|known| &known.user), by_email.as_ref().map(|known| &known.user)) {
        Ok(way) => way,
        Err(refusal) => {
            // Whoever reads the address can prove it, and come again.
            if let Some(known) = known.filter(|known| !known.user.is_suspended) {
                verification::mail_to(app, known.user.id, door.facade).await?;
            }
            return Err(refusal.into());
        }
    };
    let (user, is_created) = match way {
        Way::Known(user) => (let_in(app, user, None, door).await?, false),
        Way::Link(user) => (let_in(app, user, Some(identity), door).await?, false),
        Way::Open => (open(app, asserted, identity, door, origin).await?, true),
    };
    Ok(Settled { user, sessions_from, is_created })
}

/// Links an account, if there is something to link it with, and gives it the role if it lacks that.
async fn let_in(app: &App, user: &User, identity: Option<&Identity>, door: Door) -> Result<User> {
    if user.is_suspended {
        return Err(Common::AccountSuspended.into());
    }
    let now = app.clock.now();
    match identity {
        _ if user.has_role(door.role).is_err() => {
            let serial = app.store.serial_take(door.role).await?;
            let mut transaction = Transaction::new();
            if let Some(identity) = identity {
                store::identity_linked(&mut transaction, identity, user.id, now);
            }
            joining::give(app, transaction, user, door, serial).await
        }
        Some(identity) => {
            app.store.identity_link(identity, user.id, now).await?;
            Ok(user.clone())
        }
        None => Ok(user.clone()),
    }
}

async fn open(app: &App, asserted: &Asserted, identity: &Identity, door: Door, origin: &Origin) -> Result<User> {
    let (first_name, last_name) = parted(&asserted.name);
    let registration = Registration {
        username: None,
        email: asserted.email.clone(),
        access: Access::Issuer(identity.clone()),
        first_name,
        last_name,
        timezone: Zone::utc(),
    };
    let serial = app.store.serial_take(door.role).await?;
    joining::open(app, registration, door, serial, origin).await
}

impl Vouched {
    /// A token of the session that begins with this. Who has two-factor login gets it for a ticket and a code only.
    pub fn token(&self, app: &App, lifetime: TimeDelta) -> Result<String> {
        if self.needs_code {
            return Err(Common::OtpRequired.into());
        }
        app.tokens.issue(self.claims, lifetime, app.clock.now())
    }

    /// As whoever logs in with a password gets it.
    pub async fn logged_in(self, app: &App) -> Result<LoggedIn> {
        let token = self.token(app, WEEK)?;
        retry_stale(|| async { Ok(app.store.commit(people::noted(app, Action::Login, self.claims)).await?) }).await?;
        let user = logins::numbered_in_all(app, self.user).await?;
        Ok(LoggedIn { user, token, role: Some(self.role) })
    }

    /// What may stand in a link: it is exchanged for the session, once and soon.
    pub fn ticket(&self, app: &App) -> String {
        let Claims { user, session } = self.claims;
        let made = app.clock.now().timestamp_millis();
        let role = i64::from(role_number(self.role));
        app.tokens.tickets.seal(&[user.get(), session.get(), made, role].map(i64::to_be_bytes).concat())
    }
}

/// The session a ticket stands for. Without a code that is asked for, or with a wrong one, the ticket is still good.
pub async fn exchange(app: &App, ticket: &str, code: codes::Typed<'_>, origin: &Origin) -> Result<Vouched> {
    let now = app.clock.now();
    let [user, session, made, role] = app.tokens.tickets.open(ticket).ok_or(Error::LinkInvalid)?;
    let user = UserId::new(user).ok_or(Error::LinkInvalid)?;
    let session = SessionId::new(session).ok_or(Error::LinkInvalid)?;
    let role = u8::try_from(role).ok().and_then(numbered).ok_or(Error::LinkInvalid)?;
    let until = Instant::from_timestamp_millis(made).ok_or(Error::LinkInvalid)? + TICKET_LIVES;
    let spent = format!("ticket-{}", hash(ticket));
    if now >= until {
        return Err(Error::LinkInvalid);
    }
    let user = app.store.user(user).await?.ok_or(Error::LinkInvalid)?;
    let code =
        if user.two_factor && !user.is_suspended { proving::show_code(app, &user, code, origin).await? } else { None };
    match code {
        None if app.store.spend(&spent, until).await? => {}
        None => return Err(Error::LinkInvalid),
        Some(code) => {
            let mut transaction = Transaction::new();
            store::spent(&mut transaction, &spent, until);
            match code.spend(app, transaction).await {
                Err(Error::Common(Common::Stale)) => return Err(Error::LinkInvalid),
                used => used?,
            }
        }
    }
    if user.is_suspended {
        return Err(Common::AccountSuspended.into());
    }
    if !user.roles.admin {
        site::is_open(app).await?;
    }
    let claims = Claims { user: user.id, session };
    Ok(Vouched { user, is_created: false, role, next: String::new(), claims, needs_code: false })
}
