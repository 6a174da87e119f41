//! What people know, as they describe it themselves.

use app::profile::{self, SkillChanges, SkillDraft};
use app::{App, people};
use axum::extract::State;
use domain::category::{self, CategoryId};
use domain::ids::{SkillId, UserId};
use domain::person::{self, Level, User};
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{FieldValue, Fields, Kind, Parse, integer, text};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::reply::{Created, Done, Json};
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::short_list::{paged, sortable};

#[derive(Serialize, ToSchema)]
pub(crate) struct Skill {
    id: i64,
    /// Whose it is.
    user: i64,
    #[schema(required = true)]
    category: Option<i64>,
    #[schema(required = true)]
    category_name: Option<&'static str>,
    skill_name: String,
    #[schema(value_type = SkillLevel)]
    proficiency_level: &'static str,
}

impl Skill {
    fn of(user: UserId, skill: &person::Skill) -> Self {
        Self {
            id: skill.id.get(),
            user: user.get(),
            category: skill.category.map(CategoryId::get),
            category_name: skill.category.map(|category| category.category().name),
            skill_name: skill.name.clone(),
            proficiency_level: skill.level.as_str(),
        }
    }

    /// By ascending id.
    pub(crate) fn all_of(user: &User) -> Vec<Self> {
        let skills = user.skills.iter().map(|skill| Self::of(user.id, skill));
        let mut all: Vec<_> = skills.collect();
        all.sort_unstable_by_key(|skill| skill.id);
        all
    }
}

pub(crate) struct SkillRequest {
    skill_name: String,
    proficiency_level: Level,
    category: Option<CategoryId>,
}

pub(crate) struct SkillPatch {
    skill_name: Option<String>,
    proficiency_level: Option<Level>,
    category: Option<Option<CategoryId>>,
}

edge::words! {
    /// How well.
    pub(crate) SkillLevel = Level::ALL.map(Level::as_str)
}

fn skill_name() -> impl Kind<Out = String> {
    text(1..=100).about("Once per person, without regard to case.").example("Rust")
}

fn level() -> impl Kind<Out = Level> {
    text(..).parse(Level::parse).shaped(|schema| schema.enum_values(Some(Level::ALL.map(Level::as_str)))).about(LEVELS)
}

const LEVELS: &str = "In any letter case.";

const LEVEL: [&str; 2] = ["proficiency_level", "skill_level"];

fn category(fields: &mut Fields<'_>) -> Option<FieldValue<CategoryId>> {
    let known = |id| category::find(id).map(|category| category.id);
    let id = integer(i64::MIN..=i64::MAX).then(|id| known(id).ok_or("There is no such category."));
    fields.nullable(["category", "category_id"], id.about("The id of a category, or null for none."))
}

impl Parse for SkillRequest {
    const NAME: &str = "SkillRequest";
    const ABOUT: &str = "What somebody knows.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let skill_name = fields.required("skill_name", skill_name());
        let proficiency_level = fields.required(LEVEL, level());
        let category = category(fields);
        Some(Self { skill_name: skill_name?, proficiency_level: proficiency_level?, category: category?.value() })
    }
}

impl Parse for SkillPatch {
    const NAME: &str = "SkillPatch";
    const ABOUT: &str = "What is absent stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let skill_name = fields.optional("skill_name", skill_name());
        let proficiency_level = fields.optional(LEVEL, level());
        let category = category(fields);
        Some(Self { skill_name: skill_name?, proficiency_level: proficiency_level?, category: category?.change() })
    }
}

/// Own skills
///
/// By ascending `id`.
#[utoipa::path(
    get, path = "/api/user-skills/",
    tag = "Meetings: Skills", operation_id = "meetings_skills_list",
    responses(
        (status = 200, description = "The skills", body = [Skill]),
    )
)]
pub(crate) async fn list_skills(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    QueryOf(page): QueryOf<Page>,
) -> Result<Listed<Skill>, Refused> {
    let all = Skill::all_of(&people::me(&app, caller).await?);
    let list = format!("skills/{}", caller.user());
    Ok(paged(&app, &list, all, |skill| sortable(skill.id), &page)?)
}

/// Add a skill
///
/// Whoever has one can be found by search. At most 50.
#[utoipa::path(
    post, path = "/api/user-skills/",
    tag = "Meetings: Skills", operation_id = "meetings_skills_add",
    responses(
        (status = 201, description = "The new skill", body = Skill),
        (status = 400, description = "`validation`: also for a second skill of the same name and for a 51st"),
    )
)]
pub(crate) async fn add_skill(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(wanted): Body<SkillRequest>,
) -> Result<Created<Skill>, Refused> {
    let draft = SkillDraft { name: wanted.skill_name, level: wanted.proficiency_level, category: wanted.category };
    let show = |skill: &person::Skill| Skill::of(caller.user(), skill);
    let answer = |skill: &person::Skill| idempotency::created(&show(skill));
    let skill = profile::skill_add(&app, caller, draft, key.save(&answer)).await?;
    Ok(Created(show(&skill)))
}

/// One of the own skills
#[utoipa::path(
    get, path = "/api/user-skills/{id}/",
    tag = "Meetings: Skills", operation_id = "meetings_skills_show",
    responses(
        (status = 200, description = "The skill", body = Skill),
        (status = 404, description = "`not_found`: also for another person's"),
    )
)]
pub(crate) async fn show_skill(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<SkillId>,
) -> Result<Json<Skill>, Refused> {
    let user = people::me(&app, caller).await?;
    let skill = user.skill(id).map_err(app::Error::from)?;
    Ok(Json(Skill::of(user.id, skill)))
}

/// Describe a skill anew
///
/// Without `category` it has none afterwards.
#[utoipa::path(
    put, path = "/api/user-skills/{id}/",
    tag = "Meetings: Skills", operation_id = "meetings_skills_replace",
    responses(
        (status = 200, description = "The skill as it is now", body = Skill),
        (status = 404, description = "`not_found`: also for another person's"),
    )
)]
pub(crate) async fn put_skill(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<SkillId>,
    Body(wanted): Body<SkillRequest>,
) -> Result<Json<Skill>, Refused> {
    let changes = SkillChanges {
        name: Some(wanted.skill_name),
        level: Some(wanted.proficiency_level),
        category: Some(wanted.category),
    };
    let skill = profile::skill_change(&app, caller, id, changes).await?;
    Ok(Json(Skill::of(caller.user(), &skill)))
}

/// Change a skill
///
/// What is absent stays.
#[utoipa::path(
    patch, path = "/api/user-skills/{id}/",
    tag = "Meetings: Skills", operation_id = "meetings_skills_change",
    responses(
        (status = 200, description = "The skill as it is now", body = Skill),
        (status = 404, description = "`not_found`: also for another person's"),
    )
)]
pub(crate) async fn patch_skill(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<SkillId>,
    Body(wanted): Body<SkillPatch>,
) -> Result<Json<Skill>, Refused> {
    let changes = SkillChanges { name: wanted.skill_name, level: wanted.proficiency_level, category: wanted.category };
    let skill = profile::skill_change(&app, caller, id, changes).await?;
    Ok(Json(Skill::of(caller.user(), &skill)))
}

/// Remove a skill
#[utoipa::path(
    delete, path = "/api/user-skills/{id}/",
    tag = "Meetings: Skills", operation_id = "meetings_skills_remove",
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "`not_found`: also for another person's"),
    )
)]
pub(crate) async fn delete_skill(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<SkillId>,
) -> Result<Done, Refused> {
    profile::skill_remove(&app, caller, id).await?;
    Ok(Done)
}
