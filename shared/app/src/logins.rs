//! Logging in to a role, for a week.

use domain::lifecycle::Seat;
use domain::person::User;
use domain::serial::Serial;

use crate::caller::Caller;
use crate::people::{self, Origin, With};
use crate::proving::{self, LoginAs, Proven};
use crate::serials::{self, Reference};
use crate::tokens::{Claims, WEEK};
use crate::{App, Result};

/// Who wants to log in, and as whom.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// As it was typed.
    pub name: &'a str,
    /// Whose number it reads as.
    pub number: Option<(Seat, Serial)>,
    pub role: Option<Seat>,
}

/// Somebody with a token for a week.
pub struct LoggedIn {
    /// With a number in each of their roles.
    pub user: User,
    pub token: String,
    /// As whom they act; `None`: as an administrator.
    pub role: Option<Seat>,
}

/// Logs in by e-mail, username or the number of a role. Which role it is said only after the right password.
pub async fn login(app: &App, wish: Wish<'_>, with: With<'_>, origin: &Origin) -> Result<LoggedIn> {
    let numbered = match wish.number {
        Some((role, serial)) => serials::owner(app, Reference::Serial(role, serial)).await?,
        None => None,
    };
    let Proven { user, begun, code } = proving::prove(app, LoginAs { text: wish.name, numbered }, with, origin).await?;
    let by_number = wish.number.filter(|(role, serial)| user.serials.of(*role) == Some(*serial)).map(|(role, _)| role);
    let role = match wish.role.or(by_number) {
        Some(role) => {
            user.has_role(role)?;
            Some(role)
        }
        None if user.roles.admin => None,
        None => [Seat::Learner, Seat::Expert].into_iter().find(|role| user.has_role(*role).is_ok()),
    };
    let user = numbered_in_all(app, user).await?;
    let signed = people::session(app, Proven { user, begun, code }, WEEK).await?;
    Ok(LoggedIn { user: signed.user, token: signed.token, role })
}

/// The same person with a number in each of their roles.
pub(crate) async fn numbered_in_all(app: &App, mut user: User) -> Result<User> {
    for role in [Seat::Learner, Seat::Expert] {
        if user.has_role(role).is_ok() {
            user = serials::ensure(app, user, role).await?.0;
        }
    }
    Ok(user)
}

/// Another token of the caller's session, for a week.
pub fn renew(app: &App, caller: Caller) -> Result<String> {
    let claims = Claims { user: caller.user(), session: caller.session() };
    app.tokens.issue(claims, WEEK, app.clock.now())
}
