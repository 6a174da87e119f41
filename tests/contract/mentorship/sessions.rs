//! Its operations on sessions and their money.

use super::Thing;
use crate::contract::{Operation, op};

const STUDENTS: &[u16] = &[401, 200, 200, 200, 200, 403];
const MENTORS: &[u16] = &[401, 403, 403, 200, 403, 200];
const OF_STUDENT: &[u16] = &[401, 404, 200, 404, 404, 403];
const OF_MENTOR: &[u16] = &[401, 403, 403, 200, 403, 404];
/// Both its student and its mentor.
const PARTIES: &[u16] = &[401, 404, 200, 200, 404, 404];

pub(super) const SESSIONS: &[Operation<Thing>] = &[
    op(
        "POST /api/student/book-session/",
        Thing::Nothing,
        r#"{"mentor_id": "$free", "subject": "Lifetimes", "start_time": "$start", "duration_minutes": 60,
            "service": "Review", "notes": "What is static?"}"#,
        &[401, 201, 201, 201, 201, 403],
    ),
    op("GET /api/student/sessions/", Thing::Nothing, "", STUDENTS),
    op("GET /api/mentor/sessions/", Thing::Nothing, "", MENTORS),
    op("GET /api/student/sessions/{id}/", Thing::Session, "", OF_STUDENT),
    op("GET /api/mentor/sessions/{id}/", Thing::Session, "", OF_MENTOR),
    op("POST /api/student/sessions/{id}/cancel/", Thing::Session, r#"{"reason": "Ill"}"#, OF_STUDENT),
    op("POST /api/mentor/sessions/{id}/cancel/", Thing::Session, r#"{"reason": "Ill"}"#, OF_MENTOR),
    op("POST /api/student/sessions/{id}/reschedule/", Thing::Session, r#"{"start_time": "$start"}"#, OF_STUDENT),
    op("POST /api/mentor/sessions/{id}/reschedule/", Thing::Session, r#"{"start_time": "$start"}"#, OF_MENTOR),
    op("POST /api/student/sessions/{id}/dispute/", Thing::Begun, r#"{"reason": "Nobody came."}"#, OF_STUDENT),
    op("GET /api/student/sessions/{id}/ics/", Thing::Session, "", OF_STUDENT),
    op("GET /api/mentor/sessions/{id}/ics/", Thing::Session, "", OF_MENTOR),
    op(
        "POST /api/admin/sessions/{id}/resolve/",
        Thing::Disputed,
        r#"{"outcome": "complete"}"#,
        &[401, 403, 403, 403, 200, 403],
    ),
    op(
        "POST /api/student/feedback/",
        Thing::Met,
        r#"{"booking_id": $id, "rating": 4, "feedback_text": "Patient."}"#,
        &[401, 404, 201, 404, 404, 403],
    )
    .names_it_in_its_body(),
    op("GET /api/mentor/feedback/", Thing::Nothing, "", MENTORS),
    op("GET /api/mentor/students/", Thing::Nothing, "", MENTORS),
    op("GET /api/mentor/meeting/attendance/", Thing::Nothing, "", &[401, 200, 200, 200, 200, 200]),
    // The mentor's key: the mentor enters another.
    op(
        "POST /api/mentor/meeting/attendance/",
        Thing::Begun,
        r#"{"meeting_id": $id, "attendance_key": "$key"}"#,
        &[401, 404, 200, 403, 404, 404],
    )
    .names_it_in_its_body(),
    op("POST /api/mentor/create-order/", Thing::Hold, r#"{"booking_id": $id}"#, PARTIES).names_it_in_its_body(),
    op(
        "POST /api/mentor/verify-payment/",
        Thing::Ordered,
        r#"{"booking_id": $id, "order_id": "$order", "razorpay_payment_id": "$payment",
            "razorpay_signature": "$signature"}"#,
        PARTIES,
    )
    .names_it_in_its_body(),
    op("POST /api/mentor/razorpay-webhook/", Thing::Nothing, r#"{"event": "order.paid", "payload": {}}"#, &[200; 6]),
];
