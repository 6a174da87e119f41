//! Everything somebody can do that writes: how it is brought about, done, and seen to have been done.

mod consultations;
mod mentorship;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::booking::Step;
use domain::ids::BookingId;
use http::Method;
use serde_json::{Value as Json, json};
use tests::consultations::{c, wish};
use tests::person::{id, meeting, message, purchase, review, skill, stamp};
use tests::{Answer, Person, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Register,
    EditProfile,
    AddSkill,
    RenameSkill,
    RemoveSkill,
    AddHours,
    Request,
    Confirm,
    Cancel,
    Complete,
    ReportAbsence,
    Move,
    Expire,
    Purchase,
    Tip,
    Review,
    Send,
    MarkMessage,
    MarkAllMessages,
    MarkNotice,
    UnmarkNotice,
    MarkAllNotices,
    Logout,
    Consult,
    Accept,
    Reschedule,
    Begin,
    Finish,
    Rate,
    Join,
    TakeRole,
    SayDetails,
    WriteNote,
}

impl Command {
    pub(crate) const ALL: [Command; 33] = [
        Command::Register,
        Command::EditProfile,
        Command::AddSkill,
        Command::RenameSkill,
        Command::RemoveSkill,
        Command::AddHours,
        Command::Request,
        Command::Confirm,
        Command::Cancel,
        Command::Complete,
        Command::ReportAbsence,
        Command::Move,
        Command::Expire,
        Command::Purchase,
        Command::Tip,
        Command::Review,
        Command::Send,
        Command::MarkMessage,
        Command::MarkAllMessages,
        Command::MarkNotice,
        Command::UnmarkNotice,
        Command::MarkAllNotices,
        Command::Logout,
        Command::Consult,
        Command::Accept,
        Command::Reschedule,
        Command::Begin,
        Command::Finish,
        Command::Rate,
        Command::Join,
        Command::TakeRole,
        Command::SayDetails,
        Command::WriteNote,
    ];

    /// Whether it may carry an idempotency key.
    pub(crate) fn takes_a_key(self) -> bool {
        use Command::*;
        matches!(self, AddSkill | AddHours | Request | Purchase | Tip | Review | Send | Logout | WriteNote)
            || self.is_about_consultations()
    }

    pub(crate) fn is_about_consultations(self) -> bool {
        use Command::*;
        matches!(self, Consult | Accept | Reschedule | Begin | Finish | Rate)
    }

    /// What one is told who does it again: that it is done, or why it cannot be done twice. `None`: it is done again.
    pub(crate) fn repeated(self) -> Option<(u16, &'static str)> {
        match self {
            Command::Register | Command::AddSkill | Command::AddHours | Command::Join | Command::TakeRole => {
                Some((400, "validation"))
            }
            Command::Request | Command::Consult => Some((409, "slot_taken")),
            Command::Review | Command::Rate => Some((400, "already_reviewed")),
            Command::Accept => Some((400, "not_pending")),
            Command::Reschedule => Some((400, "cannot_reschedule")),
            Command::RemoveSkill => Some((404, "not_found")),
            Command::Logout => Some((401, "token_invalid")),
            Command::Purchase | Command::Send | Command::WriteNote => None,
            _ => Some((200, "")),
        }
    }
}

/// Two people and what one of them is about to do.
pub(crate) struct Scene {
    command: Command,
    pub(crate) world: World,
    actor: Person,
    other: Person,
    start: DateTime<Utc>,
    /// The meeting, skill, message or notification it is about.
    subject: i64,
}

/// What an attempt led to.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) body: Json,
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self { status: answer.status, code: answer.code().to_owned(), body: answer.body }
    }
}

impl Outcome {
    pub(crate) fn is_fine(&self) -> bool {
        self.status < 300
    }

    pub(crate) fn told(&self) -> (u16, &str) {
        (self.status, &self.code)
    }
}

impl Scene {
    /// `name` is new in this world.
    pub(crate) async fn arrange(world: &World, command: Command, name: &str) -> Scene {
        use Command::*;
        let other = world.register(&format!("{name}-other")).await;
        let actor = match command {
            Register | Join => Person::stranger(world, name),
            _ => world.register(name).await,
        };
        let ahead = if command == Reschedule { 24 } else { 1 };
        let mark = world.now().duration_trunc(TimeDelta::minutes(5)).expect("a time");
        let start = mark + TimeDelta::hours(ahead) + TimeDelta::minutes(5);
        let end = start + TimeDelta::minutes(30);
        let mut scene = Scene { command, world: world.clone(), actor, other, start, subject: 0 };
        let (actor, other) = (&scene.actor, &scene.other);
        if command.is_about_consultations() {
            let expert = if command == Accept { actor } else { other };
            expert.becomes_an_expert().await;
        }
        scene.subject = match command {
            Register | EditProfile | AddSkill | AddHours | Request | Purchase | Logout | Send | Consult => 0,
            Join | TakeRole => 0,
            // Who came by another door has a number from their first call on.
            SayDetails | WriteNote => id(&actor.get("/api/student/profile/").await.is(200)),
            Accept => id(&other.consults(actor, start).await.is(201)),
            Reschedule | Begin | Finish | Rate => id(&actor.consults(other, start).await.is(201)),
            RenameSkill | RemoveSkill => actor.adds_skill("Embroidery").await,
            Confirm | Cancel | ReportAbsence | Complete => other.books(actor, start, 30).await,
            Move | Expire | Tip | Review => actor.books(other, start, 30).await,
            MarkMessage | MarkAllMessages | MarkNotice | UnmarkNotice | MarkAllNotices => {
                other.writes(actor, "one").await.is(201);
                id(&other.writes(actor, "two").await.is(201))
            }
        };
        match command {
            Cancel | ReportAbsence | Complete => drop(actor.declares(scene.subject, "confirmed").await.is(200)),
            Tip | Review | Move => drop(other.declares(scene.subject, "confirmed").await.is(200)),
            UnmarkNotice => drop(scene.mark_notice(true).await.is(200)),
            Reschedule | Begin | Finish | Rate => drop(other.does(scene.subject, "confirm").await.is(200)),
            _ => {}
        }
        match command {
            Begin | Finish | Rate => world.set_clock(start),
            ReportAbsence => world.set_clock(start + TimeDelta::minutes(10)),
            Complete | Tip | Review => world.set_clock(end),
            Expire => world.set_clock(start),
            _ => {}
        }
        if matches!(command, Tip | Review) {
            scene.other.declares(scene.subject, "completed").await.is(200);
        }
        if command == Tip {
            scene.actor.buys(5).await;
        }
        if matches!(command, Finish | Rate) {
            scene.other.does(scene.subject, "start").await.is(200);
        }
        if command == Rate {
            scene.other.does(scene.subject, "end").await.is(200);
        }
        scene
    }

    async fn mark_notice(&self, is_read: bool) -> Answer {
        self.actor.patch(&format!("/api/notifications/{}/", self.subject), json!({"is_read": is_read})).await
    }

    /// Does it, with an idempotency key if one is given.
    pub(crate) async fn act(&self, key: Option<&str>) -> Outcome {
        use Command::*;
        let subject = self.subject;
        let (method, path, body) = match self.command {
            Register => (Method::POST, "/api/users/register/".to_owned(), self.registration()),
            EditProfile => (Method::PATCH, "/api/users/me/".to_owned(), json!({"headline": "Weaver"})),
            AddSkill => (Method::POST, "/api/user-skills/".to_owned(), skill("Weaving")),
            RenameSkill => (Method::PATCH, format!("/api/user-skills/{subject}/"), json!({"skill_name": "Weaving"})),
            RemoveSkill => (Method::DELETE, format!("/api/user-skills/{subject}/"), json!({})),
            AddHours => {
                let row = json!({"day_of_week": 3, "start_time": "09:00", "end_time": "17:00"});
                (Method::POST, "/api/user-availability/".to_owned(), row)
            }
            Request => (Method::POST, "/api/meetings/".to_owned(), meeting(&self.other, self.start, 30)),
            Confirm => self.declaration("confirmed"),
            Cancel => self.declaration("cancelled"),
            Complete => self.declaration("completed"),
            ReportAbsence => self.declaration("no_show"),
            Move => (Method::PATCH, format!("/api/meetings/{subject}/"), self.new_times()),
            Expire => return self.expire().await,
            Purchase => (Method::POST, "/api/payments/purchase_credits/".to_owned(), purchase(3)),
            Tip => {
                let body = json!({"meeting_id": subject, "amount": 3});
                (Method::POST, "/api/credits/transfer/".to_owned(), body)
            }
            Review => (Method::POST, "/api/reviews/".to_owned(), review(subject, &self.other, 4)),
            Send => (Method::POST, "/api/messages/".to_owned(), message(&self.other, "Hello")),
            MarkMessage => (Method::PATCH, format!("/api/messages/{subject}/mark_read/"), json!({})),
            MarkAllMessages => {
                (Method::PATCH, "/api/messages/mark_all_read/".to_owned(), json!({"sender_id": self.other.id}))
            }
            MarkNotice => return self.mark_notice(true).await.into(),
            UnmarkNotice => return self.mark_notice(false).await.into(),
            MarkAllNotices => (Method::PATCH, "/api/notifications/mark_all_read/".to_owned(), json!({})),
            Logout => (Method::POST, "/api/users/logout/".to_owned(), json!({})),
            Consult => (Method::POST, c("consultations/book/"), wish(&self.other, self.start)),
            Accept => self.consulting("confirm", json!({})),
            Reschedule => {
                let body = json!({"scheduled_at": stamp(self.start + TimeDelta::minutes(15))});
                self.consulting("reschedule", body)
            }
            Begin => self.consulting("start", json!({})),
            Finish => self.consulting("end", json!({})),
            Rate => self.consulting("rate", json!({"rating": 4})),
            Join | TakeRole | SayDetails | WriteNote => self.mentoring(),
        };
        self.actor.send(method, &path, Some(body), key).await.into()
    }

    fn registration(&self) -> Json {
        let name = &self.actor.username;
        json!({"username": name, "email": format!("{name}@example.org"), "password": Person::PASSWORD})
    }

    fn declaration(&self, status: &str) -> (Method, String, Json) {
        (Method::PATCH, format!("/api/meetings/{}/update_status/", self.subject), json!({"status": status}))
    }

    /// Fifteen minutes later: some steps stay, some are given up, some are new.
    fn new_times(&self) -> Json {
        let moved = self.start + TimeDelta::minutes(15);
        json!({"scheduled_start": stamp(moved), "scheduled_end": stamp(moved + TimeDelta::minutes(30))})
    }

    async fn expire(&self) -> Outcome {
        let booking = BookingId::new(self.subject).expect("an id");
        let (status, code) = match app::bookings::step_by_schedule(&self.world.app, booking, Step::Expire).await {
            Ok(_) => (200, String::new()),
            Err(app::Error::Common(app::Common::Contended)) => (409, "conflict".to_owned()),
            Err(app::Error::Common(app::Common::Unavailable)) => (503, "unavailable".to_owned()),
            Err(error) => (500, error.to_string()),
        };
        Outcome { status, code, body: Json::Null }
    }

    /// How often it was done, as anybody can see; with all that belongs to it, or this panics.
    pub(crate) async fn effects(&self) -> usize {
        use Command::*;
        let meeting = || self.other.meeting(self.subject);
        match self.command {
            Register => self.has_account().await,
            EditProfile => usize::from(self.actor.get("/api/users/me/").await.is(200)["headline"] == "Weaver"),
            AddSkill | RenameSkill | RemoveSkill => self.skills().await,
            AddHours => self.actor.all("/api/user-availability/").await.len(),
            Request => {
                let meetings = self.actor.all("/api/meetings/").await.len();
                assert_eq!(self.told(&self.other, "meeting_request").await, meetings);
                assert_eq!(self.actor.credits().await.1, i64::try_from(meetings).expect("few"));
                meetings
            }
            Confirm => self.same(meeting().await["status"] == "confirmed", &self.other, "meeting_confirmed").await,
            Cancel => self.same(meeting().await["status"] == "cancelled", &self.other, "meeting_cancelled").await,
            Complete => self.same(meeting().await["status"] == "completed", &self.actor, "credit_update").await,
            ReportAbsence => self.same(meeting().await["status"] == "no_show", &self.other, "meeting_no_show").await,
            Move => {
                let moved = stamp(self.start + TimeDelta::minutes(15));
                self.same(meeting().await["scheduled_start"] == moved, &self.other, "meeting_rescheduled").await
            }
            Expire => self.same(meeting().await["status"] == "expired", &self.actor, "meeting_expired").await,
            Purchase => {
                let bought = usize::try_from(self.actor.credits().await.0 - 1).expect("never less");
                assert_eq!(bought % 3, 0);
                assert_eq!(self.actor.all("/api/credit-transactions/").await.len(), 1 + bought / 3);
                bought / 3
            }
            Tip => self.same(self.other.credits().await.0 == 1 + 3, &self.other, "credit_update").await,
            Review => {
                let reviews = self.actor.all(&format!("/api/reviews/?user_id={}", self.other.id)).await.len();
                let profile = self.other.get("/api/users/me/").await.is(200);
                assert_eq!(profile["review_count"], reviews);
                self.same(reviews == 1, &self.other, "new_review").await
            }
            Send => {
                let messages = self.other.all("/api/messages/").await.len();
                assert_eq!(self.told(&self.other, "new_message").await, messages);
                messages
            }
            MarkMessage => self.message_is_read().await,
            MarkAllMessages => usize::from(self.unread("/api/messages/").await == 0),
            MarkNotice => usize::from(self.unread("/api/notifications/").await == 1),
            UnmarkNotice => usize::from(self.unread("/api/notifications/").await == 2),
            MarkAllNotices => usize::from(self.unread("/api/notifications/").await == 0),
            Logout => usize::from(self.actor.get("/api/users/me/").await.status == 401),
            Consult | Accept | Reschedule | Begin | Finish | Rate => self.consulted().await,
            Join | TakeRole | SayDetails | WriteNote => self.mentored().await,
        }
    }

    async fn has_account(&self) -> usize {
        let login = json!({"username": self.actor.username, "password": Person::PASSWORD});
        let answer = self.actor.post("/api/users/login/", login).await;
        if answer.status != 200 {
            answer.refuses(401, "invalid_credentials");
            return 0;
        }
        let person = self.actor.clone().signed(&answer.body);
        assert_eq!(person.credits().await, (1, 0));
        1
    }

    /// Found by exactly what the profile says.
    async fn skills(&self) -> usize {
        let skills = self.actor.all("/api/user-skills/").await;
        for name in ["Embroidery", "Weaving"] {
            let found = self.other.all(&format!("/api/users/?skill={name}")).await;
            let listed = skills.iter().any(|skill| skill["skill_name"] == name);
            assert_eq!(found.iter().any(|person| person["id"] == self.actor.id), listed, "{name}");
        }
        let weaves = skills.iter().filter(|skill| skill["skill_name"] == "Weaving").count();
        if self.command == Command::RemoveSkill { usize::from(skills.is_empty()) } else { weaves }
    }

    async fn message_is_read(&self) -> usize {
        let messages = self.actor.all("/api/messages/").await;
        let ours = messages.iter().find(|message| id(message) == self.subject).expect("it was sent");
        usize::from(ours["is_read"] == true)
    }

    async fn unread(&self, list: &str) -> usize {
        self.actor.all(list).await.iter().filter(|item| item["is_read"] == false).count()
    }

    /// How many notifications of a kind somebody has.
    async fn told(&self, person: &Person, kind: &str) -> usize {
        let notices = person.all("/api/notifications/").await;
        let related = |notice: &Json| self.command == Command::Review || notice["related_id"] == self.subject;
        let ours = notices.iter().filter(|notice| self.subject == 0 || related(notice));
        ours.filter(|notice| notice["notification_type"] == kind).count()
    }

    /// That somebody was told of it exactly if it was done: once, and once more for a tip on top of a price.
    async fn same(&self, done: bool, person: &Person, kind: &str) -> usize {
        let before = usize::from(self.command == Command::Tip);
        assert_eq!(self.told(person, kind).await, before + usize::from(done), "{:?}: {kind}", self.command);
        usize::from(done)
    }
}
