//! Our zones beside somebody else's copy of the database.

use chrono::{NaiveDate, NaiveDateTime};
use domain::zone::Zone;

use super::{WallClock, ZONES, changes, instant, midnight, minute, offset, offsets, release};

#[test]
fn clocks_are_changed_when_somebody_elses_table_says_so() {
    assert_eq!(domain::zone::release(), release(), "run oracle/changes.py with the package of this release");
    assert_eq!(ZONES.len(), 40);
    for name in ZONES.iter().copied() {
        let zone = Zone::parse(name).unwrap();
        let shown = |second: i64| {
            let at = domain::Instant::from_timestamp(second, 0).unwrap();
            i64::from(zone.shows(at).offset().local_minus_utc())
        };
        for (second, _) in offsets(name) {
            for second in [second - 1, *second, second + 1] {
                let expected = offset(name, second.max(offsets(name)[0].0));
                assert_eq!(shown(second), expected, "{name} {second}");
            }
        }
        let first = midnight(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
        for minute in (first..first + 3 * 365 * 1440).step_by(360) {
            assert_eq!(shown(minute * 60), offset(name, minute * 60), "{name} {minute}");
        }
    }
    assert_eq!(offset("America/Havana", 1_800_000_000), -4 * 3600, "January 2027: Cuba stays in summer");
}

#[test]
fn a_local_time_is_the_first_minute_at_which_a_clock_shows_it() {
    for name in ZONES.iter().copied() {
        let zone = Zone::parse(name).unwrap();
        for day in changes(name) {
            let change = midnight(day);
            let clock = WallClock::new(name, change - 5 * 1440, change + 4 * 1440);
            for local in change - 2 * 1440..change + 1440 {
                let wall: NaiveDateTime = instant(local).naive_utc();
                let found = zone.instant(wall).map(minute);
                assert_eq!(found, Some(clock.minute_of(local)), "{name} {wall}");
            }
        }
    }
}
