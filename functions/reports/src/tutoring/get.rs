//! A report as a file, or word of where it will be.

use app::App;
use app::reports::report::{BadDays, Days, Form, Report, Subject};
use app::reports::{self, Answer};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use domain::facade::Facade;
use edge::auth::AdminOnly;
use edge::body::QueryOf;
use edge::form::{Fields, Kind, Parse, date};
use edge::operation::{Describe, Described};
use edge::path::PathWord;
use edge::problem::Problem;
use edge::reply::{Accepted, Json};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Serialize;
use tutoring::Refused;
use utoipa::ToSchema;
use utoipa::openapi::{ObjectBuilder, Type};

/// Somebody who polls comes back after so many seconds.
const POLL_SECONDS: u16 = 3;

/// Which report a path names: `bookings.csv`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named(Subject, Form);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let PathWord(file) = PathWord::from_request_parts(parts, state).await?;
        let (subject, form) = file.split_once('.').ok_or_else(Problem::not_found)?;
        let subject = Subject::ALL.into_iter().find(|known| known.as_str() == subject);
        let form = Form::ALL.into_iter().find(|known| known.as_str() == form);
        subject.zip(form).map(|(subject, form)| Self(subject, form)).ok_or_else(Problem::not_found)
    }
}

impl Describe for Named {
    fn describe(operation: &mut Described) {
        let files = Subject::ALL.into_iter().flat_map(|subject| Form::ALL.map(|form| (subject, form)));
        let files: Vec<_> = files.map(|(subject, form)| format!("{}.{}", subject.as_str(), form.as_str())).collect();
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(files)).build();
        operation.path_parameter("What is told, and in which form.".to_owned(), schema);
        operation.refuses(404, "`not_found`: there is no report of this name");
    }
}

/// Of which days; what is left out is filled in when the clock is known.
pub(crate) struct Asked {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        const FROM: &str = "The first day, UTC; without it the last 30 days up to `to`.";
        let from = fields.optional("from", date().about(FROM));
        let to = fields.optional("to", date().about("The last day, included; today if left out. At most 366 days."));
        Some(Self { from: from?, to: to? })
    }
}

/// A report that is too long to wait for.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportProgress {
    /// `writing`, with 202: ask the same again in some seconds; or `ready`, with 200.
    status: &'static str,
    /// Where the file is, for a quarter of an hour at least. To be fetched without an `Authorization` header.
    #[schema(required = true)]
    url: Option<String>,
}

impl Asked {
    fn days(&self, today: NaiveDate) -> Result<Days, Problem> {
        let last = self.to.unwrap_or(today);
        let first = self.from.unwrap_or_else(|| Days::usual_first(last));
        Days::new(first, last).map_err(|bad| match bad {
            BadDays::Backwards => Problem::field("to", "This must not be before `from`."),
            BadDays::TooMany => Problem::field("to", format!("At most {} days may be asked for.", Days::MOST)),
        })
    }
}

/// Get a report as a file
///
/// Rows in the order in which they were made, of both ends of the days; earnings by address, by when they were earned. CSV:
/// UTF-8, RFC 4180, a header line; texts that begin with `=`, `+`, `-` or `@` get a leading apostrophe. The PDF has the same
/// rows. Up to a thousand rows come at once. Of more the file is written meanwhile: 202, and, asked for again, 200 with where
/// it is; for ten minutes whoever asks for the same gets that file.
#[utoipa::path(
    get, path = "/api/v1/admin/reports/{file}/",
    tag = "Tutoring: Reports", operation_id = "tutoring_report",
    responses(
        (status = 200, description = "The file, or as JSON where it is", content(
            (String = "text/csv"),
            (String = "application/pdf"),
            (ReportProgress = "application/json"),
        )),
        (status = 202, description = "It is being written; `Retry-After` says when to ask again", body = ReportProgress),
    )
)]
pub(crate) async fn get(
    State(app): State<App>,
    AdminOnly(staff): AdminOnly,
    Named(subject, form): Named,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Response, Refused> {
    let days = asked.days(app.clock.now().date_naive())?;
    let report = Report { facade: Facade::Tutoring, subject, form, days };
    Ok(match reports::get(&app, staff, report, super::PEN).await? {
        Answer::File(bytes) => {
            let disposition = format!("attachment; filename=\"{}\"", reports::file_name(report));
            let headers = [(CONTENT_TYPE, form.content_type().to_owned()), (CONTENT_DISPOSITION, disposition)];
            (headers, bytes).into_response()
        }
        Answer::Written(url) => Json(ReportProgress { status: "ready", url: Some(url) }).into_response(),
        Answer::Writing => Accepted(ReportProgress { status: "writing", url: None }, POLL_SECONDS).into_response(),
        Answer::TooLong => {
            let sentence = format!("These days have more than {} rows: ask for fewer.", reports::MOST);
            return Err(Problem::field("to", sentence).into());
        }
    })
}
