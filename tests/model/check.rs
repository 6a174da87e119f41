//! After a command: what it touched, in the table and in the model.

use domain::booking::{Booking, Funds, Seat};
use domain::chat::Pair;
use domain::ids::BookingId;
use domain::interval::Interval;
use domain::ledger::Unit;

use super::calendar;
use super::command::{Span, Status};
use super::oracle::{Hold, Meeting, Model, PRICE, Touched};
use super::stage::{Stage, instant, span, status, title};

impl Stage {
    pub(crate) async fn check_touched(&self, model: &mut Model) {
        let Touched { purses, meetings, diaries, spans, chats, rated, told } = std::mem::take(&mut model.touched);
        for person in purses {
            self.check_balance(model, person).await;
        }
        for at in meetings {
            self.check_meeting(&model.meetings[at]).await;
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
    }

    pub(crate) async fn check_balance(&self, model: &Model, person: usize) {
        let user = self.people[person];
        let balance = self.app().store.balance(user, Unit::Credit, instant(0)).await.expect("the table answers");
        let real = (i64::from(balance.spendable), i64::from(balance.held));
        let expected = &model.people[person];
        assert_eq!(real, (expected.balance, expected.held), "spendable and held credits of person {person}");
    }

    async fn check_meeting(&self, meeting: &Meeting) {
        let id = BookingId::new(meeting.id).expect("the model has only ids it was given");
        let real = self.app().store.booking(id).await.expect("the table answers");
        self.is_as_expected(&real.expect("a meeting that was made is there"), meeting);
    }

    pub(crate) fn is_as_expected(&self, real: &Booking, meeting: &Meeting) {
        let funds = match meeting.hold {
            Hold::Held => Funds::Held,
            Hold::Captured => Funds::Captured,
            Hold::Released => Funds::Released,
        };
        assert_eq!((status(real), span(real.interval)), (meeting.status, meeting.span), "status and time");
        assert_eq!((real.funds, i64::from(real.paid_out)), (funds, meeting.paid), "where the credits are");
        assert_eq!(i64::from(real.price.minor), PRICE, "the frozen price");
        assert_eq!(real.start_version, 1 + meeting.moves, "how often it was moved");
        assert_eq!(real.title, title(meeting.title), "its title");
        let is_expert = |person: usize| person == meeting.expert;
        let seat = |person| if is_expert(person) { Seat::Expert } else { Seat::Learner };
        assert_eq!(real.absent, meeting.absent.map(seat), "who did not come");
        let reviewed = [meeting.requester, meeting.expert].map(|person| meeting.reviewed_by.contains(&person));
        assert_eq!([real.learner.reviewed, real.expert.reviewed], reviewed, "who has reviewed");
        match meeting.status {
            Status::Pending => assert_eq!(real.due_at, Some(instant(meeting.span.0)), "when it expires"),
            status => assert_eq!(real.due_at.is_some(), status == Status::Confirmed, "whether the clock has a say"),
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
            let expected: Vec<i64> = taken.map(|(step, _)| *step).collect();
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
        assert_eq!((user.tally.count, user.tally.sum), model.people[person].rating, "reviews of {person}");
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
                expected.id.is_none() && expected.title == notice.title && Some(expected.related) == notice.related
            };
            let expected = notices[known..].iter_mut().find(is_it);
            let expected = expected.unwrap_or_else(|| panic!("{person} should not have been told {notice:?}"));
            assert!(!notice.is_read, "{notice:?} is new");
            expected.id = Some(notice.id.get());
        }
    }

    /// Times offered in place of a taken one: up to five, from the next 14 days, free and inside the hours.
    pub(crate) fn check_offered(&self, model: &Model, learner: usize, expert: usize, wanted: Span, offered: &[Span]) {
        let until = model.now + 1 + 14 * 24 * 60;
        let are_right = offered.len() <= 5
            && offered.iter().all(|time| time.0 < until)
            && model.could_be_asked_for(learner, expert, wanted.1 - wanted.0, offered);
        assert!(are_right, "{offered:?} in place of {wanted:?}: {:?}", calendar::steps(wanted));
    }
}
