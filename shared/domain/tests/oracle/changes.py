#!/usr/bin/env python3
"""Writes changes.txt: when the clocks of forty zones change from 2026 to 2028, as Python's package `tzdata` has it.

The tests of the calendar ask it and not the table that is compiled in, so that a wrong table cannot agree with itself.
    pip install tzdata==2026.6 && shared/domain/tests/oracle/changes.py [--check]
"""

import datetime
import importlib.metadata
import pathlib
import sys
import zoneinfo

import tzdata

ZONES = """
UTC America/Vancouver America/New_York America/St_Johns America/Sao_Paulo Europe/Berlin Europe/London Europe/Dublin
Africa/Casablanca Africa/El_Aaiun Asia/Kolkata Asia/Kathmandu Asia/Gaza Australia/Lord_Howe Pacific/Apia Pacific/Auckland
Pacific/Chatham Pacific/Kiritimati Antarctica/Troll Antarctica/Casey Africa/Cairo America/Asuncion America/Havana
America/Los_Angeles America/Nuuk America/Santiago America/Scoresbysund America/Tijuana Asia/Almaty Asia/Beirut
Asia/Jerusalem Asia/Tehran Asia/Tokyo Atlantic/Azores Australia/Adelaide Australia/Eucla Europe/Chisinau Europe/Kyiv
Pacific/Norfolk Pacific/Pago_Pago
""".split()

# A month more on either side, for the days around a change.
FIRST = int(datetime.datetime(2025, 12, 1, tzinfo=datetime.UTC).timestamp())
LAST = int(datetime.datetime(2029, 2, 1, tzinfo=datetime.UTC).timestamp())


def offset(zone, second):
    """Seconds that a clock is ahead of UTC."""
    return int(datetime.datetime.fromtimestamp(second, zone).utcoffset().total_seconds())


def changes(zone):
    """Each second at which a clock is changed, with the offset from then on; first the one it begins with."""
    found = [(FIRST, offset(zone, FIRST))]
    for hour in range(FIRST, LAST, 3600):
        before, after = offset(zone, hour), offset(zone, hour + 3600)
        if before == after:
            continue
        low, high = hour, hour + 3600
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(zone, middle) == before else (low, middle)
        found.append((high, after))
    return found


def written():
    """The whole file."""
    zoneinfo.reset_tzpath(to=[])  # never the system's table
    version = importlib.metadata.version("tzdata")
    lines = [
        f"# Written by changes.py from tzdata {version}. A zone, then seconds since the epoch and the offset from then on.",
        f"release {tzdata.IANA_VERSION}",
    ]
    for name in ZONES:
        pairs = (f"{second}:{ahead}" for second, ahead in changes(zoneinfo.ZoneInfo(name)))
        lines.append(" ".join([name, *pairs]))
    return "\n".join(lines) + "\n"


def main():
    """Writes the file, or says whether it is what would be written."""
    place = pathlib.Path(__file__).with_name("changes.txt")
    text = written()
    if sys.argv[1:] != ["--check"]:
        place.write_text(text, encoding="ascii")
    elif place.read_text(encoding="ascii") != text:
        sys.exit(f"{place} is not what {sys.argv[0]} writes: run it without --check")


if __name__ == "__main__":
    main()
