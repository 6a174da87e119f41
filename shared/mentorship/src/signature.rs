//! How people sign what they write for everybody.

use app::caller::{Caller, Staff};
use app::{App, gatherings, people, serials};
use domain::community::Author;
use domain::lifecycle::Seat;
use domain::person::User;

use crate::{Refused, ids};

/// In place of an id, and as a role.
pub const ADMIN: &str = "admin";

/// The word for a role.
pub fn word(role: Seat) -> &'static str {
    match role {
        Seat::Learner => "student",
        Seat::Expert => "mentor",
    }
}

fn author(user: User, handle: String, role: &str, is_admin: bool) -> Author {
    Author { user: user.id, name: user.name(), handle, role: role.to_owned(), is_admin, picture: user.picture }
}

async fn signed(app: &App, user: User, role: Seat) -> Result<Author, Refused> {
    let (user, serial) = serials::ensure(app, user, role).await?;
    Ok(author(user, ids::shown(role, serial), word(role), false))
}

/// The caller as they sign: as the first they are of administrator, student and mentor. For writes only: whoever has no
/// number yet gets one.
pub async fn of(app: &App, caller: Caller) -> Result<Author, Refused> {
    let user = people::me(app, caller).await?;
    if Staff::of(caller).is_some() {
        return Ok(author(user, ADMIN.to_owned(), ADMIN, true));
    }
    let role = if user.roles.learner { Seat::Learner } else { Seat::Expert };
    signed(app, user, role).await
}

/// The caller as an organiser: an administrator, or an approved mentor.
pub async fn of_organiser(app: &App, caller: Caller) -> Result<Author, Refused> {
    let (user, is_admin) = (people::me(app, caller).await?, Staff::of(caller).is_some());
    gatherings::may_organise(&user, is_admin)?;
    match is_admin {
        true => Ok(author(user, ADMIN.to_owned(), ADMIN, true)),
        false => signed(app, user, Seat::Expert).await,
    }
}
