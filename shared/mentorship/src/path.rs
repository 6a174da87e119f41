//! Mentors in paths: `/api/mentor/public/M000001/`. Who is none is 404, as what is no id.

use app::serials::{self, Reference};
use app::{App, Common};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use edge::form::Kind;
use edge::operation::{Describe, Described};
use edge::problem::Problem;

use crate::Refused;
use crate::ids::{person, reference};

/// The account behind the last id in the path, of a mentor or of an account.
#[derive(Clone, Copy, Debug)]
pub struct PathMentor(pub UserId);

impl FromRequestParts<App> for PathMentor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::not_found())?;
        let named = params.iter().last().and_then(|(_, text)| reference(text));
        let named = named.filter(|named| !matches!(named, Reference::Serial(Seat::Learner, _)));
        let owner = serials::owner(app, named.ok_or(Common::NotFound)?).await?;
        Ok(Self(owner.ok_or(Common::NotFound)?))
    }
}

impl Describe for PathMentor {
    fn describe(operation: &mut Described) {
        operation.path_text("Id of the mentor, or the number of their account.", person(Some(Seat::Expert)).schema());
        operation.refuses(404, "`not_found`: there is none, or the caller may not know of it");
    }
}
