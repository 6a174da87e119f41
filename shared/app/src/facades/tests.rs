//! Whatever happens to a booking, in every product: what people are told has a title, a sentence, and the category of
//! what happened.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::Instant;
use domain::booking::{Actor, Booking, Draft, Fact, Funds, Mode, Party, Policy, Reminder, Seat, Status, Times};
use domain::calendar::Schedule;
use domain::facade::Facade;
use domain::ids::{BookingId, EntryId, ReviewId, UserId};
use domain::ledger::Amount;
use domain::notice::{Category, Topic};
use domain::review::Review;
use domain::serial::Serial;
use domain::zone::Zone;

use super::{accounts, notices_of, vetting, voice};
use crate::Mint;

fn booking(facade: Facade) -> Booking {
    let now = Instant::default();
    let party = |id| Party::new(UserId::new(id).unwrap(), "Ada".to_owned());
    let draft = Draft {
        id: BookingId::new(1).unwrap(),
        facade,
        mode: Mode::Video,
        room: None,
        conversation: None,
        title: "Ownership".to_owned(),
        description: String::new(),
        category: None,
        learner: party(2),
        expert: party(4),
        times: Times { start: now + TimeDelta::hours(1), end: now + TimeDelta::hours(2) },
        price: Amount::credits(1),
        policy: Policy::default(),
    };
    let schedule = Schedule { rows: &[], blocks: &[], dated: &[], account_zone: &Zone::utc() };
    Booking::request(draft, &schedule, now, EntryId::new(1).unwrap()).unwrap().after
}

fn facts() -> Vec<Fact> {
    let by = |fact: fn(Actor) -> Fact| Actor::ALL.into_iter().map(fact);
    let absent = [None, Some(Seat::Learner), Some(Seat::Expert)];
    [Fact::Requested, Fact::Paid, Fact::NotPaid, Fact::Confirmed, Fact::Replaced, Fact::Expired, Fact::Completed]
        .into_iter()
        .chain([Fact::Refunded, Fact::PaidOut(1), Fact::Disputed, Fact::Returned])
        .chain([Reminder::DayBefore, Reminder::HourBefore].map(Fact::Reminded))
        .chain(by(|by| Fact::Cancelled { by }))
        .chain(by(|by| Fact::Moved { by }))
        .chain(absent.map(|absent| Fact::NoShow { absent }))
        .collect()
}

/// What kinds of things may be told of a fact.
fn expected(fact: Fact) -> &'static [Category] {
    use Category::{Completion, Payment, Reminder};
    match fact {
        // Payment may confirm.
        Fact::Paid => &[Payment, Category::Booking],
        Fact::NotPaid | Fact::Returned => &[Payment],
        Fact::PaidOut(_) => &[Payment, Completion],
        Fact::Completed => &[Completion],
        Fact::Reminded(_) => &[Reminder],
        Fact::Requested
        | Fact::Confirmed
        | Fact::Cancelled { .. }
        | Fact::Moved { .. }
        | Fact::Replaced
        | Fact::Expired
        | Fact::NoShow { .. }
        | Fact::Refunded
        | Fact::Disputed => &[Category::Booking],
    }
}

#[test]
fn whatever_is_told_of_a_booking_has_a_title_and_the_category_of_what_happened() {
    let mint = Mint::seeded(1);
    for facade in Facade::ALL {
        let mut met = BTreeSet::new();
        for status in Status::ALL {
            for funds in [Funds::Free, Funds::Due, Funds::Held, Funds::Captured, Funds::Released] {
                let booking = Booking { status, funds, reason: "Ill".to_owned(), ..booking(facade) };
                for fact in facts() {
                    for notice in notices_of(&booking, &[fact], &mint, Instant::default()) {
                        assert!(!notice.title.trim().is_empty() && !notice.content.trim().is_empty(), "{notice:?}");
                        let category = notice.topic.category();
                        assert!(expected(fact).contains(&category), "{facade:?} {fact:?}: {category:?}");
                        met.insert(category);
                    }
                }
            }
        }
        let all = [Category::Booking, Category::Completion, Category::Reminder];
        assert!(all.iter().all(|category| met.contains(category)), "{facade:?}: {met:?}");
    }
}

#[test]
fn what_is_told_of_people_and_of_reviews_has_a_title_and_a_category_in_every_product() {
    let (mint, now, user) = (Mint::seeded(1), Instant::default(), UserId::new(2).unwrap());
    for facade in Facade::ALL {
        let booking = booking(facade);
        let review = Review {
            id: ReviewId::new(3).unwrap(),
            booking: booking.id,
            reviewer: user,
            reviewer_name: "Ada".to_owned(),
            reviewer_serial: None,
            reviewee: booking.expert.id,
            reviewee_name: "Bob".to_owned(),
            rating: 5,
            text: String::new(),
            as_expert: true,
            is_anonymous: false,
            is_hidden: false,
            created_at: now,
            updated_at: now,
        };
        let news = (voice(facade).new_review)(&booking, &review);
        assert!(!news.title.is_empty() && !news.content.is_empty(), "{facade:?}");
        let role = (Seat::Expert, Serial::new(1).unwrap());
        for (notice, category) in [
            (accounts::greeting(facade, user, role, &mint, now), Category::General),
            (accounts::approval(facade, user, (true, ""), &mint, now), Category::Approval),
            (accounts::approval(facade, user, (false, "Why"), &mint, now), Category::Approval),
            (accounts::verification(facade, user, &mint, now), Category::General),
            (accounts::reset(facade, user, &mint, now), Category::General),
            (vetting::suspended(user, "Why", &mint, now), Category::Approval),
        ] {
            assert!(!notice.title.is_empty() && !notice.content.is_empty(), "{notice:?}");
            assert_eq!(notice.topic.category(), category, "{notice:?}");
        }
    }
    assert_eq!(Topic::NewReview.category(), Category::General);
}
