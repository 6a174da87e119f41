//! Events (`mentorship.md` §3.6, §5.5).

use app::caller::{Caller, Staff};
use app::gatherings::{self, Changes};
use app::{App, Common};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::facade::Facade;
use domain::gathering::GatheringSeen;
use domain::ids::GatheringId;
use edge::auth::{Authenticated, Passerby};
use edge::body::{Body, QueryOf};
use edge::idempotency::{self, IdempotencyKey};
use edge::page::Listed;
use edge::path::PathId;
use edge::reply::{Created, Done, Json};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use mentorship::Refused;

use super::at::{Organiser, OwnEvent};
use super::shape::{Edit, Event, Listing, NewEvent};

/// List events
///
/// Those that are published; with `organizer=me` one's own, drafts too.
#[utoipa::path(
    get, path = "/api/events/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_list",
    responses(
        (status = 200, description = "One page", body = Vec<Event>),
        (status = 401, description = "`not_authenticated`: one's own, without a session"),
    )
)]
pub async fn list(
    State(app): State<App>,
    Passerby(reader): Passerby,
    QueryOf(listing): QueryOf<Listing>,
) -> Result<Listed<Event>, Refused> {
    let own = match (listing.1, reader) {
        (true, None) => return Err(Common::NotAuthenticated.into()),
        (true, Some(caller)) => Some(caller.user()),
        (false, _) => None,
    };
    let page = &listing.2;
    let list = listing.list(own);
    let found = gatherings::list(&app, reader, list, page.cursor.as_deref(), page.limit.into()).await?;
    let now = app.clock.now();
    Ok(Listed { items: found.items.iter().map(|seen| Event::of(seen, now)).collect(), next: found.next })
}

/// Announce an event
///
/// For approved mentors and administrators.
#[utoipa::path(
    post, path = "/api/events/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_create",
    responses(
        (status = 201, description = "The event", body = Event),
    )
)]
pub async fn create(
    State(app): State<App>,
    Organiser(organiser): Organiser,
    key: IdempotencyKey,
    Body(NewEvent(details)): Body<NewEvent>,
) -> Result<Created<Event>, Refused> {
    let now = app.clock.now();
    let answer = |seen: &GatheringSeen| idempotency::created(&Event::of(seen, now));
    let seen = gatherings::create(&app, &organiser, details, key.save(&answer)).await?;
    Ok(Created(Event::of(&seen, now)))
}

/// Show an event
///
/// A draft to its organiser and administrators only.
#[utoipa::path(
    get, path = "/api/events/{id}/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_find",
    responses(
        (status = 200, description = "The event", body = Event),
    )
)]
pub async fn find(
    State(app): State<App>,
    Passerby(reader): Passerby,
    PathId(id): PathId<GatheringId>,
) -> Result<Json<Event>, Refused> {
    let seen = seen(&app, reader, id).await?;
    Ok(Json(Event::of(&seen, app.clock.now())))
}

async fn seen(app: &App, reader: Option<Caller>, id: GatheringId) -> Result<GatheringSeen, Refused> {
    let is_admin = reader.and_then(Staff::of).is_some();
    Ok(gatherings::find(app, reader, is_admin, id).await?)
}

/// Change an event
///
/// What is missing stays. Whoever said they come hears of another time or place.
#[utoipa::path(
    patch, path = "/api/events/{id}/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_change",
    responses(
        (status = 200, description = "The event", body = Event),
    )
)]
pub async fn change(
    State(app): State<App>,
    OwnEvent(caller, found): OwnEvent,
    Body(Edit(changes)): Body<Edit>,
) -> Result<Json<Event>, Refused> {
    changed(&app, caller, found, &changes).await
}

/// Change an event, as PATCH does
#[utoipa::path(
    put, path = "/api/events/{id}/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_replace",
    responses(
        (status = 200, description = "The event", body = Event),
    )
)]
pub async fn replace(
    State(app): State<App>,
    OwnEvent(caller, found): OwnEvent,
    Body(Edit(changes)): Body<Edit>,
) -> Result<Json<Event>, Refused> {
    changed(&app, caller, found, &changes).await
}

async fn changed(app: &App, caller: Caller, found: GatheringSeen, changes: &Changes) -> Result<Json<Event>, Refused> {
    let seen = gatherings::change(app, caller, Facade::Mentorship, found, changes).await?;
    Ok(Json(Event::of(&seen, app.clock.now())))
}

/// Call an event off
///
/// Whoever said they come hears of it, unless it was over.
#[utoipa::path(
    delete, path = "/api/events/{id}/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_delete",
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "`forbidden`: somebody else's"),
    )
)]
pub async fn delete(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    PathId(id): PathId<GatheringId>,
) -> Result<Done, Refused> {
    gatherings::delete(&app, caller, Facade::Mentorship, id).await?;
    Ok(Done)
}

/// Get an event as a calendar file
#[utoipa::path(
    get, path = "/api/events/{id}/ics/",
    tag = "Mentorship: Events", operation_id = "mentorship_events_ics",
    responses(
        (status = 200, description = "The file (RFC 5545)", content_type = "text/calendar", body = String),
    )
)]
pub async fn ics(
    State(app): State<App>,
    Passerby(reader): Passerby,
    PathId(id): PathId<GatheringId>,
) -> Result<Response, Refused> {
    let seen = seen(&app, reader, id).await?;
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"event-{id}.ics\"")),
    ];
    Ok((headers, gatherings::file(&app.settings, &seen.gathering)).into_response())
}
