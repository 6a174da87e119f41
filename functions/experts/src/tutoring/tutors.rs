//! Finding tutors.

use app::App;
use app::details::Description;
use app::finding::{self, Listed, Wish, Within};
use app::paging::Slice;
use axum::extract::State;
use domain::expert::Standing;
use domain::finding::{Order, Question};
use domain::ids::UserId;
use domain::words::words;
use edge::auth::OptionalAuth;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, boolean, hundredths, one_of, text, time};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::Json;
use tutoring::money::amount;
use tutoring::people::approval;
use tutoring::{Listing, Paged, Pages, Refused, Tutor};

const ORDERS: &[(&str, (Order, bool))] = &[
    ("-rating", (Order::Rating, true)),
    ("rating", (Order::Rating, false)),
    ("hourly_rate", (Order::Hourly, false)),
    ("-hourly_rate", (Order::Hourly, true)),
    ("total_ratings", (Order::Reviews, false)),
    ("-total_ratings", (Order::Reviews, true)),
    ("created_at", (Order::Since, false)),
    ("-created_at", (Order::Since, true)),
];

const APPROVALS: &[(&str, &[Standing])] = &[
    ("pending", &[Standing::Pending, Standing::UnderReview]),
    ("approved", &[Standing::Approved]),
    ("rejected", &[Standing::Rejected, Standing::Suspended]),
];

pub(crate) struct Wanted(Question, Within, Listing<Order>);

impl Parse for Wanted {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const SEARCH: &str = "Each word begins a word of name, skills or bio.";
        const ENTRY: &str = "A whole entry, in any letter case.";
        const PRICE: &str = "Of an hour; whoever names none is in no range.";
        let search = fields.optional("search", text(..=200).about(SEARCH));
        let language = fields.optional("language", text(..=200).about(ENTRY));
        let skill = fields.optional("skill", text(..=200).about(ENTRY));
        let least = fields.optional("min_price", amount().about(PRICE));
        let most = fields.optional("max_price", amount().about(PRICE));
        let rating = fields.optional("min_rating", hundredths(0..=500).about("0 to 5."));
        let instant = fields
            .optional("instant_booking", boolean().about("Only those whose bookings a payment confirms, or no such."));
        let is_featured =
            fields.optional("is_featured", boolean().about("Only those shown before others, or no such."));
        let standings = one_of(APPROVALS).about("Everybody but administrators sees approved ones only.");
        let standings = fields.optional("approval_status", standings);
        let after =
            fields.optional("available_after", time().about("Only those with a free slot that begins no earlier."));
        let before =
            fields.optional("available_before", time().about("Only those with a free slot that ends no later."));
        let listing = Listing::parse(fields, ORDERS);
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let question = Question {
            words: words(search?.as_deref().unwrap_or_default()),
            language: said(language?),
            skill: said(skill?),
            least_hourly: least?,
            most_hourly: most?,
            least_rating: rating?,
            instant: instant?,
            is_featured: is_featured?,
            standings: standings?.unwrap_or_default(),
        };
        Some(Self(question, Within { after: after?, before: before? }, listing?))
    }
}

/// List tutors
///
/// Approved ones, best rated first; administrators see all. What a list says may lag behind by a moment. For a
/// free slot the soonest thousand of the time are looked at.
#[utoipa::path(
    get, path = "/api/v1/tutors/",
    tag = "Tutoring: Tutors", operation_id = "tutoring_tutors_list",
    responses((status = 200, description = "One page", body = Paged<Tutor>))
)]
pub(crate) async fn list(
    State(app): State<App>,
    onlooker: OptionalAuth,
    pages: Pages,
    query: Result<QueryOf<Wanted>, Problem>,
) -> Result<Json<Paged<Tutor>>, Refused> {
    // Who asks decides what is read.
    let sees_all = onlooker.caller().is_some() && onlooker.is_staff().await?;
    let QueryOf(Wanted(question, free, listing)) = query?;
    let wish = Wish { question, order: listing.ordering, descending: listing.descending, free };
    let found = finding::list(&app, &wish, &listing.wanted()?, sees_all).await?;
    let me = onlooker.caller().map(|caller| caller.user());
    let slice = shown(&app, found, |id| sees_all || me == Some(id)).await?;
    Ok(pages.show(slice))
}

/// Tutors as the caller sees them: some whole.
async fn shown(app: &App, found: Slice<Listed>, is_whole: impl Fn(UserId) -> bool) -> app::Result<Slice<Tutor>> {
    let ids: Vec<_> = found.items.iter().map(|listed| listed.card.id).filter(|id| is_whole(*id)).collect();
    if ids.is_empty() {
        return Ok(found.map(|listed| Tutor::of_card(app, listed.card)));
    }
    let whole = finding::whole(app, &ids).await?;
    let people: Vec<_> = whole.values().map(|(user, Description { details, .. })| (user, details)).collect();
    let mut whole = Tutor::whole_all(app, &people).await?;
    Ok(found.map(|Listed { card, standing }| match whole.iter().position(|tutor| tutor.id() == card.id.get()) {
        Some(place) => whole.swap_remove(place),
        None => Tutor::of_card(app, card).standing(approval(standing)),
    }))
}

/// A tutor
#[utoipa::path(
    get, path = "/api/v1/tutors/{id}/",
    tag = "Tutoring: Tutors", operation_id = "tutoring_tutors_show",
    responses(
        (status = 200, description = "The tutor", body = Tutor),
        (status = 404, description = "`not_found`: also who is not approved, for everybody but themselves and administrators"),
    )
)]
pub(crate) async fn show(
    State(app): State<App>,
    onlooker: OptionalAuth,
    PathId(id): PathId<UserId>,
) -> Result<Json<Tutor>, Refused> {
    let is_me = onlooker.caller().is_some_and(|caller| caller.user() == id);
    let is_whole = is_me || (onlooker.caller().is_some() && onlooker.is_staff().await?);
    let (user, Description { details, .. }) = finding::find(&app, id, is_whole).await?;
    Ok(Json(if is_whole { Tutor::whole(&app, &user, &details).await? } else { Tutor::of(&app, &user, &details) }))
}
