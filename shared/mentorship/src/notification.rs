//! How a notification looks (`mentorship.md` §2). Its id is made of its number, so that all products show the same ones.

use domain::facade::Facade;
use domain::ids::NoticeId;
use domain::notice::{Notice, Topic};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Something a person was told.
#[derive(Serialize, ToSchema)]
#[schema(as = MentorshipNotification)]
pub struct Notification {
    #[schema(example = "6e6f7469-6365-8000-8000-000000000001")]
    id: String,
    /// The recipient's id: as a student, else as a mentor.
    #[schema(example = "S000001")]
    formal_id: String,
    message: String,
    #[schema(value_type = MentorshipNotificationType)]
    notification_type: &'static str,
    is_read: bool,
    created_at: Stamp,
}

/// How grave it is.
fn level(topic: Topic) -> &'static str {
    match topic {
        Topic::Confirmed | Topic::Booked | Topic::Paid | Topic::Completed | Topic::ReviewWanted | Topic::Approved => {
            "success"
        }
        Topic::Cancelled
        | Topic::Expired
        | Topic::Rescheduled
        | Topic::NoShow
        | Topic::Disputed
        | Topic::ApprovalWithdrawn
        | Topic::Suspended
        | Topic::PaymentTrouble
        | Topic::Undelivered => "warning",
        Topic::Rejected => "error",
        Topic::Requested
        | Topic::DayReminder
        | Topic::HourReminder
        | Topic::CreditUpdate
        | Topic::Withdrawal
        | Topic::NewMessage
        | Topic::NewReview
        | Topic::Applied
        | Topic::PasswordReset
        | Topic::Welcome
        | Topic::EmailVerification
        | Topic::Commented
        | Topic::GatheringMoved
        | Topic::GatheringOff
        | Topic::Contacted
        | Topic::SupportWanted
        | Topic::SupportReplied
        | Topic::Greeted
        | Topic::SignedIn
        | Topic::NewsletterAsked
        | Topic::NewsletterBegun => "info",
    }
}

/// Of two things with one topic, money earned is the better news.
fn level_of(notice: &Notice) -> &'static str {
    let is_earned = notice.facade == Facade::Mentorship && notice.title == "Session completed";
    if is_earned { "success" } else { level(notice.topic) }
}

edge::words! {
    /// How grave it is.
    pub MentorshipNotificationType = ["info", "success", "warning", "error"]
}

impl Notification {
    pub fn of(notice: &Notice, formal_id: &str) -> Self {
        Self {
            id: uuid(notice.id),
            formal_id: formal_id.to_owned(),
            message: notice.content.clone(),
            notification_type: level_of(notice),
            is_read: notice.is_read,
            created_at: Stamp(notice.created_at),
        }
    }
}

/// The first half of every id: the word `notice`, and that it is made after nobody's rules but ours (RFC 9562, version 8).
const SPACE: u64 = 0x6e6f_7469_6365_8000;

/// The two bits RFC 9562 wants in front of the second half.
const VARIANT: u64 = 0x8000_0000_0000_0000;

/// A number as an id.
pub fn uuid(notice: NoticeId) -> String {
    let number = VARIANT | notice.get().unsigned_abs();
    let (high, low) = (format!("{SPACE:016x}"), format!("{number:016x}"));
    format!("{}-{}-{}-{}-{}", &high[..8], &high[8..12], &high[12..], &low[..4], &low[4..])
}

/// The number an id is made of, in any letter case; `None` for an id of anything else.
pub fn notice(uuid: &str) -> Option<NoticeId> {
    let number = u64::from_str_radix(uuid.get(19..)?.replacen('-', "", 1).get(..16)?, 16).ok()?;
    let notice = NoticeId::new(i64::try_from(number & !VARIANT).ok()?)?;
    self::uuid(notice).eq_ignore_ascii_case(uuid).then_some(notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_number_and_nothing_else_does() {
        for number in [1, 0xff, 1 << 52, (1 << 53) - 1, 1 << 53] {
            let id = NoticeId::new(number).unwrap();
            let made = uuid(id);
            assert_eq!(made.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{made}");
            assert_eq!(notice(&made), Some(id));
            assert_eq!(notice(&made.to_uppercase()), Some(id));
            for other in [&made[1..], &made.replace('-', ""), &format!("{made}0"), &made.replacen("6e", "6f", 1)] {
                assert_eq!(notice(other), None, "{other}");
            }
        }
        for other in [
            "",
            "7",
            "6e6f7469-6365-8000-8000-000000000000",
            "6e6f7469-6365-8000-0000-000000000001",
            "é".repeat(18).as_str(),
        ] {
            assert_eq!(notice(other), None, "{other}");
        }
    }

    #[test]
    fn every_topic_has_one_of_the_four_words() {
        assert!(Topic::ALL.into_iter().all(|topic| ["info", "success", "warning", "error"].contains(&level(topic))));
    }
}
