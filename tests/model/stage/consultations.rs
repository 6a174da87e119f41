//! Consultations, by the real use-cases.

use app::bookings::{self, BookingView, Command, Request};
use app::reviews::{self, ReviewDraft};
use app::{Common, Error};
use domain::booking::{Mode, Seat, Step, Times};
use domain::facade::Facade;
use domain::review::Review;
use store::Claim;

use super::words::{refused, unknown_is};
use super::{Stage, instant, keep, stored, told};
use crate::command::{Answer, Heard};
use crate::consultations::{Act, How};
use crate::oracle::Model;

impl Stage {
    pub(super) async fn consultation(&self, model: &Model, act: &Act, claim: Option<&Claim>) -> Heard {
        let app = self.app();
        let id = |at: usize| self.booking_id(model, at);
        let render = |shown: &BookingView| stored(told(&shown.booking));
        let answer = |shown: BookingView| told(&shown.booking);
        let consult = async |by, at, command| {
            let stepped = async {
                let at = bookings::own(app, self.caller(by), id(at)).await?;
                bookings::take(app, Facade::Consultations, at, command, keep(claim, &render)).await
            };
            stepped.await.map(answer).map_err(refused)
        };
        match *act {
            Act::Book { by, to, span: (start, end), how } => {
                let mode = match how {
                    How::Video => Mode::Video,
                    How::Chat => Mode::Chat,
                    How::Phone => Mode::Phone,
                };
                let request = Request {
                    expert: self.person(to),
                    mode,
                    title: String::new(),
                    description: String::new(),
                    service: String::new(),
                    category: None,
                    times: Times { start: instant(start), end: instant(end) },
                };
                let booked =
                    bookings::request(app, self.caller(by), Facade::Consultations, request, keep(claim, &render)).await;
                booked.map(answer).map_err(unknown_is("expert_id"))
            }
            Act::Confirm { by, at } => consult(by, at, Command::Take(Step::Confirm)).await,
            Act::Cancel { by, at } => consult(by, at, Command::Cancel(String::new())).await,
            Act::Begin { by, at } => consult(by, at, Command::Take(Step::Begin)).await,
            Act::End { by, at } => consult(by, at, Command::Take(Step::Complete)).await,
            Act::Reschedule { by, at, start, minutes } => {
                let (caller, start) = (self.caller(by), instant(start));
                let (to, save) = ((start, minutes), keep(claim, &render));
                let moved = async {
                    let old = bookings::replaceable(app, caller, id(at)).await?;
                    bookings::replace(app, Facade::Consultations, old, to, save).await
                };
                moved.await.map(answer).map_err(refused)
            }
            Act::Rate { by, at, rating } => {
                let render = |review: &Review| stored(Answer::Made(review.id.get()));
                let rated = async {
                    // As the handler does it: for its client only.
                    let at = bookings::own(app, self.caller(by), id(at)).await?;
                    if at.seat != Seat::Learner {
                        return Err(Error::Common(Common::Forbidden));
                    }
                    let (reviewee, is_anonymous) = (at.booking.expert.id, rating == 1);
                    let draft = ReviewDraft { reviewee, rating, text: String::new(), is_anonymous };
                    reviews::give(app, Facade::Consultations, at, draft, keep(claim, &render)).await
                };
                rated.await.map(|review| Answer::Made(review.id.get())).map_err(refused)
            }
        }
    }
}
