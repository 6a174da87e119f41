//! What clients say of an expert.

use app::{App, reviews};
use axum::extract::State;
use consultations::page::DEEPEST;
use consultations::{Asked, Paged, Refused, ReviewCard};
use edge::auth::Visitor;
use edge::body::QueryOf;
use edge::form::{Fields, Parse};
use edge::reply::Json;

use super::at::ShownExpert;

pub(crate) struct Listing(Asked);

impl Parse for Listing {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        Asked::parse(fields, 10).map(Self)
    }
}

/// An expert's reviews
///
/// Those received as expert, in whichever product, newest first.
#[utoipa::path(
    get, path = "/api/v1/consultations/experts/{id}/reviews/",
    tag = "Consultations: Experts", operation_id = "consultations_reviews_list",
    responses(
        (status = 200, description = "One page of them", body = Paged<ReviewCard>),
        (status = 400, description = "`page_too_deep`: `page` times `page_size` is above 1000"),
        (status = 404, description = "`not_found`: no approved expert has this id"),
    )
)]
pub(crate) async fn list_expert_reviews(
    State(app): State<App>,
    Visitor(caller): Visitor,
    ShownExpert(expert): ShownExpert,
    QueryOf(Listing(asked)): QueryOf<Listing>,
) -> Result<Json<Paged<ReviewCard>>, Refused> {
    let found = reviews::of_expert(&app, expert.id, asked.skipped()?, asked.page_size).await?;
    let viewer = caller.map(|caller| caller.user());
    let count = usize::try_from(expert.tally_as_expert.count).unwrap_or(DEEPEST).min(DEEPEST);
    let results = found.iter().map(|review| ReviewCard::of(review, viewer)).collect();
    Ok(Json(Paged { count, page: asked.page, page_size: asked.page_size, results }))
}
