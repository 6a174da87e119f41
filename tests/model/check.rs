//! After a command: what it touched, in the table and in the model.

use domain::booking::{self, Seat};
use domain::chat::Pair;
use domain::ids::{BookingId, PaymentId};
use domain::interval::Interval;
use domain::ledger::Balance;
use domain::payment::IntentStatus;
use store::Kind;

use super::command::{Span, Status};
use super::money::{Funds, Intent, Purse, Said, Unit};
use super::oracle::{Booking, Model, Touched};
use super::rules::Wanted;
use super::stage::{Stage, funds_of, instant, span, status, unit};

impl Stage {
    pub(crate) async fn check_touched(&self, model: &mut Model) {
        let Touched { purses, bookings, intents, diaries, spans, chats, rated, told } =
            std::mem::take(&mut model.touched);
        if self.has_written(Kind::Balance) {
            self.forget_balances();
        }
        for person in purses {
            self.check_balance(model, person).await;
        }
        for at in bookings {
            self.check_booking(model, at).await;
        }
        for at in intents {
            self.check_intent(&model.intents[at]).await;
        }
        for at in std::mem::take(&mut model.courses.touched) {
            self.check_enrolment(model, at).await;
        }
        if let Some(hull) = spans.into_iter().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
            self.check_days(model, &diaries.into_iter().collect::<Vec<_>>(), hull).await;
        }
        for (a, b) in chats {
            self.check_chat(model, a, b).await;
        }
        for person in rated {
            self.check_rating(model, person).await;
        }
        for (person, count) in told {
            self.check_told(model, person, count).await;
        }
        self.check_counters(model).await;
    }

    pub(crate) async fn check_balance(&self, model: &Model, person: usize) {
        for of in Unit::ALL {
            let balance = self.balance(person, of).await;
            let real =
                [balance.spendable, balance.held, balance.coming].map(|sum| i64::try_from(sum).expect("a small sum"));
            let Purse { spendable, held, earned } = model.people[person].purses[of as usize];
            // What is held in money no balance keeps: the reconciliation compares entries and bookings.
            let held = if of == Unit::Credit { held } else { 0 };
            let expected = [spendable, held, model.coming(person, of)];
            assert_eq!(real, expected, "spendable, held and coming {of:?} of person {person}");
            assert_eq!(i64::try_from(balance.earned).ok(), Some(earned), "{of:?} ever earned by person {person}");
        }
    }

    /// As last read: what was not written since has not changed.
    async fn balance(&self, person: usize, of: Unit) -> Balance {
        let known = self.balances.lock().expect("nobody panics with it").get(&(person, of)).copied();
        if let Some(known) = known {
            return known;
        }
        let read = self.app().store.balance(self.people[person], unit(of), instant(0)).await;
        let read = read.expect("the table answers");
        self.balances.lock().expect("nobody panics with it").insert((person, of), read);
        read
    }

    pub(crate) fn forget_balances(&self) {
        self.balances.lock().expect("nobody panics with it").clear();
    }

    async fn check_booking(&self, model: &Model, at: usize) {
        let id = BookingId::new(model.bookings[at].id).expect("the model has only ids it was given");
        let real = self.app().store.booking(id).await.expect("the table answers");
        let real = real.expect("a booking that was made is there");
        self.is_as_expected(model, &real, at);
        let read = real.as_of(self.app().clock.now());
        let is_over = model.bookings[at].has_lapsed(model.now);
        let expected = if is_over { model.bookings[at].rules.lapses_to } else { model.bookings[at].status };
        assert_eq!(status(&read), expected, "what booking {at} reads as");
    }

    pub(crate) async fn check_intent(&self, intent: &Intent) {
        let id = PaymentId::new(intent.id).expect("the model has only ids it was given");
        let real = self.app().store.intent(id).await.expect("the table answers").expect("an intent stays");
        let said = match real.status {
            IntentStatus::Pending | IntentStatus::Processing => Said::Pending,
            IntentStatus::Succeeded => Said::Succeeded,
            IntentStatus::Failed => Said::Failed,
            IntentStatus::Refunded => Said::Refunded,
        };
        assert_eq!((said, real.returned_at.is_some()), (intent.said, intent.is_returned), "what became of {intent:?}");
    }

    /// Whether the bookings that a command touched have the status and the time that the model expects.
    pub(crate) async fn has_touched_bookings_of(&self, model: &Model) -> bool {
        for expected in model.touched.bookings.iter().map(|at| &model.bookings[*at]) {
            let id = BookingId::new(expected.id).expect("the model has only ids it was given");
            let real = self.app().store.booking(id).await.expect("the table answers");
            if real.is_none_or(|real| (status(&real), span(real.interval)) != (expected.status, expected.span)) {
                return false;
            }
        }
        true
    }

    /// A booking as it is written.
    pub(crate) fn is_as_expected(&self, model: &Model, real: &booking::Booking, at: usize) {
        let expected: &Booking = &model.bookings[at];
        let written = (status(real), span(real.interval));
        assert_eq!(written, (expected.status, expected.span), "status and time of booking {at}");
        let number = |amount: u64| i64::try_from(amount).expect("a small amount");
        assert_eq!(
            (funds_of(real.funds), number(real.paid_out)),
            (expected.funds, expected.paid),
            "where the price of {at} is"
        );
        let price = (real.price.unit, number(real.price.minor));
        assert_eq!(price, (unit(expected.price.unit), expected.price.minor), "the frozen price of {at}");
        assert_eq!(real.root.get(), model.bookings[expected.root].id, "the first of the chain of {at}");
        let replaced_by = expected.replaced_by.map(|next| model.bookings[next].id);
        assert_eq!(real.chain.replaced_by.map(|id| id.get()), replaced_by, "what replaced {at}");
        assert_eq!(real.start_version, 1 + expected.moves, "how often {at} was moved");
        assert_eq!(real.started_at.is_some(), expected.has_begun, "whether {at} has begun");
        if let Some(title) = expected.rules.title {
            assert_eq!(real.title, title(expected.title), "the title of {at}");
        }
        let attended = [real.learner.completed, real.expert.completed];
        if expected.rules.tells_refunds || expected.is_made_by(&super::tutoring::RULES) {
            assert_eq!((attended, real.is_disputed), (expected.attended, expected.is_disputed), "who was at {at}");
        }
        let seat = |person| if person == expected.expert { Seat::Expert } else { Seat::Learner };
        assert_eq!(real.absent, expected.absent.map(seat), "who did not come to {at}");
        let reviewed = [expected.requester, expected.expert].map(|person| expected.reviewed_by.contains(&person));
        assert_eq!([real.learner.reviewed, real.expert.reviewed], reviewed, "who has reviewed {at}");
        let is_looked_at = real.due_at.is_some();
        match expected.status {
            Status::Pending if expected.funds == Funds::Due => assert!(is_looked_at, "when {at} expires"),
            Status::Pending if expected.rules.ends_unanswered => {
                assert_eq!(real.due_at, Some(instant(expected.span.0)), "when {at} expires");
            }
            status => {
                let has_a_say = status.is_open() && !expected.is_disputed;
                assert_eq!(is_looked_at, has_a_say, "whether the clock has a say in {at}");
            }
        }
    }

    /// The claimed steps of all days this span touches.
    pub(crate) async fn check_days(&self, model: &Model, people: &[usize], (start, end): Span) {
        const STEPS: i64 = 288;
        let window = Interval::new(instant(start), instant(end)).expect("a span that makes sense");
        let users: Vec<_> = people.iter().map(|person| self.people[*person]).collect();
        let busy = self.app().store.busy(&users, window, self.app().clock.now()).await.expect("the table answers");
        let days = start.div_euclid(24 * 60)..end.div_euclid(24 * 60) + 1;
        for (person, user) in people.iter().zip(&users) {
            let real: Vec<i64> = busy[user]
                .iter()
                .flat_map(|(day, steps)| {
                    steps.iter().map(move |step| i64::from(day.to_epoch_days()) * STEPS + i64::from(*step))
                })
                .collect();
            let taken = model.people[*person].taken.range(days.start * STEPS..days.end * STEPS);
            let counts = |at: usize| !model.bookings[at].has_lapsed(model.now);
            let expected: Vec<i64> = taken.filter(|(_, at)| counts(**at)).map(|(step, _)| *step).collect();
            assert_eq!(real, expected, "claimed steps of person {person}");
        }
    }

    async fn check_chat(&self, model: &Model, a: usize, b: usize) {
        let pair = Pair::new(self.people[a], self.people[b]).expect("two people");
        let real = self.app().store.conversation(pair).await.expect("the table answers");
        let blocked = |person: usize| model.chats.get(&(a, b)).is_some_and(|chat| chat.blocked_by.contains(&person));
        for (person, other) in [(a, b), (b, a)] {
            let side = real.as_ref().map(|real| real.side(self.people[person]).clone()).unwrap_or_default();
            let expected = (model.unread(person, other), blocked(person));
            assert_eq!((side.unread as usize, side.blocks), expected, "unread by {person} from {other}, and blocks");
        }
    }

    pub(crate) async fn check_rating(&self, model: &Model, person: usize) {
        let user = self.app().store.user(self.people[person]).await.expect("the table answers").expect("people stay");
        let expected = &model.people[person];
        assert_eq!((user.tally.count, user.tally.sum), expected.rating, "reviews of {person}");
        let real = (user.tally_as_expert.count, user.tally_as_expert.sum);
        assert_eq!(real, expected.rating_as_expert, "reviews of {person} as an expert");
        assert!(user.sessions_given <= expected.given, "bookings completed with {person} as the expert");
    }

    /// What follows a moment after a completion has followed.
    pub(crate) async fn check_given(&self, model: &Model, person: usize) {
        let user = self.app().store.user(self.people[person]).await.expect("the table answers").expect("people stay");
        let expected = model.people[person].given;
        assert_eq!(user.sessions_given, expected, "bookings completed with {person} as the expert");
    }

    /// The newest notices of this person are the ones the model expects, and no other came with them.
    async fn check_told(&self, model: &mut Model, person: usize, count: usize) {
        let page =
            self.app().store.notices(self.people[person], None, None, count + 1).await.expect("the table answers");
        let notices = &mut model.people[person].notices;
        let known = notices.len() - count;
        let newest_known = notices[..known].iter().filter_map(|notice| notice.id).max();
        let (new, before) = page.items.split_at(count.min(page.items.len()));
        assert_eq!(before.first().map(|notice| notice.id.get()), newest_known, "the notice before those of {person}");
        assert_eq!(new.len(), count, "new notices of {person}");
        for notice in new {
            let is_it = |expected: &&mut super::oracle::Notice| {
                expected.id.is_none() && expected.title == notice.title && expected.related == notice.related
            };
            let expected = notices[known..].iter_mut().find(is_it);
            let expected = expected.unwrap_or_else(|| panic!("{person} should not have been told {notice:?}"));
            assert!(!notice.is_read, "{notice:?} is new");
            expected.id = Some(notice.id.get());
        }
    }

    /// What is offered in place of a time that cannot be had: up to five, soon, free for both and inside the hours.
    pub(crate) fn check_offered(&self, model: &Model, wanted: Wanted, offered: &[Span]) {
        let (pair, (start, end), moving, rules) = wanted;
        let until = (rules.offered_until)(model.now, start);
        let are_right = offered.len() <= 5
            && offered.iter().all(|time| time.0 <= until)
            && model.could_be_asked_for(pair, end - start, offered, moving);
        assert!(are_right, "{offered:?} in place of {wanted:?}");
    }
}
