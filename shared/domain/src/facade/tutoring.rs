//! Lessons of tutors (`tutoring.md` §5.2). A pending booking whose price is held is what the document calls paid.

use super::machine::{Mark, Money, Need, Row, row};
use super::{Bookable, ExpiryReasons, Length, Pairs, PriceFrom, Proof, Rules, TitleFrom, Writing};
use crate::Sentence;
use crate::calendar::Grid;
use crate::lifecycle::Actor::{Expert, Learner, Provider, Schedule, Staff};
use crate::lifecycle::Status::{self, Cancelled, Completed, Confirmed, Pending, Refunded};
use crate::lifecycle::{Seat, Step};

pub static RULES: Rules = Rules {
    word: "tutoring",
    machine: &MACHINE,
    length: Length { shortest: 15, longest: 8 * 60, step: 5, usual: 60 },
    furthest_days: Some(365),
    bookable: Bookable::ListedExperts,
    video_rooms: true,
    price: PriceFrom::HourlyRateSessionOrCourse,
    title: TitleFrom::Learner,
    pays_within: Some(15),
    when_free: Pending,
    expires_by_itself: true,
    expiry_reasons: ExpiryReasons { unpaid: "payment_timeout", unanswered: "payment_timeout" },
    reminds: &[Pending, Confirmed],
    grid: Grid::Rows,
    offers_outside_hours: false,
    tips: false,
    reviewers: &[Seat::Learner],
    writing: Writing { pairs: Pairs::Acquainted, closes: false },
    reset_minutes: 10,
    proof: Proof::ONCE_IN_TEN_MINUTES,
    by_role: false,
    most_unpaid: None,
    lazy: false,
    tells_refunds: false,
    attendance_keys: false,
    rejects_approved: true,
    promises: true,
    counts_later: true,
    audited: true,
};

/// The largest amount somebody may name, in hundredths (`tutoring.md` §1). A lesson of more than an hour may cost more.
pub const MOST: i64 = 9_999_999_999;

/// A price somebody asks for or looks for, or what they take out.
pub fn amount(minor: i64) -> Result<u64, Sentence> {
    u64::try_from(minor).ok().filter(|_| minor <= MOST).ok_or("This must be between 0.00 and 99999999.99.")
}

const OPEN: &[Status] = &[Pending, Confirmed];
/// Minutes after the end at which the clock decides.
const DECIDED: i64 = 15;

static MACHINE: [Row; 25] = [
    row(&[Pending], Step::Expire, &[Schedule], Cancelled).needs(&[Need::Unpaid, Need::From(Mark::Answer)]),
    row(&[Pending], Step::Cancel, &[Learner, Expert, Staff], Cancelled)
        .needs(&[Need::Unpaid, Need::Before(Mark::Start(0))])
        .refused_when_repeated(),
    row(&[Pending], Step::Pay, &[Provider], Confirmed)
        .needs(&[Need::Instant, Need::Before(Mark::Answer)])
        .money(Money::Hold),
    row(&[Pending], Step::Pay, &[Provider], Pending).needs(&[Need::Before(Mark::Answer)]).money(Money::Hold),
    row(&[Pending], Step::Confirm, &[Expert], Confirmed).needs(&[Need::Paid, Need::Undisputed]).refused_when_repeated(),
    // The student calls it off: early enough all money goes back, later the tutor is paid.
    row(OPEN, Step::Refund, &[Learner], Refunded)
        .needs(&[Need::Paid, Need::Undisputed, Need::Before(Mark::RefundCutoff)])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Refund, &[Learner], Refunded)
        .needs(&[Need::Paid, Need::Undisputed, Need::MovedByExpert, Need::Before(Mark::Start(0))])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Cancel, &[Learner], Refunded)
        .needs(&[Need::Paid, Need::Undisputed, Need::Before(Mark::RefundCutoff)])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Cancel, &[Learner], Refunded)
        .needs(&[Need::Paid, Need::Undisputed, Need::MovedByExpert, Need::Before(Mark::Start(0))])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Cancel, &[Learner], Cancelled)
        .needs(&[Need::Paid, Need::Undisputed, Need::Before(Mark::MoveCutoff)])
        .money(Money::Split)
        .refused_when_repeated(),
    // The tutor and administrators always give all money back.
    row(OPEN, Step::Cancel, &[Expert], Refunded)
        .needs(&[Need::Paid, Need::Undisputed, Need::Before(Mark::Start(0))])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Refund, &[Expert], Refunded)
        .needs(&[Need::Paid, Need::Undisputed, Need::Before(Mark::Start(0))])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Cancel, &[Staff], Refunded)
        .needs(&[Need::Paid, Need::Undisputed])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Refund, &[Staff], Refunded)
        .needs(&[Need::Paid, Need::Undisputed])
        .money(Money::Release)
        .refused_when_repeated(),
    // By the student a confirmed one waits for the tutor anew, unless payment confirms.
    row(&[Confirmed], Step::Move, &[Learner], Confirmed).needs(&[
        Need::Instant,
        Need::Undisputed,
        Need::Before(Mark::MoveCutoff),
    ]),
    row(OPEN, Step::Move, &[Learner], Pending).needs(&[Need::Undisputed, Need::Before(Mark::MoveCutoff)]),
    row(&[Pending], Step::Move, &[Expert], Pending).needs(&[Need::Undisputed, Need::Before(Mark::MoveCutoff)]),
    row(&[Confirmed], Step::Move, &[Expert], Confirmed).needs(&[Need::Undisputed, Need::Before(Mark::MoveCutoff)]),
    row(OPEN, Step::Complete, &[Learner, Expert], Completed)
        .needs(&[Need::Paid, Need::Undisputed, Need::From(Mark::Start(0))])
        .money(Money::Split)
        .by_both(),
    row(&[Confirmed], Step::Complete, &[Schedule], Completed)
        .needs(&[Need::Undisputed, Need::From(Mark::End(DECIDED))])
        .money(Money::Split),
    row(&[Pending], Step::Refund, &[Schedule], Refunded)
        .needs(&[Need::Paid, Need::Undisputed, Need::From(Mark::End(DECIDED))])
        .money(Money::Release),
    // A dispute stops the clock until an administrator has decided.
    row(&[Pending], Step::Dispute, &[Learner], Pending)
        .needs(&[Need::Paid, Need::From(Mark::Start(0))])
        .refused_when_repeated(),
    row(&[Confirmed], Step::Dispute, &[Learner], Confirmed)
        .needs(&[Need::From(Mark::Start(0))])
        .refused_when_repeated(),
    row(OPEN, Step::Complete, &[Staff], Completed).needs(&[Need::Disputed]).money(Money::Split),
    row(OPEN, Step::Refund, &[Staff], Refunded).needs(&[Need::Disputed]).money(Money::Release),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_eight_digits_before_the_point_at_the_most() {
        assert_eq!([0, 9_999_999_999].map(amount), [Ok(0), Ok(9_999_999_999)]);
        for bad in [-1, 10_000_000_000, i64::MIN, i64::MAX] {
            assert!(amount(bad).is_err(), "{bad}");
        }
    }
}
