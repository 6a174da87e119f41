//! What people are told of courses.

use domain::Instant;
use domain::learning::Enrolment;
use domain::notice::{Channel, Notice, Topic};

use super::{News, money, personal};
use crate::Mint;

/// That the price of a course was received; it is mailed too.
pub(crate) fn course_paid(enrolment: &Enrolment, mint: &Mint, now: Instant) -> Notice {
    let Enrolment { price, course_title, learner, facade, .. } = enrolment;
    let content = format!("Your payment of {} for the course \"{course_title}\" was received.", money(*price));
    let news = News { title: "Payment received", content, related: enrolment.id.get() };
    let told = personal(*facade, (*learner, None), Topic::Paid, news, mint, now);
    // What such a notification is about elsewhere is a booking.
    Notice { channel: Channel::ListAndMail, related: None, ..told }
}
