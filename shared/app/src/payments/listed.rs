//! Payments page by page: one's own, or everybody's for administrators.

use domain::ids::{BookingId, PaymentId};
use domain::payment::{Intent, IntentStatus, Provider};
use store::{Along, Heading, PaymentsOf};

use crate::caller::{Caller, Staff};
use crate::paging::{self, DEEPEST, Key, Ranked, Slice, Wanted};
use crate::{App, Result};

/// Which of them are wanted: all that is given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<IntentStatus>,
    pub provider: Option<Provider>,
    pub booking: Option<BookingId>,
}

impl Filter {
    fn keeps(&self, intent: &Intent) -> bool {
        self.status.is_none_or(|status| intent.status == status)
            && self.provider.is_none_or(|provider| intent.provider == provider)
            && self.booking.is_none_or(|booking| intent.target.booking() == Some(booking))
    }
}

/// A page by age: one round trip for the list and one for what stands on the page. With a filter the newest thousand are
/// looked at.
pub async fn list(
    app: &App,
    caller: Caller,
    filter: Filter,
    descending: bool,
    wanted: &Wanted,
) -> Result<Slice<Intent>> {
    let of = match Staff::of(caller) {
        Some(_) => PaymentsOf::Everybody,
        None => PaymentsOf::Payer(caller.user()),
    };
    let list = format!("payments/{of:?}/{filter:?}/{descending}");
    if filter == Filter::default() {
        let Slice { items, count, next, previous } = paging::along(app, &list, (&of, descending), wanted).await?;
        return Ok(Slice { items: app.store.payments_at(&items).await?, count, next, previous });
    }
    let newest = app.store.payments_along(of, Heading::newest(), DEEPEST).await?.items;
    let mut all = app.store.payments_at(&newest).await?;
    all.retain(|intent| filter.keeps(intent));
    let place = |intent: &Intent| (Key::Number(intent.id.get()), intent.id.get());
    paging::cut(app, &list, (all, descending), place, wanted)
}

impl Ranked for PaymentsOf {
    type Item = PaymentId;

    async fn count(&self, app: &App) -> Result<usize> {
        Ok(app.store.payments_count(*self).await?.min(DEEPEST))
    }

    async fn read(&self, app: &App, behind: Option<&str>, descending: bool, most: usize) -> Result<Along<PaymentId>> {
        let heading = Heading { behind, descending, within: (None, None) };
        Ok(app.store.payments_along(*self, heading, most).await?)
    }
}
