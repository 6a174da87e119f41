//! A gathering as a calendar file (RFC 5545): what anybody may put into their calendar.

use domain::gathering::Gathering;
use icalendar::{Calendar, Component, Event, EventLike, EventStatus};

use crate::Settings;
use crate::mail::refolded;

/// The file. The same gathering gives the same bytes until it is changed.
pub fn file(settings: &Settings, gathering: &Gathering) -> String {
    let details = &gathering.details;
    // The crate would read the clock for DTSTAMP and invent a UID if these two were missing.
    let mut event = Event::new();
    event
        .uid(&format!("event-{}@expertconnect", gathering.id))
        .timestamp(gathering.updated_at)
        .sequence(u32::try_from(gathering.version.saturating_sub(1)).unwrap_or(u32::MAX))
        .starts(details.start)
        .summary(&clean(&details.title))
        .description(&clean(&details.description))
        .status(EventStatus::Confirmed)
        .url(&format!("{}/events/{}", settings.frontend_url.trim_end_matches('/'), gathering.id));
    if let Some(end) = details.end {
        event.ends(end);
    }
    if !details.location.is_empty() {
        event.location(&clean(&details.location));
    }
    let calendar = Calendar::empty()
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//ExpertConnect//Events//EN"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", "PUBLISH"))
        .push(event.done())
        .done();
    refolded(&calendar.to_string())
}

/// Lines end in one way, and nothing stands in them that a calendar could not hold. The crate escapes the rest.
fn clean(typed: &str) -> String {
    typed.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}
