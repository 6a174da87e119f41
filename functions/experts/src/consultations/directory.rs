//! Finding an expert.

use app::{App, experts};
use axum::extract::State;
use consultations::auth::viewer;
use consultations::expert::{SPECIALTIES, Viewer};
use consultations::{Asked, ExpertCard, Paged, Refused};
use domain::directory::Question;
use domain::ids::UserId;
use domain::person::User;
use domain::words::words;
use edge::auth::OptionalAuth;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, hundredths, one_of, text};
use edge::path::PathId;
use edge::reply::Json;

pub(crate) struct Listing {
    question: Question,
    asked: Asked,
}

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let asked = Asked::parse(fields, 10);
        let specialty = fields.optional("specialty", one_of(SPECIALTIES).about("Only of this one."));
        let rating = hundredths(0..=500)
            .rounded_away()
            .then(|rating| u16::try_from(rating).map_err(|_| "This must be a rating."));
        let least_rating = fields.or("min_rating", rating.about("No expert below it."), 0_u16);
        let search = fields.or("search", text(..=100).about("Words of name, specialty and bio, in any order."), "");
        Some(Self {
            question: Question { specialty: specialty?, least_rating: least_rating?, words: words(&search?) },
            asked: asked?,
        })
    }
}

async fn cards(app: &App, people: &[User], viewer: Viewer) -> app::Result<Vec<ExpertCard>> {
    let mut cards = Vec::with_capacity(people.len());
    for user in people {
        cards.push(ExpertCard::of(app, user, viewer).await?);
    }
    Ok(cards)
}

/// Find experts
///
/// Approved experts who take bookings: by rating, then experience, both high to low, then `id`. Several parameters all
/// apply. An expert is found under the first 1000 different words of name, specialty and bio.
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/",
    tag = "Consultations: Experts", operation_id = "consultations_experts_search",
    responses(
        (status = 200, description = "One page of them", body = Paged<ExpertCard>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
    )
)]
pub(crate) async fn find_experts(
    State(app): State<App>,
    onlooker: OptionalAuth,
    QueryOf(Listing { question, asked }): QueryOf<Listing>,
) -> Result<Json<Paged<ExpertCard>>, Refused> {
    let skipped = asked.skipped()?;
    let found = experts::list(&app, &question, skipped, asked.page_size).await?;
    let results = cards(&app, &found.people, viewer(&onlooker).await?).await?;
    Ok(Json(Paged { count: found.count, page: asked.page, page_size: asked.page_size, results }))
}

/// One expert
///
/// Approved, also when they take no bookings at present.
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/{id}/",
    tag = "Consultations: Experts", operation_id = "consultations_experts_show",
    responses(
        (status = 200, description = "The expert", body = ExpertCard),
        (status = 404, description = "`not_found`: no approved expert has this id"),
    )
)]
pub(crate) async fn show_expert(
    State(app): State<App>,
    onlooker: OptionalAuth,
    PathId(id): PathId<UserId>,
) -> Result<Json<ExpertCard>, Refused> {
    let expert = experts::find(&app, id).await?;
    Ok(Json(ExpertCard::of(&app, &expert, viewer(&onlooker).await?).await?))
}
