//! A calendar that believes invitations by the rules of iTIP (RFC 5546, 2.1.5 and 3.2).

use std::collections::BTreeMap;

use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarProperty, ICalendarValue};
use chrono::{DateTime, NaiveDate, Utc};

/// What happens to an event that is called off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Memory {
    /// It is gone, and so is everything that was known of it: the simplest of calendars.
    Forgets,
    /// It is kept as cancelled, with its revision, also when nothing was known of it before.
    Remembers,
}

/// What stands in a calendar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
    pub(crate) is_tentative: bool,
}

#[derive(Clone, Debug)]
struct Event {
    sequence: i64,
    stamp: DateTime<Utc>,
    /// `None`: called off.
    entry: Option<Entry>,
}

pub(crate) struct Diary {
    owner: String,
    memory: Memory,
    events: BTreeMap<String, Event>,
}

impl Diary {
    pub(crate) fn new(owner: &str, memory: Memory) -> Self {
        Self { owner: owner.to_owned(), memory, events: BTreeMap::new() }
    }

    pub(crate) fn entries(&self) -> BTreeMap<String, Entry> {
        let standing = self.events.iter().filter_map(|(uid, event)| Some((uid.clone(), event.entry.clone()?)));
        standing.collect()
    }

    /// Does what one calendar file asks for.
    pub(crate) fn take(&mut self, file: &str) {
        let calendar = ICalendar::parse(file).unwrap_or_else(|found| panic!("{found:?} in {file}"));
        let of_kind = |kind| calendar.components.iter().filter(move |part| part.component_type == kind);
        let [head] = of_kind(ICalendarComponentType::VCalendar).collect::<Vec<_>>()[..] else { panic!("{file}") };
        let [event] = of_kind(ICalendarComponentType::VEvent).collect::<Vec<_>>()[..] else { panic!("{file}") };
        let attendees: Vec<_> = event.properties(&ICalendarProperty::Attendee).collect();
        assert_eq!(attendees.len(), 1, "{file}");
        assert_eq!(attendees[0].calendar_address(), Some(self.owner.as_str()), "{file}");
        assert!(event.has_property(&ICalendarProperty::Organizer), "{file}");

        let uid = event.uid().expect("a UID").to_owned();
        let said = Event {
            sequence: integer(event, &ICalendarProperty::Sequence),
            stamp: time(event, &ICalendarProperty::Dtstamp),
            entry: match text(head, &ICalendarProperty::Method) {
                "REQUEST" => Some(Entry {
                    start: time(event, &ICalendarProperty::Dtstart),
                    end: time(event, &ICalendarProperty::Dtend),
                    is_tentative: match text(event, &ICalendarProperty::Status) {
                        "TENTATIVE" => true,
                        "CONFIRMED" => false,
                        other => panic!("{other}"),
                    },
                }),
                "CANCEL" => {
                    assert_eq!(text(event, &ICalendarProperty::Status), "CANCELLED", "{file}");
                    None
                }
                other => panic!("{other}"),
            },
        };
        let known = self.events.get(&uid);
        if known.is_some_and(|known| (said.sequence, said.stamp) < (known.sequence, known.stamp)) {
            return; // an older revision
        }
        if said.entry.is_none() && self.memory == Memory::Forgets {
            self.events.remove(&uid);
        } else {
            self.events.insert(uid, said);
        }
    }
}

fn value<'a>(part: &'a ICalendarComponent, name: &'a ICalendarProperty) -> &'a ICalendarValue {
    let found: Vec<_> = part.properties(name).collect();
    assert_eq!(found.len(), 1, "{name:?} in {part:?}");
    found[0].values.first().unwrap_or_else(|| panic!("no value of {name:?}"))
}

fn text<'a>(part: &'a ICalendarComponent, name: &'a ICalendarProperty) -> &'a str {
    value(part, name).as_text().unwrap_or_else(|| panic!("no text in {name:?}"))
}

fn integer(part: &ICalendarComponent, name: &ICalendarProperty) -> i64 {
    value(part, name).as_integer().unwrap_or_else(|| panic!("no number in {name:?}"))
}

/// A time in UTC.
fn time(part: &ICalendarComponent, name: &ICalendarProperty) -> DateTime<Utc> {
    let found = value(part, name).as_partial_date_time().unwrap_or_else(|| panic!("no time in {name:?}"));
    assert_eq!((found.tz_hour, found.tz_minute), (Some(0), Some(0)), "{name:?} is in UTC");
    let date = || NaiveDate::from_ymd_opt(found.year?.into(), found.month?.into(), found.day?.into());
    let time = || date()?.and_hms_opt(found.hour?.into(), found.minute?.into(), found.second?.into());
    time().unwrap_or_else(|| panic!("{found:?}")).and_utc()
}
