//! `invite.ics`: the calendar file of an invitation (RFC 5545, RFC 5546; `consultations.md` §13, last paragraph).

use domain::Instant;
use domain::booking::Booking;
use domain::notice::{Invite, InviteState};
use domain::person::User;
use icalendar::{Attendee, Calendar, Component, Event, EventLike, EventStatus, PartStat, Property, Role};

use super::mime::{Sender, ascii_address};
use super::plain::one_line;

/// Octets of a line without its end.
const LONGEST_LINE: usize = 75;

/// A calendar file as it is attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IcsFile {
    /// `REQUEST` or `CANCEL`.
    pub method: &'static str,
    pub text: String,
}

/// The file for one recipient; none for a reminder, which tells a calendar nothing new. `stamp` is when the invitation
/// was made, so that composing it again gives the same file.
pub(super) fn file(
    invite: Invite,
    booking: &Booking,
    url: &str,
    reader: &User,
    sender: &Sender,
    stamp: Instant,
) -> Option<IcsFile> {
    let (method, status, answer) = match invite.state {
        InviteState::Tentative => ("REQUEST", EventStatus::Tentative, PartStat::NeedsAction),
        InviteState::Confirmed => ("REQUEST", EventStatus::Confirmed, PartStat::Accepted),
        InviteState::Cancelled => ("CANCEL", EventStatus::Cancelled, PartStat::NeedsAction),
        InviteState::Reminder => return None,
    };
    // Answers are given on the platform, nobody reads the sender's mail: no RSVP.
    let attendee = Attendee::new(format!("mailto:{}", ascii_address(reader.email.as_str())))
        .cn(parameter(&reader.name()))
        .role(Role::ReqParticipant)
        .partstat(answer)
        .rsvp(false);
    let organizer = Property::new("ORGANIZER", format!("mailto:{}", sender.address))
        .add_parameter("CN", &parameter(sender.name_or_platform()))
        .done();
    // The crate would read the clock for DTSTAMP and invent a UID if these two were missing.
    let event = Event::new()
        .uid(&format!("booking-{}@expertconnect", booking.root))
        .timestamp(stamp)
        .sequence(invite.sequence)
        .starts(invite.start)
        .ends(invite.end)
        .summary(&one_line(&booking.title))
        .status(status)
        .url(url)
        .append_property(organizer)
        .attendee(attendee)
        .done();
    let calendar = Calendar::empty()
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//ExpertConnect//Bookings//EN"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", method))
        .push(event)
        .done();
    Some(IcsFile { method, text: refolded(&calendar.to_string()) })
}

/// A parameter's value: there is no way to write a quotation mark in one that all calendars read.
fn parameter(typed: &str) -> String {
    one_line(typed).replace('"', "'")
}

/// The crate's own folding leaves a last piece of 75 octets after the space that marks it: one too many.
fn refolded(folded: &str) -> String {
    let mut text = String::with_capacity(folded.len());
    for line in folded.replace("\r\n ", "").split_terminator("\r\n") {
        let mut room = LONGEST_LINE;
        for c in line.chars() {
            if c.len_utf8() > room {
                text.push_str("\r\n ");
                room = LONGEST_LINE - 1;
            }
            text.push(c);
            room -= c.len_utf8();
        }
        text.push_str("\r\n");
    }
    text
}
