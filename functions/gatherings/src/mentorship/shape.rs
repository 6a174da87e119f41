//! An event as it is shown, and as it is asked for.

use app::gatherings::{Changes, GatheringList, When};
use domain::Instant;
use domain::gathering::{Details, GatheringSeen, LONGEST_DESCRIPTION, LONGEST_LOCATION, LONGEST_TITLE};
use domain::ids::UserId;
use edge::form::{FieldValue, Fields, Kind, Parse, boolean, one_of, text, time};
use edge::page::Page;
use edge::time::Stamp;
use mentorship::page::{USUAL, page};
use serde::Serialize;
use utoipa::ToSchema;

edge::words! {
    /// As what somebody organises.
    pub OrganizerType = ["mentor", "admin"]
}

/// What people come together for.
#[derive(Serialize, ToSchema)]
#[schema(as = CommunityEvent)]
pub struct Event {
    id: i64,
    title: String,
    description: String,
    start_time: Stamp,
    #[schema(required = true)]
    end_time: Option<Stamp>,
    location: String,
    #[schema(required = true)]
    cover_image: Option<String>,
    /// The organiser's name as it was then.
    organizer: String,
    /// Null for an administrator.
    #[schema(required = true)]
    organizer_id: Option<String>,
    #[schema(value_type = OrganizerType)]
    organizer_type: &'static str,
    #[schema(value_type = OrganizerType)]
    created_by_role: &'static str,
    is_published: bool,
    /// It is not over.
    is_upcoming: bool,
    rsvp_count: u32,
    /// Whether the caller comes.
    rsvped: bool,
    created_at: Stamp,
    updated_at: Stamp,
}

impl Event {
    pub(super) fn of(seen: &GatheringSeen, now: Instant) -> Self {
        let (gathering, details) = (&seen.gathering, &seen.gathering.details);
        let organiser = &gathering.organiser;
        let role = if organiser.is_admin { "admin" } else { "mentor" };
        Self {
            id: gathering.id.get(),
            title: details.title.clone(),
            description: details.description.clone(),
            start_time: Stamp(details.start),
            end_time: details.end.map(Stamp),
            location: details.location.clone(),
            cover_image: Some(details.cover_image.clone()).filter(|image| !image.is_empty()),
            organizer: organiser.name.clone(),
            organizer_id: (!organiser.is_admin).then(|| organiser.handle.clone()),
            organizer_type: role,
            created_by_role: role,
            is_published: details.is_published,
            is_upcoming: !gathering.is_over(now),
            rsvp_count: seen.coming,
            rsvped: seen.comes,
            created_at: Stamp(gathering.created_at),
            updated_at: Stamp(gathering.updated_at),
        }
    }
}

const LONGEST_IMAGE: usize = 1000;

fn title() -> impl Kind<Out = String> {
    text(1..=LONGEST_TITLE).not_blank()
}

fn description() -> impl Kind<Out = String> {
    text(1..=LONGEST_DESCRIPTION).not_blank()
}

fn location() -> impl Kind<Out = String> {
    text(..=LONGEST_LOCATION)
}

fn cover_image() -> impl Kind<Out = String> {
    let address = |text: &str| match text.is_empty() || app::picture::is_web_address(text) {
        true => Ok(text.to_owned()),
        false => Err("Enter an http or https URL."),
    };
    text(..=LONGEST_IMAGE).parse(address).about("An http or https URL.")
}

/// Absent stays, null and an empty text are none.
fn cleared(value: FieldValue<String>) -> Option<String> {
    value.change().map(Option::unwrap_or_default)
}

pub struct NewEvent(pub(super) Details);

impl Parse for NewEvent {
    const NAME: &str = "CommunityEventRequest";
    const ABOUT: &str = "An event to be announced.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.required("title", title());
        let description = fields.required("description", description());
        let start = fields.required("start_time", time());
        let end = fields.nullable("end_time", time().about("After the start."));
        let location = fields.nullable("location", location());
        let cover_image = fields.nullable("cover_image", cover_image());
        let is_published = fields.or("is_published", boolean().about("Or a draft."), true);
        Some(Self(Details {
            title: title?,
            description: description?,
            start: start?,
            end: end?.value(),
            location: cleared(location?).unwrap_or_default(),
            cover_image: cleared(cover_image?).unwrap_or_default(),
            is_published: is_published?,
        }))
    }
}

pub struct Edit(pub(super) Changes);

impl Parse for Edit {
    const NAME: &str = "CommunityEventChanges";
    const ABOUT: &str = "What is to be different; what is missing stays.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let title = fields.optional("title", title());
        let description = fields.optional("description", description());
        let start = fields.optional("start_time", time());
        let end = fields.nullable("end_time", time().about("After the start; null: it has none."));
        let location = fields.nullable("location", location());
        let cover_image = fields.nullable("cover_image", cover_image());
        let is_published = fields.optional("is_published", boolean());
        Some(Self(Changes {
            title: title?,
            description: description?,
            start: start?,
            end: end?.change(),
            location: cleared(location?),
            cover_image: cleared(cover_image?),
            is_published: is_published?,
        }))
    }
}

/// Which events, and whether only the caller's own.
pub struct Listing(pub(super) When, pub(super) bool, pub(super) Page);

impl Listing {
    pub(super) fn list(&self, own: Option<UserId>) -> GatheringList {
        GatheringList { when: self.0, organiser: own }
    }
}

const FILTERS: &[(&str, When)] = &[("upcoming", When::Upcoming), ("past", When::Past)];
const ORGANISERS: &[(&str, bool)] = &[("me", true)];

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let filter = fields.optional(
            "filter",
            one_of(FILTERS).about("`upcoming`: not over, soonest first; `past`: over, latest first; all otherwise."),
        );
        let organiser = fields.optional("organizer", one_of(ORGANISERS).about("Only the caller's own, with drafts."));
        let page = page(fields, USUAL);
        Some(Self(filter?.unwrap_or(When::Any), organiser?.unwrap_or(false), page?))
    }
}
