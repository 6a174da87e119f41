//! Its operations.

use super::{Thing, chat, rooms, sessions};
use crate::contract::{Operation, op};

const ALL: &[u16] = &[200; 6];
const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];
/// An administrator is a student too, as whoever came by another door.
const STUDENTS: &[u16] = &[401, 200, 200, 200, 200, 403];
const MENTORS: &[u16] = &[401, 403, 403, 200, 403, 200];
const ADMIN: &[u16] = &[401, 403, 403, 403, 200, 403];

/// One row per operation.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    let people = [ACCOUNTS, SITE, PROFILES, NOTES, MENTORS_SEEN, chat::CHAT, chat::SUPPORT];
    let rooms = [sessions::SESSIONS, rooms::COMMUNITY, rooms::EVENTS, rooms::NEWSLETTER];
    people.into_iter().chain(rooms).flatten()
}

const REGISTRATION: &str = r#"{"name": "New Person", "email": "new$fresh@example.org",
    "password": "correct horse battery", "accepted_terms": true}"#;

const ACCOUNTS: &[Operation<Thing>] = &[
    op("POST /api/auth/student/register/", Thing::Nothing, REGISTRATION, &[201; 6]),
    op("POST /api/auth/mentor/register/", Thing::Nothing, REGISTRATION, &[201; 6]),
    op(
        "POST /api/auth/login/",
        Thing::Nothing,
        r#"{"email": "student@example.org", "password": "correct horse battery", "role": "student", "otp": "1",
            "recovery_code": "2"}"#,
        ALL,
    ),
    op("GET /api/auth/google/", Thing::Nothing, "", &[302; 6]).with("?role=mentor&next=/welcome"),
    op("GET /api/auth/google/callback/", Thing::Nothing, "", ALL).with("?$callback"),
    op(
        "POST /api/auth/google/exchange/",
        Thing::Nothing,
        r#"{"ticket": "$ticket", "otp": "1", "recovery_code": "2"}"#,
        ALL,
    ),
    op("POST /api/auth/logout/", Thing::Nothing, "", SIGNED),
    op("POST /api/auth/password/reset/", Thing::Nothing, r#"{"email": "student@example.org"}"#, ALL),
    op(
        "POST /api/auth/password/reset/confirm/",
        Thing::Nothing,
        r#"{"token": "$reset", "password": "another horse battery"}"#,
        ALL,
    ),
    op(
        "POST /api/auth/password/change/",
        Thing::Nothing,
        r#"{"current_password": "correct horse battery", "new_password": "another horse battery"}"#,
        SIGNED,
    )
    .works_once(),
    op("POST /api/auth/email/verify/", Thing::Nothing, r#"{"token": "$verify"}"#, ALL),
    op("POST /api/auth/email/resend/", Thing::Nothing, "", SIGNED),
];

const SITE: &[Operation<Thing>] = &[
    op("GET /api/site-status/", Thing::Nothing, "", ALL),
    op("PUT /api/site-status/", Thing::Nothing, r#"{"maintenance_mode": false, "message": "All is well."}"#, ADMIN),
    op("GET /api/platform-stats/", Thing::Nothing, "", ALL),
];

/// Who has notes of a role.
const STUDENT_CREATES: &[u16] = &[401, 201, 201, 201, 201, 403];
const MENTOR_CREATES: &[u16] = &[401, 403, 403, 201, 403, 201];
/// What is the student's, or the mentor's, alone.
const OWN_OF_STUDENT: &[u16] = &[401, 404, 200, 404, 404, 403];
const OWN_OF_MENTOR: &[u16] = &[401, 403, 403, 200, 403, 404];

const STUDENT: &str = r#"{"name": "A B", "phone": "1", "date_of_birth": "2000-01-01", "college": "C", "degree": "D",
    "field_of_study": "F", "year_of_study": 1, "skills": "S", "interests": "I", "bio": "B",
    "linkedin_url": "https://example.org/l", "github_url": "https://example.org/g",
    "portfolio_url": "https://example.org/p", "cv": "https://example.org/c",
    "profile_picture": "https://example.org/a.png"}"#;
const STUDENT_DETAIL: &str = r#"{"phone": "1", "date_of_birth": "2000-01-01", "college": "C", "degree": "D",
    "field_of_study": "F", "year_of_study": 1, "skills": "S", "interests": "I", "bio": "B",
    "linkedin_url": "https://example.org/l", "github_url": "https://example.org/g",
    "portfolio_url": "https://example.org/p", "cv": "https://example.org/c",
    "profile_picture": "https://example.org/a.png"}"#;
const MENTOR: &str = r#"{"name": "A B", "phone": "1", "company": "C", "designation": "D", "years_of_experience": 1,
    "expertise": "E", "bio": "B", "hourly_rate": "500.00", "linkedin_url": "https://example.org/l",
    "github_url": "https://example.org/g", "portfolio_url": "https://example.org/p", "cv": "https://example.org/c",
    "profile_picture": "https://example.org/a.png"}"#;
const MENTOR_DETAIL: &str = r#"{"phone": "1", "company": "C", "designation": "D", "years_of_experience": 1,
    "expertise": "E", "bio": "B", "hourly_rate": "500.00", "linkedin_url": "https://example.org/l",
    "github_url": "https://example.org/g", "portfolio_url": "https://example.org/p", "cv": "https://example.org/c",
    "profile_picture": "https://example.org/a.png"}"#;
const UPLOAD: &str = r#"{"type": "cv", "content_type": "application/pdf", "size": 1000}"#;
const NOTE: &str = r#"{"title": "Looms", "content": "To do."}"#;

const PROFILES: &[Operation<Thing>] = &[
    op("GET /api/student/profile/", Thing::Nothing, "", STUDENTS),
    op("PUT /api/student/profile/", Thing::Nothing, STUDENT, STUDENTS).takes_a_file(),
    op("PATCH /api/student/profile/", Thing::Nothing, STUDENT, STUDENTS).takes_a_file(),
    op("POST /api/student/detail/", Thing::Said, STUDENT_DETAIL, STUDENTS).takes_a_file(),
    op(
        "PUT /api/student/profile/file/",
        Thing::StudentUpload,
        r#"{"type": "cv", "file_id": $id}"#,
        &[401, 400, 200, 400, 400, 403],
    )
    .takes_a_file()
    .one_of("type file_id")
    .objects("bad_upload"),
    op("DELETE /api/student/profile/file/", Thing::Nothing, "", &[401, 204, 204, 204, 204, 403]).with("?type=cv"),
    op("POST /api/student/profile/file/upload-url/", Thing::Nothing, UPLOAD, STUDENTS),
    op("GET /api/mentor/profile/", Thing::Nothing, "", MENTORS),
    op("PUT /api/mentor/profile/", Thing::Nothing, MENTOR, MENTORS).takes_a_file(),
    op("PATCH /api/mentor/profile/", Thing::Nothing, MENTOR, MENTORS).takes_a_file(),
    op("POST /api/mentor/detail/", Thing::Said, MENTOR_DETAIL, MENTORS).takes_a_file(),
    op(
        "PUT /api/mentor/profile/file/",
        Thing::MentorUpload,
        r#"{"type": "cv", "file_id": $id}"#,
        &[401, 403, 403, 200, 403, 400],
    )
    .takes_a_file()
    .one_of("type file_id")
    .objects("bad_upload"),
    op("DELETE /api/mentor/profile/file/", Thing::Nothing, "", &[401, 403, 403, 204, 403, 204]).with("?type=cv"),
    op("POST /api/mentor/profile/file/upload-url/", Thing::Nothing, UPLOAD, MENTORS),
];

const NOTES: &[Operation<Thing>] = &[
    op("GET /api/student/notes/", Thing::Nothing, "", STUDENTS),
    op("POST /api/student/notes/", Thing::Nothing, NOTE, STUDENT_CREATES),
    op("GET /api/student/notes/{id}/", Thing::StudentNote, "", OWN_OF_STUDENT),
    op("PUT /api/student/notes/{id}/", Thing::StudentNote, NOTE, OWN_OF_STUDENT),
    op("DELETE /api/student/notes/{id}/", Thing::StudentNote, "", &[401, 404, 204, 404, 404, 403]),
    op("GET /api/mentor/notes/", Thing::Nothing, "", MENTORS),
    op("POST /api/mentor/notes/", Thing::Nothing, NOTE, MENTOR_CREATES),
    op("GET /api/mentor/notes/{id}/", Thing::MentorNote, "", OWN_OF_MENTOR),
    op("PUT /api/mentor/notes/{id}/", Thing::MentorNote, NOTE, OWN_OF_MENTOR),
    op("DELETE /api/mentor/notes/{id}/", Thing::MentorNote, "", &[401, 403, 403, 204, 403, 404]),
];

const MENTORS_SEEN: &[Operation<Thing>] = &[
    op("GET /api/mentor/public/{id}/", Thing::Profile, "", ALL),
    op("POST /api/mentor/online-status/", Thing::Nothing, r#"{"set_offline": false}"#, MENTORS),
    op("GET /api/admin/mentors/", Thing::Nothing, "", ADMIN),
    op(
        "POST /api/admin/mentors/{id}/approve/",
        Thing::Profile,
        r#"{"is_approved": true, "reason": "Well known"}"#,
        ADMIN,
    ),
];
