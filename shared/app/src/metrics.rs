//! What goes on, counted: lines in CloudWatch's embedded metric format, from which it makes metrics by itself. This is the
//! one place that knows how they are called; the dashboard in `template.yaml` shows them, and a test compares the two.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Instant;
use domain::booking::Fact;
use domain::facade::Facade;
use serde_json::{Value as Json, json};
use store::Cause;

use crate::Settings;

/// Where counts go.
#[derive(Clone, Debug, Default)]
pub enum Metrics {
    #[default]
    Off,
    /// The log, under this namespace.
    Live(Arc<str>),
    /// Kept, for tests.
    Recorded(Arc<Mutex<Vec<Json>>>),
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// A booking became something.
    Booking(Facade, &'static str),
    /// A request nobody confirmed or paid in time gave its time, and what was held for it, back.
    HoldLapsed(Facade),
    /// A request, or a frame, was refused with this code.
    Refusal(&'static str),
    /// What became of the sending of a mail.
    Mail(&'static str),
    /// What SES told of a mail that went out.
    Report(&'static str),
    /// Money went back.
    Refund,
}

/// Every metric, with the dimension it is split by.
pub const METRICS: [(&str, Option<&[&str]>); 6] = [
    ("Bookings", Some(&["Facade", "Outcome"])),
    ("HoldsLapsed", Some(&["Facade"])),
    ("Refusals", Some(&["Code"])),
    ("Mails", Some(&["Outcome"])),
    ("MailReports", Some(&["Outcome"])),
    ("Refunds", None),
];

impl Count {
    /// What a fact about a booking counts as.
    pub(crate) fn of_booking(facade: Facade, fact: Fact) -> Vec<Self> {
        let outcome = match fact {
            Fact::Requested => "requested",
            Fact::Paid => "paid",
            Fact::Confirmed => "confirmed",
            Fact::Cancelled { .. } => "cancelled",
            Fact::Moved { .. } => "moved",
            Fact::Replaced => "replaced",
            Fact::Expired => "expired",
            Fact::Completed => "completed",
            Fact::NoShow { .. } => "no_show",
            Fact::Refunded => "refunded",
            Fact::Disputed => "disputed",
            Fact::NotPaid | Fact::PaidOut(_) | Fact::Returned | Fact::Reminded(_) => return Vec::new(),
        };
        let lapsed = (fact == Fact::Expired).then_some(Count::HoldLapsed(facade));
        std::iter::once(Count::Booking(facade, outcome)).chain(lapsed).collect()
    }

    /// Which of [`METRICS`] it is, and the values of its dimensions.
    fn parts(self) -> (usize, Vec<&'static str>) {
        match self {
            Count::Booking(facade, outcome) => (0, vec![facade.rules().word, outcome]),
            Count::HoldLapsed(facade) => (1, vec![facade.rules().word]),
            Count::Refusal(code) => (2, vec![code]),
            Count::Mail(outcome) => (3, vec![outcome]),
            Count::Report(outcome) => (4, vec![outcome]),
            Count::Refund => (5, Vec::new()),
        }
    }

    /// The line (CloudWatch User Guide, "Specification: Embedded metric format").
    fn line(self, namespace: &str, now: Instant) -> Json {
        let (which, values) = self.parts();
        let (name, split_by) = METRICS[which];
        let names = split_by.unwrap_or_default();
        let mut line = json!({
            "_aws": {
                "Timestamp": now.timestamp_millis(),
                "CloudWatchMetrics": [{
                    "Namespace": namespace,
                    "Dimensions": [names],
                    "Metrics": [{"Name": name, "Unit": "Count"}],
                }],
            },
            name: 1,
        });
        for (name, value) in names.iter().zip(values) {
            line[*name] = json!(value);
        }
        if let Some(cause) = Cause::current() {
            line["request"] = json!(cause.as_str());
        }
        line
    }
}

impl Metrics {
    pub fn of(settings: &Settings) -> Self {
        settings.metrics_namespace.as_deref().map_or(Metrics::Off, |namespace| Metrics::Live(namespace.into()))
    }

    pub fn count(&self, count: Count, now: Instant) {
        match self {
            Metrics::Off => {}
            Metrics::Live(namespace) => {
                // A log that takes nothing is no reason to fail, and there would be nowhere to say so.
                let _ = writeln!(std::io::stdout().lock(), "{}", count.line(namespace, now));
            }
            Metrics::Recorded(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(count.line("tests", now));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_cloudwatch_reads() {
        let line = Count::Booking(Facade::FIRST, "confirmed").line("stack", Instant::default());
        let metrics = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Namespace"], "stack");
        assert_eq!(metrics["Dimensions"], json!([["Facade", "Outcome"]]));
        assert_eq!(metrics["Metrics"], json!([{"Name": "Bookings", "Unit": "Count"}]));
        assert_eq!((&line["Bookings"], &line["Outcome"]), (&json!(1), &json!("confirmed")));
        assert_eq!(line["Facade"], Facade::FIRST.rules().word);
        let line = Count::Refund.line("stack", Instant::default());
        assert_eq!((&line["Refunds"], &line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]), (&json!(1), &json!([[]])));
    }

    #[test]
    fn every_count_has_a_value_for_each_of_its_dimensions() {
        for count in [
            Count::Booking(Facade::FIRST, "requested"),
            Count::HoldLapsed(Facade::FIRST),
            Count::Refusal("not_found"),
            Count::Mail("sent"),
            Count::Report("bounced"),
            Count::Refund,
        ] {
            let (which, values) = count.parts();
            assert_eq!(METRICS[which].1.map_or(0, <[_]>::len), values.len(), "{count:?}");
        }
    }
}
