//! Now and then: everything. The table's own reconcile, and every list of every person beside the model.

use app::bookings::Filter;
use app::reviews::Which;
use app::{bookings, chats, notices, reviews, wallet};
use domain::ledger::{Account, Kind};
use store::{Page, RefundOf};

use super::command::{Answer, Status};
use super::money::Unit;
use super::oracle::{Booking, GRANT, Model};
use super::stage::{Stage, unit};

/// Reads a list to its end.
macro_rules! all {
    ($cursor:ident => $page:expr) => {{
        let mut items = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let $cursor = next.as_deref();
            let page: Page<_> = $page.await.expect("a list");
            items.extend(page.items);
            next = page.next;
            if next.is_none() {
                break items;
            }
        }
    }};
}

impl Stage {
    /// No credit was lost or made, no step is claimed twice or by nobody, every hold has ended once or belongs to an
    /// open booking, whatever is pending is noted as such, and the platform's counters are what is there.
    pub(crate) async fn take_stock(&self, model: &Model) {
        self.forget_balances();
        let stock = self.app().store.stock().await.expect("the table answers");
        assert!(stock.is_sound(), "{stock:#?}");
        let (noted, real) = tests::pending::noted_and_real(&self.world);
        assert!(noted.iter().all(|id| real.contains(id)), "what is noted as pending is, or may be: {noted:?}");
        // What is over by the clock may be noted no more where that it is over is written only when it matters.
        let may_be_forgotten = |booking: &Booking| booking.rules.is_lazy && booking.has_lapsed(model.now);
        let pending = model.bookings.iter().filter(|booking| booking.status == Status::Pending);
        let pending = pending.filter(|booking| !may_be_forgotten(booking));
        for booking in pending {
            let root = model.bookings[booking.root].id.to_string();
            assert!(noted.contains(&root), "{root} is pending and not noted");
        }
        let names = [store::reconcile::credit_unit(), "USD".to_owned(), "INR".to_owned()];
        for (unit, name) in Unit::ALL.into_iter().zip(names) {
            let number = unit as usize;
            let expected = model.issued[number] - model.fees[number];
            let owned = stock.owned.get(&name).copied().unwrap_or_default();
            let owned = i64::try_from(owned).expect("not so much");
            // The administrator has what everybody begins with, and keeps it.
            let aside = if unit == Unit::Credit { GRANT } else { 0 };
            assert_eq!(
                owned - aside,
                expected,
                "all {unit:?} are those that were granted, bought or paid, less the fees"
            );
            let purses = model.people.iter().map(|person| person.purses[number]);
            let sum: i64 = purses.map(|purse| purse.spendable + purse.held).sum();
            assert_eq!(sum, expected, "the model itself keeps all {unit:?}");
        }
        self.counting.counts(&self.world, model.now.unsigned_abs()).await;
        let everybody: Vec<usize> = (0..model.people.len()).collect();
        for person in &everybody {
            self.check_balance(model, *person).await;
            self.check_rating(model, *person).await;
            self.check_given(model, *person).await;
            self.check_dates(model, *person).await;
        }
        let spans = model.bookings.iter().map(|booking| booking.span);
        if let Some(hull) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
            self.check_days(model, &everybody, hull).await;
        }
    }

    /// What an expert offers on some dates is, to the minute, what the model says.
    async fn check_dates(&self, model: &Model, person: usize) {
        for ahead in [0, 1, 3] {
            let (day, minutes) = (model.now.div_euclid(24 * 60) + ahead, 30);
            let offered = self.offers(self.people[person], day, minutes).await;
            match model.people[person].expert {
                Some(expert) if !expert.is_suspended => {
                    let expected = Answer::Slots(model.day(person, day, minutes.into()));
                    assert_eq!(offered, Ok(expected), "free times of {person} on day {day}");
                }
                _ => assert!(offered.is_err(), "{person} is no expert, or none at present"),
            }
        }
    }

    /// The platform's share, as the entries have it, and what is noted as owed back.
    pub(crate) async fn check_money(&self, model: &Model) {
        for of in [Unit::Usd, Unit::Inr] {
            assert_eq!(self.fees(of).await, model.fees[of as usize], "the platform's share of all that was paid");
        }
        self.check_owed(model).await;
    }

    async fn fees(&self, of: Unit) -> i64 {
        let mut fees = 0;
        for user in &self.people {
            let list = |after: Option<String>| async move {
                self.app().store.entries(*user, unit(of), after.as_deref(), 100).await.expect("the table answers")
            };
            let mut page = list(None).await;
            loop {
                let earned = page.items.iter().filter(|entry| matches!(entry.seen_by(*user), Some((Kind::Earned, _))));
                let legs = earned.flat_map(|entry| entry.legs()).filter(|leg| leg.account == Account::Fee);
                fees += i64::try_from(legs.map(|leg| leg.delta).sum::<i128>()).expect("small fees");
                let Some(next) = page.next else { break };
                page = list(Some(next)).await;
            }
        }
        fees
    }

    async fn check_owed(&self, model: &Model) {
        let number = |item: &serde_json::Value, name: &str| item[name]["N"].as_str().map(str::to_owned);
        let items = self.world.table.items();
        let notes = items.iter().filter(|item| item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("REFUND#")));
        let mut real: Vec<_> = notes.map(|item| (number(item, "booking"), number(item, "payment"))).collect();
        let mut expected: Vec<_> = (model.owed.iter())
            .map(|refund| match self.refund_of(model, *refund) {
                RefundOf::Booking(root) => (Some(root.to_string()), None),
                RefundOf::Payment(id) => (None, Some(id.to_string())),
            })
            .collect();
        let of_session = |at: &usize| (Some(model.bookings[*at].id.to_string()), None);
        expected.extend(model.sessions.owed.iter().map(of_session));
        let strays = real.iter().filter(|owed| !expected.contains(owed)).count();
        assert_eq!(strays, model.sessions.declined, "payments for sessions that go back");
        real.retain(|owed| expected.contains(owed));
        real.sort();
        expected.sort();
        assert_eq!(real, expected, "what is owed back to whom");
        for intent in &model.intents {
            self.check_intent(intent).await;
        }
    }

    pub(crate) async fn check_lists(&self, model: &Model) {
        self.check_money(model).await;
        for enrolment in 0..model.courses.enrolments.len() {
            self.check_enrolment(model, enrolment).await;
        }
        for person in 0..model.people.len() {
            self.check_bookings(model, person).await;
            self.check_transactions(model, person).await;
            self.check_notices(model, person).await;
            self.check_messages(model, person).await;
            self.check_reviews(model, person).await;
        }
    }

    /// The clock has come by, so what is read is what is written.
    async fn check_bookings(&self, model: &Model, person: usize) {
        let (app, caller, filter) = (self.app(), self.caller(person), Filter::default());
        let real = all!(cursor => bookings::list(app, caller, filter, cursor, 100));
        let mine = |at: &usize| model.bookings[*at].has(person);
        let mut expected: Vec<_> = (0..model.bookings.len()).filter(mine).collect();
        expected.sort_by_key(|at| std::cmp::Reverse(model.bookings[*at].id));
        assert_eq!(real.len(), expected.len(), "bookings of {person}");
        for (real, at) in real.iter().zip(expected) {
            assert_eq!(real.id.get(), model.bookings[at].id, "bookings of {person}, newest first");
            if model.bookings[at].has_lapsed(model.now) {
                continue; // which nobody had to write down yet
            }
            self.is_as_expected(model, real, at);
        }
    }

    /// Each capture and each tip stands once in both lists; holds and releases in none.
    async fn check_transactions(&self, model: &Model, person: usize) {
        let (app, caller, user) = (self.app(), self.caller(person), self.people[person]);
        let mut real = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let (page, _) = wallet::entries(app, caller, next.as_deref(), 100).await.expect("the table answers");
            real.extend(page.items.iter().map(|entry| {
                let (kind, amount) = entry.seen_by(user).expect("what is listed for a person concerns them");
                let kind = match kind {
                    Kind::Initial => "initial",
                    Kind::Purchased => "purchased",
                    Kind::Spent => "spent",
                    Kind::Earned => "earned",
                };
                (kind, i64::try_from(amount).expect("a small amount"), entry.cause.booking().map(|id| id.get()))
            }));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        let id = |at: usize| model.bookings[at].id;
        let entries = model.people[person].entries.iter();
        let mut expected: Vec<_> = entries.map(|(kind, amount, at)| (*kind, *amount, at.map(id))).collect();
        expected.sort_unstable();
        real.sort_unstable();
        assert_eq!(real, expected, "transactions of {person}");
    }

    async fn check_notices(&self, model: &Model, person: usize) {
        let (app, caller) = (self.app(), self.caller(person));
        let real = all!(cursor => notices::list(app, caller, None, cursor, 100));
        let real: Vec<_> = real.iter().map(|notice| (notice.id.get(), notice.title.clone(), notice.is_read)).collect();
        let seen = |notice: &super::oracle::Notice| (notice.id.unwrap_or(0), notice.title.to_owned(), notice.is_read);
        let mut expected: Vec<_> = model.people[person].notices.iter().map(seen).collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(real, expected, "notices of {person}, newest first");
    }

    async fn check_messages(&self, model: &Model, person: usize) {
        let (app, caller) = (self.app(), self.caller(person));
        let real = all!(cursor => chats::list(app, caller, None, cursor, 100));
        let real: Vec<_> =
            real.iter().map(|told| (told.message.id.get(), told.conversation.has_read(&told.message))).collect();
        let is_mine = |from: usize, to: usize| from == person || to == person;
        let is_unread = |number: usize| model.chats.values().any(|chat| chat.unread.contains(&number));
        let mut expected: Vec<_> = (model.messages.iter().enumerate())
            .filter(|(_, message)| is_mine(message.from, message.to))
            .map(|(number, message)| (message.id, !is_unread(number)))
            .collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(real, expected, "messages of {person}, newest first, and which are read");
    }

    async fn check_reviews(&self, model: &Model, person: usize) {
        let (app, caller, which) = (self.app(), self.caller(person), Which::Of(self.people[person]));
        let real = all!(cursor => reviews::list(app, caller, which, cursor, 100));
        let sum: u32 = real.iter().map(|review| u32::from(review.rating)).sum();
        assert_eq!((real.len() as u32, sum), model.people[person].rating, "reviews of {person}");
    }
}
