//! Lists of sessions, of both sides.

use app::App;
use app::bookings::{self, Filtered};
use app::caller::Caller;
use axum::extract::State;
use domain::booking::Seat;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, one_of};
use edge::page::{Listed, Page};
use mentorship::page::{USUAL, page};
use mentorship::session::{STATUSES, status_of};
use mentorship::{AsMentor, AsStudent, Refused, Session, SessionView};

pub(crate) struct Asked {
    upcoming: Option<bool>,
    status: Option<&'static str>,
    page: Page,
}

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const WHEN: &[(&str, bool)] = &[("upcoming", true), ("past", false)];
        let upcoming = fields.optional("filter", one_of(WHEN).about("Not over yet, soonest first; or over."));
        let status = fields.optional("status", one_of(STATUSES).about("Only in this one."));
        let page = page(fields, USUAL);
        Some(Self { upcoming: upcoming?, status: status?, page: page? })
    }
}

async fn list(app: &App, caller: Caller, seat: Seat, asked: Asked) -> Result<Listed<Session>, Refused> {
    let Page { limit, cursor } = asked.page;
    let filtered = Filtered { seat, upcoming: asked.upcoming, word: asked.status.unwrap_or_default() };
    let is_wanted = |booking: &domain::booking::Booking| asked.status.is_none_or(|status| status_of(booking) == status);
    let page = bookings::by_start(app, caller, filtered, is_wanted, cursor.as_deref(), limit.into()).await?;
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
