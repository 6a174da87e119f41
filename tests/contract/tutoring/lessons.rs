//! Its operations on slots, bookings and what is said of them.

use super::Thing;
use crate::contract::{Operation, op};

const ALL: &[u16] = &[401, 200, 200, 200, 200, 200];
const OF_IT: &[u16] = &[401, 404, 200, 200, 200, 404];
/// Its student and its tutor.
const PARTIES: &[u16] = &[401, 404, 200, 200, 403, 404];
const NOTES: &str = r#"{"notes": "Tea", "meeting_link": "https://meet.example.org/a"}"#;

const STAFF: &[u16] = &[401, 403, 403, 403, 200, 403];

pub(super) const TESTIMONIALS: &[Operation<Thing>] = &[
    op("GET /api/v1/testimonials/", Thing::Nothing, "", &[200; 6]),
    op(
        "POST /api/v1/testimonials/",
        Thing::Completed,
        r#"{"booking": $id, "rating": 5, "comment": "Clear."}"#,
        &[401, 400, 201, 403, 403, 400],
    )
    .objects("validation")
    .names_it_in_its_body(),
    op("POST /api/v1/testimonials/{id}/hide/", Thing::Testimonial, "", STAFF),
    op("POST /api/v1/testimonials/{id}/show/", Thing::Testimonial, "", STAFF),
];

pub(super) const LESSONS: &[Operation<Thing>] = &[
    op("GET /api/v1/availability-slots/", Thing::Nothing, "", ALL),
    op(
        "POST /api/v1/availability-slots/",
        Thing::Nothing,
        r#"{"start_time": "$start", "end_time": "$end"}"#,
        &[401, 403, 403, 201, 403, 403],
    ),
    op("GET /api/v1/availability-slots/{id}/", Thing::Slot, "", ALL),
    op(
        "PATCH /api/v1/availability-slots/{id}/",
        Thing::Slot,
        r#"{"start_time": "$start", "end_time": "$end"}"#,
        &[401, 403, 403, 200, 403, 403],
    ),
    op("DELETE /api/v1/availability-slots/{id}/", Thing::Slot, "", &[401, 403, 403, 204, 403, 403]),
    op("GET /api/v1/bookings/", Thing::Nothing, "", ALL),
    op(
        "POST /api/v1/bookings/",
        Thing::Slot,
        r#"{"availability_slot": $id, "notes": "Tea", "course": null}"#,
        &[401, 201, 201, 400, 201, 201],
    )
    .objects("validation")
    .names_it_in_its_body(),
    op("GET /api/v1/bookings/{id}/", Thing::Booking, "", OF_IT),
    op("PUT /api/v1/bookings/{id}/", Thing::Booking, NOTES, OF_IT),
    op("PATCH /api/v1/bookings/{id}/", Thing::Booking, NOTES, OF_IT),
    op("DELETE /api/v1/bookings/{id}/", Thing::Booking, "", &[401, 404, 204, 204, 204, 404]),
    op(
        "POST /api/v1/bookings/{id}/confirm/",
        Thing::Paid,
        r#"{"meeting_link": "https://meet.example.org/a"}"#,
        &[401, 404, 403, 200, 403, 404],
    ),
    op("POST /api/v1/bookings/{id}/complete/", Thing::Begun, "", PARTIES),
    op("POST /api/v1/bookings/{id}/cancel/", Thing::Booking, r#"{"reason": "Ill"}"#, OF_IT),
    op("POST /api/v1/bookings/{id}/refund/", Thing::Paid, r#"{"reason": "Ill"}"#, OF_IT),
    op(
        "POST /api/v1/bookings/{id}/reschedule/",
        Thing::Paid,
        r#"{"availability_slot": $free, "reason": "Ill"}"#,
        PARTIES,
    ),
    op(
        "POST /api/v1/bookings/{id}/dispute/",
        Thing::Begun,
        r#"{"reason": "Nobody came."}"#,
        &[401, 404, 200, 403, 403, 404],
    ),
    op(
        "POST /api/v1/bookings/{id}/resolve/",
        Thing::Disputed,
        r#"{"outcome": "refund", "note": "Seen"}"#,
        &[401, 403, 403, 403, 200, 403],
    ),
];
