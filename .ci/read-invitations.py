"""Reads the calendar files the tests have left (shared/app/tests/invitations.rs) with a parser of other people, which knows
the escapes of RFC 6868, and compares what it finds with what people had typed."""

import json
import sys
from urllib.parse import unquote

from icalendar import Calendar


def read(file):
    [event] = Calendar.from_ical(file).walk("VEVENT")
    attendee, organizer = event["ATTENDEE"], event["ORGANIZER"]
    return {
        "attendee": attendee.params.get("CN", ""),
        "organizer": organizer.params.get("CN", ""),
        "address": unquote(str(attendee).removeprefix("mailto:")),
        "title": str(event["SUMMARY"]),
    }


with open(sys.argv[1], encoding="utf-8") as lines:
    cases = [json.loads(line) for line in lines]
for case in cases:
    file = case.pop("file")
    found = read(file)
    if found != case:
        sys.exit(f"expected {case}\nfound    {found}\nin\n{file}")
if len(cases) < 100:
    sys.exit(f"only {len(cases)} files")
print(f"{len(cases)} files")
