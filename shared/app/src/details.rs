//! What people say of themselves in a role, beyond the profile.

use std::collections::HashMap;

use domain::audit::{Action, Deed};
use domain::details::{Details, Paper};
use domain::file::Purpose;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::person::{Picture, User};
use domain::{Instant, Sentence};
use store::Transaction;

pub use store::Description;

use crate::caller::Caller;
use crate::first::First;
use crate::idempotency::retry_stale;
use crate::uploads::{FileSource, Taken};
use crate::{App, Common, Error, Result, audit_log, picture, uploads};

/// The caller with what they say of themselves in a role.
pub async fn mine(app: &App, caller: Caller, role: Seat) -> Result<(User, Description)> {
    app.store.user_with_details(caller.user(), role).await?.ok_or(Error::Common(Common::TokenInvalid))
}

/// What somebody says of themselves in a role.
pub async fn of(app: &App, user: &User, role: Seat) -> Result<Description> {
    of_all(app, std::slice::from_ref(user), role).await?.remove(&user.id).ok_or(Error::Common(Common::NotFound))
}

/// The same of several people, in one round trip for fifty of them.
pub async fn of_all(app: &App, people: &[User], role: Seat) -> Result<HashMap<UserId, Description>> {
    let ids: Vec<_> = people.iter().map(|user| user.id).collect();
    Ok(app.store.described(&ids, role).await?)
}

/// Somebody everybody may look at as an expert.
pub async fn shown(app: &App, id: UserId) -> Result<(User, Description)> {
    let found = app.store.user_with_details(id, Seat::Expert).await?;
    found.filter(|(user, _)| user.is_shown_as_expert()).ok_or(Error::Common(Common::NotFound))
}

/// Where a browser finds a curriculum vitae, for about a quarter of an hour if it is a file of ours.
pub async fn cv_link(app: &App, cv: Option<&Paper>) -> Result<Option<String>> {
    match cv {
        None => Ok(None),
        Some(Paper::Link(link)) => Ok(Some(link.clone())),
        Some(Paper::File(file)) => uploads::link(app, file).await.map(Some),
    }
}

/// What somebody says of themselves, as it was and as it is now.
#[derive(Clone, Debug)]
pub struct Changed {
    pub user: User,
    pub details: Details,
    /// Nothing had been said before.
    pub is_first: bool,
}

/// Files that come with a change.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub cv: Option<FileSource>,
    pub picture: Option<FileSource>,
}

/// Links that come with a change; an empty one takes away what is there.
#[derive(Clone, Debug, Default)]
pub struct Links {
    pub cv: Option<String>,
    pub picture: Option<String>,
}

/// A person and what they say of themselves in a role, as they were read.
#[derive(Clone, Debug)]
pub struct Said {
    pub caller: Caller,
    pub user: User,
    pub details: Details,
}

/// Changes what the caller says of themselves in a role. `edit` may change profile and details; files are checked and kept
/// before.
pub async fn change(
    app: &App,
    Said { caller, user, details }: Said,
    (sent, links): (Sent, Links),
    edit: impl Fn(&mut User, &mut Details),
) -> Result<Changed> {
    let (cv, picture) = taken(app, caller, sent).await?;
    let kept = Kept { cv, picture, certificate: None };
    keep(app, Said { caller, user, details }, (kept, links), |user, details, _| {
        edit(user, details);
        Ok(())
    })
    .await
}

/// Files that were checked and are kept.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub cv: Option<Taken>,
    pub certificate: Option<Taken>,
    pub picture: Option<Taken>,
}

/// The same with files that were checked before.
pub async fn keep(
    app: &App,
    Said { caller, user, details }: Said,
    (Kept { cv, certificate, picture }, links): (Kept, Links),
    edit: impl Fn(&mut User, &mut Details, Instant) -> Result<()>,
) -> Result<Changed> {
    let role = details.role;
    let first = First::new((user, details));
    retry_stale(|| async {
        let (before, said) = match first.take() {
            Some(read) => read,
            None => mine(app, caller, role).await.map(|(user, described)| (user, described.details))?,
        };
        let (mut after, mut details, now) = (before.clone(), said.clone(), app.clock.now());
        edit(&mut after, &mut details, now)?;
        if let Some(expert) = after.expert.as_mut().filter(|_| role == Seat::Expert) {
            expert.known_for = details.practice.known_for();
        }
        follow(&mut after, &mut details, &links)?;
        let mut transaction = Transaction::new();
        if let Some(cv) = &cv {
            details.cv = Some(Paper::File(cv.attachment.clone()));
            cv.add_to(&mut transaction);
        }
        if let Some(certificate) = &certificate {
            details.certificate = Some(certificate.attachment.clone());
            certificate.add_to(&mut transaction);
        }
        if let Some(picture) = &picture {
            after.picture = Some(Picture::File { key: picture.attachment.key.clone() });
            picture.add_to(&mut transaction);
        }
        let is_first = !said.exist();
        if details != said || is_first {
            store::details_save(&mut transaction, before.id, said.version, &details);
            details.version = said.version + 1;
        }
        if details != said || is_first || after != before {
            let deed = Deed::of(Action::ProfileUpdate).by(before.id).on("user", before.id.get());
            audit_log::note(app, &mut transaction, deed, now);
        }
        if after == before {
            app.store.commit(transaction).await?;
        } else {
            after.updated_at = now;
            if let Some(expert) = &mut after.expert {
                expert.updated_at = now;
            }
            app.store.user_save(transaction, &before, &after).await?;
        }
        Ok(Changed { user: after, details, is_first })
    })
    .await
}

async fn taken(app: &App, caller: Caller, sent: Sent) -> Result<(Option<Taken>, Option<Taken>)> {
    let take = async |file: Option<FileSource>, purpose| match file {
        Some(file) => uploads::take(app, caller, file, purpose).await.map(Some),
        None => Ok(None),
    };
    Ok((take(sent.cv, Purpose::Resume).await?, take(sent.picture, Purpose::Portrait).await?))
}

/// Takes links over; one to a file of ours that was shown before and comes back leaves the file.
fn follow(user: &mut User, details: &mut Details, links: &Links) -> Result<()> {
    if let Some(link) = &links.picture {
        let is_shown = user.picture.as_ref().is_some_and(|shown| picture::is_shown_by(shown, link));
        if !is_shown {
            user.picture = elsewhere(link).map_err(Error::BadPicture)?.map(Picture::Link);
        }
    }
    if let Some(link) = &links.cv {
        let is_shown = match &details.cv {
            Some(Paper::File(file)) => picture::is_shown_by(&Picture::File { key: file.key.clone() }, link),
            _ => false,
        };
        if !is_shown {
            details.cv = elsewhere(link).map_err(Error::BadPaper)?.map(Paper::Link);
        }
    }
    Ok(())
}

/// Links to elsewhere are no longer than this (`mentorship.md` §2).
pub const LONGEST_LINK: usize = 1000;

/// A web address; nothing, if it is empty.
pub fn elsewhere(link: &str) -> Result<Option<String>, Sentence> {
    if link.is_empty() {
        return Ok(None);
    }
    let is_good = picture::is_web_address(link) && link.chars().count() <= LONGEST_LINK;
    if is_good {
        Ok(Some(link.to_owned()))
    } else {
        Err("This must be an http or https URL of at most 1000 characters.")
    }
}

/// Takes a file away, if there is one.
pub async fn remove(app: &App, said: Said, what: Purpose) -> Result<Changed> {
    change(app, said, (Sent::default(), Links::default()), |user, details| match what {
        Purpose::Portrait => user.picture = None,
        _ => details.cv = None,
    })
    .await
}
