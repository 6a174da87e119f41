//! An administrator's word on an expert who came without an application: whether they may be found and booked.

use crate::Instant;
use crate::expert::{Refusal, Standing};
use crate::person::User;

/// The same expert, approved or not any more; `None`: it is so already. Only reinstating lifts a suspension.
pub fn decide(user: &User, is_approved: bool, reason: &str, now: Instant) -> Result<Option<User>, Refusal> {
    // Taking an approval back is nothing to who has none.
    match user.standing() {
        Some(Standing::Pending | Standing::UnderReview) if !is_approved => Ok(None),
        _ => judge(user, is_approved, reason, now),
    }
}

/// The same where also somebody who waits can be told no.
pub fn judge(user: &User, is_approved: bool, reason: &str, now: Instant) -> Result<Option<User>, Refusal> {
    let mut after = user.clone();
    let expert = after.expert.as_mut().ok_or(Refusal::NotExpert)?;
    match (expert.standing, is_approved) {
        (Standing::Suspended, true) => return Err(Refusal::Suspended),
        (Standing::Approved, true) => return Ok(None),
        (Standing::Pending | Standing::UnderReview | Standing::Rejected, true) => {
            expert.standing = Standing::Approved;
            expert.is_active = true;
            expert.verified_at.get_or_insert(now);
        }
        (Standing::Approved | Standing::Pending | Standing::UnderReview, false) => expert.standing = Standing::Rejected,
        (Standing::Rejected | Standing::Suspended, false) => return Ok(None),
    }
    expert.notes = reason.to_owned();
    expert.updated_at = now;
    Ok(Some(after))
}
