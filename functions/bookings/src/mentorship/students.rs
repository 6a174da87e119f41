//! The students of a mentor (`mentorship.md` §3.3).

use app::learners::{self, Learner};
use app::{App, picture};
use axum::extract::State;
use domain::booking::Seat;
use edge::body::QueryOf;
use edge::page::Listed;
use edge::time::Stamp;
use mentorship::ids::shown;
use mentorship::{AsMentor, Listing, Refused};
use serde::Serialize;
use utoipa::ToSchema;

/// A student, as a mentor of theirs sees them.
#[derive(Serialize, ToSchema)]
pub(crate) struct StudentOfMentor {
    /// That of the account.
    id: i64,
    #[schema(example = "S000001")]
    student_id: String,
    name: String,
    /// A link; one to a file of ours is good for an hour.
    #[schema(required = true)]
    profile_picture: Option<String>,
    college: String,
    /// Those with this mentor that were ever confirmed.
    sessions: usize,
    /// When the last of them begins, or began.
    #[schema(required = true)]
    last_session: Option<Stamp>,
}

impl StudentOfMentor {
    async fn of(app: &App, learner: Learner) -> app::Result<Self> {
        let Learner { user, serial, said, bookings, last_start } = learner;
        Ok(Self {
            id: user.id.get(),
            student_id: shown(Seat::Learner, serial),
            name: user.name(),
            profile_picture: picture::link(app, user.picture.as_ref()).await?,
            college: said.details.learning.college,
            sessions: bookings,
            last_session: last_start.map(Stamp),
        })
    }
}

/// List my students
///
/// Whose session with me was ever confirmed, or who has a conversation with me; latest first. Of the newest thousand
/// sessions and conversations.
#[utoipa::path(
    get, path = "/api/mentor/students/",
    tag = "Mentorship: Sessions", operation_id = "mentorship_students_list",
    responses((status = 200, description = "One page", body = [StudentOfMentor]))
)]
pub(crate) async fn list(
    State(app): State<App>,
    me: AsMentor,
    QueryOf(Listing(page)): QueryOf<Listing>,
) -> Result<Listed<StudentOfMentor>, Refused> {
    let found = learners::list(&app, me.caller, page.cursor.as_deref(), page.limit.into()).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for learner in found.items {
        items.push(StudentOfMentor::of(&app, learner).await?);
    }
    Ok(Listed { items, next: found.next })
}
