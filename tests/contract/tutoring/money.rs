//! What students pay, and what tutors have and take out.

use super::Thing;
use crate::contract::{Operation, op};

const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];
const OWN_OF_TUTOR: &[u16] = &[401, 404, 404, 200, 200, 404];
const ADMIN: &[u16] = &[401, 403, 403, 403, 200, 403];

pub(super) const MONEY: &[Operation<Thing>] = &[
    op("GET /api/v1/payments/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/wallets/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/wallets/{id}/", Thing::Wallet, "", OWN_OF_TUTOR),
    op("GET /api/v1/withdrawals/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/v1/withdrawals/",
        Thing::Nothing,
        r#"{"amount": "1.00", "payout_method": "wise", "payout_details": {"account": "7"}, "currency": "INR"}"#,
        &[401, 403, 403, 201, 403, 403],
    ),
    op("GET /api/v1/withdrawals/{id}/", Thing::Withdrawal, "", OWN_OF_TUTOR),
    op("POST /api/v1/withdrawals/{id}/approve/", Thing::Withdrawal, "", ADMIN),
    op("POST /api/v1/withdrawals/{id}/reject/", Thing::Withdrawal, r#"{"reason": "Unknown address."}"#, ADMIN),
    op("POST /api/v1/withdrawals/{id}/complete/", Thing::ApprovedWithdrawal, r#"{"transaction_id": "TR 7"}"#, ADMIN),
];
