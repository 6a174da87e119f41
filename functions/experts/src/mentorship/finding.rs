//! Finding a mentor.

use app::{App, cards};
use axum::extract::State;
use domain::words::words;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, text};
use edge::page::{Listed, Page};
use mentorship::page::{USUAL, page};
use mentorship::{AsStudent, PublicMentor, Refused};

pub(crate) struct Wanted {
    words: Vec<String>,
    page: Page,
}

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const ABOUT: &str = "Each word begins a word of name, company, designation or expertise.";
        let search = fields.or("search", text(..=100).about(ABOUT), "");
        let page = page(fields, USUAL);
        Some(Self { words: words(&search?), page: page? })
    }
}

/// Find a mentor
///
/// Approved ones, best rated first, then by id. With `search` a page may be shorter than `limit` although more follow.
#[utoipa::path(
    get, path = "/api/student/mentors/",
    tag = "Mentorship: Mentors", operation_id = "mentorship_mentors_list",
    responses(
        (status = 200, description = "One page", body = [PublicMentor]),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    me: AsStudent,
    QueryOf(Wanted { words, page }): QueryOf<Wanted>,
) -> Result<Listed<PublicMentor>, Refused> {
    let found = cards::list(&app, me.caller, &words, page.cursor.as_deref(), page.limit.into()).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for (card, serial) in found.items {
        items.push(PublicMentor::of(&app, card, serial).await?);
    }
    Ok(Listed { items, next: found.next })
}
