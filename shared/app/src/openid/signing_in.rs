//! From an issuer's word to an account and a session here (`mentorship.md` §3.1).
//!
//! A state is used up before its code is exchanged, so of two callbacks with one state one goes on. The account, or what
//! links one, is one transaction under the condition that the issuer's subject is nobody's: of two people's callbacks at
//! once one makes it and the other finds it.

use chrono::TimeDelta;
use domain::Instant;
use domain::ids::{SessionId, UserId};
use domain::lifecycle::Seat;
use domain::openid::{Asserted, Refusal, Way, way};
use domain::person::{self, Roles, User, parted};
use domain::zone::Zone;
use store::{Identity, Transaction};

use super::flow::Flow;
use super::{Browser, Client};
use crate::idempotency::retry_stale;
use crate::people::{self, Access, Origin, Registration};
use crate::seal::hash;
use crate::tokens::Claims;
use crate::{App, Common, Error, Result, site};

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

/// Ends one: whoever the issuer says it is has an account from now on.
pub async fn finish(app: &App, returned: Returned<'_>, redirect_uri: &str, origin: &Origin) -> Result<Vouched> {
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
    retry_stale(|| async {
        match settle(app, &asserted, &identity, origin).await {
            // Somebody with this address, perhaps the same person in another window, was faster.
            Err(Error::Refused(domain::Refusal::Person(person::Refusal::EmailTaken))) => Err(Common::Stale.into()),
            settled => settled,
        }
    })
    .await
    .and_then(|Settled { user, sessions_from, is_created }| {
        if user.is_suspended {
            return Err(Common::AccountSuspended.into());
        }
        // It ends with those of before, should they all end meanwhile.
        let earliest = sessions_from.map_or(begun, |from| begun.max(from.minted_at()));
        let claims = Claims { user: user.id, session: app.mint.session(earliest) };
        Ok(Vouched { user, is_created, role, next: flow.next.clone(), claims })
    })
}

struct Settled {
    user: User,
    sessions_from: Option<SessionId>,
    is_created: bool,
}

async fn settle(app: &App, asserted: &Asserted, identity: &Identity, origin: &Origin) -> Result<Settled> {
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
    let sessions_from = known.and_then(|known| known.sessions_from);
    let way = way(by_subject.as_ref().map(|known| &known.user), by_email.as_ref().map(|known| &known.user))?;
    if !matches!(way, Way::Known(user) | Way::Link(user) if user.roles.admin) {
        site::is_open(app).await?;
    }
    match way {
        Way::Known(user) => Ok(Settled { user: user.clone(), sessions_from, is_created: false }),
        Way::Link(user) if user.is_suspended => Err(Common::AccountSuspended.into()),
        Way::Link(user) => {
            app.store.identity_link(Transaction::new(), identity, user.id, now).await?;
            Ok(Settled { user: user.clone(), sessions_from, is_created: false })
        }
        Way::Open => {
            let (first_name, last_name) = parted(&asserted.name);
            let registration = Registration {
                username: None,
                email: asserted.email.clone(),
                access: Access::Issuer(identity.clone()),
                first_name,
                last_name,
                timezone: Zone::utc(),
            };
            let (user, ()) =
                people::open(app, registration, origin.network(), |_, _| Ok(people::Opening::default())).await?;
            Ok(Settled { user, sessions_from: None, is_created: true })
        }
    }
}

impl Vouched {
    /// A token of the session that begins with this.
    pub fn token(&self, app: &App, lifetime: TimeDelta) -> Result<String> {
        app.tokens.issue(self.claims, lifetime, app.clock.now())
    }

    /// What may stand in a link: it is exchanged for the session, once and soon.
    pub fn ticket(&self, app: &App) -> String {
        let Claims { user, session } = self.claims;
        let made = app.clock.now().timestamp_millis();
        let role = i64::from(role_number(self.role));
        app.tokens.tickets.seal(&[user.get(), session.get(), made, role].map(i64::to_be_bytes).concat())
    }
}

/// The session a ticket stands for.
pub async fn exchange(app: &App, ticket: &str) -> Result<Vouched> {
    let now = app.clock.now();
    let [user, session, made, role] = app.tokens.tickets.open(ticket).ok_or(Error::LinkInvalid)?;
    let user = UserId::new(user).ok_or(Error::LinkInvalid)?;
    let session = SessionId::new(session).ok_or(Error::LinkInvalid)?;
    let role = u8::try_from(role).ok().and_then(numbered).ok_or(Error::LinkInvalid)?;
    let until = Instant::from_timestamp_millis(made).ok_or(Error::LinkInvalid)? + TICKET_LIVES;
    if now >= until || !app.store.spend(&format!("ticket-{}", hash(ticket)), until).await? {
        return Err(Error::LinkInvalid);
    }
    let user = app.store.user(user).await?.ok_or(Error::LinkInvalid)?;
    if user.is_suspended {
        return Err(Common::AccountSuspended.into());
    }
    if !user.roles.admin {
        site::is_open(app).await?;
    }
    let claims = Claims { user: user.id, session };
    Ok(Vouched { user, is_created: false, role, next: String::new(), claims })
}
