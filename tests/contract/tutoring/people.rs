//! Accounts of students and tutors.

use super::Thing;
use crate::contract::{Operation, op};

const ALL: &[u16] = &[200; 6];
const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];

const STAFF: &[u16] = &[401, 403, 403, 403, 200, 403];

const STUDENT: &str = r#"{"email": "new$fresh@example.org", "password": "correct horse battery",
    "password2": "correct horse battery", "first_name": "A", "last_name": "B"}"#;

/// Both papers come in a form only: registering as a tutor is a story of its own.
const TUTOR: &str = r#"{"email": "new$fresh@example.org", "password": "correct horse battery",
    "password2": "correct horse battery", "cv": 17, "certificate": 18, "bio": "B", "skills": "Rust", "languages": "en",
    "hourly_rate": "25.00", "price_per_lesson": "10.00"}"#;

const UPLOAD: &str = r#"{"file_name": "a.pdf", "content_type": "application/pdf", "size": 5}"#;

const PROFILE: &str = r#"{"bio": "B", "currency": "EUR", "skills": "Rust", "languages": "en", "hourly_rate": "25.00",
    "price_per_lesson": "10.00", "instant_booking": true, "language": "en", "country": "GB"}"#;

pub(super) const PEOPLE: &[Operation<Thing>] = &[
    op("POST /api/v1/auth/register/student/", Thing::Nothing, STUDENT, &[201; 6]),
    op("POST /api/v1/auth/register/tutor/", Thing::Nothing, TUTOR, &[400; 6]).objects("validation"),
    op("POST /api/v1/auth/verify-email/", Thing::Nothing, r#"{"token": "$proof"}"#, ALL),
    op("POST /api/v1/auth/verify-email/resend/", Thing::Nothing, r#"{"email": "student@example.org"}"#, ALL),
    op("GET /api/v1/auth/profile/", Thing::Nothing, "", SIGNED),
    op("PATCH /api/v1/auth/profile/", Thing::Nothing, PROFILE, SIGNED),
    op("GET /api/v1/tutors/", Thing::Nothing, "", ALL),
    op("GET /api/v1/tutors/{id}/", Thing::Applicant, "", &[404, 404, 404, 404, 200, 200]),
    op("PATCH /api/v1/tutors/{id}/", Thing::Approved, r#"{"is_featured": true}"#, STAFF),
    op("POST /api/v1/tutors/{id}/approve/", Thing::Applicant, "", STAFF),
    op("POST /api/v1/uploads/", Thing::Nothing, UPLOAD, &[401, 201, 201, 201, 201, 201]),
    op("POST /api/v1/auth/admin/register/", Thing::Nothing, STUDENT, &[401, 403, 403, 403, 201, 403]),
    op("GET /api/v1/admin/users/", Thing::Nothing, "", STAFF),
    op("POST /api/v1/admin/users/{id}/suspend/", Thing::Somebody, r#"{"reason": "Spam."}"#, STAFF),
    op("POST /api/v1/admin/users/{id}/reactivate/", Thing::Somebody, "", STAFF),
    op("POST /api/v1/tutors/{id}/reject/", Thing::Approved, r#"{"reason": "The papers are blank."}"#, STAFF),
];
