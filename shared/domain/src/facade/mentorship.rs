//! Mentorship sessions (`mentorship.md` §4.1), and what students and mentors are called by.

use super::machine::{Mark, Money, Need, Row, row};
use super::{Bookable, ExpiryReasons, Length, Pairs, PriceFrom, Proof, Rules, TitleFrom, Writing};
use crate::Sentence;
use crate::calendar::Grid;
use crate::ledger::{Amount, Currency, Unit};
use crate::lifecycle::Actor::{Expert, Learner, Provider, Schedule, Staff};
use crate::lifecycle::Status::{Cancelled, Completed, Confirmed, Expired, NoShow, Pending};
use crate::lifecycle::{Seat, Step};
use crate::serial::Serial;

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
    reset_minutes: 30,
    proof: Proof::FOR_THREE_DAYS,
    by_role: true,
    most_unpaid: Some(3),
    lazy: true,
    tells_refunds: true,
    attendance_keys: true,
    rejects_approved: false,
    promises: false,
    counts_later: false,
    audited: false,
};

/// Minutes after the end at which the clock decides by the marks of attendance, and until which a student disputes.
const DECIDED: i64 = 24 * 60;
/// Minutes before the start from which attendance is marked.
const ATTENDANCE: i64 = 10;

static MACHINE: [Row; 15] = [
    // Money that comes after the hold has ended takes the time again, if it is still free.
    row(&[Pending, Expired], Step::Pay, &[Provider], Confirmed)
        .needs(&[Need::Unpaid, Need::Before(Mark::Start(0))])
        .money(Money::Hold),
    row(&[Pending], Step::Expire, &[Schedule], Expired).needs(&[Need::From(Mark::Answer)]),
    // An administrator when the mentor is suspended.
    row(&[Pending], Step::Cancel, &[Learner, Expert, Staff], Cancelled).refused_when_repeated(),
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

/// What a mentor may ask for an hour, in paise of an Indian rupee (`mentorship.md` §2): nothing, or 10.00 to 100000.00.
pub fn hourly_rate(minor: i64) -> Result<Amount, Sentence> {
    const BAD: Sentence = "This must be 0.00, or between 10.00 and 100000.00.";
    let unit = currency().ok_or(BAD)?;
    match u64::try_from(minor) {
        Ok(minor @ (0 | 1_000..=10_000_000)) => Ok(Amount { unit, minor }),
        _ => Err(BAD),
    }
}

/// In what a mentor is paid, and takes money out.
pub fn currency() -> Option<Unit> {
    Currency::parse("INR").map(Unit::Currency)
}

/// What may be taken out at once, in paise (`mentorship.md` §5.3): 50.00 or more.
pub fn withdrawable(minor: i64) -> Result<Amount, Sentence> {
    const BAD: Sentence = "This must be 50.00 or more.";
    let unit = currency().ok_or(BAD)?;
    // However much it is: whoever has less is told so.
    match u64::try_from(minor) {
        Ok(minor @ 5_000..) => Ok(Amount { unit, minor }),
        _ => Err(BAD),
    }
}

fn letter(role: Seat) -> char {
    match role {
        Seat::Learner => 'S',
        Seat::Expert => 'M',
    }
}

/// A student's or a mentor's id, with at least six digits: `S000001`, `M000001` (`mentorship.md` §1).
pub fn shown(role: Seat, serial: Serial) -> String {
    format!("{}{:06}", letter(role), serial.get())
}

/// Whose id it is: a letter of any case, and digits of which the first may be zeros.
pub fn read(text: &str) -> Option<(Seat, Serial)> {
    let first = text.chars().next()?.to_ascii_uppercase();
    let role = [Seat::Learner, Seat::Expert].into_iter().find(|role| letter(*role) == first)?;
    let digits = text.get(1..).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((role, Serial::new(digits.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Seat::{Expert, Learner};

    fn serial(number: i64) -> Serial {
        Serial::new(number).unwrap_or_else(|| unreachable!())
    }

    #[test]
    fn an_hour_is_free_or_has_a_price_within_bounds() {
        for good in [0, 1_000, 10_000_000] {
            assert_eq!(hourly_rate(good).map(|rate| i128::from(rate.minor)), Ok(good.into()));
        }
        for bad in [-1, 1, 999, 10_000_001, i64::MAX] {
            assert!(hourly_rate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_id_has_six_digits_or_more() {
        assert_eq!(shown(Learner, serial(1)), "S000001");
        assert_eq!(shown(Expert, serial(1_000_000)), "M1000000");
    }

    #[test]
    fn an_id_is_read_without_regard_to_case_and_zeros() {
        for text in ["S000001", "s1", "S01", "s000000000000001"] {
            assert_eq!(read(text), Some((Learner, serial(1))), "{text}");
        }
        assert_eq!(read("m1000000"), Some((Expert, serial(1_000_000))));
        for text in ["", "S", "S0", "S-1", "S+1", "S 1", "T1", "1", "S99999999999", "\u{17f}1", "S１", "S1 "] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
