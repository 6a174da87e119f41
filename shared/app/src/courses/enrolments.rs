//! Taking a course: asked for, and listed for both sides. What is to be paid begins with its payment
//! ([`crate::payments`]).

use domain::facade::Facade;
use domain::ids::{CourseId, EnrolmentId};
use domain::learning::{Enrolment, EnrolmentStatus};
use futures_util::future::try_join;
use store::listed::Made;

use super::editor;
use crate::caller::{Caller, Staff};
use crate::idempotency::{SaveResponse, retry_stale};
use crate::paging::{DEEPEST, Key, Place, Slice, Wanted, cut};
use crate::{App, Common, Error, Result};

/// An enrolment, and how much of its course is done.
#[derive(Clone, Debug)]
pub struct EnrolmentSeen {
    pub enrolment: Enrolment,
    pub percent: u32,
}

/// An enrolment that was asked for.
#[derive(Clone, Debug)]
pub struct Enrolled {
    pub seen: EnrolmentSeen,
    /// Made now, and not found.
    pub is_new: bool,
}

/// Enrols the caller in a course they may see, or finds that they are.
pub async fn enrol(
    app: &App,
    caller: Caller,
    facade: Facade,
    course: CourseId,
    save: SaveResponse<'_, Enrolled>,
) -> Result<Enrolled> {
    retry_stale(|| async {
        let found = app.store.to_enrol(caller.user(), course).await?.ok_or(Common::NotFound)?;
        if let Some(enrolment) = found.enrolment {
            return Ok(Enrolled { seen: seen(app, enrolment).await?, is_new: false });
        }
        if !found.course.may_be_seen(editor(caller)) {
            return Err(Common::NotFound.into());
        }
        let now = app.clock.now();
        let id = (app.mint.enrolment(now), facade);
        let enrolment = Enrolment::new(&found.course, &found.learner, id, app.settings.platform_fee_percent, now)?;
        let enrolled = Enrolled { seen: EnrolmentSeen { enrolment, percent: 0 }, is_new: true };
        app.store.enrolment_create(save.begin(&enrolled), &enrolled.seen.enrolment, found.is_first).await?;
        Ok(enrolled)
    })
    .await
}

async fn seen(app: &App, enrolment: Enrolment) -> Result<EnrolmentSeen> {
    let of = (enrolment.learner, enrolment.course);
    let percents = app.store.percents(&[of]).await?;
    Ok(EnrolmentSeen { percent: percents.get(&of).copied().unwrap_or_default(), enrolment })
}

/// One of the caller's, on either side, or any before an administrator.
pub async fn find(app: &App, caller: Caller, id: EnrolmentId) -> Result<EnrolmentSeen> {
    let enrolment = app.store.enrolment(id).await?.ok_or(Common::NotFound)?;
    let is_party = [enrolment.learner, enrolment.owner].contains(&caller.user());
    match is_party || Staff::of(caller).is_some() {
        true => seen(app, enrolment).await,
        false => Err(Common::NotFound.into()),
    }
}

/// Which enrolments are listed, by when they were made.
#[derive(Clone, Copy, Debug)]
pub struct EnrolmentList {
    pub course: Option<CourseId>,
    pub status: Option<EnrolmentStatus>,
    pub descending: bool,
}

impl EnrolmentList {
    fn keeps(&self, enrolment: &Enrolment) -> bool {
        self.course.is_none_or(|course| enrolment.course == course)
            && self.status.is_none_or(|status| enrolment.status == status)
    }
}

/// A page of those of the caller's, on either side; to administrators of everybody's. Of the newest thousand of a side.
pub async fn list(app: &App, caller: Caller, list: EnrolmentList, wanted: &Wanted) -> Result<Slice<EnrolmentSeen>> {
    let name = format!("enrolments/{}/{list:?}", caller.user());
    let mut all = match Staff::of(caller) {
        Some(_) => app.store.enrolments_made(Made::NEWEST_FIRST, None, DEEPEST).await?.items,
        None => both(app, caller).await?,
    };
    all.retain(|enrolment| list.keeps(enrolment));
    let place = |one: &Enrolment| -> Place { (Key::Number(one.created_at.timestamp_millis()), one.id.get()) };
    let page = cut(app, &name, (all, list.descending), place, wanted)?;
    let of: Vec<_> = page.items.iter().map(|enrolment| (enrolment.learner, enrolment.course)).collect();
    let percents = app.store.percents(&of).await?;
    Ok(page.map(|enrolment| {
        let percent = percents.get(&(enrolment.learner, enrolment.course)).copied().unwrap_or_default();
        EnrolmentSeen { enrolment, percent }
    }))
}

async fn both(app: &App, caller: Caller) -> Result<Vec<Enrolment>> {
    let taken = async { Ok::<_, Error>(app.store.enrolments_of(caller.user()).await?) };
    let given = async { Ok::<_, Error>(app.store.enrolments_with(caller.user()).await?) };
    let (taken, given) = try_join(taken, given).await?;
    Ok(taken.into_iter().chain(given).collect())
}
