//! Carries commands out with the real use-cases and says what was heard.

mod consultations;
mod counters;
mod courses;
mod experts;
mod meetings;
mod mentorship;
mod money;
mod talk;
mod tutoring;
mod words;

use std::collections::BTreeMap;
use std::sync::Mutex;

use app::background::Job;
use app::caller::{Caller, Staff};
use app::tokens::Claims;
use app::{App, Common, Error, SaveResponse, bookings, due};
use chrono::{DateTime, Utc};
use domain::booking::{self, Booking};
use domain::ids::{BookingId, SessionId, UserId};
use domain::interval::Interval;
use domain::ledger::Balance;
use domain::stats::Totals;
use store::{Claim, Claimed, Kind, SavedResponse};
use tests::World;
use tests::counting::{Watched, is_of};

pub(crate) use self::experts::unit;
use self::words::refused;
use super::command::{Answer, Command, Death, Heard, Minute, Span, Status};
use super::keys::{NOT_KEPT, kept};
use super::money::{Funds, Unit};
use super::oracle::Model;

/// Somebody and something that do not exist.
const NOBODY: i64 = 2;

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) people: Vec<UserId>,
    admin: Caller,
    /// Every claim ever made, per key.
    claims: Mutex<Vec<Vec<Claim>>>,
    /// What the provider calls the order of a session.
    orders: Mutex<BTreeMap<usize, String>>,
    pub(crate) counting: Watched,
    /// The platform's counters, and what people have, as last read.
    counted: Mutex<Totals>,
    pub(crate) balances: Mutex<BTreeMap<(usize, Unit), Balance>>,
}

pub(crate) fn instant(minute: Minute) -> DateTime<Utc> {
    DateTime::from_timestamp(minute * 60, 0).expect("a time of this century")
}

pub(crate) fn span(interval: Interval) -> Span {
    (interval.start().timestamp() / 60, interval.end().timestamp() / 60)
}

pub(crate) fn status(booking: &Booking) -> Status {
    status_of(booking.status)
}

pub(crate) fn status_of(status: booking::Status) -> Status {
    match status {
        booking::Status::Pending => Status::Pending,
        booking::Status::Confirmed => Status::Confirmed,
        booking::Status::Completed => Status::Completed,
        booking::Status::Cancelled => Status::Cancelled,
        booking::Status::Rescheduled => Status::Rescheduled,
        booking::Status::Expired => Status::Expired,
        booking::Status::NoShow => Status::NoShow,
        booking::Status::Refunded => Status::Refunded,
    }
}

pub(crate) fn funds_of(funds: booking::Funds) -> Funds {
    match funds {
        booking::Funds::Free => Funds::Free,
        booking::Funds::Due => Funds::Due,
        booking::Funds::Held => Funds::Held,
        booking::Funds::Captured => Funds::Captured,
        booking::Funds::Released => Funds::Released,
        booking::Funds::Moved => Funds::Moved,
    }
}

fn told(booking: &Booking) -> Answer {
    Answer::Booking { id: booking.id.get(), status: status(booking), span: span(booking.interval) }
}

fn booked(result: app::Result<Booking>) -> Heard {
    result.map(|booking| told(&booking)).map_err(refused)
}

fn done<T>(result: app::Result<T>) -> Heard {
    result.map(|_| Answer::Nothing).map_err(refused)
}

fn stored(answer: Answer) -> SavedResponse {
    SavedResponse { status: 200, body: kept(&Ok(answer)) }
}

fn keep<'a, T>(
    claim: Option<&'a Claim>,
    render: &'a (dyn Fn(&T) -> SavedResponse + Send + Sync),
) -> SaveResponse<'a, T> {
    claim.map_or_else(SaveResponse::nothing, |claim| SaveResponse::under(claim, render))
}

/// This person, with some session.
pub(crate) fn presumed(user: UserId) -> Caller {
    Caller::presumed(&Claims { user, session: SessionId::new(1).expect("an id") })
}

impl Stage {
    pub(crate) fn new(world: World, people: Vec<UserId>, admin: Caller) -> Self {
        let (claims, orders) = (Mutex::default(), Mutex::default());
        let (counting, counted, balances) = (Watched::default(), Mutex::default(), Mutex::default());
        Self { world, people, admin, claims, orders, counting, counted, balances }
    }

    fn staff(&self) -> Staff {
        Staff::of(self.admin).expect("the administrator is one")
    }

    pub(crate) fn app(&self) -> &App {
        &self.world.app
    }

    pub(crate) fn caller(&self, person: usize) -> Caller {
        presumed(self.people[person])
    }

    fn person(&self, person: Option<usize>) -> UserId {
        person.map_or(UserId::new(NOBODY).expect("an id"), |person| self.people[person])
    }

    pub(crate) async fn perform(&self, model: &Model, command: &Command) -> Heard {
        match command {
            Command::Once { key, of, dies } => self.once(model, *key, of, *dies).await,
            Command::Late { key, claim } => {
                let claim = self.claims.lock().expect("nobody panics with it")[*key][*claim].clone();
                self.carry_out(model, &model.keys[*key].of, Some(&claim)).await
            }
            other => self.carry_out(model, other, None).await,
        }
    }

    /// As the edge does it: claims the key, carries the command out, keeps a final answer.
    async fn once(&self, model: &Model, key: usize, of: &Command, dies: Option<Death>) -> Heard {
        let (app, number) = (self.app(), self.app().mint.number());
        let claimed =
            app.store.idempotency_claim(&format!("key {key}"), &[format!("{of:?}")], number, app.clock.now()).await;
        let claim = match claimed.map_err(|fault| refused(fault.into()))? {
            Claimed::Mine(claim) => claim,
            Claimed::Done(answer) => return Ok(Answer::Again(answer.body)),
            Claimed::InFlight => return Err(refused(Error::Common(Common::InFlight))),
            Claimed::Mismatch => return Err(refused(Error::Common(Common::KeyReused))),
        };
        {
            let mut claims = self.claims.lock().expect("nobody panics with it");
            let known = claims.len().max(key + 1);
            claims.resize(known, Vec::new());
            claims[key].push(claim.clone());
        }
        if dies == Some(Death::BeforeTheCommand) {
            return Ok(Answer::Nothing);
        }
        let heard = self.carry_out(model, of, Some(&claim)).await;
        let is_final = heard.as_ref().err().is_none_or(|no| !NOT_KEPT.contains(&no.word.as_str()));
        let settled = match dies {
            Some(_) => Ok(()),
            None if is_final => {
                app.store.idempotency_settle(&claim, &SavedResponse { status: 200, body: kept(&heard) }).await
            }
            None => app.store.idempotency_release(&claim).await,
        };
        settled.map_err(|fault| refused(fault.into()))?;
        heard
    }

    /// Of which each way is boxed: together they are too large for a stack.
    async fn carry_out(&self, model: &Model, command: &Command, claim: Option<&Claim>) -> Heard {
        match command {
            Command::Meeting(act) => Box::pin(self.meeting(model, act, claim)).await,
            Command::Consultation(act) => Box::pin(self.consultation(model, act, claim)).await,
            Command::Mentorship(act) => Box::pin(self.mentorship(model, act)).await,
            Command::Tutoring(act) => Box::pin(self.tutoring(model, act)).await,
            Command::Course(act) => Box::pin(self.course(model, act)).await,
            Command::Expert(act) => Box::pin(self.as_expert(model, act)).await,
            Command::Money(act) => Box::pin(self.money(model, act, claim)).await,
            Command::Schedule { at, step } => {
                booked(bookings::step_by_schedule(self.app(), self.booking_id(model, *at), *step).await)
            }
            Command::Tick => self.tick().await,
            Command::Purchase { by, credits } => self.purchase(*by, *credits, claim).await,
            other => self.talk(model, other, claim).await,
        }
    }

    fn booking_id(&self, model: &Model, at: usize) -> BookingId {
        BookingId::new(model.bookings.get(at).map_or(NOBODY, |booking| booking.id)).expect("an id")
    }

    /// The schedule finds what is due, and each job of it is delivered twice.
    pub(crate) async fn tick(&self) -> Heard {
        let app = self.app();
        due::tick(app, &self.world.background.context.queues).await.map_err(refused)?;
        for job in self.world.background.take_jobs() {
            let Job::Due(booking) = job else { continue };
            for _ in 0..2 {
                bookings::do_what_is_due(app, booking).await.map_err(refused)?;
            }
        }
        Ok(Answer::Nothing)
    }

    /// Whether the present command wrote anything of this kind.
    pub(crate) fn has_written(&self, kind: Kind) -> bool {
        self.world.table.written.any(|named| is_of(&[kind], named))
    }

    /// Of these bookings, which were written as over.
    pub(crate) async fn written_as_over(&self, model: &Model, lapsed: Vec<usize>) -> Vec<usize> {
        let mut written = Vec::new();
        if !self.has_written(Kind::Booking) {
            return written;
        }
        for at in lapsed {
            let real = self.app().store.booking(self.booking_id(model, at)).await.expect("the table answers");
            let real = real.expect("a booking that was made is there");
            if status(&real) == model.bookings[at].rules.lapses_to {
                written.push(at);
            }
        }
        written
    }
}
