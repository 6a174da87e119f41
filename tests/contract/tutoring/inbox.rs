//! Its operations on what reaches a person.

use super::Thing;
use crate::contract::{Operation, op};

const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];

pub(super) const NOTIFICATIONS: &[Operation<Thing>] = &[
    op("GET /api/v1/notifications/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/notifications/unread-count/", Thing::Nothing, "", SIGNED),
    op("POST /api/v1/notifications/read-all/", Thing::Nothing, "", SIGNED),
    op("POST /api/v1/notifications/{id}/read/", Thing::Told, "", &[401, 404, 404, 200, 404, 404]),
];
