//! Calendars agree with the bookings: every mail of random stories is put into its reader's calendar, as a calendar does
//! (`expertconnect.md` §6, `consultations.md` §13). The files are read by a parser other than the one they are written with.

mod diary;

use std::collections::BTreeMap;

use app::background::Job;
use chrono::TimeDelta;
use diary::{Diary, Entry, Memory};
use domain::booking::{Seat, Status};
use domain::ids::UserId;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use serde_json::json;
use tests::consultations::c;
use tests::person::{id, stamp};
use tests::{Person, Setup, World, dice, minute};

/// In which product a story is told.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Product {
    Meetings,
    Consultations,
}

const PRODUCTS: [Product; 2] = [Product::Meetings, Product::Consultations];
const STORIES: u64 = 6;
const STEPS: usize = 24;

struct Story {
    world: World,
    product: Product,
    learner: Person,
    expert: Person,
    bookings: Vec<i64>,
    dice: StdRng,
    /// How many mails have been put into calendars.
    read: usize,
}

impl Story {
    async fn new(product: Product, seed: u64) -> Self {
        let world = World::with(Setup::live()).await;
        let (learner, expert) = (world.register("learner").await, world.expert("expert").await);
        learner.buys(30).await;
        world.settles().await;
        Self { world, product, learner, expert, bookings: Vec::new(), dice: dice(seed), read: 0 }
    }

    /// Something somebody does, or time that passes; whether it may be done does not matter here.
    async fn step(&mut self) {
        let start = minute(0) + TimeDelta::hours(self.dice.random_range(1..120));
        let start = start.max(self.world.now() + TimeDelta::hours(self.dice.random_range(1..40)));
        let start = start - TimeDelta::seconds(start.timestamp().rem_euclid(300));
        let start = start - TimeDelta::nanoseconds(i64::from(start.timestamp_subsec_nanos()));
        let picked = self.bookings.get(self.dice.random_range(0..self.bookings.len().max(1))).copied();
        match (self.dice.random_range(0..10), picked) {
            (0..=2, _) | (_, None) => self.book(start).await,
            (3..=4, Some(booking)) => self.says(&self.expert, booking, "confirmed", "confirm").await,
            (5, Some(booking)) => self.says(&self.learner, booking, "cancelled", "cancel").await,
            (6, Some(booking)) => self.says(&self.expert, booking, "cancelled", "cancel").await,
            (7, Some(booking)) => self.moves(booking, start).await,
            (_, Some(_)) => self.time_passes().await,
        }
    }

    async fn book(&mut self, start: chrono::DateTime<chrono::Utc>) {
        let answer = match self.product {
            Product::Meetings => self.learner.requests(&self.expert, start, 30).await,
            Product::Consultations => self.learner.consults(&self.expert, start).await,
        };
        if answer.status == 201 {
            self.bookings.push(id(&answer.body));
        }
    }

    async fn says(&self, who: &Person, booking: i64, status: &str, command: &str) {
        match self.product {
            Product::Meetings => who.declares(booking, status).await,
            Product::Consultations => who.does(booking, command).await,
        };
    }

    async fn moves(&mut self, booking: i64, start: chrono::DateTime<chrono::Utc>) {
        match self.product {
            Product::Meetings => {
                let times = json!({
                    "scheduled_start": stamp(start), "scheduled_end": stamp(start + TimeDelta::minutes(45)),
                });
                self.learner.patch(&format!("/api/meetings/{booking}/"), times).await;
            }
            Product::Consultations => {
                let answer = self.learner.moves(booking, start).await;
                if answer.status == 201 {
                    self.bookings.push(id(&answer.body));
                }
            }
        }
    }

    async fn time_passes(&mut self) {
        self.world.advance(TimeDelta::minutes(self.dice.random_range(1..600)));
        (self.learner, self.expert) = (self.learner.logs_in().await, self.expert.logs_in().await);
    }

    async fn suspends_the_expert(&self) {
        let path = c(&format!("admin/experts/{}/suspend/", self.expert.id));
        self.world.admin().await.post(&path, json!({"reason": "Complaints"})).await.is(200);
    }

    /// The files that came since they were last read, with whose calendar they are for.
    fn new_files(&mut self) -> Vec<(String, String)> {
        let mails = self.world.mails();
        let new = mails[self.read..].iter().filter_map(|mail| Some((mail.to.clone(), mail.invite.clone()?)));
        let new = new.collect();
        self.read = mails.len();
        new
    }

    /// What should be in somebody's calendar: what they are booked for, and has not been called off.
    async fn expected(&self, person: &Person) -> BTreeMap<String, Entry> {
        let user = UserId::new(person.id).unwrap();
        let mut expected = BTreeMap::new();
        for seat in [Seat::Learner, Seat::Expert] {
            for booking in self.world.app.store.bookings_at(user, seat).await.unwrap() {
                if booking.claimed().is_some() {
                    let entry = Entry {
                        start: booking.interval.start(),
                        end: booking.interval.end(),
                        is_tentative: booking.status == Status::Pending,
                    };
                    expected.insert(format!("booking-{}@expertconnect", booking.root), entry);
                }
            }
        }
        expected
    }

    async fn agrees(&self, diaries: &BTreeMap<String, Diary>, when: &str) {
        for person in [&self.learner, &self.expert] {
            let address = format!("{}@example.org", person.username);
            let found = diaries.get(&address).map(Diary::entries).unwrap_or_default();
            assert_eq!(found, self.expected(person).await, "{:?}, {address}: {when}", self.product);
        }
    }
}

fn take(diaries: &mut BTreeMap<String, Diary>, memory: Memory, files: &[(String, String)]) {
    for (to, file) in files {
        diaries.entry(to.clone()).or_insert_with(|| Diary::new(to, memory)).take(file);
    }
}

#[tokio::test]
async fn both_calendars_hold_what_both_are_booked_for_after_every_step() {
    for (product, seed) in PRODUCTS.into_iter().flat_map(|product| (0..STORIES).map(move |seed| (product, seed))) {
        let mut story = Story::new(product, seed).await;
        let mut diaries = BTreeMap::new();
        for step in 0..STEPS {
            story.step().await;
            story.world.settles().await;
            take(&mut diaries, Memory::Forgets, &story.new_files());
            story.agrees(&diaries, &format!("seed {seed}, step {step}")).await;
        }
        assert!(!story.bookings.is_empty(), "seed {seed}");
        story.suspends_the_expert().await;
        story.world.settles().await;
        take(&mut diaries, Memory::Forgets, &story.new_files());
        story.agrees(&diaries, &format!("seed {seed}, suspended")).await;
    }
}

#[tokio::test]
async fn mails_that_come_late_and_in_any_order_leave_the_same_calendars() {
    for (product, seed) in PRODUCTS.into_iter().flat_map(|product| (0..STORIES).map(move |seed| (product, seed))) {
        let mut story = Story::new(product, 1_000 + seed).await;
        let mut waiting: Vec<Job> = Vec::new();
        for _ in 0..STEPS {
            story.step().await;
            story.world.ticks().await;
            collect(&story.world, &mut waiting).await;
            waiting.shuffle(&mut story.dice);
            let left = story.dice.random_range(0..=waiting.len());
            deliver(&story.world, waiting.split_off(left)).await;
        }
        while !waiting.is_empty() {
            waiting.shuffle(&mut story.dice);
            deliver(&story.world, std::mem::take(&mut waiting)).await;
            collect(&story.world, &mut waiting).await;
        }
        let mut files = story.new_files();
        for memory in [Memory::Forgets, Memory::Remembers] {
            let mut diaries = BTreeMap::new();
            take(&mut diaries, memory, &files);
            story.agrees(&diaries, &format!("seed {seed}, {memory:?}")).await;
        }
        // Mail servers mix them once more; a calendar that knows what was called off copes with that too.
        shuffle(&mut files, &mut story.dice);
        let mut diaries = BTreeMap::new();
        take(&mut diaries, Memory::Remembers, &files);
        story.agrees(&diaries, &format!("seed {seed}, mixed")).await;
    }
}

fn shuffle(files: &mut [(String, String)], dice: &mut impl Rng) {
    files.shuffle(dice);
}

async fn collect(world: &World, waiting: &mut Vec<Job>) {
    assert!(world.carries_out().await);
    waiting.extend(world.background.take_jobs());
}

async fn deliver(world: &World, jobs: Vec<Job>) {
    for job in jobs {
        assert_eq!(world.delivers(&[world.queued(job)]).await, Vec::<String>::new());
    }
}
