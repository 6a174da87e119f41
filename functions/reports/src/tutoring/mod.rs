//! What administrators get as a file (`tutoring.md` §4.7).

mod get;
mod table;

use app::App;
use app::reports::Pen;
use edge::routes;
use utoipa_axum::router::OpenApiRouter;

const SUBJECTS: &[(&str, &str)] = &[("Tutoring: Reports", "What was booked, paid, earned and taken out, as files.")];

/// Its tables.
pub const PEN: Pen = Pen { cells: table::cells, file: table::file };

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(edge::docs::subjects(SUBJECTS)).routes(routes!(get::get))
}
