//! Times as people read them.

use chrono::{DateTime, FixedOffset};
use domain::notice::Invite;
use domain::zone::Zone;

const DAY: &str = "%A, %-d %B %Y";

/// `Tuesday, 2 March 2027, 09:00–10:00 (Europe/Berlin, UTC+01:00)`.
pub(super) fn local(invite: &Invite, zone: &Zone) -> String {
    let (start, end) = (zone.shows(invite.start), zone.shows(invite.end));
    let from = start.format(&format!("{DAY}, %H:%M")).to_string();
    let span = if start.date_naive() == end.date_naive() {
        format!("{from}–{}", end.format("%H:%M"))
    } else {
        format!("{from} – {}", end.format(&format!("{DAY}, %H:%M")))
    };
    format!("{span} ({})", clock(zone, &start, &end))
}

/// The zone's name and how far it is from UTC, which may change while people meet.
fn clock(zone: &Zone, start: &DateTime<FixedOffset>, end: &DateTime<FixedOffset>) -> String {
    if zone.name() == "UTC" {
        return "UTC".to_owned();
    }
    let (before, after) = (start.offset(), end.offset());
    if before == after {
        format!("{}, UTC{before}", zone.name())
    } else {
        format!("{}, UTC{before} at the start and UTC{after} at the end", zone.name())
    }
}

/// The start: `Tuesday, 2 March 2027, 08:00 UTC`.
pub(super) fn utc(invite: &Invite) -> String {
    invite.start.format(&format!("{DAY}, %H:%M UTC")).to_string()
}
