//! Approving experts who came without an application, and taking that back.

use domain::approval;
use domain::expert::Standing;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::person::User;
use store::{Found, Transaction};

use crate::caller::Staff;
use crate::facades::accounts;
use crate::idempotency::retry_stale;
use crate::{App, Result, suspensions};

/// Decides, and tells the expert; a repetition changes nothing. Of two at once one decides first, and the other then.
pub async fn decide(
    app: &App,
    staff: Staff,
    id: UserId,
    (is_approved, reason): (bool, &str),
    facade: Facade,
) -> Result<User> {
    retry_stale(|| async {
        let (before, now) = (suspensions::find(app, staff, id).await?, app.clock.now());
        let Some(after) = approval::decide(&before, is_approved, reason, now)? else { return Ok(before) };
        let mut transaction = Transaction::new();
        store::notice_told(&mut transaction, &accounts::approval(facade, id, (is_approved, reason), &app.mint, now));
        app.store.user_save(transaction, &before, &after).await?;
        Ok(after)
    })
    .await
}

/// A page of the experts who are approved, or of those who are not, by id, and where the next one begins.
pub async fn list(
    app: &App,
    _: Staff,
    is_approved: Option<bool>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<(Vec<User>, Option<String>)> {
    let list = format!("experts/{is_approved:?}");
    let skipped = match cursor {
        Some(cursor) => app.cursors.open(&list, cursor)?.parse().map_err(|_| crate::Error::BadCursor)?,
        None => 0,
    };
    let standings = Standing::ALL
        .into_iter()
        .filter(|standing| is_approved.is_none_or(|is_approved| is_approved == (*standing == Standing::Approved)));
    let standings: Vec<_> = standings.collect();
    let Found { count, people } = app.store.experts_by_standings(&standings, skipped, limit).await?;
    let next = skipped + limit;
    Ok((people, (next < count).then(|| app.cursors.seal(&list, &next.to_string()))))
}
