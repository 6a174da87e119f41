//! The seeded categories: read only.

use app::App;
use axum::extract::State;
use domain::category;
use edge::auth::Authenticated;
use edge::body::QueryOf;
use edge::page::{Listed, Page};
use edge::path::PathId;
use edge::problem::Problem;
use edge::reply::Json;
use meetings::Refused;
use serde::Serialize;
use utoipa::ToSchema;

use super::short_list::{paged, sortable};

/// A subject area.
#[derive(Serialize, ToSchema)]
pub(crate) struct Category {
    id: i64,
    name: &'static str,
    description: &'static str,
    /// A word a frontend maps to a picture.
    icon: &'static str,
}

impl From<&'static category::Category> for Category {
    fn from(category: &'static category::Category) -> Self {
        Self { id: category.id.get(), name: category.name, description: category.description, icon: category.icon }
    }
}

/// All categories
///
/// By ascending `id`.
#[utoipa::path(
    get, path = "/api/categories/",
    tag = "Meetings: Categories", operation_id = "meetings_categories_list",
    responses(
        (status = 200, description = "The categories", body = [Category]),
    )
)]
pub(crate) async fn list_categories(
    State(app): State<App>,
    Authenticated(_): Authenticated,
    QueryOf(page): QueryOf<Page>,
) -> Result<Listed<Category>, Refused> {
    let all = category::ALL.iter().map(Category::from).collect();
    let by_id = |category: &Category| sortable(category.id);
    Ok(paged(&app, "categories", all, by_id, &page)?)
}

/// One category
#[utoipa::path(
    get, path = "/api/categories/{id}/",
    tag = "Meetings: Categories", operation_id = "meetings_categories_show",
    responses(
        (status = 200, description = "The category", body = Category),
    )
)]
pub(crate) async fn show_category(
    Authenticated(_): Authenticated,
    PathId(id): PathId<i64>,
) -> Result<Json<Category>, Refused> {
    let category = category::find(id).ok_or_else(Problem::not_found)?;
    Ok(Json(category.into()))
}
