//! Now and then: everything. The table's own reconcile, and every list of every person beside the model.

use app::bookings::Filter;
use app::reviews::Which;
use app::{bookings, chats, notices, reviews, wallet};
use domain::ledger::Kind;
use store::Page;

use super::oracle::Model;
use super::stage::Stage;

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
    /// open meeting.
    pub(crate) async fn take_stock(&self, model: &Model) {
        let stock = self.app().store.stock().await.expect("the table answers");
        assert!(stock.is_sound(), "{stock:#?}");
        let owned = stock.owned.get(&store::reconcile::credit_unit()).copied();
        assert_eq!(owned, Some(model.issued), "all credits are those that were granted or bought");
        let sum: i64 = model.people.iter().map(|person| person.balance + person.held).sum();
        assert_eq!(sum, model.issued, "the model itself keeps all credits");
        let everybody: Vec<usize> = (0..model.people.len()).collect();
        for person in &everybody {
            self.check_balance(model, *person).await;
            self.check_rating(model, *person).await;
        }
        let spans = model.meetings.iter().map(|meeting| meeting.span);
        if let Some(hull) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
            self.check_days(model, &everybody, hull).await;
        }
    }

    pub(crate) async fn check_lists(&self, model: &Model) {
        for person in 0..model.people.len() {
            self.check_meetings(model, person).await;
            self.check_transactions(model, person).await;
            self.check_notices(model, person).await;
            self.check_messages(model, person).await;
            self.check_reviews(model, person).await;
        }
    }

    async fn check_meetings(&self, model: &Model, person: usize) {
        let (app, caller, filter) = (self.app(), self.caller(person), Filter::default());
        let real = all!(cursor => bookings::list(app, caller, filter, cursor, 100));
        let mut expected: Vec<_> = model.meetings.iter().filter(|meeting| meeting.has(person)).collect();
        expected.sort_by_key(|meeting| std::cmp::Reverse(meeting.id));
        assert_eq!(real.len(), expected.len(), "meetings of {person}");
        for (real, expected) in real.iter().zip(expected) {
            assert_eq!(real.id.get(), expected.id, "meetings of {person}, newest first");
            self.is_as_expected(real, expected);
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
                (kind, i64::from(amount), entry.cause.booking().map(|id| id.get()))
            }));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        let id = |at: usize| model.meetings[at].id;
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
