//! Numbers by which people know each other: given on first need, for good.

use std::collections::{BTreeMap, BTreeSet};

use domain::booking::Booking;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::person::User;
use domain::serial::Serial;

use crate::{App, Common, Error, Result};

/// Somebody as they are referred to: by the number of a role, or by that of their account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    Serial(Seat, Serial),
    Account(UserId),
}

/// The same person with a number in this role: the one they have, or a new one. Of parallel first needs one is met by a
/// new number, and all hear of that one.
pub async fn ensure(app: &App, user: User, role: Seat) -> Result<(User, Serial)> {
    if let Some(serial) = user.serials.of(role) {
        return Ok((user, serial));
    }
    let serial = app.store.serial_take(role).await?;
    match app.store.serial_give(user.id, role, serial).await.map_err(Error::from) {
        Ok(()) => {
            let (serials, version) = (user.serials.with(role, serial), user.version + 1);
            Ok((User { serials, version, ..user }, serial))
        }
        Err(Error::Common(Common::Stale)) => {
            let user = app.store.user(user.id).await?.ok_or(Common::NotFound)?;
            let serial = user.serials.of(role).ok_or(Common::Contended)?;
            Ok((user, serial))
        }
        Err(error) => Err(error),
    }
}

/// Whose reference it is.
pub async fn owner(app: &App, reference: Reference) -> Result<Option<UserId>> {
    match reference {
        Reference::Serial(role, serial) => Ok(app.store.serial_owner(role, serial).await?),
        Reference::Account(user) => Ok(Some(user)),
    }
}

/// By which numbers the two of some bookings are known: a booking made elsewhere does not say.
pub async fn of_parties(app: &App, bookings: &[&Booking]) -> Result<BTreeMap<(UserId, Seat), Serial>> {
    const SEATS: [Seat; 2] = [Seat::Learner, Seat::Expert];
    let parties = || bookings.iter().flat_map(|booking| SEATS.map(|seat| (seat, booking.party(seat))));
    let mut known: BTreeMap<_, _> =
        parties().filter_map(|(seat, party)| Some(((party.id, seat), party.serial?))).collect();
    let unknown: BTreeSet<_> =
        parties().map(|(seat, party)| (party.id, seat)).filter(|place| !known.contains_key(place)).collect();
    known.extend(looked_up(app, &unknown).await?);
    Ok(known)
}

/// By which numbers several people are known in one role, some of which are known already.
pub async fn of_known(app: &App, people: &[(UserId, Option<Serial>)], role: Seat) -> Result<BTreeMap<UserId, Serial>> {
    let mut known: BTreeMap<_, _> = people.iter().filter_map(|(id, serial)| Some((*id, (*serial)?))).collect();
    let unknown = people.iter().map(|(id, _)| (*id, role)).filter(|(id, _)| !known.contains_key(id)).collect();
    known.extend(looked_up(app, &unknown).await?.into_iter().map(|((id, _), serial)| (id, serial)));
    Ok(known)
}

/// From their profiles, with new ones where there are none.
async fn looked_up(app: &App, unknown: &BTreeSet<(UserId, Seat)>) -> Result<BTreeMap<(UserId, Seat), Serial>> {
    let mut found = BTreeMap::new();
    if unknown.is_empty() {
        return Ok(found);
    }
    let ids: Vec<_> = unknown.iter().map(|(id, _)| *id).collect();
    let (people, _) = app.store.people_and_reviews(&ids, &[]).await?;
    for (id, seat) in unknown {
        let user = people.get(id).cloned().ok_or(Common::NotFound)?;
        found.insert((*id, *seat), ensure(app, user, *seat).await?.1);
    }
    Ok(found)
}
