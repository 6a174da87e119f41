//! Paying for a course: the money goes straight to whoever gives it.

use domain::Instant;
use domain::audit::{Action, Deed};
use domain::ids::EnrolmentId;
use domain::learning::Enrolment;
use domain::payment::{Intent, Provider, Refusal};
use store::{Denied, Transaction};

use super::{Intended, at_once};
use crate::caller::Caller;
use crate::facades::learning::course_paid;
use crate::idempotency::SaveResponse;
use crate::{App, Common, Result, audit_log};

/// The enrolment, for its payer.
pub(super) async fn find(app: &App, caller: Caller, id: EnrolmentId) -> Result<Enrolment> {
    let enrolment = app.store.enrolment(id).await?.ok_or(Common::NotFound)?;
    match caller.user() {
        user if user == enrolment.learner => Ok(enrolment),
        user if user == enrolment.owner => Err(Refusal::NotThePayer.into()),
        _ => Err(Common::NotFound.into()),
    }
}

pub(super) async fn pay_at_once(
    app: &App,
    enrolment: &Enrolment,
    save: &SaveResponse<'_, Intended>,
) -> Result<Intended> {
    let now = app.clock.now();
    let intent = Intent::for_enrolment(enrolment, Provider::Simulated, app.mint.payment(now), now)?;
    let intended = Intended { intent: at_once(intent), is_new: true };
    let mut transaction = save.begin(&intended);
    transaction.intent(None, &intended.intent);
    match paid(app, &mut transaction, (enrolment, &intended.intent), now) {
        true => app.store.commit(transaction).await?,
        false => return Err(Refusal::NotPayable.into()),
    }
    Ok(intended)
}

/// Adds that `intent` has paid for the enrolment, and its learner's confirmation; `false`: it does not want the money.
pub(super) fn paid(
    app: &App,
    transaction: &mut Transaction<Denied>,
    (enrolment, intent): (&Enrolment, &Intent),
    now: Instant,
) -> bool {
    let Some((after, entry)) = enrolment.pay(intent.id, app.mint.entry(now), now) else { return false };
    store::enrolment_paid(transaction, enrolment, (&after, &entry));
    store::notice_told(transaction, &course_paid(&after, &app.mint, now));
    // Their provider tells of it, and is nobody.
    let deed = Deed::of(Action::PaymentMade).by(after.learner).on("payment", intent.id.get());
    let deed = deed.on("enrolment", after.id.get()).on("course", after.course.get()).on("expert", after.owner.get());
    audit_log::note(app, transaction, deed, now);
    true
}
