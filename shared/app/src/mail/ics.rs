//! `invite.ics`: the calendar file of an invitation (RFC 5545, RFC 5546; `consultations.md` §13, last paragraph).
//!
//! What people typed stands in three places, each with a grammar of its own: texts (escaped by the crate), values of
//! parameters ([`parameter`]) and addresses, which are URIs ([`mailto`]).

use chrono::TimeDelta;
use domain::Instant;
use domain::booking::Booking;
use domain::notice::{Invite, InviteState};
use domain::person::User;
use icalendar::{Attendee, Calendar, Component, Event, EventLike, EventStatus, PartStat, Property, Role};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

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

/// The file for one recipient; none for a reminder, which tells a calendar nothing new, and none that would bring back
/// what is off by now: mails come in any order, and a calendar that had nothing to cancel would keep the event for good.
/// `stamp` is when the invitation was made, so that composing it again gives the same file.
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
    if method == "REQUEST" && !booking.status.claims_time() {
        return None;
    }
    // Of two revisions with one SEQUENCE a calendar believes the later stamp, and knows only whole seconds.
    let stamp = if status == EventStatus::Confirmed { stamp + TimeDelta::seconds(1) } else { stamp };
    // Answers are given on the platform, nobody reads the sender's mail: no RSVP.
    let attendee = Attendee::new(mailto(&ascii_address(reader.email.as_str())))
        .cn(parameter(&reader.name()))
        .role(Role::ReqParticipant)
        .partstat(answer)
        .rsvp(false);
    let organizer = Property::new("ORGANIZER", mailto(&sender.address))
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

/// A parameter's value (RFC 6868): a caret begins an escape, and a quotation mark can only be written as one. Readers that
/// do not know the escapes show them as they stand. Many take a backslash for the beginning of an escape, which it is only
/// in texts, and lose the quotation mark behind it, and with it the address: it is written as its double.
fn parameter(typed: &str) -> String {
    let value = one_line(typed).replace('^', "^^").replace('"', "^'").replace('\\', "\u{FF3C}");
    let is_plain = |c: char| c.is_alphanumeric() || " -.'_".contains(c);
    // In quotation marks nothing else has a meaning, and spaces are kept. The crate leaves what is quoted as it is.
    if value.chars().all(is_plain) && !value.contains("  ") { value } else { format!("\"{value}\"") }
}

/// An address as a URI (RFC 6068): what a URI would take for something else is percent-encoded.
fn mailto(address: &str) -> String {
    /// What stands for itself in a local part or a domain.
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b'!')
        .remove(b'$')
        .remove(b'\'')
        .remove(b'*')
        .remove(b'+')
        .remove(b'@');
    format!("mailto:{}", utf8_percent_encode(address, ESCAPED))
}

/// The crate's own folding leaves a last piece of 75 octets after the space that marks it: one too many.
pub(crate) fn refolded(folded: &str) -> String {
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
