//! Students and mentors, by the real use-cases.

use app::bookings::{self, Changes, Command, Request};
use app::payments::{self, Checkout};
use app::{Common, Error, SaveResponse, attendance, people, serials, withdrawals};
use domain::booking::{Booking, Mode, Seat, Step, Times};
use domain::facade::Facade;
use domain::ids::WithdrawalId;
use domain::ledger::Amount;
use domain::withdrawal::{Verdict, Way, Wish};
use tests::checkout::{hears, of_payment, signed};
use tests::mentorship::inr;

use super::words::{refused, unknown_is};
use super::{NOBODY, Stage, booked, done, instant, told};
use crate::command::{Answer, Heard};
use crate::mentorship::Act;
use crate::oracle::Model;

const FACADE: Facade = Facade::Mentorship;

impl Stage {
    pub(super) async fn mentorship(&self, model: &Model, act: &Act) -> Heard {
        let app = self.app();
        let id = |at: usize| self.booking_id(model, at);
        let command = async |by: usize, at: usize, command| {
            let taken = async {
                let at = bookings::find(app, self.caller(by), id(at)).await?;
                bookings::take::<Booking>(app, FACADE, at, command, SaveResponse::nothing()).await
            };
            booked(taken.await)
        };
        match *act {
            Act::Number { by, as_mentor } => {
                self.number(by, if as_mentor { Seat::Expert } else { Seat::Learner }).await
            }
            Act::Book { by, to, span: (start, end) } => {
                let request = Request {
                    expert: self.person(to),
                    mode: Mode::Video,
                    title: "Lifetimes".to_owned(),
                    description: String::new(),
                    service: String::new(),
                    category: None,
                    times: Times { start: instant(start), end: instant(end) },
                };
                let caller = self.caller(by);
                let booked = bookings::request::<Booking>(app, caller, FACADE, request, SaveResponse::nothing()).await;
                booked.map(|booking| told(&booking)).map_err(unknown_is("expert_id"))
            }
            Act::Pay { by, at, payment, is_told } => self.pay_session(model, (by, at), payment, is_told).await,
            Act::Attend { by, at } => {
                let attended = async {
                    let other = bookings::find(app, self.caller(by), id(at)).await?;
                    let key = other.booking.party(other.seat.other()).key.clone().unwrap_or_default();
                    let (caller, nothing) = (self.caller(by), SaveResponse::nothing());
                    attendance::mark::<Booking>(app, caller, FACADE, (id(at), &key), nothing).await
                };
                booked(attended.await)
            }
            Act::Cancel { by, at } => command(by, at, Command::Cancel(String::new())).await,
            Act::Dispute { by, at } => command(by, at, Command::Dispute("Nobody came.".to_owned())).await,
            Act::Move { by, at, start } => {
                let moved = async {
                    let at = bookings::find(app, self.caller(by), id(at)).await?;
                    let start = instant(start);
                    let end = start + at.booking.interval.duration();
                    let changes = Changes { start: Some(start), end: Some(end), ..Changes::default() };
                    bookings::change::<Booking>(app, FACADE, at, changes, SaveResponse::nothing()).await
                };
                booked(moved.await)
            }
            Act::Resolve { at, completes } => {
                let step = if completes { Step::Complete } else { Step::Refund };
                let nothing = SaveResponse::nothing();
                booked(bookings::resolve::<Booking>(app, self.staff(), FACADE, id(at), step, nothing).await)
            }
            Act::Withdraw { by, minor } => {
                let amount = Amount { unit: inr(), minor: u64::try_from(minor).expect("a small amount") };
                let wish = Wish { amount, way: Way::Upi, details: "somebody@upi".to_owned() };
                let asked = withdrawals::ask(app, self.caller(by), FACADE, wish, SaveResponse::nothing()).await;
                asked.map(|asked| Answer::Made(asked.id.get())).map_err(refused)
            }
            Act::Decide { withdrawal, next } => {
                let id = model.sessions.withdrawals.get(withdrawal).map_or(NOBODY, |withdrawal| withdrawal.id);
                let id = WithdrawalId::new(id).expect("an id");
                let verdict = Verdict { next, notes: None, transaction: None };
                done(withdrawals::decide(app, self.staff(), FACADE, id, verdict, SaveResponse::nothing()).await)
            }
        }
    }

    async fn number(&self, by: usize, role: Seat) -> Heard {
        let numbered = async {
            let user = people::me(self.app(), self.caller(by)).await?;
            user.has_role(role).map_err(Error::from)?;
            serials::ensure(self.app(), user, role).await
        };
        numbered.await.map(|(_, serial)| Answer::Made(serial.get().into())).map_err(refused)
    }

    /// By the one order there is of it.
    async fn pay_session(&self, model: &Model, (by, at): (usize, usize), payment: usize, is_told: bool) -> Heard {
        let (app, booking) = (self.app(), self.booking_id(model, at));
        let known = self.orders.lock().expect("nobody panics with it").get(&at).cloned();
        let order = match known {
            Some(order) => order,
            None => {
                let nothing = SaveResponse::nothing();
                let order = payments::order(app, self.caller(by), FACADE, booking, nothing).await.map_err(refused)?;
                let order = order.intent.reference.ok_or_else(|| refused(Error::Common(Common::NotFound)))?;
                self.orders.lock().expect("nobody panics with it").insert(at, order.clone());
                order
            }
        };
        let name = format!("pay_{payment}");
        if is_told {
            let price = u64::try_from(model.bookings[at].price.minor).expect("a small price");
            return done(
                hears(&self.world, &format!("evt_{payment}"), &of_payment("captured", &order, &name, price)).await,
            );
        }
        let signature = signed(&order, &name);
        let checkout = Checkout { booking, order, payment: name, signature };
        booked(payments::verify::<Booking>(app, self.caller(by), &checkout, SaveResponse::nothing()).await)
    }
}
