//! Reports.

use super::Thing;
use crate::contract::{Operation, op};

pub(super) const REPORTS: &[Operation<Thing>] =
    &[op("GET /api/v1/admin/reports/{file}/", Thing::Nothing, "", &[401, 403, 403, 403, 200, 403])];
