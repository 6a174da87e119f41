//! What administrators are told of the whole platform.

use super::Thing;
use crate::contract::{Operation, op};

const ADMIN: &[u16] = &[401, 403, 403, 403, 200, 403];

pub(super) const STATISTICS: &[Operation<Thing>] = &[op("GET /api/v1/admin/stats/", Thing::Nothing, "", ADMIN)];
