//! What people come together for: organised, changed, called off; who comes, and what they are told.

mod ics;

use std::time::Duration;

use domain::community::Author;
use domain::facade::Facade;
use domain::gathering::{Details, Gathering, GatheringSeen, Refusal, news};
use domain::ids::{GatheringId, NoticeId, UserId};
use domain::person::User;
use domain::{Instant, expert};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{GatheringNews, GatheringStand, Page};
use tokio::time::Instant as Moment;

pub use ics::file;
pub use store::{GatheringList, When};

use crate::background::{Background, Job, Order};
use crate::caller::{Caller, Staff};
use crate::facades;
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Cause, Common, Error, Result};

/// How many people are told at the same time, and for how long by one delivery of a job.
const AT_ONCE: usize = 16;
const TELLS_FOR: Duration = Duration::from_secs(5);

/// What an organiser changes; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub title: Option<String>,
    pub description: Option<String>,
    pub start: Option<Instant>,
    pub end: Option<Option<Instant>>,
    pub location: Option<String>,
    pub cover_image: Option<String>,
    pub is_published: Option<bool>,
}

impl Changes {
    fn of(&self, before: &Details) -> Result<Details> {
        let changes = self.clone();
        let after = Details {
            title: changes.title.unwrap_or_else(|| before.title.clone()),
            description: changes.description.unwrap_or_else(|| before.description.clone()),
            start: changes.start.unwrap_or(before.start),
            end: changes.end.unwrap_or(before.end),
            location: changes.location.unwrap_or_else(|| before.location.clone()),
            cover_image: changes.cover_image.unwrap_or_else(|| before.cover_image.clone()),
            is_published: changes.is_published.unwrap_or(before.is_published),
        };
        Ok(after.checked()?)
    }
}

/// An approved expert, or an administrator, organises something.
pub async fn create(
    app: &App,
    organiser: &Author,
    details: Details,
    save: SaveResponse<'_, GatheringSeen>,
) -> Result<GatheringSeen> {
    let details = details.checked()?;
    retry_stale(|| async {
        let now = app.clock.now();
        let gathering = Gathering {
            id: app.mint.gathering(now),
            organiser: organiser.clone(),
            details: details.clone(),
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let seen = GatheringSeen { gathering, coming: 0, comes: false };
        app.store.gathering_create(save.begin(&seen), &seen.gathering).await?;
        Ok(seen)
    })
    .await
}

/// Whether this person may organise something.
pub fn may_organise(user: &User, is_admin: bool) -> Result<()> {
    match (is_admin || user.is_shown_as_expert(), user.expert.is_some()) {
        (true, _) => Ok(()),
        (false, true) => Err(expert::Refusal::NotApproved.into()),
        (false, false) => Err(expert::Refusal::NotExpert.into()),
    }
}

/// A gathering as somebody finds it. A draft is found by its organiser and administrators.
pub async fn find(app: &App, reader: Option<Caller>, is_admin: bool, id: GatheringId) -> Result<GatheringSeen> {
    let stand = app.store.gathering_stand(id, reader.map(|reader| reader.user()), app.clock.now()).await?;
    let seen = stand.map(|stand| stand.seen);
    let visible = |seen: &GatheringSeen| seen.gathering.may_be_seen(reader.map(|reader| reader.user()), is_admin);
    seen.filter(visible).ok_or(Error::Common(Common::NotFound))
}

async fn stand(app: &App, caller: Caller, id: GatheringId) -> Result<GatheringStand> {
    let stand = app.store.gathering_stand(id, Some(caller.user()), app.clock.now()).await?;
    let is_admin = Staff::of(caller).is_some();
    let visible = |stand: &GatheringStand| stand.seen.gathering.may_be_seen(Some(caller.user()), is_admin);
    stand.filter(visible).ok_or(Error::Common(Common::NotFound))
}

/// Gatherings that are published, or all of the caller's own.
pub async fn list(
    app: &App,
    reader: Option<Caller>,
    list: GatheringList,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<GatheringSeen>> {
    let reader = reader.map(|reader| reader.user());
    let name = format!("gatherings/{reader:?}/{list:?}");
    let after = cursor.map(|cursor| app.cursors.open(&name, cursor)).transpose()?;
    let page = app.store.gatherings(list, after.as_deref(), limit, app.clock.now()).await?;
    let items = app.store.gatherings_seen(page.items, reader).await?;
    Ok(Page { items, next: page.next.map(|position| app.cursors.seal(&name, &position)) })
}

/// Its organiser or an administrator changes it; those who come hear of another time or place.
pub async fn change(
    app: &App,
    caller: Caller,
    facade: Facade,
    found: GatheringSeen,
    changes: &Changes,
) -> Result<GatheringSeen> {
    let (id, first) = (found.gathering.id, First::new(found));
    retry_stale(|| async {
        let seen = match first.take() {
            Some(found) => found,
            None => own(app, caller, id).await?,
        };
        let (before, now) = (seen.gathering, app.clock.now());
        let after = before.changed(changes.of(&before.details)?, now);
        let told = news(&before.details, &after.details).map(|what| {
            let words = format!("\"{}\" has changed. {what} It begins {}.", after.details.title, when(&after.details));
            GatheringNews::new(&after, app.mint.notice(now), facade, Some(words), now)
        });
        app.store.gathering_change(store::Transaction::new(), &before, &after, told.as_ref()).await?;
        Ok(GatheringSeen { gathering: after, ..seen })
    })
    .await
}

fn when(details: &Details) -> String {
    let at = details.start.format("on %-d %B %Y at %H:%M UTC");
    match details.location.as_str() {
        "" => at.to_string(),
        location => format!("{at}, {location}"),
    }
}

/// Its organiser or an administrator calls it off; those who come hear of it unless it was over.
pub async fn delete(app: &App, caller: Caller, facade: Facade, id: GatheringId) -> Result<()> {
    retry_stale(|| async {
        let (gathering, now) = (own(app, caller, id).await?.gathering, app.clock.now());
        let words = format!("\"{}\", {}, does not take place.", gathering.details.title, when(&gathering.details));
        let words = Some(words).filter(|_| !gathering.is_over(now));
        let news = GatheringNews::new(&gathering, app.mint.notice(now), facade, words, now).off();
        Ok(app.store.gathering_delete(&gathering, &news).await?)
    })
    .await
}

/// One that the caller may change.
pub async fn own(app: &App, caller: Caller, id: GatheringId) -> Result<GatheringSeen> {
    let seen = stand(app, caller, id).await?.seen;
    match seen.gathering.may_be_changed(caller.user(), Staff::of(caller).is_some()) {
        true => Ok(seen),
        false => Err(Common::Forbidden.into()),
    }
}

/// Whether somebody comes, and how many do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    pub comes: bool,
    pub coming: u32,
}

/// The caller comes, or does not. Saying so again changes nothing.
pub async fn come(
    app: &App,
    caller: Caller,
    id: GatheringId,
    comes: bool,
    save: SaveResponse<'_, Coming>,
) -> Result<Coming> {
    retry_stale(|| async {
        let (stand, now) = (stand(app, caller, id).await?, app.clock.now());
        if stand.seen.gathering.is_over(now) {
            return Err(Refusal::Over.into());
        }
        let coming = stand.seen.coming;
        if stand.seen.comes == comes {
            return Ok(Coming { comes, coming });
        }
        let after = Coming { comes, coming: if comes { coming.saturating_add(1) } else { coming.saturating_sub(1) } };
        app.store.gathering_come(save.begin(&after), &stand, caller.user(), now).await?;
        Ok(after)
    })
    .await
}

/// Tells those who come, each once: some of them, and the rest in another job.
pub async fn tell(background: &Background, organiser: UserId, news: NoticeId) -> Result<()> {
    let app = &background.app;
    let Some(mut news) = app.store.gathering_news(organiser, news).await? else { return Ok(()) };
    let until = Moment::now() + TELLS_FOR;
    while let Some(people) = app.store.gathering_untold(&mut news).await? {
        stream::iter(people)
            .map(|person| tell_one(app, &news, person))
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        if Moment::now() >= until {
            let job = Job::Tell(organiser, news.id);
            return background.queues.send(&[Order { job, cause: Cause::current() }]).await;
        }
    }
    match news.is_off {
        true => Ok(app.store.gathering_forget(news.gathering).await?),
        false => Ok(()),
    }
}

async fn tell_one(app: &App, news: &GatheringNews, person: UserId) -> Result<()> {
    let now = app.clock.now();
    let notice = |words: &String| {
        let about = (news.gathering, news.is_off);
        facades::community::gathering_news(news.facade, person, about, words.clone(), &app.mint, now)
    };
    match app.store.gathering_tell(news, person, news.words.as_ref().map(notice).as_ref()).await.map_err(Error::from) {
        // They have been told, or come no more; or the id was taken, and the next step finds them again.
        Ok(()) | Err(Error::Common(Common::Stale)) => Ok(()),
        Err(error) => Err(error),
    }
}
