//! The platform's counters: the items, as fed from what was written, and what administrators and visitors are told.

use std::collections::BTreeMap;

use domain::ledger::{Currency, Unit as Money};
use domain::stats::{Counter, Totals};
use serde_json::{Value as Json, json};
use tests::Person;

use super::{Stage, funds_of, status_of, unit};
use crate::counters::{CURRENCIES, Counters, Revenue};
use crate::money::Unit;
use crate::oracle::Model;

fn currency(of: Unit) -> Currency {
    match unit(of) {
        Money::Currency(currency) => currency,
        Money::Credit => panic!("credits are not counted"),
    }
}

fn read(totals: &Totals) -> Counters {
    let of = |counter| i64::try_from(totals.of(counter)).expect("no world counts so far");
    let revenue = |unit| {
        let currency = currency(unit);
        Revenue {
            gross: of(Counter::Gross(currency)),
            fees: of(Counter::Fees(currency)),
            earned: of(Counter::Earned(currency)),
            refunded: of(Counter::Refunded(currency)),
        }
    };
    let bookings = totals.bookings().map(|(status, funds, count)| ((status_of(status), funds_of(funds)), count));
    Counters {
        people: of(Counter::People),
        admins: of(Counter::Admins),
        experts: [of(Counter::Approved), of(Counter::Experts)],
        applicants: of(Counter::Applicants),
        courses: of(Counter::Courses),
        published: of(Counter::Published),
        bookings: bookings.collect(),
        completed: of(Counter::Completed),
        revenue: CURRENCIES.map(revenue),
        withdrawals: of(Counter::Withdrawals),
        to_pay_out: CURRENCIES.map(|unit| of(Counter::ToPayOut(currency(unit)))),
    }
}

fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

fn told(expected: &Counters) -> Json {
    let [tutors, _] = expected.experts;
    let named: BTreeMap<_, _> = ["USD", "INR"].into_iter().zip(expected.revenue).collect();
    let revenue = named.into_iter().filter(|(_, revenue)| *revenue != Revenue::default());
    let revenue = revenue.map(|(currency, revenue)| {
        let Revenue { gross, fees, earned, refunded } = revenue;
        let [gross, fees, earned, refunded] = [gross, fees, earned, refunded].map(decimal);
        json!({"currency": currency, "gross": gross, "platform_fee": fees, "tutor_earnings": earned,
            "refunded": refunded})
    });
    json!({
        "users": {
            "total": expected.people, "students": expected.people - expected.admins - tutors, "tutors": tutors,
            "tutors_pending": expected.applicants,
        },
        "courses": {"total": expected.courses, "published": expected.published},
        "bookings": {"total": expected.bookings.values().sum::<i64>(), "by_status": expected.by_standing()},
        "revenue": revenue.collect::<Vec<_>>(),
        "withdrawals": {"pending": expected.withdrawals, "pending_amount": decimal(expected.to_pay_out[0])},
    })
}

impl Stage {
    /// From here on what is written is counted after each command.
    pub(crate) async fn begin_to_count(&self) {
        self.counting.begin(&self.world).await;
        self.count().await;
    }

    async fn count(&self) {
        let store = &self.app().store;
        let mut totals = store.stats().await.expect("the table answers");
        totals += &store.stats_of_courses().await.expect("the table answers");
        *self.counted.lock().expect("nobody panics with it") = totals;
    }

    /// Once the stream has told of what was written, the counters are what the model has.
    pub(crate) async fn check_counters(&self, model: &Model) {
        let has_changed = self.counting.counts_what_was_written(&self.world, model.now.unsigned_abs()).await;
        if has_changed {
            self.count().await;
        }
        let totals = self.counted.lock().expect("nobody panics with it");
        assert_eq!(read(&totals), model.counters(), "the counters of the platform");
        let (numbered, (least, most)) = (totals.of(Counter::Learners), model.numbered_students());
        assert!(
            (least..=most).contains(&i64::try_from(numbered).expect("no world counts so far")),
            "{numbered} students with a number, of {least} to {most}"
        );
    }

    /// What administrators are told, and what everybody is.
    pub(crate) async fn check_statistics(&self, model: &Model) {
        let expected = model.counters();
        let mut stats = self.world.admin().await.get("/api/v1/admin/stats/").await.is(200);
        stats.as_object_mut().expect("an object").remove("generated_at");
        assert_eq!(stats, told(&expected), "what administrators are told");
        let stats = Person::stranger(&self.world, "visitor").get("/api/platform-stats/").await.is(200);
        let public = [&stats["total_mentors"], &stats["total_sessions"]];
        assert_eq!(public, [&json!(expected.experts[1]), &json!(expected.completed)], "what everybody is told");
    }
}
