//! Accounts, payments, chat and notifications; and all rows together.

use super::{Thing, rooms};
use crate::contract::{Operation, op};

pub(super) const ALL: &[u16] = &[200; 6];
pub(super) const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];
/// Whoever has a place in it.
const PARTIES: &[u16] = &[401, 404, 200, 200, 404, 404];
const CLIENT: &[u16] = &[401, 404, 200, 403, 404, 404];
/// What is the client's alone.
const OWNER: &[u16] = &[401, 404, 200, 404, 404, 404];

/// One row per operation. A person is a stranger to what two others share; what one may not see is 404.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation<Thing>> {
    [ACCOUNTS, PAYMENTS, CHAT, NOTIFICATIONS, rooms::EXPERTS, rooms::ADMINISTRATION, rooms::BOOKINGS, SECOND_FACTOR]
        .into_iter()
        .flatten()
}

/// The last ones: whoever has a second factor cannot sign in by a password alone any more.
const SECOND_FACTOR: &[Operation<Thing>] = &[
    op("POST /api/v1/auth/2fa/enable/", Thing::Nothing, r#"{"otp": "$first_otp"}"#, SIGNED).works_once(),
    op("POST /api/v1/auth/2fa/recovery-codes/", Thing::Nothing, r#"{"otp": "$otp"}"#, SIGNED).works_once(),
    op(
        "POST /api/v1/auth/2fa/disable/",
        Thing::Nothing,
        r#"{"password": "correct horse battery", "otp": "$otp", "recovery_code": "ABCDEFGHJK"}"#,
        SIGNED,
    )
    .works_once()
    .one_of("otp recovery_code"),
];

const ACCOUNTS: &[Operation<Thing>] = &[
    op(
        "POST /api/v1/auth/register/",
        Thing::Nothing,
        r#"{"email": "new$fresh@example.org", "full_name": "New Person", "password": "correct horse battery",
            "confirm_password": "correct horse battery", "timezone": "Asia/Kolkata"}"#,
        &[201; 6],
    ),
    op(
        "POST /api/v1/auth/login/",
        Thing::Nothing,
        r#"{"email": "client@example.org", "password": "correct horse battery", "otp": "1", "recovery_code": "2"}"#,
        ALL,
    ),
    op("POST /api/v1/auth/token/refresh/", Thing::Nothing, r#"{"refresh": "$refresh"}"#, ALL),
    op("POST /api/v1/auth/logout/", Thing::Nothing, r#"{"all": false}"#, SIGNED),
    op("POST /api/v1/auth/password-reset/", Thing::Nothing, r#"{"email": "client@example.org"}"#, ALL),
    op(
        "POST /api/v1/auth/password-reset/confirm/",
        Thing::Nothing,
        r#"{"token": "$reset", "password": "another horse battery", "password2": "another horse battery"}"#,
        ALL,
    ),
    op(
        "POST /api/v1/auth/password-change/",
        Thing::Nothing,
        r#"{"current_password": "correct horse battery", "password": "another horse battery",
            "password2": "another horse battery"}"#,
        SIGNED,
    )
    .works_once(),
    op("GET /api/v1/auth/me/", Thing::Nothing, "", SIGNED),
    op(
        "PATCH /api/v1/auth/me/",
        Thing::Nothing,
        r#"{"first_name": "A", "last_name": "B", "timezone": "Europe/Berlin"}"#,
        SIGNED,
    ),
    op("GET /api/v1/auth/sessions/", Thing::Nothing, "", SIGNED),
    op("DELETE /api/v1/auth/sessions/{id}/", Thing::Session, "", &[401, 404, 204, 404, 404, 404]),
    op("GET /api/v1/auth/2fa/", Thing::Nothing, "", SIGNED),
    op("POST /api/v1/auth/2fa/setup/", Thing::Nothing, r#"{"password": "correct horse battery"}"#, SIGNED),
];

const PAYMENTS: &[Operation<Thing>] = &[
    op(
        "POST /api/v1/payments/intents/",
        Thing::Unpaid,
        r#"{"booking": $id, "provider": "simulated"}"#,
        &[401, 400, 201, 403, 400, 400],
    )
    .one_of("booking enrollment")
    .names_it_in_its_body()
    .objects("validation"),
    op("GET /api/v1/payments/{id}/", Thing::Payment, "", &[401, 404, 200, 404, 200, 404]),
    op(
        "POST /api/v1/payments/webhook/{provider}/",
        Thing::Awaited,
        r#"{"id": "evt_$fresh", "type": "payment.succeeded", "payment_intent_id": "$intent", "amount": "50.00",
            "currency": "USD"}"#,
        ALL,
    ),
];

/// An expert has no conversation with themselves.
const OPENS: &[u16] = &[401, 201, 200, 400, 201, 201];

const CHAT: &[Operation<Thing>] = &[
    op("GET /api/v1/consultations/chat/", Thing::Conversation, "", OPENS)
        .with("?expert_id=$expert")
        .reads_forms()
        .objects("own_profile"),
    op("POST /api/v1/consultations/chat/", Thing::Conversation, r#"{"expert_id": $expert}"#, OPENS)
        .reads_forms()
        .objects("own_profile"),
    op("GET /api/v1/consultations/chat/list/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/consultations/chat/unread-count/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/consultations/chat/{id}/messages/", Thing::Conversation, "", PARTIES),
    op(
        "POST /api/v1/consultations/chat/{id}/send/",
        Thing::Conversation,
        r#"{"message_content": "Hello", "message_type": "text"}"#,
        &[401, 404, 201, 201, 404, 404],
    )
    .takes_a_file()
    .one_of("message_content upload_id"),
    op("POST /api/v1/consultations/chat/{id}/read/", Thing::Conversation, "", PARTIES),
    op("POST /api/v1/consultations/chat/{id}/archive/", Thing::Conversation, "", PARTIES),
    op("POST /api/v1/consultations/chat/{id}/unarchive/", Thing::Conversation, "", PARTIES),
    op("POST /api/v1/consultations/chat/{id}/block/", Thing::Conversation, "", PARTIES),
    op("POST /api/v1/consultations/chat/{id}/unblock/", Thing::Blocked, "", CLIENT),
    op("PATCH /api/v1/consultations/chat/messages/{id}/", Thing::Message, r#"{"message_content": "Bye"}"#, CLIENT),
    op("DELETE /api/v1/consultations/chat/messages/{id}/", Thing::Message, "", &[401, 404, 204, 403, 404, 404]),
];

const NOTIFICATIONS: &[Operation<Thing>] = &[
    op("GET /api/v1/consultations/notifications/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/consultations/notifications/unread-count/", Thing::Nothing, "", SIGNED),
    op("POST /api/v1/consultations/notifications/{id}/read/", Thing::Notice, "", OWNER),
    op("POST /api/v1/consultations/notifications/read-all/", Thing::Notice, "", SIGNED),
];
