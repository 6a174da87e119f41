//! Experts as others find them, and as they describe themselves.

use domain::directory::Question;
use domain::expert::{Charge, Specialty, Standing};
use domain::ids::UserId;
use domain::person::{Picture, User};
use store::Found;

use crate::caller::{Caller, Staff};
use crate::idempotency::SaveResponse;
use crate::{App, Common, Error, Result, people, picture, profile};

/// Somebody everybody may look at as an expert, whether or not they take bookings at present.
pub async fn find(app: &App, id: UserId) -> Result<User> {
    shown(app.store.user(id).await?)
}

pub(crate) fn shown(user: Option<User>) -> Result<User> {
    user.filter(User::is_shown_as_expert).ok_or(Error::Common(Common::NotFound))
}

/// The caller, if they are an expert; a suspended one may only look.
pub async fn me(app: &App, caller: Caller, only_looks: bool) -> Result<User> {
    let user = people::me(app, caller).await?;
    match user.practice() {
        Err(domain::expert::Refusal::Suspended) if only_looks => {}
        practice => {
            practice?;
        }
    }
    Ok(user)
}

/// The caller, if they are an approved expert; whoever applied and is not (any more) is told that they are not approved.
pub async fn approved(app: &App, caller: Caller) -> Result<User> {
    approved_of(people::me(app, caller).await?)
}

pub(crate) fn approved_of(user: User) -> Result<User> {
    match user.standing() {
        None => Err(Common::Forbidden.into()),
        Some(Standing::Approved) => Ok(user),
        Some(_) => Err(domain::expert::Refusal::NotApproved.into()),
    }
}

/// A page of the listed experts who answer a question, best first.
pub async fn list(app: &App, question: &Question, skipped: usize, page_size: usize) -> Result<Found> {
    Ok(app.store.directory(question, skipped, page_size).await?)
}

/// A page of everybody who ever applied, or of those of one standing, by id.
pub async fn by_standing(
    app: &App,
    _: &Staff,
    standing: Option<Standing>,
    skipped: usize,
    page_size: usize,
) -> Result<Found> {
    Ok(app.store.experts_by_standing(standing, skipped, page_size).await?)
}

/// Links to elsewhere are no longer than this (`consultations.md` §4).
const LONGEST_LINK: usize = 500;

/// What is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    pub bio: Option<String>,
    pub specialty: Option<Specialty>,
    pub experience_years: Option<u8>,
    /// A web address; `Some(None)` removes the picture.
    pub picture: Option<Option<String>>,
    pub is_active: Option<bool>,
    pub charge: Option<Charge>,
}

/// An expert describes themselves anew.
pub async fn update(app: &App, caller: Caller, changes: Changes) -> Result<User> {
    let (now, currency) = (app.clock.now(), app.settings.default_currency);
    profile::change(app, caller, SaveResponse::nothing(), |user| {
        user.practice()?;
        let before = user.clone();
        if let Some(name) = changes.name.as_ref().filter(|name| **name != user.name()) {
            user.rename(name);
        }
        user.bio = changes.bio.clone().unwrap_or_else(|| user.bio.clone());
        if let Some(link) = &changes.picture {
            user.picture = link.as_ref().map(|link| linked(user, link)).transpose()?;
        }
        let expert = user.expert.as_mut().ok_or(domain::expert::Refusal::NotExpert)?;
        expert.specialty = changes.specialty.unwrap_or(expert.specialty);
        expert.experience_years = changes.experience_years.unwrap_or(expert.experience_years);
        expert.is_active = changes.is_active.unwrap_or(expert.is_active);
        if let Some(charge) = changes.charge {
            expert.charge(charge, currency)?;
        }
        if *user != before
            && let Some(expert) = &mut user.expert
        {
            expert.updated_at = now;
        }
        Ok(user.clone())
    })
    .await
}

/// A link to elsewhere, or to the picture of ours that was shown before and comes back.
fn linked(user: &User, link: &str) -> Result<Picture> {
    if let Some(shown) = &user.picture
        && picture::is_shown_by(shown, link)
    {
        return Ok(shown.clone());
    }
    if link.chars().count() > LONGEST_LINK {
        return Err(Error::BadPicture("A link to a picture has at most 500 characters."));
    }
    Ok(Picture::Link(link.to_owned()))
}
