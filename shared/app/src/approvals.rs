//! Approving experts who came without an application, and taking that back.

use domain::approval;
use domain::audit::{Action, Deed};
use domain::expert::Standing;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::person::User;
use store::Transaction;

use crate::caller::Staff;
use crate::facades::accounts;
use crate::idempotency::retry_stale;
use crate::{App, Error, Result, audit_log, suspensions};

/// Decides, and tells the expert; a repetition changes nothing. Of two at once one decides first, and the other then.
pub async fn decide(
    app: &App,
    staff: Staff,
    id: UserId,
    (is_approved, reason): (bool, &str),
    facade: Facade,
) -> Result<User> {
    change(app, staff, id, (is_approved, reason, facade), approval::decide).await
}

/// The same where also somebody who waits can be told no.
pub async fn judge(
    app: &App,
    staff: Staff,
    id: UserId,
    (is_approved, reason): (bool, &str),
    facade: Facade,
) -> Result<User> {
    change(app, staff, id, (is_approved, reason, facade), approval::judge).await
}

type Judge = fn(&User, bool, &str, domain::Instant) -> Result<Option<User>, domain::expert::Refusal>;

async fn change(
    app: &App,
    staff: Staff,
    id: UserId,
    (is_approved, reason, facade): (bool, &str, Facade),
    judge: Judge,
) -> Result<User> {
    retry_stale(|| async {
        let (before, now) = (suspensions::find(app, staff, id).await?, app.clock.now());
        let Some(after) = judge(&before, is_approved, reason, now)? else { return Ok(before) };
        let mut transaction = Transaction::new();
        store::notice_told(&mut transaction, &accounts::approval(facade, id, (is_approved, reason), &app.mint, now));
        let action = if is_approved { Action::ExpertApproved } else { Action::ExpertRejected };
        audit_log::note(app, &mut transaction, Deed::of(action).on("expert", id.get()), now);
        app.store.user_save(transaction, &before, &after).await?;
        Ok(after)
    })
    .await
}

/// Whether an expert is shown before others.
pub async fn feature(app: &App, staff: Staff, id: UserId, is_featured: bool) -> Result<User> {
    retry_stale(|| async {
        let (before, now) = (suspensions::find(app, staff, id).await?, app.clock.now());
        let mut after = before.clone();
        let expert = after.expert.as_mut().ok_or(domain::expert::Refusal::NotExpert)?;
        if expert.is_featured == is_featured {
            return Ok(before);
        }
        (expert.is_featured, expert.updated_at) = (is_featured, now);
        app.store.user_save(Transaction::new(), &before, &after).await?;
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
    let after = cursor.map(|cursor| app.cursors.open(&list, cursor)).transpose()?;
    let id = |text: String| text.parse().ok().and_then(UserId::new).ok_or(Error::BadCursor);
    let after = after.map(id).transpose()?;
    let is_wanted = |standing: &Standing| is_approved.is_none_or(|wanted| wanted == (*standing == Standing::Approved));
    let standings: Vec<_> = Standing::ALL.into_iter().filter(is_wanted).collect();
    let (people, last) = app.store.experts_behind(&standings, after, limit).await?;
    Ok((people, last.map(|last| app.cursors.seal(&list, &last.to_string()))))
}
