//! Whoever looks or acts, and the course or lesson in the path, looked up before query and body are read: so 401, 404 and
//! 403 come before 400.

use ::tutoring::Refused;
use app::caller::Caller;
use app::courses::lessons::{self, OwnLesson};
use app::courses::progress::{self, StudiedCourse};
use app::courses::{self, OwnCourse};
use app::{App, Common};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ids::{CourseId, LessonId};
use domain::person::User;
use edge::auth::{Authenticated, OptionalAuth, SignedFirst};
use edge::operation::{Describe, Described};
use edge::path::PathId;

/// Whoever looks at what is open, and whether they are an administrator.
#[derive(Clone, Copy, Debug)]
pub struct Onlooker(pub(super) Option<Caller>, pub(super) bool);

impl FromRequestParts<App> for Onlooker {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let auth = OptionalAuth::from_request_parts(parts, app).await?;
        Ok(Self(auth.caller(), auth.caller().is_some() && auth.is_staff().await?))
    }
}

/// Somebody who may publish courses.
#[derive(Clone, Debug)]
pub struct Author(pub(super) Caller, pub(super) User);

impl FromRequestParts<App> for Author {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        Ok(Self(caller, courses::author(app, caller).await?))
    }
}

/// A course that the caller may change.
#[derive(Clone, Debug)]
pub struct EditedCourse(pub(super) OwnCourse);

impl FromRequestParts<App> for EditedCourse {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<CourseId>::from_request_parts(parts, app).await?;
        Ok(Self(courses::own(app, caller, id).await?))
    }
}

/// A course that the caller takes or may change.
#[derive(Clone, Debug)]
pub struct Studied(pub(super) StudiedCourse);

impl FromRequestParts<App> for Studied {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let SignedFirst(caller) = SignedFirst::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<CourseId>::from_request_parts(parts, app).await?;
        Ok(Self(progress::studied(app, caller, id).await?))
    }
}

/// A lesson that the caller may change.
#[derive(Clone, Debug)]
pub struct EditedLesson(pub(super) OwnLesson);

impl FromRequestParts<App> for EditedLesson {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<LessonId>::from_request_parts(parts, app).await?;
        Ok(Self(lessons::own(app, caller, id).await?))
    }
}

/// A course named in a body that is none the caller may know of is blamed on its field.
pub(super) fn named(field: &'static str, sentence: &'static str) -> impl Fn(app::Error) -> Refused {
    move |error| match error {
        app::Error::Common(Common::NotFound) => edge::problem::Problem::field(field, sentence).into(),
        other => other.into(),
    }
}

edge::asks_for! {
    Onlooker: OptionalAuth;
}

const FOR_AUTHORS: &str = "`forbidden`: for tutors and administrators; `not_approved`: for approved ones only";
const FOR_EDITORS: &str = "`forbidden`: somebody else's; `not_approved`: for approved tutors only";

impl Describe for Author {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        operation.refuses(403, FOR_AUTHORS);
    }
}

impl Describe for EditedCourse {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        PathId::<CourseId>::describe(operation);
        operation.refuses(403, FOR_EDITORS);
    }
}

impl Describe for Studied {
    fn describe(operation: &mut Described) {
        SignedFirst::describe(operation);
        PathId::<CourseId>::describe(operation);
    }
}

impl Describe for EditedLesson {
    fn describe(operation: &mut Described) {
        Authenticated::describe(operation);
        PathId::<LessonId>::describe(operation);
        operation.refuses(403, FOR_EDITORS);
    }
}
