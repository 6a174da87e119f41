//! The stories in which conditions fail. The commands of the crate's other tests are among them.

mod chats;
mod community;
mod courses;
mod experts;
mod lessons;
mod mentorship;
mod money;
mod payments;

mod sessions;
mod site;
mod support;
mod tutoring;
mod two_factor;

use std::pin::Pin;

use serde_json::json;
use tests::member::{CHANGE, LOGOUT, Member, REGISTER, forgetful, wanted};
use tests::{Answer, Person, Spoiler, World};

use crate::commands::{Command, Scene};

/// Status and machine word.
pub(super) type Told = (u16, String);

type Telling = for<'a> fn(&'a Spoiler) -> Pin<Box<dyn Future<Output = Told> + 'a>>;

pub(super) enum Story {
    /// Once with an idempotency key.
    Command(Command, Option<&'static str>),
    Other(&'static str, Telling),
}

fn told(answer: Answer) -> Told {
    (answer.status, answer.code().to_owned())
}

macro_rules! stories {
    ($($module:ident { $($name:ident,)+ })+) => {
        vec![$($(Story::Other(stringify!($name), |spoiler| Box::pin($module::$name(spoiler))),)+)+]
    };
}

impl Story {
    pub(super) fn all() -> Vec<Self> {
        let commands =
            Command::ALL.into_iter().map(|command| Self::Command(command, command.takes_a_key().then_some("key")));
        let others = stories! {
            accounts {
                registers, registers_an_address_as_username, wants_a_name_from_before, fails_to_sign_in, asks_for_a_link, uses_a_link, changes_a_password,
                ends_every_session,
            }
            chats {
                opens, opens_with_an_acquaintance, opens_again, opens_about_a_consultation, edits_the_last, edits_another, deletes_the_last,
                deletes_another, sends_by_socket, resumes, is_told,
            }
            community {
                writes_to_all, likes, likes_no_more, sees, comments, deletes_a_post, ends_a_rush, announces, comes,
                stays_away, changes_an_event, calls_an_event_off, is_told_of_a_change, is_told_of_the_end,
                asks_for_the_newsletter, confirms_the_newsletter,
            }
            courses {
                publishes_a_course, changes_a_course, deletes_a_course, adds_a_lesson, changes_a_lesson,
                deletes_a_lesson, takes_a_course, buys_a_course, begins_a_lesson, goes_on_with_a_lesson,
            }
            experts {
                is_away, is_away_again, is_applied_for, is_approved, is_rejected, is_suspended, is_reinstated,
                sends_a_document, names_an_upload, prepares_an_upload,
            }
            lessons {
                publishes, publishes_another, gives_a_slot_other_times, takes_a_slot_back, books_a_slot,
                moves_to_another_slot, moves_within_the_day,
            }
            mentorship {
                is_numbered, takes_the_second_role, verifies, asks_to_verify, says_more, takes_money_out,
                is_told_no, is_there,
            }
            money {
                takes_out_and_is_told, is_paid_after_all,
            }
            payments {
                asks_for_an_intent, asks_another_provider, pays, pays_at_once, moves_to_where_somebody_is,
                moves_what_is_given_up,
            }
            tutoring {
                comes_to_learn, proves_an_address, asks_for_a_proof, describes_themselves, is_let_in,
                is_put_out, is_put_out_again, comes_back,
                hides_what_was_said, shows_it_again,
            }
            sessions {
                orders, pays_for_one, pays_for_it_again, enters_a_wrong_key,
            }
            site {
                comes_from_elsewhere, is_linked, is_linked_in_another_role, is_counted, is_closed,
            }
            support {
                fills_the_form, opens_a_ticket, answers_a_ticket, throws_a_note_away,
            }
            two_factor {
                sets_up, enables, signs_in_by_a_code, signs_in_elsewhere_by_a_code, signs_in_by_a_recovery_code,
                renews_codes, switches_off, switches_off_by_a_recovery_code, comes_from_elsewhere_with_a_code,
            }
        };
        commands.chain(others).collect()
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Command(command, _) => format!("{command:?}"),
            Self::Other(name, _) => (*name).to_owned(),
        }
    }

    pub(super) async fn is_told(&self, spoiler: &Spoiler) -> Told {
        match self {
            Self::Command(command, key) => {
                let world = World::new().await;
                let scene = Scene::arrange(&world, *command, "somebody").await;
                spoiler.begins(&world);
                let outcome = scene.act(*key).await;
                (outcome.status, outcome.code)
            }
            Self::Other(_, telling) => telling(spoiler).await,
        }
    }
}

/// Accounts.
mod accounts {
    use super::{CHANGE, LOGOUT, Member, Person, REGISTER, Spoiler, Told, World, forgetful, json, told, wanted};

    pub(super) async fn registers(spoiler: &Spoiler) -> Told {
        let world = World::new().await;
        spoiler.begins(&world);
        told(Person::stranger(&world, "ada").post(REGISTER, wanted("ada")).await)
    }

    pub(super) async fn registers_an_address_as_username(spoiler: &Spoiler) -> Told {
        let world = World::new().await;
        spoiler.begins(&world);
        let name = "ada@example.org";
        let body = json!({"username": name, "email": name, "password": Person::PASSWORD});
        told(Person::stranger(&world, "ada").post("/api/users/register/", body).await)
    }

    /// Somebody's username, in the form that names had before, is an address that is wanted now; and another name of theirs
    /// is spelt otherwise than it was.
    pub(super) async fn wants_a_name_from_before(spoiler: &Spoiler) -> Told {
        let world = World::new().await;
        let body = json!({"username": "ada@example.org", "email": "x@straße.example", "password": Person::PASSWORD});
        let account = Person::stranger(&world, "x").post("/api/users/register/", body).await.is(201);
        world.table.items().iter().filter(|item| item["sk"]["S"] == "LOGIN").for_each(|item| world.table.remove(item));
        let guard = |name: &str| {
            let user = json!({"N": account["id"].to_string()});
            json!({"pk": {"S": format!("LOGIN#{name}")}, "sk": {"S": "LOGIN"}, "user": user})
        };
        world.table.import(["ada@example.org", "x@straße.example"].map(guard).into());
        spoiler.begins(&world);
        let login = json!({"username": "x@straße.example", "password": Person::PASSWORD});
        Person::stranger(&world, "x").post("/api/users/login/", login).await.is(200);
        told(Person::stranger(&world, "ada").post(REGISTER, wanted("ada")).await)
    }

    pub(super) async fn fails_to_sign_in(spoiler: &Spoiler) -> Told {
        let world = World::new().await;
        let ada = Member::registers(&world, "ada").await;
        spoiler.begins(&world);
        told(ada.logs_in_with("wrong password").await)
    }

    pub(super) async fn asks_for_a_link(spoiler: &Spoiler) -> Told {
        let ada = forgetful().await;
        spoiler.begins(&ada.person.world);
        told(ada.forgets().await)
    }

    pub(super) async fn uses_a_link(spoiler: &Spoiler) -> Told {
        let ada = forgetful().await;
        let link = ada.link().await;
        spoiler.begins(&ada.person.world);
        told(ada.confirms(&link, "another horse battery").await)
    }

    pub(super) async fn changes_a_password(spoiler: &Spoiler) -> Told {
        let world = World::new().await;
        let ada = Member::registers(&world, "ada").await;
        spoiler.begins(&world);
        let (old, new) = (Person::PASSWORD, "another horse battery");
        told(ada.person.post(CHANGE, json!({"current_password": old, "password": new, "password2": new})).await)
    }

    pub(super) async fn ends_every_session(spoiler: &Spoiler) -> Told {
        let world = World::new().await;
        let ada = Member::registers(&world, "ada").await;
        spoiler.begins(&world);
        told(ada.person.post(LOGOUT, json!({"all": true})).await)
    }
}
