//! Its operations on what reaches a person.

use super::Thing;
use crate::contract::{Operation, op};

const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];

/// The two of the conversation.
const PARTIES: &[u16] = &[401, 404, 200, 200, 404, 404];

pub(super) const MESSAGES: &[Operation<Thing>] = &[
    op("GET /api/v1/conversations/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/v1/conversations/",
        Thing::Enrolled,
        r#"{"participant_email": "tutor@example.org"}"#,
        &[401, 403, 201, 400, 403, 403],
    )
    .one_of("booking participant_id participant_email")
    .objects("validation")
    .names_it_in_its_body(),
    op("GET /api/v1/conversations/{id}/", Thing::Talk, "", PARTIES),
    op("POST /api/v1/conversations/{id}/read/", Thing::Talk, "", PARTIES),
    op("GET /api/v1/messages/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/v1/messages/",
        Thing::Talk,
        r#"{"conversation": $id, "content": "Hello"}"#,
        &[401, 400, 201, 201, 400, 400],
    )
    .objects("validation")
    .names_it_in_its_body(),
];

pub(super) const NOTIFICATIONS: &[Operation<Thing>] = &[
    op("GET /api/v1/notifications/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/notifications/unread-count/", Thing::Nothing, "", SIGNED),
    op("POST /api/v1/notifications/read-all/", Thing::Nothing, "", SIGNED),
    op("POST /api/v1/notifications/{id}/read/", Thing::Told, "", &[401, 404, 404, 200, 404, 404]),
];
