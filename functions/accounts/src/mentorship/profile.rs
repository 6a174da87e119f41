//! What students and mentors say of themselves (`mentorship.md` §3.2 and §3.3).

use app::App;
use app::details::{self, Changed, Said};
use axum::extract::State;
use domain::details::Details;
use domain::person::User;
use edge::reply::{Json, MadeOrFound};
use mentorship::{Mentor, MentorDetail, MentorProfile, Refused, Student, StudentDetail, StudentProfile, WithFiles};

use super::fields::{MentorChanges, Named, StudentChanges, Unnamed};

/// Own profile as a student
#[utoipa::path(
    get, path = "/api/student/profile/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_student_profile_show",
    responses(
        (status = 200, description = "The profile", body = Student),
    )
)]
pub(crate) async fn show_student(State(app): State<App>, me: StudentProfile) -> Result<Json<Student>, Refused> {
    Ok(Json(Student::of(&app, &me.user, me.serial, &me.details).await?))
}

/// Change the own profile as a student
///
/// What is absent stays; null or an empty text clears it.
#[utoipa::path(
    put, path = "/api/student/profile/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_student_profile_replace",
    responses(
        (status = 200, description = "The profile as it is now", body = Student),
        (status = 413, description = "`file_too_large`: a file of more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: the content is of no type that is taken"),
    )
)]
pub(crate) async fn put_student(
    state: State<App>,
    me: StudentProfile,
    changes: WithFiles<StudentChanges<Named>>,
) -> Result<Json<Student>, Refused> {
    change_student(state, me, changes).await
}

/// Change the own profile as a student
///
/// As PUT.
#[utoipa::path(
    patch, path = "/api/student/profile/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_student_profile_change",
    responses(
        (status = 200, description = "The profile as it is now", body = Student),
        (status = 413, description = "`file_too_large`: a file of more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: the content is of no type that is taken"),
    )
)]
pub(crate) async fn patch_student(
    state: State<App>,
    me: StudentProfile,
    changes: WithFiles<StudentChanges<Named>>,
) -> Result<Json<Student>, Refused> {
    change_student(state, me, changes).await
}

async fn change_student(
    State(app): State<App>,
    me: StudentProfile,
    WithFiles(changes): WithFiles<StudentChanges<Named>>,
) -> Result<Json<Student>, Refused> {
    let serial = me.serial;
    let Changed { user, details, .. } = said_by_student(&app, me, changes).await?;
    Ok(Json(Student::of(&app, &user, serial, &details).await?))
}

async fn said_by_student<N>(app: &App, me: StudentProfile, changes: StudentChanges<N>) -> Result<Changed, Refused> {
    let said = Said { caller: me.caller, user: me.user, details: me.details };
    changes.check(app.clock.now())?;
    let brought = changes.brought();
    Ok(details::change(app, said, brought, |user: &mut User, details: &mut Details| changes.apply(user, details))
        .await?)
}

/// Say something of oneself as a student
///
/// As PUT of the profile.
#[utoipa::path(
    post, path = "/api/student/detail/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_student_detail",
    responses(
        (status = 201, description = "Said for the first time", body = StudentDetail),
        (status = 200, description = "What is said now", body = StudentDetail),
        (status = 413, description = "`file_too_large`: a file of more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: the content is of no type that is taken"),
    )
)]
pub(crate) async fn detail_student(
    State(app): State<App>,
    me: StudentProfile,
    WithFiles(changes): WithFiles<StudentChanges<Unnamed>>,
) -> Result<MadeOrFound<StudentDetail>, Refused> {
    let Changed { user, details, is_first } = said_by_student(&app, me, changes).await?;
    Ok(MadeOrFound { is_new: is_first, body: StudentDetail::of(&app, &user, &details).await? })
}

/// Own profile as a mentor
#[utoipa::path(
    get, path = "/api/mentor/profile/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_mentor_profile_show",
    responses(
        (status = 200, description = "The profile", body = Mentor),
    )
)]
pub(crate) async fn show_mentor(State(app): State<App>, me: MentorProfile) -> Result<Json<Mentor>, Refused> {
    Ok(Json(Mentor::of(&app, &me.user, me.serial, &me.details, me.presence).await?))
}

/// Change the own profile as a mentor
///
/// What is absent stays; null or an empty text clears it.
#[utoipa::path(
    put, path = "/api/mentor/profile/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_mentor_profile_replace",
    responses(
        (status = 200, description = "The profile as it is now", body = Mentor),
        (status = 413, description = "`file_too_large`: a file of more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: the content is of no type that is taken"),
    )
)]
pub(crate) async fn put_mentor(
    state: State<App>,
    me: MentorProfile,
    changes: WithFiles<MentorChanges<Named>>,
) -> Result<Json<Mentor>, Refused> {
    change_mentor(state, me, changes).await
}

/// Change the own profile as a mentor
///
/// As PUT.
#[utoipa::path(
    patch, path = "/api/mentor/profile/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_mentor_profile_change",
    responses(
        (status = 200, description = "The profile as it is now", body = Mentor),
        (status = 413, description = "`file_too_large`: a file of more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: the content is of no type that is taken"),
    )
)]
pub(crate) async fn patch_mentor(
    state: State<App>,
    me: MentorProfile,
    changes: WithFiles<MentorChanges<Named>>,
) -> Result<Json<Mentor>, Refused> {
    change_mentor(state, me, changes).await
}

async fn change_mentor(
    State(app): State<App>,
    me: MentorProfile,
    WithFiles(changes): WithFiles<MentorChanges<Named>>,
) -> Result<Json<Mentor>, Refused> {
    let (serial, presence) = (me.serial, me.presence);
    let Changed { user, details, .. } = said_by_mentor(&app, me, changes).await?;
    Ok(Json(Mentor::of(&app, &user, serial, &details, presence).await?))
}

async fn said_by_mentor<N>(app: &App, me: MentorProfile, changes: MentorChanges<N>) -> app::Result<Changed> {
    let said = Said { caller: me.caller, user: me.user, details: me.details };
    let brought = changes.brought();
    details::change(app, said, brought, |user: &mut User, details: &mut Details| changes.apply(user, details)).await
}

/// Say something of oneself as a mentor
///
/// As PUT of the profile.
#[utoipa::path(
    post, path = "/api/mentor/detail/",
    tag = "Mentorship: Profiles", operation_id = "mentorship_mentor_detail",
    responses(
        (status = 201, description = "Said for the first time", body = MentorDetail),
        (status = 200, description = "What is said now", body = MentorDetail),
        (status = 413, description = "`file_too_large`: a file of more than 10 MB"),
        (status = 415, description = "`unsupported_file_type`: the content is of no type that is taken"),
    )
)]
pub(crate) async fn detail_mentor(
    State(app): State<App>,
    me: MentorProfile,
    WithFiles(changes): WithFiles<MentorChanges<Unnamed>>,
) -> Result<MadeOrFound<MentorDetail>, Refused> {
    let Changed { user, details, is_first } = said_by_mentor(&app, me, changes).await?;
    Ok(MadeOrFound { is_new: is_first, body: MentorDetail::of(&app, &user, &details).await? })
}
