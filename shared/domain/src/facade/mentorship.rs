//! Mentorship sessions (`mentorship.md` §4.1). Nothing routes to them yet.

use super::machine::{Mark, Money, Need, Row, row};
use super::{Bookable, ExpiryReasons, Length, Pairs, PriceFrom, Rules, TitleFrom, Writing};
use crate::calendar::Grid;
use crate::lifecycle::Actor::{Expert, Learner, Provider, Schedule, Staff};
use crate::lifecycle::Status::{Cancelled, Completed, Confirmed, Expired, NoShow, Pending};
use crate::lifecycle::{Seat, Step};

pub static RULES: Rules = Rules {
    word: "mentorship",
    machine: &MACHINE,
    length: Length { shortest: 15, longest: 4 * 60, step: 5, usual: 60 },
    furthest_days: Some(365),
    bookable: Bookable::ListedExperts,
    video_rooms: true,
    price: PriceFrom::HourlyRate,
    title: TitleFrom::Learner,
    pays_within: Some(15),
    when_free: Confirmed,
    expires_by_itself: true,
    expiry_reasons: ExpiryReasons { unpaid: "Not paid in time", unanswered: "Not paid in time" },
    reminds: &[Confirmed],
    grid: Grid::Union,
    offers_outside_hours: false,
    tips: false,
    reviewers: &[Seat::Learner],
    writing: Writing { pairs: Pairs::LearnerAndExpert, closes: true },
};

/// Minutes after the end at which the clock decides by the marks of attendance, and until which a student disputes.
const DECIDED: i64 = 24 * 60;
/// Minutes before the start from which attendance is marked.
const ATTENDANCE: i64 = 10;

static MACHINE: [Row; 15] = [
    row(&[Pending], Step::Pay, &[Provider], Confirmed).needs(&[Need::Before(Mark::Answer)]).money(Money::Hold),
    row(&[Pending], Step::Expire, &[Schedule], Expired).needs(&[Need::From(Mark::Answer)]),
    row(&[Pending], Step::Cancel, &[Learner, Expert], Cancelled).refused_when_repeated(),
    row(&[Confirmed], Step::Cancel, &[Learner], Cancelled)
        .needs(&[Need::Undisputed, Need::Before(Mark::RefundCutoff)])
        .money(Money::Release)
        .refused_when_repeated(),
    row(&[Confirmed], Step::Cancel, &[Learner], Cancelled)
        .needs(&[Need::Undisputed, Need::MovedByExpert, Need::Before(Mark::Start(0))])
        .money(Money::Release)
        .refused_when_repeated(),
    // Later the mentor is paid as if it had taken place.
    row(&[Confirmed], Step::Cancel, &[Learner], Cancelled)
        .needs(&[Need::Undisputed, Need::Before(Mark::Start(0))])
        .money(Money::Split)
        .refused_when_repeated(),
    row(&[Confirmed], Step::Cancel, &[Expert, Staff], Cancelled).money(Money::Release).refused_when_repeated(),
    // A mark of attendance; the second one completes it.
    row(&[Confirmed], Step::Complete, &[Learner, Expert], Completed)
        .needs(&[Need::Undisputed, Need::From(Mark::Start(-ATTENDANCE)), Need::Until(Mark::End(DECIDED))])
        .money(Money::Split)
        .by_both(),
    row(&[Confirmed], Step::Complete, &[Schedule], Completed)
        .needs(&[Need::Undisputed, Need::Attended, Need::From(Mark::End(DECIDED))])
        .money(Money::Split),
    row(&[Confirmed], Step::ReportNoShow, &[Schedule], NoShow)
        .needs(&[Need::Undisputed, Need::Unattended, Need::From(Mark::End(DECIDED))])
        .money(Money::Release),
    row(&[Confirmed], Step::Dispute, &[Learner], Confirmed)
        .needs(&[Need::From(Mark::Start(0)), Need::Until(Mark::End(DECIDED))])
        .refused_when_repeated(),
    row(&[Confirmed], Step::Complete, &[Staff], Completed).needs(&[Need::Disputed]).money(Money::Split),
    row(&[Confirmed], Step::Refund, &[Staff], Cancelled).needs(&[Need::Disputed]).money(Money::Release),
    row(&[Confirmed], Step::Refund, &[Provider], Cancelled).money(Money::Release),
    row(&[Confirmed], Step::Move, &[Learner, Expert], Confirmed)
        .needs(&[Need::Undisputed, Need::Before(Mark::MoveCutoff)]),
];
