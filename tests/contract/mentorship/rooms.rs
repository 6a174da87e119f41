//! What people write for everybody, come together for, and get by mail.

use super::Thing;
use crate::contract::{Operation, op};

const ALL: &[u16] = &[200; 6];
const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];
const CREATES: &[u16] = &[401, 201, 201, 201, 201, 201];

pub(super) const COMMUNITY: &[Operation<Thing>] = &[
    op("GET /api/community/posts/", Thing::Nothing, "", SIGNED),
    op("POST /api/community/posts/", Thing::NewDay, r#"{"text": "Hello"}"#, CREATES),
    op("DELETE /api/community/posts/{id}/", Thing::Post, "", &[401, 403, 403, 403, 204, 403]),
    op("POST /api/community/posts/{id}/like/", Thing::Post, "", SIGNED),
    op("POST /api/community/posts/{id}/view/", Thing::Post, "", SIGNED),
    op("POST /api/community/posts/{id}/comment/", Thing::Post, r#"{"text": "Well"}"#, CREATES),
    op("GET /api/community/posts/{id}/comments/", Thing::Post, "", SIGNED),
];

const EVENT: &str = r#"{"title": "A walk", "description": "Along the river.", "start_time": "2027-03-09T08:00:00Z",
    "end_time": "2027-03-09T09:00:00Z", "location": "The bridge", "cover_image": "https://example.org/a.png",
    "is_published": true}"#;

pub(super) const EVENTS: &[Operation<Thing>] = &[
    op("GET /api/events/", Thing::Nothing, "", ALL),
    op("POST /api/events/", Thing::Nothing, EVENT, &[401, 403, 403, 201, 201, 403]),
    op("GET /api/events/{id}/", Thing::Event, "", ALL),
    op("PUT /api/events/{id}/", Thing::Event, EVENT, &[401, 403, 403, 200, 200, 403]),
    op("PATCH /api/events/{id}/", Thing::Event, EVENT, &[401, 403, 403, 200, 200, 403]),
    op("DELETE /api/events/{id}/", Thing::Event, "", &[401, 403, 403, 204, 204, 403]),
    op("POST /api/events/{id}/rsvp/", Thing::Event, "", SIGNED),
    op("DELETE /api/events/{id}/rsvp/", Thing::Event, "", SIGNED),
    op("GET /api/events/{id}/ics/", Thing::Event, "", ALL),
];

pub(super) const NEWSLETTER: &[Operation<Thing>] = &[
    op("POST /api/newsletter/", Thing::Nothing, r#"{"email": "new$fresh@example.org"}"#, ALL),
    op("POST /api/newsletter/confirm/", Thing::Nothing, r#"{"token": "$confirm"}"#, ALL),
    op("GET /api/newsletter/unsubscribe/", Thing::Nothing, "", &[302; 6]).with("?token=$leave"),
    op("POST /api/newsletter/unsubscribe/", Thing::Nothing, "", ALL).with("?token=$leave"),
];
