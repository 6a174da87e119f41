//! Keys of what administrators read.

use domain::ids::{BookingId, PaymentId, UserId, WithdrawalId};
use domain::ledger::Cause;

use super::super::super::*;
use super::super::Kind;
use super::Example;

pub(super) fn of_the_platform(user: UserId, number: i64) -> Vec<Example> {
    let id = number.to_string();
    let named = |name: &'static str, value: &str| (name, value.to_owned());
    let booking_id = BookingId::new(number).unwrap();
    let payment_id = PaymentId::new(number).unwrap();
    let withdrawal_id = WithdrawalId::new(number).unwrap();
    vec![
        ("site_status", site_status(), Kind::SiteStatus, vec![]),
        ("counted", counted(&crate::keys::user(user)), Kind::Counted, vec![("person", id.clone())]),
        ("counted", counted(&booking(booking_id)), Kind::Counted, vec![("booking", id.clone())]),
        ("counted", counted(&intent(payment_id)), Kind::Counted, vec![("payment", id.clone())]),
        ("counted", counted(&withdrawal(withdrawal_id)), Kind::Counted, vec![("withdrawal", id.clone())]),
        (
            "counted",
            counted(&entry(Cause::Capture(booking_id))),
            Kind::Counted,
            vec![("booking", id.clone()), named("cause", "end of the hold")],
        ),
        (
            "commission",
            commission(report_of("meetings#bookings.csv#2026-11-01#2026-11-30").unwrap()),
            Kind::Report,
            vec![named("report", "meetings#bookings.csv#2026-11-01#2026-11-30")],
        ),
        ("listed", listed(AllOf::Payments, number), Kind::Listed, vec![named("of", "PAYMENTS"), ("made", id.clone())]),
        (
            "stats",
            stats(&crate::keys::user(user)),
            Kind::Stats,
            vec![named("shard", &stats(&crate::keys::user(user)).sk["SHARD#".len()..])],
        ),
    ]
}
