//! Booking a session.

use app::bookings::{self, Request};
use app::caller::Caller;
use app::serials::{self, Reference};
use app::{App, Error};
use axum::extract::State;
use chrono::TimeDelta;
use domain::booking::{Mode, Seat, Times};
use domain::{Instant, Sentence};
use edge::form::{Fields, Kind, Parse, integer, text, time};
use edge::idempotency::{self, IdempotencyKey};
use edge::problem::Problem;
use edge::reply::Created;
use mentorship::ids::person;
use mentorship::{Refused, Session, SessionView};
use utoipa::openapi::ObjectBuilder;

use super::FACADE;
use super::at::{FromStudent, lacks_role};

pub(super) const MARK: &str = "In the future, at most a year ahead, on a five-minute mark, within the published hours.";

pub(crate) struct NewSession {
    mentor: Reference,
    subject: String,
    start: Instant,
    minutes: u32,
    service: String,
    notes: String,
}

impl Parse for NewSession {
    const NAME: &str = "SessionRequest";
    const ABOUT: &str = "A session that is wanted.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let mentor = fields.required("mentor_id", person(Some(Seat::Expert)));
        let subject = fields.required("subject", text(1..=255).not_blank());
        let start = fields.required(["start_time", "time_slot"], time().then(on_a_mark).about(MARK));
        let minutes = fields.or("duration_minutes", minutes().shaped(usual), FACADE.rules().length.usual);
        let service = fields.nullable("service", text(..=200));
        let notes = fields.nullable("notes", text(..=2000));
        Some(Self {
            mentor: mentor?,
            subject: subject?,
            start: start?,
            minutes: minutes?,
            service: service?.value().unwrap_or_default(),
            notes: notes?.value().unwrap_or_default(),
        })
    }
}

fn usual(schema: ObjectBuilder) -> ObjectBuilder {
    schema.default(Some(FACADE.rules().length.usual.into()))
}

pub(super) fn on_a_mark(time: Instant) -> Result<Instant, Sentence> {
    FACADE.rules().length.is_on_a_mark(time)
}

/// How long a session may last.
fn minutes() -> impl Kind<Out = u32> {
    let length = FACADE.rules().length;
    integer(length.shortest.into()..=length.longest.into())
        .then(move |minutes| length.is_whole(minutes))
        .shaped(|schema| schema.multiple_of(Some(5)))
        .about("Minutes, a multiple of 5.")
}

pub(super) fn soon_enough(app: &App, start: Instant) -> Result<(), Problem> {
    match FACADE.rules().is_near_enough(start, app.clock.now()) {
        true => Ok(()),
        false => Err(Problem::field("start_time", "This must be within a year.")),
    }
}

/// Book a session
///
/// The time is taken in both calendars at once and held for 15 minutes, or until the start if that is sooner: until then it
/// is to be paid. What costs nothing is confirmed at once. The price is the mentor's, frozen now.
#[utoipa::path(
    post, path = "/api/student/book-session/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_book",
    responses(
        (status = 201, description = "The session", body = Session),
        (status = 403, description = "`blocked`: one of the two has blocked the other"),
        (status = 409, description = "`slot_taken`: the mentor is busy; `own_overlap`: the caller is; both with up to five `alternatives`; `too_many_holds`: three wait to be paid, or too many with others"),
    )
)]
pub(crate) async fn book(
    State(app): State<App>,
    key: IdempotencyKey,
    FromStudent(caller, wanted): FromStudent<NewSession>,
) -> Result<Created<Session>, Refused> {
    match request(&app, caller, &key, wanted).await {
        Ok(session) => Ok(Created(session)),
        Err(refused) => Err(lacks_role(&app, caller, Seat::Learner, refused).await),
    }
}

async fn request(app: &App, caller: Caller, key: &IdempotencyKey, wanted: NewSession) -> Result<Session, Refused> {
    soon_enough(app, wanted.start)?;
    let request = Request {
        expert: serials::owner(app, wanted.mentor).await?.ok_or(Error::UnknownPerson)?,
        mode: Mode::Video,
        title: wanted.subject,
        description: wanted.notes,
        service: wanted.service,
        category: None,
        times: Times { start: wanted.start, end: wanted.start + TimeDelta::minutes(wanted.minutes.into()) },
    };
    let answer = |view: &SessionView| idempotency::created(&Session::of(app, view));
    let view = bookings::request(app, caller, FACADE, request, key.save(&answer)).await?;
    Ok(Session::of(app, &view))
}
