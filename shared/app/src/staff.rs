//! What the administrator is told of by the transaction that makes it so.

use domain::Instant;
use domain::booking::Booking;
use store::{Denied, Transaction};

use crate::facades::{self, News};
use crate::{App, Result, people};

/// Money did not come, or did not go, as it should.
pub(crate) async fn tell_of_payment(
    app: &App,
    transaction: &mut Transaction<Denied>,
    booking: &Booking,
    content: String,
    now: Instant,
) -> Result<()> {
    let news = News { title: "A payment needs attention", content, related: booking.id.get() };
    tell(app, transaction, booking, (domain::notice::Topic::PaymentTrouble, news), now).await
}

/// A learner says that a booking did not take place as agreed.
pub(crate) async fn tell_of_dispute(
    app: &App,
    transaction: &mut Transaction<Denied>,
    booking: &Booking,
    now: Instant,
) -> Result<()> {
    let (learner, expert) = (&booking.learner.name, &booking.expert.name);
    let content = format!("{learner} disputes \"{}\" with {expert}: {}", booking.title, booking.reason);
    let news = News { title: "A dispute is to be decided", content, related: booking.id.get() };
    tell(app, transaction, booking, (domain::notice::Topic::Disputed, news), now).await
}

async fn tell(
    app: &App,
    transaction: &mut Transaction<Denied>,
    booking: &Booking,
    (topic, news): (domain::notice::Topic, News),
    now: Instant,
) -> Result<()> {
    match people::administrator(app).await? {
        Some(administrator) => {
            let notice = facades::personal(booking.facade, (administrator, None), topic, news, &app.mint, now);
            store::notice_told(transaction, &notice);
        }
        None => tracing::error!(booking = %booking.id, "there is no administrator to be told"),
    }
    Ok(())
}
