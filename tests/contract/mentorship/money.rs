//! What mentors earn and take out.

use super::Thing;
use crate::contract::{Operation, op};

const MENTORS: &[u16] = &[401, 403, 403, 200, 403, 200];
const ADMIN: &[u16] = &[401, 403, 403, 403, 200, 403];

pub(super) const MONEY: &[Operation<Thing>] = &[
    op("GET /api/mentor/earnings/", Thing::Nothing, "", MENTORS),
    op("GET /api/mentor/earnings/export/", Thing::Nothing, "", MENTORS),
    op("GET /api/mentor/withdrawals/", Thing::Nothing, "", MENTORS),
    op(
        "POST /api/mentor/withdrawals/",
        Thing::Earned,
        r#"{"amount": "50.00", "payment_method": "upi", "bank_details": "mentor@upi"}"#,
        &[401, 403, 403, 201, 403, 201],
    ),
    op("GET /api/admin/withdrawals/", Thing::Nothing, "", ADMIN),
    op(
        "POST /api/admin/withdrawals/{id}/decide/",
        Thing::Withdrawal,
        r#"{"status": "approved", "admin_notes": "By Friday."}"#,
        ADMIN,
    ),
];
