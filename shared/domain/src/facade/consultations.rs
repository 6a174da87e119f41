//! Consultations with verified experts (`consultations.md` §7).

use super::machine::{Mark, Money, Need, Row, row};
use super::{Bookable, ExpiryReasons, Length, Pairs, PriceFrom, Proof, Rules, TitleFrom, Writing};
use crate::calendar::Grid;
use crate::lifecycle::Actor::{Expert, Learner, Provider, Schedule, Staff};
use crate::lifecycle::Status::{self, Cancelled, Completed, Confirmed, Expired, Pending, Rescheduled};
use crate::lifecycle::{Mode, Seat, Step};

pub static RULES: Rules = Rules {
    word: "consultations",
    machine: &MACHINE,
    length: Length { shortest: 15, longest: 2 * 60, step: 5, usual: 30 },
    furthest_days: Some(730),
    bookable: Bookable::ListedExperts,
    video_rooms: true,
    price: PriceFrom::Session,
    title: TitleFrom::Made(title),
    pays_within: Some(15),
    when_free: Pending,
    expires_by_itself: true,
    expiry_reasons: ExpiryReasons { unpaid: "Not paid in time", unanswered: "Not confirmed in time" },
    reminds: &[Confirmed],
    grid: Grid::Rows,
    offers_outside_hours: true,
    tips: false,
    reviewers: &[Seat::Learner],
    writing: Writing { pairs: Pairs::Anybody, closes: true },
    reset_minutes: 10,
    proof: Proof::ONCE_IN_TEN_MINUTES,
    by_role: false,
    most_unpaid: None,
    lazy: false,
    tells_refunds: false,
    attendance_keys: false,
    rejects_approved: false,
    promises: true,
    counts_later: false,
    audited: false,
};

const OPEN: &[Status] = &[Pending, Confirmed];
/// Minutes before the start from which, and after the end until which, somebody says that it begins.
const BEGINS_BEFORE: i64 = 15;
const BEGINS_AFTER: i64 = 2 * 60;
/// Minutes after the end at which a consultation completes by itself.
const COMPLETES: i64 = 24 * 60;

static MACHINE: [Row; 10] = [
    row(&[Pending], Step::Pay, &[Provider], Pending).needs(&[Need::Before(Mark::Answer)]).money(Money::Hold),
    row(&[Pending], Step::Confirm, &[Expert], Confirmed)
        .needs(&[Need::Before(Mark::Start(0)), Need::Paid])
        .refused_when_repeated(),
    row(OPEN, Step::Cancel, &[Learner], Cancelled)
        .needs(&[Need::Before(Mark::RefundCutoff)])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Cancel, &[Expert], Cancelled)
        .needs(&[Need::Before(Mark::Start(0))])
        .money(Money::Release)
        .refused_when_repeated(),
    row(OPEN, Step::Cancel, &[Staff], Cancelled).money(Money::Release),
    row(&[Pending], Step::Expire, &[Schedule], Expired).needs(&[Need::From(Mark::Answer)]).money(Money::Release),
    row(&[Confirmed], Step::Begin, &[Learner, Expert], Confirmed)
        .needs(&[Need::From(Mark::Start(-BEGINS_BEFORE)), Need::Until(Mark::End(BEGINS_AFTER))]),
    row(&[Confirmed], Step::Complete, &[Learner, Expert], Completed)
        .needs(&[Need::Begun, Need::From(Mark::Start(0))])
        .money(Money::Split),
    row(&[Confirmed], Step::Complete, &[Schedule], Completed)
        .needs(&[Need::From(Mark::End(COMPLETES))])
        .money(Money::Split),
    row(OPEN, Step::Replace, &[Learner], Rescheduled).needs(&[Need::Before(Mark::MoveCutoff)]),
];

/// What a consultation is called where bookings have a title.
fn title(mode: Mode, expert: &str) -> String {
    let mode = match mode {
        Mode::Video => "Video",
        Mode::Chat => "Chat",
        Mode::Phone => "Phone",
    };
    format!("{mode} consultation with {expert}")
}
