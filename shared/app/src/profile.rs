//! What a person changes about themselves: profile, skills, weekly hours. Each is one read, one decision, one
//! transaction over the version that was read, decided anew if another change came first.

use domain::audit::{Action, Deed};
use domain::calendar::WeeklyHours;
use domain::category::CategoryId;
use domain::ids::{HoursId, SkillId};
use domain::person::{HoursRow, Level, Picture, Skill, User};
use domain::zone::Zone;

use crate::caller::Caller;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Result, audit_log, people};

/// What is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub bio: Option<String>,
    pub headline: Option<String>,
    pub timezone: Option<Zone>,
    /// `Some(None)` removes it.
    pub picture: Option<Option<Picture>>,
}

/// A skill as its owner describes it.
#[derive(Clone, Debug)]
pub struct SkillDraft {
    pub name: String,
    pub level: Level,
    pub category: Option<CategoryId>,
}

/// What is absent stays.
#[derive(Clone, Debug, Default)]
pub struct SkillChanges {
    pub name: Option<String>,
    pub level: Option<Level>,
    pub category: Option<Option<CategoryId>>,
}

/// What is absent stays.
#[derive(Clone, Debug, Default)]
pub struct HoursChanges {
    pub day: Option<u8>,
    pub start: Option<domain::calendar::TimeOfDay>,
    pub end: Option<domain::calendar::TimeOfDay>,
    pub zone: Option<Zone>,
}

/// A row of weekly hours, and the zone it is kept in.
#[derive(Clone, Debug)]
pub struct KeptHours {
    pub row: HoursRow,
    pub zone: Zone,
}

impl KeptHours {
    pub fn of(user: &User, row: &HoursRow) -> Self {
        Self { row: row.clone(), zone: user.zone_of(&row.hours).clone() }
    }
}

/// Changes the caller's account by `change`; `found` says what the caller gets to see of it, and what is kept.
pub(crate) async fn change<T>(
    app: &App,
    caller: Caller,
    save: SaveResponse<'_, T>,
    change: impl Fn(&mut User) -> Result<T>,
) -> Result<T> {
    change_noting(app, caller, save, change, None).await
}

/// The same, which is logged if it changes anything.
async fn change_noting<T>(
    app: &App,
    caller: Caller,
    save: SaveResponse<'_, T>,
    change: impl Fn(&mut User) -> Result<T>,
    action: Option<Action>,
) -> Result<T> {
    retry_stale(|| async {
        let before = people::me(app, caller).await?;
        let mut after = before.clone();
        let result = change(&mut after)?;
        if after != before {
            let mut transaction = save.begin(&result);
            if let Some(action) = action {
                let deed = Deed::of(action).by(before.id).on("user", before.id.get());
                audit_log::note(app, &mut transaction, deed, app.clock.now());
            }
            app.store.user_save(transaction, &before, &after).await?;
        }
        Ok(result)
    })
    .await
}

pub async fn update(app: &App, caller: Caller, changes: Changes) -> Result<User> {
    let edit = |user: &mut User| {
        let (changes, before) = (changes.clone(), user.clone());
        user.first_name = changes.first_name.unwrap_or_else(|| user.first_name.clone());
        user.last_name = changes.last_name.unwrap_or_else(|| user.last_name.clone());
        user.bio = changes.bio.unwrap_or_else(|| user.bio.clone());
        user.headline = changes.headline.unwrap_or_else(|| user.headline.clone());
        user.timezone = changes.timezone.unwrap_or_else(|| user.timezone.clone());
        user.picture = changes.picture.unwrap_or_else(|| user.picture.clone());
        if *user != before {
            user.updated_at = app.clock.now();
        }
        Ok(user.clone())
    };
    change_noting(app, caller, SaveResponse::nothing(), edit, Some(Action::ProfileUpdate)).await
}

pub async fn skill_add(app: &App, caller: Caller, draft: SkillDraft, save: SaveResponse<'_, Skill>) -> Result<Skill> {
    change(app, caller, save, |user| {
        let id = app.mint.skill(app.clock.now());
        let skill = Skill { id, name: draft.name.clone(), level: draft.level, category: draft.category };
        user.put_skill(skill.clone())?;
        Ok(skill)
    })
    .await
}

pub async fn skill_change(app: &App, caller: Caller, id: SkillId, changes: SkillChanges) -> Result<Skill> {
    change(app, caller, SaveResponse::nothing(), |user| {
        let old = user.skill(id)?.clone();
        let skill = Skill {
            id,
            name: changes.name.clone().unwrap_or(old.name),
            level: changes.level.unwrap_or(old.level),
            category: changes.category.unwrap_or(old.category),
        };
        user.put_skill(skill.clone())?;
        Ok(skill)
    })
    .await
}

pub async fn skill_remove(app: &App, caller: Caller, id: SkillId) -> Result<()> {
    change(app, caller, SaveResponse::nothing(), |user| Ok(user.remove_skill(id)?)).await
}

/// A row of weekly hours; without a zone of its own it follows the account's.
pub async fn hours_add(
    app: &App,
    caller: Caller,
    hours: WeeklyHours,
    save: SaveResponse<'_, KeptHours>,
) -> Result<KeptHours> {
    change(app, caller, save, |user| {
        let row = HoursRow { id: app.mint.hours(app.clock.now()), hours: hours.clone() };
        user.put_hours(row.clone())?;
        Ok(KeptHours::of(user, &row))
    })
    .await
}

pub async fn hours_change(app: &App, caller: Caller, id: HoursId, changes: HoursChanges) -> Result<KeptHours> {
    change(app, caller, SaveResponse::nothing(), |user| {
        let mut row = user.hours_row(id)?.clone();
        row.hours.day = changes.day.unwrap_or(row.hours.day);
        row.hours.start = changes.start.unwrap_or(row.hours.start);
        row.hours.end = changes.end.unwrap_or(row.hours.end);
        row.hours.zone = changes.zone.clone().or(row.hours.zone);
        user.put_hours(row.clone())?;
        Ok(KeptHours::of(user, &row))
    })
    .await
}

pub async fn hours_remove(app: &App, caller: Caller, id: HoursId) -> Result<()> {
    change(app, caller, SaveResponse::nothing(), |user| Ok(user.remove_hours(id)?)).await
}
