//! Lists of sessions, of both sides.

use app::App;
use app::bookings::{self, Filtered};
use app::caller::Caller;
use axum::extract::State;
use domain::booking::Seat;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, integer, one_of, text};
use edge::page::Listed;
use mentorship::session::{STATUSES, status_of};
use mentorship::{AsMentor, AsStudent, Refused, Session, SessionView};

pub(crate) struct Asked {
    upcoming: Option<bool>,
    status: Option<&'static str>,
    limit: usize,
    cursor: Option<String>,
}

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const WHEN: &[(&str, bool)] = &[("upcoming", true), ("past", false)];
        let upcoming = fields.optional("filter", one_of(WHEN).about("Not over yet, soonest first; or over."));
        let status = fields.optional("status", one_of(STATUSES).about("Only in this one."));
        let limit = fields.or("limit", integer(1..=100).about("How many at most."), 50);
        let cursor = fields.optional("cursor", text(1..=2048).about("From the `Link` of the page before."));
        Some(Self { upcoming: upcoming?, status: status?, limit: usize::try_from(limit?).ok()?, cursor: cursor? })
    }
}

async fn list(app: &App, caller: Caller, seat: Seat, asked: Asked) -> Result<Listed<Session>, Refused> {
    let filtered = Filtered { seat, upcoming: asked.upcoming, word: asked.status.unwrap_or_default() };
    let is_wanted = |booking: &domain::booking::Booking| asked.status.is_none_or(|status| status_of(booking) == status);
    let page = bookings::by_start(app, caller, filtered, is_wanted, asked.cursor.as_deref(), asked.limit).await?;
    let views = SessionView::all(app, page.items, Some(seat)).await?;
    Ok(Listed { items: views.iter().map(|view| Session::of(app, view)).collect(), next: page.next })
}

/// List the sessions I have booked
///
/// Latest start first; what is upcoming soonest first. Of the newest thousand.
#[utoipa::path(
    get, path = "/api/student/sessions/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_list_as_student",
    responses((status = 200, description = "One page", body = Vec<Session>))
)]
pub(crate) async fn of_student(
    State(app): State<App>,
    me: AsStudent,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Listed<Session>, Refused> {
    list(&app, me.caller, Seat::Learner, asked).await
}

/// List the sessions I give
///
/// Latest start first; what is upcoming soonest first. Of the newest thousand.
#[utoipa::path(
    get, path = "/api/mentor/sessions/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_sessions_list_as_mentor",
    responses((status = 200, description = "One page", body = Vec<Session>))
)]
pub(crate) async fn of_mentor(
    State(app): State<App>,
    me: AsMentor,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Listed<Session>, Refused> {
    list(&app, me.caller, Seat::Expert, asked).await
}
