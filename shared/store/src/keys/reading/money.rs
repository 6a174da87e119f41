//! Keys of the ledger, of payments, and of what was counted of both.

use super::super::{COUNTED, SALE};
use super::{Kind, Named, id, named, part};

pub(super) fn of_ledger(rest: &str, sk: &str) -> Option<Named> {
    let (of, subject) = rest.split_once('#')?;
    match (of, sk) {
        ("U", "GRANT") => named(Kind::Entry, [id("person", subject)?, part("cause", "grant")]),
        ("W", "OUT") => named(Kind::Entry, [id("withdrawal", subject)?, part("cause", "withdrawal")]),
        ("W", "BACK") => named(Kind::Entry, [id("withdrawal", subject)?, part("cause", "withdrawal rejected")]),
        ("EN", SALE) => named(Kind::Entry, [id("enrolment", subject)?, part("cause", "sale")]),
        ("P", "PURCHASE") => named(Kind::Entry, [id("payment", subject)?, part("cause", "purchase")]),
        ("B", "HOLD") => named(Kind::Entry, [id("booking", subject)?, part("cause", "hold")]),
        ("B", "HOLD#END") => named(Kind::Entry, [id("booking", subject)?, part("cause", "end of the hold")]),
        ("B", _) => {
            let total: u64 = sk.strip_prefix("TIP#")?.parse().ok()?;
            named(Kind::Entry, [id("booking", subject)?, part("cause", "tip"), ("total", total.to_string())])
        }
        _ => None,
    }
}

pub(super) fn of_counted(rest: &str, sk: &str) -> Option<Named> {
    if let Some(movement) = sk.strip_prefix("COUNTED#") {
        let of = of_ledger(rest.strip_prefix("L#")?, movement)?.of;
        return named(Kind::Counted, of);
    }
    let what = match rest.split_once('#').filter(|_| sk == COUNTED)? {
        ("U", person) => id("person", person)?,
        ("B", booking) => id("booking", booking)?,
        ("P", payment) => id("payment", payment)?,
        ("OUT", withdrawal) => id("withdrawal", withdrawal)?,
        _ => return None,
    };
    named(Kind::Counted, [what])
}

pub(super) fn of_payments(rest: &str, sk: &str) -> Option<Named> {
    let provider = |kind, what, rest: &str| {
        let (provider, name) = rest.split_once('#')?;
        named(kind, [part("provider", provider), part(what, name)])
    };
    match (rest.split_once('#'), sk) {
        (None, "PAYMENT") => named(Kind::Payment, [id("payment", rest)?]),
        (None, "INTENT") => named(Kind::Intent, [id("payment", rest)?]),
        (Some(("EN", enrolment)), "INTENTS") => named(Kind::Intents, [id("enrolment", enrolment)?]),
        (Some(("B", root)), "INTENTS") => named(Kind::Intents, [id("booking", root)?]),
        (Some(("R", rest)), "REFERENCE") => provider(Kind::ProviderReference, "reference", rest),
        (Some(("E", rest)), "EVENT") => provider(Kind::ProviderEvent, "event", rest),
        _ => None,
    }
}
