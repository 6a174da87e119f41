//! Openings on a date and lessons, by the real use-cases.

use app::bookings::{self, BookingOfTwo, Command, Wish};
use app::{SaveResponse, experts, openings};
use domain::booking::Step;
use domain::facade::Facade;
use domain::ids::SlotId;
use domain::interval::Interval;

use super::words::{refused, unknown_is};
use super::{NOBODY, Stage, instant, told};
use crate::command::{Answer, Heard, Span};
use crate::oracle::Model;
use crate::tutoring::Act;

const FACADE: Facade = Facade::Tutoring;

fn seen(result: app::Result<BookingOfTwo>) -> Heard {
    result.map(|at| told(&at.booking)).map_err(refused)
}

impl Stage {
    pub(super) async fn tutoring(&self, model: &Model, act: &Act) -> Heard {
        let app = self.app();
        let slot_id = |slot: usize| SlotId::new(model.slots.get(slot).map_or(NOBODY, |slot| slot.id)).expect("an id");
        let takes = |by: usize, at: usize, command: Command| async move {
            let taken = async {
                let at = bookings::at(app, self.caller(by), self.booking_id(model, at)).await?;
                bookings::act(app, FACADE, at, command, SaveResponse::nothing()).await
            };
            seen(taken.await)
        };
        match *act {
            Act::Offer { by, span } => self.offer(by, span).await,
            Act::Drop { by, slot } => {
                let dropped = async {
                    let own = openings::own(app, self.caller(by), slot_id(slot)).await?;
                    openings::remove(app, own).await
                };
                match dropped.await.map_err(refused) {
                    // Whoever looks for one that is gone does not find it.
                    Err(no) if no.word == "not_found" => {
                        Err(crate::command::No { word: "unknown_slot".to_owned(), ..no })
                    }
                    dropped => dropped.map(|()| Answer::Nothing),
                }
            }
            Act::Book { by, slot } => {
                let wish = Wish { slot: slot_id(slot), course: None, notes: String::new(), title: "Lesson" };
                let booked = bookings::book(app, self.caller(by), FACADE, wish, SaveResponse::nothing()).await;
                booked.map(|at| told(&at.booking)).map_err(unknown_is("expert_id"))
            }
            Act::Confirm { by, at } => takes(by, at, Command::Confirm(None)).await,
            Act::Complete { by, at } => takes(by, at, Command::Take(Step::Complete)).await,
            Act::Cancel { by, at } => takes(by, at, Command::Cancel(String::new())).await,
            Act::Refund { by, at } => takes(by, at, Command::Refund(String::new())).await,
            Act::Dispute { by, at } => takes(by, at, Command::Dispute("Nobody came.".to_owned())).await,
            Act::Move { by, at, slot } => {
                let moved = async {
                    let at = bookings::to_move(app, self.caller(by), self.booking_id(model, at)).await?;
                    let wanted = (slot_id(slot), String::new());
                    bookings::move_to(app, FACADE, at, wanted, SaveResponse::nothing()).await
                };
                seen(moved.await)
            }
            Act::Resolve { at, completes } => {
                let step = if completes { Step::Complete } else { Step::Refund };
                let resolved = async {
                    let at = bookings::at(app, self.admin, self.booking_id(model, at)).await?;
                    let command = Command::Resolve(step, String::new());
                    bookings::act(app, FACADE, at, command, SaveResponse::nothing()).await
                };
                seen(resolved.await)
            }
        }
    }

    async fn offer(&self, by: usize, (start, end): Span) -> Heard {
        let app = self.app();
        let published = async {
            let expert = experts::approved(app, self.caller(by)).await?;
            let interval = Interval::new(instant(start), instant(end)).expect("a span that makes sense");
            openings::publish(app, &expert, interval, SaveResponse::nothing()).await
        };
        published.await.map(|view| Answer::Made(view.slot.id.get())).map_err(refused)
    }
}
