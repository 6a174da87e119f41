//! Its operations on what people write to each other.

use super::Thing;
use crate::contract::{Operation, op};

const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];
const ADMIN: &[u16] = &[401, 403, 403, 403, 200, 403];
/// The two of the conversation.
const PARTIES: &[u16] = &[401, 404, 200, 200, 404, 404];

pub(super) const CHAT: &[Operation<Thing>] = &[
    op("GET /api/chat/conversations/", Thing::Nothing, "", SIGNED),
    // The newcomer is no student.
    op(
        "POST /api/chat/conversations/",
        Thing::Nothing,
        r#"{"mentor_id": "$free", "student_id": "S000001"}"#,
        &[401, 201, 201, 201, 201, 404],
    )
    .one_of("mentor_id student_id")
    .names_it_in_its_body(),
    op("POST /api/chat/conversations/{id}/pin/", Thing::Talk, "", PARTIES),
    op("PUT /api/chat/conversations/{id}/pin/", Thing::Talk, "", PARTIES),
    op("PATCH /api/chat/conversations/{id}/pin/", Thing::Talk, "", PARTIES),
    op("POST /api/chat/conversations/{id}/unpin/", Thing::Talk, "", PARTIES),
    op("PUT /api/chat/conversations/{id}/unpin/", Thing::Talk, "", PARTIES),
    op("PATCH /api/chat/conversations/{id}/unpin/", Thing::Talk, "", PARTIES),
    op("GET /api/chat/messages/{id}/", Thing::Talk, "", PARTIES),
    op(
        "POST /api/chat/messages/",
        Thing::Talk,
        r#"{"conversation_id": $id, "receiver_id": "M000001", "content": "Hello"}"#,
        &[401, 404, 201, 201, 404, 404],
    )
    .one_of("conversation_id receiver_id")
    .names_it_in_its_body(),
    op("GET /api/chat/notifications/", Thing::Nothing, "", SIGNED),
    op("POST /api/chat/notifications/{id}/read/", Thing::Told, "", &[401, 404, 404, 200, 404, 404]),
    op("POST /api/chat/notifications/read-all/", Thing::Nothing, "", SIGNED),
];

const TICKET: &str = r#"{"subject": "Help", "message": "It does not work."}"#;

pub(super) const SUPPORT: &[Operation<Thing>] = &[
    op(
        "POST /api/chat/contact/",
        Thing::Nothing,
        r#"{"name": "Ada", "email": "ada@example.org", "query": "How much?", "phone": "1", "subject": "Prices"}"#,
        &[201; 6],
    ),
    op("GET /api/chat/customer-service/", Thing::Nothing, "", SIGNED),
    op("POST /api/chat/customer-service/", Thing::Nothing, TICKET, &[401, 201, 201, 201, 201, 201]),
    op("GET /api/chat/customer-service/admin/", Thing::Nothing, "", ADMIN),
    op(
        "POST /api/chat/customer-service/reply/",
        Thing::Ticket,
        r#"{"message_id": $id, "reply": "Try again."}"#,
        &[401, 403, 403, 403, 201, 403],
    ),
];
