//! ExpertConnect's contract.

mod bodies;
mod conventions;
mod cors;
mod idempotency;
mod limits;
mod paging;
mod refusals;
mod table;

use chrono::TimeDelta;
use tests::meetings::complete_a_meeting;
use tests::person::{id, stamp};
use tests::{Person, World};

use crate::contract::{Cast, Contract, Operation, keeps_the_contract};

pub(crate) struct Meetings;

keeps_the_contract!(crate::meetings::Meetings);

/// What `{id}` stands for, made anew for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Nothing,
    Category,
    /// The expert's profile.
    Profile,
    /// A meeting of requester and expert.
    Pending,
    Completed,
    /// From the expert to the requester.
    Message,
    /// The requester's.
    Notice,
    Skill,
    Hours,
}

impl Contract for Meetings {
    type Thing = Thing;

    const ROLES: &'static [&'static str] = &["anonymous", "stranger", "requester", "expert", "administrator"];
    const CODES: &'static str = "validation bad_json insufficient_credits outside_availability invalid_transition \
        too_early too_late not_completed already_reviewed not_authenticated token_invalid token_expired \
        invalid_credentials otp_required otp_invalid forbidden account_suspended blocked not_found method_not_allowed \
        slot_taken conflict in_flight too_large unsupported_media_type idempotency_mismatch rate_limited";
    const ALIASES: &'static str = "";
    const REFUSES_FIRST: bool = false;
    const FREE_PARAMETERS: &'static str = "search skill";
    const PROBES: [(&'static str, &'static str); 3] =
        [("GET", "/api/users/me/"), ("POST", "/api/user-skills/"), ("OPTIONS", "/api/meetings/")];

    fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
        table::TABLE.iter()
    }

    fn has(path: &str) -> bool {
        !path.starts_with("/api/v1/") && !crate::mentorship::has(path) // the others'
    }

    fn ignores_tokens(_: &Operation<Thing>) -> bool {
        true
    }

    fn wrong_for(kind: &str) -> &'static [&'static str] {
        match kind {
            "integer" => &["\" 1\""],
            "boolean" => &["\"true\""],
            _ => &[],
        }
    }

    /// Money is text in the document and may be a number too.
    fn has_a_story(_: &Operation<Thing>, field: &str) -> bool {
        field == "amount"
    }

    async fn gather() -> Cast<Self> {
        let world = World::new().await;
        let people = vec![
            Person::stranger(&world, "nobody"),
            world.register("stranger").await,
            world.register("requester").await,
            world.register("expert").await,
            world.admin().await,
        ];
        people[2].buys(1000).await;
        Cast::of(world, people)
    }

    async fn make(cast: &Cast<Self>, thing: Thing) -> i64 {
        let (requester, expert) = (cast.learner(), cast.expert());
        match thing {
            Thing::Nothing => 0,
            Thing::Category => 1,
            Thing::Profile => expert.id,
            Thing::Pending => {
                let start = cast.world.now() + TimeDelta::days(30) + TimeDelta::hours(cast.fresh());
                requester.books(expert, start, 30).await
            }
            Thing::Completed => complete_a_meeting(requester, expert).await,
            // The notification of a message has its id.
            Thing::Message | Thing::Notice => id(&expert.writes(requester, "Hello").await.is(201)),
            Thing::Skill => requester.adds_skill(&format!("Art {}", cast.fresh())).await,
            Thing::Hours => {
                let body = Self::fill(cast, requester, table::HOURS, 0).await;
                let body = serde_json::from_str(&body).expect("JSON");
                id(&requester.post("/api/user-availability/", body).await.is(201))
            }
        }
    }

    async fn fill(cast: &Cast<Self>, person: &Person, text: &str, thing: i64) -> String {
        let number = cast.fresh();
        let start = cast.world.now() + TimeDelta::days(90) + TimeDelta::hours(number);
        let other = if person.id == cast.expert().id { cast.learner() } else { cast.expert() };
        text.replace("$id", &thing.to_string())
            .replace("$expert", &cast.expert().id.to_string())
            .replace("$other", &other.id.to_string())
            .replace("$fresh", &number.to_string())
            .replace("$clock", &format!("{:02}:{:02}:{:02}", number / 3600 % 24, number / 60 % 60, number % 60))
            .replace("$start", &stamp(start))
            .replace("$end", &stamp(start + TimeDelta::minutes(30)))
    }
}
