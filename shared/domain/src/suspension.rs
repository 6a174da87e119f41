//! Suspending an expert, and bringing them back.

use crate::Instant;
use crate::expert::{Expert, Refusal, Standing};
use crate::person::User;

/// Takes an expert out of sight: nobody finds or books them until they are reinstated.
pub fn suspend(user: &User, reason: &str, now: Instant) -> Result<User, Refusal> {
    restand(user, Standing::Approved, Standing::Suspended, now, |expert| expert.notes = reason.to_owned())
        .ok_or(Refusal::NotApproved)
}

/// Brings a suspended expert back, as they were; what was cancelled stays so.
pub fn reinstate(user: &User, now: Instant) -> Result<User, Refusal> {
    restand(user, Standing::Suspended, Standing::Approved, now, |expert| expert.notes.clear())
        .ok_or(Refusal::NotSuspended)
}

fn restand(user: &User, from: Standing, to: Standing, now: Instant, change: impl FnOnce(&mut Expert)) -> Option<User> {
    let mut user = user.clone();
    let expert = user.expert.as_mut().filter(|expert| expert.standing == from)?;
    expert.standing = to;
    expert.updated_at = now;
    change(expert);
    Some(user)
}
