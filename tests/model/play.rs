//! Plays one world: a command, what was heard of it, what should have been, and what it left behind.

use app::profile::{self, SkillDraft};
use app::{SaveResponse, people};
use chrono::TimeDelta;
use domain::ids::UserId;
use domain::person::Level;
use domain::zone::Zone as RealZone;
use futures_util::join;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tests::{Setup, World};

use super::calendar::Zone;
use super::command::{Answer, Command, Heard, agree_in_a_race};
use super::dice::{Dice, EXPERTS};
use super::experts::Act;
use super::journal::{Census, Journal};
use super::mentorship::HOURLY;
use super::oracle::Model;
use super::stage::{Stage, instant, presumed};

const ZONES: [Zone; 6] = [Zone::Berlin, Zone::NewYork, Zone::Kolkata, Zone::Utc, Zone::Utc, Zone::Utc];

/// Commands begin this far into a minute, and one after the other. Everything that depends on the time happens at full
/// minutes, so it does not matter how long they take.
const INTO_THE_MINUTE_MS: i64 = 10_000;
const APART_MS: i64 = 10;
const TOO_LATE_IN_THE_MINUTE_MS: i64 = 50_000;

/// Plays a world through; stock is taken after every so many commands.
pub(crate) fn world(seed: u64, commands: usize, stock_every: usize) -> Census {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(Play::run(seed, commands, stock_every))
}

struct Play {
    stage: Stage,
    model: Model,
    journal: Journal,
    /// Milliseconds of the present minute that are used up.
    used_ms: i64,
}

impl Play {
    async fn run(seed: u64, commands: usize, stock_every: usize) -> Census {
        let journal = Journal::new(seed);
        let mut random = StdRng::seed_from_u64(seed);
        let env = [("ADMIN_EMAIL", "root@example.org".to_owned())].into();
        let world = World::with(Setup { seed: Some(seed), env, ..Setup::default() }).await;
        let people = crowd(&world).await;
        // Any day of the warm half of the year and a little beyond: clocks change in it twice.
        world.advance(TimeDelta::days(random.random_range(0..240)));
        let now = world.now().timestamp() / 60 + 2;
        let token = world.admin().await.token.expect("the administrator has logged in");
        let claims = world.app.tokens.verify(&token, world.now()).expect("a token");
        let (admin, _) = app::caller::admit(&world.app, &claims, store::Noted::AtOnce).await.expect("a session");
        let stage = Stage::new(world, people, admin);
        // From here on no moment is missed.
        stage.tick().await.expect("the first tick");
        stage.begin_to_count().await;
        let mut play = Play { stage, model: Model::new(now, &ZONES, EXPERTS), journal, used_ms: INTO_THE_MINUTE_MS };
        let mut dice = Dice::new(random);
        for number in 1..=commands {
            let command = dice.command(&play.model);
            play.command(command).await;
            if number % stock_every == 0 && number < commands {
                play.stage.take_stock(&play.model).await;
            }
        }
        play.command(Command::Tick).await;
        play.stage.take_stock(&play.model).await;
        play.stage.check_lists(&play.model).await;
        play.stage.check_statistics(&play.model).await;
        std::mem::take(&mut play.journal.census)
    }

    async fn command(&mut self, command: Command) {
        self.journal.begin(&command);
        self.tick();
        match &command {
            Command::Jump { .. } => {
                self.model.accepts(&command, &Ok(Answer::Nothing)).expect("time passes");
                self.used_ms = INTO_THE_MINUTE_MS;
                self.tick();
            }
            Command::Race(one, other) => self.race(one, other).await,
            _ => {
                let heard = self.stage.perform(&self.model, &command).await;
                self.journal.hear(&command, &heard);
                self.follow(&[&command]).await;
                for at in self.written().await {
                    self.model.lapse_is_written(at);
                }
                if let Err(expected) = self.model.accepts(&command, &heard) {
                    panic!("{command:?}: expected {expected:?}, heard {heard:?}");
                }
                self.check_offered(&command, &heard);
            }
        }
        self.stage.check_touched(&mut self.model).await;
    }

    /// What comes a minute after some commands.
    async fn follow(&self, commands: &[&Command]) {
        for command in commands {
            if let Command::Expert(Act::Suspend { whom } | Act::Reinstate { whom }) = command {
                self.stage.sweep(*whom).await;
            }
        }
    }

    /// The bookings that had ended by themselves and were now written so: by the clock's own commands, or because
    /// somebody needed their time or price. When that happens is not the model's to say.
    async fn written(&self) -> Vec<usize> {
        let model = &self.model;
        let lapsed = (0..model.bookings.len()).filter(|at| model.bookings[*at].has_lapsed(model.now)).collect();
        self.stage.written_as_over(model, lapsed).await
    }

    /// Two at once must come out as if one had come after the other; what had ended by itself may be written before,
    /// between or after them. Where the answers fit both orders, as of two moves, the bookings say which it was.
    async fn race(&mut self, one: &Command, other: &Command) {
        let (stage, model) = (&self.stage, &self.model);
        let heard = join!(stage.perform(model, one), stage.perform(model, other));
        self.journal.hear(one, &heard.0);
        self.journal.hear(other, &heard.1);
        self.follow(&[one, other]).await;
        let written = self.written().await;
        let (one, other) = ((one, &heard.0), (other, &heard.1));
        let mut fitting = None;
        for (order, when) in
            [[one, other], [other, one]].into_iter().flat_map(|order| (0..3).map(move |when| (order, when)))
        {
            let mut model = self.model.clone();
            let mut fits = true;
            for (number, (command, heard)) in order.into_iter().enumerate() {
                model.write(&written, number == when);
                fits = fits && agree_in_a_race(&model.judge(command, heard), heard);
            }
            if fits {
                model.write(&written, when == 2);
                if stage.has_touched_bookings_of(&model).await {
                    fitting = Some(model);
                    break;
                }
                fitting.get_or_insert(model);
            }
        }
        // One that fits the answers alone is told below what is not as it expects.
        let fitting =
            fitting.unwrap_or_else(|| panic!("{:?} and {:?} at once: {heard:?} fits neither order", one.0, other.0));
        self.model = fitting;
    }

    /// Moves the clock to where the next command begins, never back.
    fn tick(&mut self) {
        self.used_ms += APART_MS;
        let into_the_minute = |used_ms: i64| TimeDelta::milliseconds(used_ms);
        while self.stage.world.now() > instant(self.model.now) + into_the_minute(TOO_LATE_IN_THE_MINUTE_MS) {
            // The machine stood still for most of a minute: the model's clock follows.
            let fits = |minutes: &i64| !self.model.is_ambiguous_after(*minutes);
            self.model.now += (2..).find(fits).expect("some minute is far enough from everything");
            self.used_ms = INTO_THE_MINUTE_MS;
        }
        let next = instant(self.model.now) + into_the_minute(self.used_ms);
        if self.stage.world.now() < next {
            self.stage.world.set_clock(next);
        }
    }

    fn check_offered(&self, command: &Command, heard: &Heard) {
        let Err(no) = heard else { return };
        let wanted = match command {
            Command::Meeting(act) => self.model.wanted_meeting(act),
            Command::Consultation(act) => self.model.wanted_consultation(act),
            Command::Mentorship(act) => self.model.wanted_session(act),
            _ => None,
        };
        if let Some(wanted) = wanted {
            self.stage.check_offered(&self.model, wanted, &no.offered);
        }
    }
}

/// People with skills, each in their zone; the first of them are approved experts.
async fn crowd(world: &World) -> Vec<UserId> {
    let mut crowd = Vec::new();
    for (number, zone) in ZONES.iter().enumerate() {
        let person = world.register(&format!("person{number}")).await;
        let id = UserId::new(person.id).expect("an id");
        let (app, caller) = (&world.app, presumed(id));
        let timezone = Some(RealZone::parse(zone.name()).expect("a zone"));
        profile::update(app, caller, profile::Changes { timezone, ..Default::default() })
            .await
            .expect("the table answers");
        let draft = SkillDraft { name: "Rust".to_owned(), level: Level::Expert, category: None };
        profile::skill_add(app, caller, draft, SaveResponse::nothing()).await.expect("the table answers");
        assert_eq!(people::me(app, caller).await.expect("the table answers").timezone.name(), zone.name());
        if number < EXPERTS {
            person.becomes_an_expert().await;
            if let Some(hourly) = HOURLY[number] {
                person.asks_by_the_hour(u64::try_from(hourly).expect("a small price")).await;
            }
        }
        crowd.push(id);
    }
    crowd
}
