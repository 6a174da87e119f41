//! ExpertConnect's meetings (`expertconnect.md` §5).

use super::machine::{Mark, Money, Need, Row, row};
use super::{Bookable, ExpiryReasons, Length, Pairs, PriceFrom, Proof, Rules, TitleFrom, Writing};
use crate::calendar::Grid;
use crate::ledger::Amount;
use crate::lifecycle::Actor::{Expert, Learner, Schedule, Staff};
use crate::lifecycle::Seat;
use crate::lifecycle::Status::{self, Cancelled, Completed, Confirmed, Expired, NoShow, Pending};
use crate::lifecycle::Step;

pub static RULES: Rules = Rules {
    word: "meetings",
    machine: &MACHINE,
    length: Length { shortest: 1, longest: 8 * 60, step: 1, usual: 60 },
    furthest_days: None,
    bookable: Bookable::Anybody,
    video_rooms: false,
    price: PriceFrom::Fixed(Amount::credits(1)),
    title: TitleFrom::Learner,
    pays_within: None,
    when_free: Pending,
    expires_by_itself: false,
    expiry_reasons: ExpiryReasons { unpaid: "Not paid in time", unanswered: "Not confirmed in time" },
    reminds: &[Confirmed],
    grid: Grid::Union,
    offers_outside_hours: false,
    tips: true,
    reviewers: &[Seat::Learner, Seat::Expert],
    writing: Writing { pairs: Pairs::Anybody, closes: false },
    reset_minutes: 10,
    proof: Proof::FOR_THREE_DAYS,
    by_role: false,
    most_unpaid: None,
    lazy: false,
    tells_refunds: false,
    attendance_keys: false,
    rejects_approved: false,
    promises: false,
    counts_later: false,
    audited: false,
};

const OPEN: &[Status] = &[Pending, Confirmed];
/// Minutes after the end at which a meeting completes by itself.
const COMPLETES: i64 = 24 * 60;
/// Minutes after the start from which an absence can be reported.
const ABSENT: i64 = 10;

static MACHINE: [Row; 8] = [
    row(&[Pending], Step::Confirm, &[Expert], Confirmed).needs(&[Need::Before(Mark::Start(0))]),
    row(OPEN, Step::Cancel, &[Learner, Expert, Staff], Cancelled).money(Money::Release),
    row(&[Pending], Step::Expire, &[Schedule], Expired).needs(&[Need::From(Mark::Answer)]).money(Money::Release),
    row(&[Confirmed], Step::Complete, &[Learner, Expert], Completed)
        .needs(&[Need::From(Mark::End(0))])
        .money(Money::Capture),
    row(&[Confirmed], Step::Complete, &[Schedule], Completed)
        .needs(&[Need::From(Mark::End(COMPLETES))])
        .money(Money::Capture),
    // Whoever did not come pays for it.
    row(&[Confirmed], Step::ReportNoShow, &[Learner], NoShow)
        .needs(&[Need::From(Mark::Start(ABSENT))])
        .money(Money::Release),
    row(&[Confirmed], Step::ReportNoShow, &[Expert], NoShow)
        .needs(&[Need::From(Mark::Start(ABSENT))])
        .money(Money::Capture),
    row(OPEN, Step::Move, &[Learner], Pending).needs(&[Need::Before(Mark::Start(0))]),
];
