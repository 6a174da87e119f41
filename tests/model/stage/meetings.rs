//! Meetings, by the real use-cases.

use app::bookings::{self, Changes, Command, Request};
use app::wallet::{self, Transferred};
use app::{SaveResponse, reviews};
use domain::booking::{Booking, Mode, Times};
use domain::category;
use domain::facade::Facade;
use domain::review::Review;
use store::Claim;

use super::words::{refused, unknown_is};
use super::{Stage, booked, instant, keep, stored, told};
use crate::command::{Answer, Heard, No};
use crate::meetings::{Act, title};
use crate::oracle::Model;

fn moved(transferred: &Transferred) -> Answer {
    Answer::Moved {
        credits: super::money::small(transferred.moved),
        balance: super::money::small(transferred.new_balance),
    }
}

/// Here it does not matter whose time is taken.
fn anybodys(heard: Heard) -> Heard {
    heard.map_err(|no| if no.word == "own_conflict" { No { word: "slot_taken".to_owned(), ..no } } else { no })
}

impl Stage {
    pub(super) async fn meeting(&self, model: &Model, act: &Act, claim: Option<&Claim>) -> Heard {
        let app = self.app();
        let id = |at: usize| self.booking_id(model, at);
        match *act {
            Act::Request { by, to, span: (start, end) } => {
                let times = Times { start: instant(start), end: instant(end) };
                let request = Request {
                    expert: self.person(to),
                    mode: Mode::Video,
                    title: title(0),
                    description: String::new(),
                    service: String::new(),
                    category: category::find(1).map(|category| category.id),
                    times,
                };
                let render = |booking: &Booking| stored(told(booking));
                let save = keep(claim, &render);
                let requested = bookings::request(app, self.caller(by), Facade::Meetings, request, save).await;
                anybodys(requested.map(|booking| told(&booking)).map_err(unknown_is("expert_id")))
            }
            Act::Step { by, at, step } => {
                let stepped = async {
                    let at = bookings::find(app, self.caller(by), id(at)).await?;
                    bookings::take(app, Facade::Meetings, at, Command::Take(step), SaveResponse::nothing()).await
                };
                booked(stepped.await)
            }
            Act::Change { by, at, title: new, start, end } => {
                let changes = Changes {
                    title: new.map(title),
                    start: start.map(instant),
                    end: end.map(instant),
                    ..Changes::default()
                };
                let changed = async {
                    let at = bookings::find(app, self.caller(by), id(at)).await?;
                    bookings::change::<Booking>(app, Facade::Meetings, at, changes, SaveResponse::nothing()).await
                };
                anybodys(booked(changed.await))
            }
            Act::Transfer { by, at, total } => {
                let render = |transferred: &Transferred| stored(moved(transferred));
                let caller = self.caller(by);
                let transferred = wallet::transfer_for(app, caller, id(at), total.into(), keep(claim, &render)).await;
                transferred.map(|transferred| moved(&transferred)).map_err(refused)
            }
            Act::Review { by, at, about, rating } => {
                let reviewee = self.people[about];
                let draft = reviews::ReviewDraft { reviewee, rating, text: String::new(), is_anonymous: false };
                let render = |review: &Review| stored(Answer::Made(review.id.get()));
                let given = async {
                    let at = bookings::find(app, self.caller(by), id(at)).await?;
                    reviews::give(app, Facade::Meetings, at, draft, keep(claim, &render)).await
                };
                given.await.map(|review| Answer::Made(review.id.get())).map_err(refused)
            }
        }
    }
}
