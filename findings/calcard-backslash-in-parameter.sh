#!/usr/bin/env bash
# calcard 0.3.14 (Rust) and icalendar 7.3.2 (Python) on a name that ends in a backslash.
#
# Expected: in iCalendar a quoted parameter value has no escapes (RFC 5545, 3.1: a backslash is a QSAFE-CHAR like any
# other), so CN="x\" is the name `x\`, and what follows the colon is the address.
# What happens: icalendar reads it so. calcard takes the backslash for an escape of the closing quote: name and address
# become one value, and the attendee has no address. With U+FF3C in place of the backslash both readers agree.
#
# Output seen:
#   icalendar: x\ | mailto:ada@example.org
#   calcard: no address
#   calcard, U+FF3C: mailto:ada@example.org
#
# Needs Rust and Python 3.10 or later; fails when any of the three lines changes.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

file() {
    printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//x//x//EN BEGIN:VEVENT UID:1 DTSTAMP:20270101T000000Z \
        DTSTART:20270102T000000Z "ATTENDEE;CN=\"x$1\":mailto:ada@example.org" END:VEVENT END:VCALENDAR
}
file '\' >backslash.ics
file '＼' >fullwidth.ics

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check icalendar==7.3.2
python=$(venv/bin/python - <<'P'
import icalendar
event = icalendar.Calendar.from_ical(open("backslash.ics", "rb").read()).walk("VEVENT")[0]
print("icalendar:", event["ATTENDEE"].params["CN"], "|", event["ATTENDEE"])
P
)

cargo new --quiet --vcs none reader && cd reader
cargo add --quiet calcard@=0.3.14 --no-default-features
cat >src/main.rs <<'R'
use calcard::icalendar::{ICalendar, ICalendarProperty};

fn address(file: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let calendar = ICalendar::parse(&text).expect("a calendar");
    let entries = calendar.components.iter().flat_map(|component| &component.entries);
    let attendee = entries.filter(|entry| entry.name == ICalendarProperty::Attendee).next();
    let value = attendee.and_then(|entry| entry.values.first()).and_then(|value| value.as_text());
    value.filter(|text| text.contains("ada@")).unwrap_or("no address").to_owned()
}

fn main() {
    println!("calcard: {}", address("../backslash.ics"));
    println!("calcard, U+FF3C: {}", address("../fullwidth.ics"));
}
R
rust=$(cargo run --quiet)

printf '%s\n%s\n' "$python" "$rust" | tee ../seen
diff ../seen - <<'S'
icalendar: x\ | mailto:ada@example.org
calcard: no address
calcard, U+FF3C: mailto:ada@example.org
S
