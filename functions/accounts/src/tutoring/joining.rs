//! Registering as a student or as a tutor.

use app::people::{Access, Registration};
use app::registering::{self, Offer, Papers};
use app::{App, uploads};
use axum::extract::State;
use domain::facade::Facade;
use domain::file::Purpose;
use domain::ids::UploadId;
use domain::password::{Password, Persona};
use domain::text::Email;
use domain::zone::Zone;
use edge::auth::{AuthRateLimit, RequestOrigin};
use edge::body::AnyForm;
use edge::form::{Brought, Fields, Kind, Parse, SentFile, file_or_id, text};
use edge::reply::Created;
use tutoring::Refused;
use tutoring::problem::of_file;

use super::fields::{LONGEST_BIO, SHEET, lists, prices};
use crate::common::shapes::{Registered, password_twice};

/// Who wants an account.
pub(super) fn person(fields: &mut Fields<'_>) -> Option<Registration> {
    let email = fields.required("email", text(..).trimmed().email().about("Unique without regard to case."));
    let first_name = fields.or("first_name", text(..=150).trimmed().example("Ada"), "");
    let last_name = fields.or("last_name", text(..=150).trimmed().example("Lovelace"), "");
    let address = email.as_ref().map_or("", Email::as_str);
    let [first, last] = [&first_name, &last_name].map(|name| name.as_deref().unwrap_or_default());
    let persona = Persona { username: address, email: address, first_name: first, last_name: last };
    let judge = |text: &str| Password::parse(text, &persona);
    let password = password_twice(fields, &["password"], ["password2", "confirm_password"], judge);
    let (email, access) = (email?, Access::Password(password?));
    let (first_name, last_name) = (first_name?, last_name?);
    Some(Registration { username: None, email, access, first_name, last_name, timezone: Zone::utc() })
}

pub(crate) struct NewStudent(Registration);

impl Parse for NewStudent {
    const NAME: &str = "NewStudent";
    const ABOUT: &str = "A new student.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        person(fields).map(Self)
    }
}

/// Register as a student
///
/// The account may act at once. A mail with a link to verify the address is on its way.
#[utoipa::path(
    post, path = "/api/v1/auth/register/student/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_register_student",
    responses(
        (status = 201, description = "The account and its first session", body = Registered),
        (status = 400, description = "`validation`: also when the e-mail is taken in any letter case"),
    )
)]
pub(crate) async fn register_student(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    AnyForm(NewStudent(registration)): AnyForm<NewStudent>,
) -> Result<Created<Registered>, Refused> {
    let opened = registering::learner(&app, registration, Facade::Tutoring, &origin).await?;
    Ok(Created(Registered::of("Your account is ready. A link to verify your address is on its way.", opened)))
}

pub(crate) struct NewTutor {
    registration: Registration,
    offer: Offer,
    cv: SentFile,
    certificate: SentFile,
}

/// A file in the form. Whoever has no account yet has uploaded nothing.
fn sheet(fields: &mut Fields<'_>, field: &'static str) -> Option<SentFile> {
    match fields.required(field, file_or_id::<UploadId>().about(SHEET))? {
        Brought::File(file) => Some(file),
        Brought::Id(_) => fields.refuse(field, "There is no such upload."),
    }
}

impl Parse for NewTutor {
    const NAME: &str = "NewTutor";
    const ABOUT: &str = "A new tutor, whom an administrator has to approve.";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let registration = person(fields);
        let bio = fields.or("bio", text(..=LONGEST_BIO).trimmed(), "");
        let lists = lists(fields);
        let prices = prices(fields);
        let cv = sheet(fields, "cv");
        let certificate = sheet(fields, "certificate");
        let [skills, languages] = lists?.map(Option::unwrap_or_default);
        let [hourly, session] = prices?.map(Option::flatten);
        let offer = Offer { bio: bio?, skills, languages, hourly, session };
        Some(Self { registration: registration?, offer, cv: cv?, certificate: certificate? })
    }
}

/// Register as a tutor
///
/// With a curriculum and a certificate, of at most 10 MB each and about 4 MB in all. The account may sign in at once; nobody
/// sees or books a tutor before an administrator has approved them.
#[utoipa::path(
    post, path = "/api/v1/auth/register/tutor/",
    tag = "Tutoring: Accounts", operation_id = "tutoring_register_tutor",
    responses(
        (status = 201, description = "The account and its first session", body = Registered),
        (status = 400, description = "`validation`: also when the e-mail is taken, and when a file is missing or of a type that is not taken"),
        (status = 413, description = "`too_large`: a file, or the whole form"),
    )
)]
pub(crate) async fn register_tutor(
    State(app): State<App>,
    _: AuthRateLimit,
    RequestOrigin(origin): RequestOrigin,
    AnyForm(NewTutor { registration, offer, cv, certificate }): AnyForm<NewTutor>,
) -> Result<Created<Registered>, Refused> {
    let look = |field: &'static str, file: SentFile| {
        uploads::looked_at(&app, None, &file.name, file.bytes.into(), Purpose::Paper).map_err(of_file(field))
    };
    let (cv, certificate) = (look("cv", cv)?, look("certificate", certificate)?);
    let (cv, certificate) = tokio::try_join!(cv.keep(&app), certificate.keep(&app))?;
    let wanted = (offer, Papers { cv, certificate });
    let opened = Box::pin(registering::expert(&app, registration, wanted, Facade::Tutoring, &origin)).await?;
    Ok(Created(Registered::of("Your application has arrived. An administrator will look at it.", opened)))
}
