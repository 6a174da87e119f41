//! Who did what.

use super::Thing;
use crate::contract::{Operation, op};

const ADMIN: &[u16] = &[401, 403, 403, 403, 200, 403];

pub(super) const AUDIT_LOG: &[Operation<Thing>] = &[
    op("GET /api/v1/admin/audit-logs/", Thing::Nothing, "", ADMIN),
    op("GET /api/v1/admin/audit-logs/{id}/", Thing::Logged, "", ADMIN),
];
