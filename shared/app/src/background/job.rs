//! A job: work for later, as a message of a queue.

use chrono::DateTime;
use domain::Instant;
use domain::ids::{BookingId, CourseId, NoticeId, PaymentId, PostId, UserId};
use domain::report::Report;
use serde::{Deserialize, Serialize};
use store::commissions::{report_of, report_word};
use store::{Cause, MailOf, RefundOf};

/// Work for later. Queues deliver at least once, in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Something is due at this booking.
    Due(BookingId),
    /// Money has to go back.
    Refund(RefundOf),
    Mail(MailOf),
    /// This expert was suspended a while ago: whatever they are still booked for is cancelled.
    Sweep(UserId),
    /// This post was deleted a while ago: all that belongs to it goes.
    Clear(PostId),
    /// The same of a course.
    ClearCourse(CourseId),
    /// Those who come to a gathering of this person hear this.
    Tell(UserId, NoticeId),
    /// This report is to be written, as it was asked for at this moment.
    Write(Report, Instant),
}

/// Which queue a job waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    Due,
    Mail,
    Report,
}

/// A booking that was begun before the suspension may commit after it: no function that writes runs longer than this.
/// By then the list index has it too.
const SWEEP_WAITS_SECONDS: i32 = 60;

/// A job in its queue, and what caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub job: Job,
    pub cause: Option<Cause>,
}

impl From<Job> for Order {
    fn from(job: Job) -> Self {
        Self { job, cause: None }
    }
}

impl Order {
    pub fn to_text(&self) -> String {
        let request = self.cause.as_ref().map(|cause| cause.as_str().to_owned());
        let envelope = Envelope { job: self.job.into(), request };
        serde_json::to_string(&envelope).expect("numbers and fixed words are JSON")
    }

    /// `None` for what no queue of ours ever held.
    pub fn from_text(text: &str) -> Option<Self> {
        let Envelope { job, request } = serde_json::from_str(text).ok()?;
        Some(Self { job: job.read()?, cause: request.as_deref().and_then(Cause::new) })
    }
}

/// An order as it travels.
#[derive(Serialize, Deserialize)]
struct Envelope {
    #[serde(flatten)]
    job: Wire,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wire {
    Due {
        booking: i64,
    },
    RefundOfBooking {
        booking: i64,
    },
    RefundOfPayment {
        payment: i64,
    },
    Mail {
        user: i64,
        about: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told_to: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        booking: Option<i64>,
    },
    Sweep {
        user: i64,
    },
    Clear {
        post: i64,
    },
    ClearCourse {
        course: i64,
    },
    Tell {
        user: i64,
        news: i64,
    },
    Write {
        report: String,
        /// In milliseconds.
        asked_at: i64,
    },
}

impl Job {
    pub(super) fn waits_in(self) -> Waits {
        match self {
            Job::Mail(_) => Waits::Mail,
            Job::Write(..) => Waits::Report,
            Job::Due(_) | Job::Refund(_) | Job::Sweep(_) | Job::Clear(_) | Job::ClearCourse(_) | Job::Tell(..) => {
                Waits::Due
            }
        }
    }

    /// Seconds until it may be delivered.
    pub(super) fn delay(self) -> Option<i32> {
        matches!(self, Job::Sweep(_) | Job::Clear(_) | Job::ClearCourse(_)).then_some(SWEEP_WAITS_SECONDS)
    }

    /// For the log.
    pub fn kind(self) -> &'static str {
        match self {
            Job::Due(_) => "due",
            Job::Refund(_) => "refund",
            Job::Mail(_) => "mail",
            Job::Sweep(_) => "sweep",
            Job::Clear(_) => "clear",
            Job::ClearCourse(_) => "clear_course",
            Job::Tell(..) => "tell",
            Job::Write(..) => "write",
        }
    }
}

impl From<Job> for Wire {
    fn from(job: Job) -> Self {
        match job {
            Job::Due(booking) => Wire::Due { booking: booking.get() },
            Job::Refund(RefundOf::Booking(root)) => Wire::RefundOfBooking { booking: root.get() },
            Job::Refund(RefundOf::Payment(id)) => Wire::RefundOfPayment { payment: id.get() },
            Job::Sweep(user) => Wire::Sweep { user: user.get() },
            Job::Clear(post) => Wire::Clear { post: post.get() },
            Job::ClearCourse(course) => Wire::ClearCourse { course: course.get() },
            Job::Tell(user, news) => Wire::Tell { user: user.get(), news: news.get() },
            Job::Write(report, asked_at) => {
                Wire::Write { report: report_word(report), asked_at: asked_at.timestamp_millis() }
            }
            Job::Mail(mail) => Wire::Mail {
                user: mail.user.get(),
                told_to: mail.told_to.map(|user| user.get()),
                about: mail.about.map(|notice| notice.get()),
                booking: mail.booking.map(|booking| booking.get()),
            },
        }
    }
}

impl Wire {
    fn read(self) -> Option<Job> {
        match self {
            Wire::Due { booking } => BookingId::new(booking).map(Job::Due),
            Wire::RefundOfBooking { booking } => BookingId::new(booking).map(RefundOf::Booking).map(Job::Refund),
            Wire::RefundOfPayment { payment } => PaymentId::new(payment).map(RefundOf::Payment).map(Job::Refund),
            Wire::Sweep { user } => UserId::new(user).map(Job::Sweep),
            Wire::Clear { post } => PostId::new(post).map(Job::Clear),
            Wire::ClearCourse { course } => CourseId::new(course).map(Job::ClearCourse),
            Wire::Tell { user, news } => Some(Job::Tell(UserId::new(user)?, NoticeId::new(news)?)),
            Wire::Write { report, asked_at } => {
                Some(Job::Write(report_of(&report)?, DateTime::from_timestamp_millis(asked_at)?))
            }
            Wire::Mail { user, about, told_to, booking } => {
                let about = about.map(|id| NoticeId::new(id).ok_or(())).transpose().ok()?;
                let told_to = told_to.map(|id| UserId::new(id).ok_or(())).transpose().ok()?;
                let booking = booking.map(|id| BookingId::new(id).ok_or(())).transpose().ok()?;
                Some(Job::Mail(MailOf { user: UserId::new(user)?, about, told_to, booking }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_reads_back_and_nothing_else_is_one() {
        let mail = MailOf { user: UserId::new(4).unwrap(), about: NoticeId::new(7), told_to: None, booking: None };
        for job in [
            Job::Due(BookingId::new(1 << 53).unwrap()),
            Job::Mail(mail),
            Job::Mail(MailOf { about: None, ..mail }),
            Job::Mail(MailOf { told_to: UserId::new(9), booking: BookingId::new(3), ..mail }),
            Job::Refund(RefundOf::Booking(BookingId::new(5).unwrap())),
            Job::Refund(RefundOf::Payment(PaymentId::new(5).unwrap())),
            Job::Sweep(mail.user),
            Job::Clear(PostId::new(6).unwrap()),
            Job::ClearCourse(CourseId::new(6).unwrap()),
            Job::Tell(mail.user, NoticeId::new(8).unwrap()),
            Job::Write(
                report_of("meetings#earnings.pdf#2026-11-01#2026-11-30").unwrap(),
                "2026-11-30T10:00:00.001Z".parse().unwrap(),
            ),
        ] {
            for cause in [None, Cause::new("JKJaXmPLvHcESHA=")] {
                let order = Order { job, cause };
                assert_eq!(Order::from_text(&order.to_text()), Some(order));
            }
        }
        let old = r#"{"mail":{"user":4,"about":7}}"#;
        assert_eq!(Order::from_text(old), Some(Job::Mail(mail).into()), "as queues held it before");
        let bad = [
            "",
            "{}",
            "null",
            r#"{"due":{}}"#,
            r#"{"due":{"booking":0}}"#,
            r#"{"mail":{"user":2,"about":-1}}"#,
            r#"{"write":{"report":"meetings#x.csv#a#b","asked_at":1}}"#,
        ];
        assert!(bad.iter().all(|text| Order::from_text(text).is_none()));
    }
}
