//! Where a booking stands, in this façade's words (`tutoring.md` §5.2, §7).

use domain::booking::{Funds, Status};

/// All of them.
pub const STANDINGS: [&str; 6] = ["pending", "paid", "confirmed", "completed", "cancelled", "refunded"];

/// The word for where a booking and its price stand; what other products know has the nearest one.
pub fn standing(status: Status, funds: Funds) -> &'static str {
    match (status, funds) {
        (Status::Pending, Funds::Due) => "pending",
        (Status::Pending, _) => "paid",
        (Status::Confirmed, _) => "confirmed",
        (Status::Completed, _) | (Status::NoShow, Funds::Captured) => "completed",
        (Status::Refunded, _) | (Status::NoShow, Funds::Released) => "refunded",
        (Status::Cancelled | Status::Expired | Status::Rescheduled | Status::NoShow, _) => "cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_booking_stands_somewhere_and_each_word_is_of_use() {
        let all = Status::ALL.into_iter().flat_map(|status| Funds::ALL.map(|funds| standing(status, funds)));
        let used: std::collections::BTreeSet<_> = all.collect();
        assert_eq!(used, STANDINGS.into_iter().collect());
    }
}
