//! Experts, what administrators decide about them, and consultations.

use super::Thing;
use super::table::{ALL, SIGNED};
use crate::contract::{FILE, Operation, op};

/// What is meant for experts: a suspended one may look.
const EXPERT_READS: &[u16] = &[401, 403, 403, 200, 403, 200];
const EXPERT_WRITES: &[u16] = &[401, 403, 403, 200, 403, 403];
const ADMIN: &[u16] = &[401, 403, 403, 403, 200, 403];
/// An administrator may look at a consultation, and do nothing about it.
const PARTIES: &[u16] = &[401, 404, 200, 200, 403, 404];

pub(super) const EXPERTS: &[Operation<Thing>] = &[
    op("GET /api/v1/consultations/experts/", Thing::Nothing, "", ALL),
    op("GET /api/v1/consultations/experts/{id}/", Thing::Profile, "", ALL),
    op("GET /api/v1/consultations/experts/{id}/availability/", Thing::Profile, "", ALL),
    op("GET /api/v1/consultations/experts/{id}/time-slots/", Thing::Profile, "", ALL).with("?date=2027-03-05"),
    op("GET /api/v1/consultations/experts/{id}/reviews/", Thing::Profile, "", ALL),
    op("GET /api/v1/consultations/experts/me/", Thing::Nothing, "", EXPERT_READS),
    op(
        "PATCH /api/v1/consultations/experts/me/",
        Thing::Nothing,
        r#"{"name": "Dr. B", "bio": "C", "specialty": "career", "experience_years": 3, "is_active": true,
            "profile_picture_url": "https://example.org/a.png", "price_per_session": 12.5, "currency": "EUR"}"#,
        EXPERT_WRITES,
    ),
    op("GET /api/v1/consultations/experts/dashboard/", Thing::Nothing, "", EXPERT_READS),
    op("GET /api/v1/consultations/experts/consultations/", Thing::Nothing, "", EXPERT_READS),
    op(
        "POST /api/v1/consultations/experts/availability/update/",
        Thing::Nothing,
        r#"[{"day_of_week": 1, "start_time": "09:00", "end_time": "17:00:00", "timezone": "Asia/Kolkata",
            "is_available": true}]"#,
        EXPERT_WRITES,
    ),
    op("GET /api/v1/consultations/experts/unavailability/", Thing::Nothing, "", EXPERT_READS),
    op(
        "POST /api/v1/consultations/experts/unavailability/",
        Thing::Nothing,
        r#"{"start_date": "$date", "end_date": "$date", "timezone": "Asia/Kolkata", "reason": "Sea"}"#,
        &[401, 403, 403, 201, 403, 403],
    ),
    op(
        "DELETE /api/v1/consultations/experts/unavailability/{id}/",
        Thing::Absence,
        "",
        &[401, 403, 403, 204, 403, 403],
    ),
    op(
        "POST /api/v1/consultations/experts/apply/",
        Thing::Nothing,
        r#"{"name": "Dr. A", "email": "a@example.org", "phone": "+44", "specialty": "health", "experience_years": 4,
            "bio": "B", "application_notes": "C"}"#,
        &[401, 201, 201, 400, 201, 403],
    )
    .objects("already_expert"),
    op("GET /api/v1/consultations/experts/my-application/", Thing::Applied, "", &[401, 404, 200, 404, 404, 404]),
    op("POST /api/v1/consultations/experts/upload-document/", Thing::Applied, FILE, &[401, 400, 201, 201, 400, 403])
        .takes_a_file()
        .one_of("upload_id")
        .objects("no_active_application"),
    op("GET /api/v1/consultations/experts/verification-status/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/v1/consultations/uploads/",
        Thing::Nothing,
        r#"{"filename": "a.pdf", "content_type": "application/pdf", "size": 1000, "purpose": "chat"}"#,
        &[401, 201, 201, 201, 201, 201],
    ),
];

pub(super) const ADMINISTRATION: &[Operation<Thing>] = &[
    op("GET /api/v1/consultations/admin/applications/", Thing::Application, "", ADMIN),
    op("GET /api/v1/consultations/admin/applications/{id}/", Thing::Application, "", ADMIN),
    op(
        "POST /api/v1/consultations/admin/applications/{id}/review/",
        Thing::Application,
        r#"{"action": "approve", "notes": "Well"}"#,
        ADMIN,
    ),
    op("GET /api/v1/consultations/admin/experts/", Thing::Nothing, "", ADMIN),
    op("POST /api/v1/consultations/admin/experts/{id}/suspend/", Thing::Approved, r#"{"reason": "Complaints"}"#, ADMIN),
    op("POST /api/v1/consultations/admin/experts/{id}/reinstate/", Thing::Suspended, "", ADMIN),
    op("POST /api/v1/consultations/admin/documents/{id}/verify/", Thing::Document, r#"{"is_verified": true}"#, ADMIN),
];

pub(super) const BOOKINGS: &[Operation<Thing>] = &[
    op(
        "POST /api/v1/consultations/consultations/book/",
        Thing::Nothing,
        r#"{"expert_id": $expert, "consultation_type": "video", "scheduled_at": "$start", "duration_minutes": 45,
            "notes": "Traits"}"#,
        &[401, 201, 201, 400, 201, 201],
    )
    .objects("own_profile"),
    op("GET /api/v1/consultations/consultations/upcoming/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/consultations/consultations/past/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/consultations/consultations/{id}/", Thing::Pending, "", &[401, 404, 200, 200, 200, 404]),
    op("GET /api/v1/consultations/consultations/{id}/meeting-link/", Thing::Pending, "", PARTIES),
    op("POST /api/v1/consultations/consultations/{id}/confirm/", Thing::Pending, "", &[401, 404, 403, 200, 403, 404]),
    op(
        "POST /api/v1/consultations/consultations/{id}/cancel/",
        Thing::Pending,
        r#"{"cancellation_reason": "Ill"}"#,
        PARTIES,
    ),
    op(
        "POST /api/v1/consultations/consultations/{id}/reschedule/",
        Thing::Pending,
        r#"{"scheduled_at": "$start", "duration_minutes": 15}"#,
        &[401, 404, 201, 403, 403, 404],
    ),
    op("POST /api/v1/consultations/consultations/{id}/start/", Thing::Startable, "", PARTIES),
    op("POST /api/v1/consultations/consultations/{id}/end/", Thing::Started, "", PARTIES),
    op(
        "POST /api/v1/consultations/consultations/{id}/rate/",
        Thing::Completed,
        r#"{"rating": 5, "review_text": "Clear", "is_anonymous": true}"#,
        &[401, 404, 201, 403, 403, 404],
    ),
];
