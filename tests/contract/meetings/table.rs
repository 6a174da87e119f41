//! Its operations.

use super::Thing;
use crate::contract::{Operation, op};

const ALL: &[u16] = &[200; 5];
const SIGNED: &[u16] = &[401, 200, 200, 200, 200];
const CREATES: &[u16] = &[401, 201, 201, 201, 201];
const PARTIES: &[u16] = &[401, 404, 200, 200, 404];
const REQUESTER: &[u16] = &[401, 404, 200, 403, 404];
const OWNER: &[u16] = &[401, 404, 200, 404, 404];
const SKILL: &str = r#"{"skill_name": "Skill $fresh", "proficiency_level": "expert", "category": 1}"#;
pub(super) const HOURS: &str = r#"{"day_of_week": 1, "start_time": "$clock", "end_time": "23:59:59"}"#;
const CHANGE: &str = r#"{"title": "Traits", "description": "All", "category_id": 2, "scheduled_start": "$start",
    "scheduled_end": "$end"}"#;
const PROFILE: &str = r#"{"first_name": "A", "last_name": "B", "bio": "C", "headline": "D", "timezone": "Europe/Berlin",
    "profile_picture": "https://example.org/a.png"}"#;

/// One row per operation. A person is a stranger to what two others share; what one may not see is 404, to an
/// administrator too.
pub(super) const TABLE: &[Operation<Thing>] = &[
    op(
        "POST /api/users/register/",
        Thing::Nothing,
        r#"{"username": "new$fresh", "email": "new$fresh@example.org", "password": "correct horse battery",
            "first_name": "New", "last_name": "Person"}"#,
        &[201; 5],
    ),
    op(
        "POST /api/users/login/",
        Thing::Nothing,
        r#"{"username": "expert", "password": "correct horse battery", "otp": "1", "recovery_code": "2"}"#,
        ALL,
    ),
    op("POST /api/users/logout/", Thing::Nothing, "", SIGNED),
    op("GET /api/users/me/", Thing::Nothing, "", SIGNED),
    op("PUT /api/users/me/", Thing::Nothing, PROFILE, SIGNED),
    op("PATCH /api/users/me/", Thing::Nothing, PROFILE, SIGNED),
    op(
        "POST /api/users/me/profile_picture/",
        Thing::Nothing,
        r#"{"content_type": "image/png", "size": 1000}"#,
        CREATES,
    ),
    op("GET /api/users/", Thing::Nothing, "", SIGNED),
    op("GET /api/users/{id}/", Thing::Profile, "", SIGNED),
    op("GET /api/users/{id}/available_slots/", Thing::Profile, "", SIGNED),
    op("GET /api/categories/", Thing::Nothing, "", SIGNED),
    op("GET /api/categories/{id}/", Thing::Category, "", SIGNED),
    op("GET /api/user-skills/", Thing::Nothing, "", SIGNED),
    op("POST /api/user-skills/", Thing::Nothing, SKILL, CREATES),
    op("GET /api/user-skills/{id}/", Thing::Skill, "", OWNER),
    op("PUT /api/user-skills/{id}/", Thing::Skill, SKILL, OWNER),
    op("PATCH /api/user-skills/{id}/", Thing::Skill, SKILL, OWNER),
    op("DELETE /api/user-skills/{id}/", Thing::Skill, "", &[401, 404, 204, 404, 404]),
    op("GET /api/user-availability/", Thing::Nothing, "", SIGNED),
    op("POST /api/user-availability/", Thing::Nothing, HOURS, CREATES),
    op("GET /api/user-availability/{id}/", Thing::Hours, "", OWNER),
    op("PUT /api/user-availability/{id}/", Thing::Hours, HOURS, OWNER),
    op("PATCH /api/user-availability/{id}/", Thing::Hours, HOURS, OWNER),
    op("DELETE /api/user-availability/{id}/", Thing::Hours, "", &[401, 404, 204, 404, 404]),
    op("GET /api/credits/balance/", Thing::Nothing, "", SIGNED),
    op("GET /api/credit-transactions/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/payments/purchase_credits/",
        Thing::Nothing,
        r#"{"payment_method": "paypal", "amount": "2.00", "credits_to_purchase": 2}"#,
        SIGNED,
    ),
    op("POST /api/credits/transfer/", Thing::Completed, r#"{"meeting_id": $id, "amount": 2}"#, REQUESTER)
        .names_it_in_its_body(),
    op("GET /api/meetings/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/meetings/",
        Thing::Nothing,
        r#"{"title": "Traits", "expert_id": $expert, "scheduled_start": "$start", "scheduled_end": "$end",
            "description": "All", "category_id": 2}"#,
        &[401, 201, 201, 400, 201],
    )
    .objects("validation"),
    op("GET /api/meetings/{id}/", Thing::Pending, "", PARTIES),
    op("PUT /api/meetings/{id}/", Thing::Pending, CHANGE, REQUESTER),
    op("PATCH /api/meetings/{id}/", Thing::Pending, CHANGE, REQUESTER),
    op(
        "PATCH /api/meetings/{id}/update_status/",
        Thing::Pending,
        r#"{"status": "confirmed"}"#,
        &[401, 404, 403, 200, 404],
    ),
    op("GET /api/reviews/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/reviews/",
        Thing::Completed,
        r#"{"meeting_id": $id, "reviewee_id": $other, "rating": 5, "review_text": "Clear"}"#,
        &[401, 404, 201, 201, 404],
    )
    .names_it_in_its_body(),
    op("GET /api/messages/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/messages/",
        Thing::Nothing,
        r#"{"receiver_id": $expert, "content": "Hello"}"#,
        &[401, 201, 201, 400, 201],
    )
    .objects("validation"),
    op("PATCH /api/messages/{id}/mark_read/", Thing::Message, "", REQUESTER),
    op("PATCH /api/messages/mark_all_read/", Thing::Message, r#"{"sender_id": $expert}"#, SIGNED),
    op("GET /api/notifications/", Thing::Nothing, "", SIGNED),
    op("GET /api/notifications/{id}/", Thing::Notice, "", OWNER),
    op("PATCH /api/notifications/{id}/", Thing::Notice, r#"{"is_read": true}"#, OWNER),
    op("PATCH /api/notifications/{id}/mark_read/", Thing::Notice, "", OWNER),
    op("PATCH /api/notifications/mark_all_read/", Thing::Notice, "", SIGNED),
    op("GET /api/health/", Thing::Nothing, "", ALL),
    op("GET /api/schema/", Thing::Nothing, "", ALL),
    op("GET /api/docs/", Thing::Nothing, "", ALL),
];
