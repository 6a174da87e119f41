//! What people do, in all façades at once: mostly with the same few experts, at the same few times.

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde_json::{Value as Json, json};
use tests::consultations::{c, wish};
use tests::member::{LOGIN, REFRESH};
use tests::paying::INTENTS;
use tests::person::{meeting, message, purchase, stamp};
use tests::sessions::{BOOK, ORDER, session, verification};
use tests::slots::{BOOKINGS, SLOTS, slot};
use tests::{Answer, Person, minute};

use super::board::{Booked, EXPERTS, Product};
use super::client::Client;
use super::play::MORNING;

/// What people of one story are busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Meetings,
    Consultations,
    Sessions,
    Lessons,
    Decisions,
    Moves,
    Payments,
    Credits,
    Chat,
    Tokens,
    Withdrawals,
    Community,
}

impl Topic {
    pub(crate) const ALL: [Topic; 12] = [
        Topic::Meetings,
        Topic::Consultations,
        Topic::Sessions,
        Topic::Lessons,
        Topic::Decisions,
        Topic::Moves,
        Topic::Payments,
        Topic::Credits,
        Topic::Chat,
        Topic::Tokens,
        Topic::Withdrawals,
        Topic::Community,
    ];
}

fn id_of(answer: Option<&Answer>) -> Option<i64> {
    let answer = answer.filter(|answer| answer.status < 300)?;
    ["id", "booking_id"].into_iter().find_map(|name| answer.body[name].as_i64())
}

impl Client {
    pub(crate) async fn does_something(&self) {
        match self.pick(&self.topics).expect("a story has a topic") {
            Topic::Meetings => self.books(Product::Meeting).await,
            Topic::Consultations => self.books(Product::Consultation).await,
            Topic::Sessions => self.books(Product::Session).await,
            Topic::Lessons if self.number < EXPERTS => self.opens_a_slot().await,
            Topic::Lessons => self.books(Product::Lesson).await,
            Topic::Decisions => self.decides().await,
            Topic::Moves => self.moves_something().await,
            Topic::Payments => self.pays().await,
            Topic::Credits => self.buys_credits().await,
            Topic::Chat => self.chats().await,
            Topic::Tokens => self.renews_tokens().await,
            Topic::Withdrawals => self.takes_money_out().await,
            Topic::Community => self.meets_others().await,
        }
    }

    fn expert(&self) -> usize {
        self.below(EXPERTS)
    }

    fn person(&self, number: usize) -> &Person {
        &self.board.people[number]
    }

    /// One of the few times that everybody wants.
    fn time(&self) -> DateTime<Utc> {
        minute(MORNING + 30 * self.below(4) as i64)
    }

    async fn books(&self, product: Product) {
        let (expert, start) = (self.expert(), self.time());
        if expert == self.number {
            return;
        }
        let whom = self.person(expert);
        let (answer, expert) = match product {
            Product::Meeting => {
                let key = self.fresh();
                let mut body = meeting(whom, start, 30);
                body["title"] = json!(key);
                let answer = self.makes(&key, "/api/meetings/", body).await;
                (answer, expert)
            }
            Product::Consultation => (self.posts(&c("consultations/book/"), wish(whom, start)).await, expert),
            Product::Session => (self.posts(BOOK, session(whom, start)).await, expert),
            Product::Lesson => {
                let slots = self.board.known(|known| known.slots.clone());
                let Some((expert, slot)) = self.pick(&slots) else { return };
                (self.posts(BOOKINGS, json!({"availability_slot": slot})).await, expert)
            }
        };
        if let Some(id) = id_of(answer.as_ref()) {
            let booked = Booked { product, id, learner: self.number, expert };
            self.board.known(|known| known.bookings.push(booked));
        }
    }

    /// Something with a text that nothing else has, which is its key as well.
    async fn makes(&self, text: &str, path: &str, body: Json) -> Option<Answer> {
        self.board.known(|known| known.texts.insert(text.to_owned(), false));
        let answer = self.posts_under(text, path, body).await;
        if answer.as_ref().is_some_and(|answer| answer.status < 300) {
            self.board.known(|known| known.texts.insert(text.to_owned(), true));
        }
        answer
    }

    async fn opens_a_slot(&self) {
        let answer = self.posts(SLOTS, slot(self.time(), 60)).await;
        if let Some(id) = id_of(answer.as_ref()) {
            self.board.known(|known| known.slots.push((self.number, id)));
        }
    }

    /// A booking of theirs; the newest are the most interesting.
    fn some_booking(&self) -> Option<Booked> {
        let all = self.board.known(|known| known.bookings.clone());
        let mine: Vec<_> =
            all.into_iter().filter(|one| [one.learner, one.expert].contains(&self.number)).rev().take(3).collect();
        self.pick(&mine)
    }

    async fn decides(&self) {
        let Some(booked) = self.some_booking() else { return };
        let (id, is_expert) = (booked.id, booked.expert == self.number);
        let word = |expert: &[&'static str], learner: &[&'static str]| {
            self.pick(if is_expert { expert } else { learner }).expect("a word")
        };
        match booked.product {
            Product::Meeting => {
                let word = word(&["confirmed", "cancelled", "completed", "no_show"], &["cancelled", "completed"]);
                self.patches(&format!("/api/meetings/{id}/update_status/"), json!({"status": word})).await;
            }
            Product::Consultation => {
                let word = word(&["confirm", "confirm", "cancel", "start", "end"], &["cancel", "end"]);
                self.posts(&c(&format!("consultations/{id}/{word}/")), json!({})).await;
            }
            Product::Session => {
                let role = if is_expert { "mentor" } else { "student" };
                self.posts(&format!("/api/{role}/sessions/{id}/cancel/"), json!({})).await;
            }
            Product::Lesson => {
                let word = word(&["confirm", "confirm", "cancel", "refund", "complete"], &["cancel", "refund"]);
                self.posts(&format!("{BOOKINGS}{id}/{word}/"), json!({"reason": "Ill."})).await;
            }
        }
    }

    async fn moves_something(&self) {
        let Some(booked) = self.some_booking() else { return };
        let (id, start) = (booked.id, self.time() + TimeDelta::minutes(15 * self.below(2) as i64));
        let answer = match booked.product {
            Product::Meeting => {
                let body = json!({
                    "scheduled_start": stamp(start), "scheduled_end": stamp(start + TimeDelta::minutes(30)),
                });
                self.patches(&format!("/api/meetings/{id}/"), body).await
            }
            Product::Consultation => {
                let path = c(&format!("consultations/{id}/reschedule/"));
                self.posts(&path, json!({"scheduled_at": stamp(start)})).await
            }
            Product::Session => {
                let role = if booked.expert == self.number { "mentor" } else { "student" };
                let body = json!({"start_time": stamp(start)});
                self.posts(&format!("/api/{role}/sessions/{id}/reschedule/"), body).await
            }
            Product::Lesson => {
                let slots = self.board.known(|known| known.slots.clone());
                let Some((_, slot)) = self.pick(&slots) else { return };
                let body = json!({"availability_slot": slot, "reason": "Fever."});
                self.posts(&format!("{BOOKINGS}{id}/reschedule/"), body).await
            }
        };
        if let Some(new) = id_of(answer.as_ref()).filter(|new| *new != id) {
            self.board.known(|known| known.bookings.push(Booked { id: new, ..booked }));
        }
    }

    async fn pays(&self) {
        let Some(booked) = self.some_booking() else { return };
        match booked.product {
            Product::Session => {
                let order = self.posts(ORDER, json!({"booking_id": booked.id})).await;
                let Some(order) = order.and_then(|answer| answer.body["order_id"].as_str().map(str::to_owned)) else {
                    return;
                };
                let payment = format!("pay_{}_{}", booked.id, self.below(2));
                self.posts("/api/mentor/verify-payment/", verification(booked.id, &order, &payment)).await;
            }
            Product::Meeting => {
                let body = json!({"meeting_id": booked.id, "amount": 1 + self.below(2)});
                self.posts("/api/credits/transfer/", body).await;
            }
            Product::Consultation | Product::Lesson => {
                self.posts(INTENTS, json!({"booking": booked.id, "provider": "simulated"})).await;
            }
        }
    }

    async fn buys_credits(&self) {
        let answer = self.posts("/api/payments/purchase_credits/", purchase(1)).await;
        let is_known = answer.is_some_and(|answer| answer.status < 300);
        self.board.known(|known| {
            let bought = known.bought.entry(self.number).or_default();
            if is_known { bought.0 += 1 } else { bought.1 += 1 }
        });
    }

    async fn chats(&self) {
        let other = self.below(self.board.people.len());
        if other == self.number {
            self.patches("/api/messages/mark_all_read/", json!({})).await;
            self.gets("/api/messages/").await;
            return;
        }
        let whom = self.person(other);
        if self.below(3) == 0 {
            self.patches("/api/messages/mark_all_read/", json!({"sender_id": whom.id})).await;
            return;
        }
        let key = self.fresh();
        self.makes(&key, "/api/messages/", message(whom, &key)).await;
    }

    /// Two tabs of one browser, each with the same token.
    async fn renews_tokens(&self) {
        let known = self.refresh.lock().expect("nobody panics with it").clone();
        let token = match known {
            Some(token) => token,
            None => {
                let name = format!("{}@example.org", self.person.username);
                let body = json!({"email": name, "password": Person::PASSWORD});
                let answer = self.sends(LOGIN, body).await.filter(|answer| answer.status == 200);
                let Some(token) = answer.and_then(|it| it.body["refresh"].as_str().map(str::to_owned)) else { return };
                token
            }
        };
        let tab = || self.sends(REFRESH, json!({"refresh": token}));
        let tabs = tokio::join!(tab(), tab());
        let renewed = [tabs.0, tabs.1].into_iter().flatten().filter(|answer| answer.status == 200);
        let renewed: Vec<_> = renewed.filter_map(|it| it.body["refresh"].as_str().map(str::to_owned)).collect();
        let exchanged = self.board.known(|known| {
            let exchanged = known.exchanged.entry(token).or_default();
            *exchanged += renewed.len();
            *exchanged
        });
        assert!(exchanged <= 1, "one refresh token was exchanged {exchanged} times");
        *self.refresh.lock().expect("nobody panics with it") = renewed.into_iter().next();
    }

    async fn sends(&self, path: &str, body: Json) -> Option<Answer> {
        self.asks_once(Method::POST, path, Some(body), None).await
    }

    async fn takes_money_out(&self) {
        if self.number >= EXPERTS {
            return;
        }
        let amount = ["30.00", "45.00", "60.00"][self.below(3)];
        if self.below(2) == 0 {
            let wish = json!({"amount": amount, "payment_method": "upi", "bank_details": "mia@upi"});
            self.posts("/api/mentor/withdrawals/", wish).await;
        } else {
            let wish = json!({"amount": amount, "payout_details": {"account": "mia@example.org"}});
            self.posts("/api/v1/withdrawals/", wish).await;
        }
    }

    async fn meets_others(&self) {
        let posts = self.board.known(|known| known.posts.clone());
        let event = format!("/api/events/{}/rsvp/", self.board.event);
        match (self.pick(&posts), self.below(6)) {
            (_, 4) => drop(self.posts(&event, json!({})).await),
            (_, 5) => drop(self.asks_once(Method::DELETE, &event, None, None).await),
            (Some(post), 1) => drop(self.posts(&format!("/api/community/posts/{post}/like/"), json!({})).await),
            (Some(post), 2) => drop(self.posts(&format!("/api/community/posts/{post}/view/"), json!({})).await),
            (Some(post), 3) => {
                let key = self.fresh();
                let path = format!("/api/community/posts/{post}/comment/");
                self.makes(&key, &path, json!({"text": key})).await;
            }
            _ => {
                let key = self.fresh();
                let answer = self.makes(&key, "/api/community/posts/", json!({"text": key})).await;
                if let Some(post) = id_of(answer.as_ref()) {
                    self.board.known(|known| known.posts.push(post));
                }
            }
        }
    }
}
