//! Conversations (`tutoring.md` §3.3, §4.5, §5.5).

use app::chats::{self, Peer, Talk};
use app::paging::Wanted;
use app::{App, Error};
use axum::extract::State;
use domain::ids::{BookingId, UserId};
use domain::text::Email;
use domain::{Refusal, chat};
use edge::auth::Authenticated;
use edge::body::{Body, QueryOf};
use edge::form::{Fields, Kind, Parse, id, text};
use edge::idempotency::IdempotencyKey;
use edge::problem::Problem;
use edge::reply::{Json, MadeOrFound};
use tutoring::{Listing, Paged, Pages, Refused};

use super::at::Participant;
use super::shapes::ConversationView;
use super::{FACADE, Updated};

/// By what they can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    UpdatedAt,
}

const ORDERS: &[(&str, (Order, bool))] =
    &[("-updated_at", (Order::UpdatedAt, true)), ("updated_at", (Order::UpdatedAt, false))];

pub(super) struct Asked(bool, Result<Wanted, Problem>);

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let listing = Listing::parse(fields, ORDERS)?;
        Some(Self(listing.descending, listing.wanted()))
    }
}

/// List my conversations
///
/// Of every product, the one in which something was said last first.
#[utoipa::path(
    get, path = "/api/v1/conversations/",
    tag = "Tutoring: Messages", operation_id = "tutoring_conversations_list",
    responses((status = 200, description = "One page", body = Paged<ConversationView>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    pages: Pages,
    QueryOf(Asked(descending, wanted)): QueryOf<Asked>,
) -> Result<Json<Paged<ConversationView>>, Refused> {
    let page = chats::talks(&app, caller, descending, &wanted?).await?;
    Ok(pages.show(page.map(|talk| ConversationView::of(&talk, caller.user()))))
}

/// With whom.
pub(super) struct With(Peer);

const BOOKING: &str = "booking";
const PERSON: &str = "participant_id";
const EMAIL: &str = "participant_email";

impl Parse for With {
    const NAME: &str = "TutoringConversationRequest";
    const ABOUT: &str = "With whom: exactly one of the three.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let booking =
            fields.nullable(BOOKING, id::<BookingId>().about("The other party of a booking of the caller's."));
        let person = fields.nullable(PERSON, id::<UserId>().about("Their id."));
        let email = fields.nullable(EMAIL, text(..=254).trimmed().parse(Email::parse).about("Their e-mail."));
        let booking = booking?.value().map(Peer::Of);
        let person = person?.value().map(Peer::Person);
        let email = email?.value().map(Peer::Address);
        let mut named = [booking, person, email].into_iter().flatten();
        match (named.next(), named.next()) {
            (Some(peer), None) => Some(Self(peer)),
            _ => fields.refuse("non_field_errors", "Name exactly one of booking, participant_id, participant_email."),
        }
    }
}

/// A refusal of whoever was named, under the field that names them.
fn blamed(peer: &Peer, error: Error) -> Refused {
    let field = match peer {
        Peer::Of(_) => BOOKING,
        Peer::Person(_) => PERSON,
        Peer::Address(_) => EMAIL,
    };
    match error {
        Error::UnknownPerson | Error::Refused(Refusal::Chat(chat::Refusal::OwnConversation)) => {
            Problem::field(field, error.to_string()).into()
        }
        other => other.into(),
    }
}

/// Find or make a conversation
///
/// With somebody with whom the caller shares a booking that is paid, confirmed or completed, or of whom one is enrolled in
/// a course of the other. There is one per pair of people; what there is already is found in any case.
#[utoipa::path(
    post, path = "/api/v1/conversations/",
    tag = "Tutoring: Messages", operation_id = "tutoring_conversations_open",
    responses(
        (status = 200, description = "The one there was", body = ConversationView),
        (status = 201, description = "A new one", body = ConversationView),
        (status = 403, description = "`messaging_not_allowed`: they share neither such a booking nor a course"),
    )
)]
pub(super) async fn open(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    key: IdempotencyKey,
    Body(With(peer)): Body<With>,
) -> Result<MadeOrFound<ConversationView>, Refused> {
    let shown =
        |(talk, made): &(Talk, bool)| MadeOrFound { is_new: *made, body: ConversationView::of(talk, caller.user()) };
    let answer = |opened: &(Talk, bool)| shown(opened).saved();
    let opened = chats::open_with(&app, caller, FACADE, &peer, key.save(&answer)).await;
    Ok(shown(&opened.map_err(|error| blamed(&peer, error))?))
}

/// Show a conversation
#[utoipa::path(
    get, path = "/api/v1/conversations/{id}/",
    tag = "Tutoring: Messages", operation_id = "tutoring_conversations_show",
    responses(
        (status = 200, description = "The conversation", body = ConversationView),
    )
)]
pub(super) async fn show(
    State(app): State<App>,
    Participant(caller, party): Participant,
) -> Result<Json<ConversationView>, Refused> {
    Ok(Json(ConversationView::of(&chats::talk(&app, party).await?, caller.user())))
}

/// Mark what the other one wrote as read
#[utoipa::path(
    post, path = "/api/v1/conversations/{id}/read/",
    tag = "Tutoring: Messages", operation_id = "tutoring_conversations_read",
    responses(
        (status = 200, description = "How many were marked", body = Updated),
    )
)]
pub(super) async fn read(State(app): State<App>, Participant(_, party): Participant) -> Result<Json<Updated>, Refused> {
    let updated = usize::try_from(chats::read_through(&app, party).await?).unwrap_or_default();
    Ok(Json(Updated { updated }))
}
