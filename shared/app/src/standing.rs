//! Suspending accounts, and bringing them back: who is suspended can do nothing and is found by nobody.

use domain::audit::{Action, Deed};
use domain::ids::UserId;
use domain::person::{Refusal, User};

use crate::caller::Staff;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Result, audit_log};

/// Suspends an account: its sessions, tokens and sockets are over at once. A repetition changes nothing.
pub async fn suspend(app: &App, staff: Staff, id: UserId, reason: &str, save: SaveResponse<'_, User>) -> Result<User> {
    set(app, staff, id, Some(reason), save).await
}

/// Lets somebody sign in again; sessions from before stay over.
pub async fn reactivate(app: &App, staff: Staff, id: UserId, save: SaveResponse<'_, User>) -> Result<User> {
    set(app, staff, id, None, save).await
}

/// `because`: why it is suspended; `None`: it no longer is.
async fn set(app: &App, staff: Staff, id: UserId, because: Option<&str>, save: SaveResponse<'_, User>) -> Result<User> {
    if id == staff.caller().user() {
        return Err(Refusal::OwnAccount.into());
    }
    retry_stale(|| async {
        let now = app.clock.now();
        let seen = app.store.credential_of(id, now).await?.ok_or(Common::NotFound)?;
        if seen.user.is_suspended == because.is_some() {
            return Ok(seen.user);
        }
        let after = User { is_suspended: because.is_some(), updated_at: now, ..seen.user.clone() };
        let mut transaction = save.begin(&after);
        let action = if because.is_some() { Action::UserSuspended } else { Action::UserReactivated };
        audit_log::note(app, &mut transaction, Deed::of(action).on("user", id.get()), now);
        app.store.account_stand(transaction, &seen, &after, (because, now)).await?;
        Ok(after)
    })
    .await
}
