//! Dated openings of experts: published, changed, taken back, listed.

use domain::Instant;
use domain::facade::Facade;
use domain::facade::Offered;
use domain::ids::{SlotId, UserId};
use domain::interval::Interval;
use domain::ledger::{Amount, Currency, Unit};
use domain::person::User;
use domain::quanta::{self, Busy};
use domain::slot::{Refusal, Slot};
use store::{Absences, Between, SlotOf, SlotsChange};

use crate::caller::{Caller, Staff};
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::paging::{self, DEEPEST, Edge, Key, Place, Slice, Start, Wanted};
use crate::{App, Common, Error, Result, bookings, experts};

/// An opening as somebody sees it.
#[derive(Clone, Debug)]
pub struct SlotView {
    pub slot: Slot,
    pub expert: User,
    /// Something is booked in it, in whichever product.
    pub is_booked: bool,
    /// Whoever looks may know the expert's address.
    pub knows_email: bool,
}

impl SlotView {
    /// What all of it costs, where that does not depend on a course.
    pub fn price(&self, facade: Facade) -> Option<Amount> {
        let terms = self.expert.expert.as_ref();
        let offered = Offered {
            session: terms.and_then(|expert| expert.price),
            hourly: terms.and_then(|expert| expert.hourly),
            course: None,
        };
        facade.rules().price.of(offered, self.slot.interval.minutes())
    }

    /// In what the expert is paid.
    pub fn currency(&self, facade: Facade, default: Currency) -> Unit {
        let of_expert = || self.expert.expert.as_ref().map_or(default, |expert| expert.currency_or(default));
        self.price(facade).map_or_else(|| Unit::Currency(of_expert()), |price| price.unit)
    }

    fn of(expert: &User, slot: Slot, is_booked: bool) -> Self {
        Self { slot, expert: expert.clone(), is_booked, knows_email: true }
    }
}

/// An opening somebody wants to change, as it was read with who they are.
#[derive(Clone, Debug)]
pub struct OwnSlot {
    caller: Caller,
    expert: User,
    slot: Slot,
    absences: Absences,
}

impl OwnSlot {
    pub fn interval(&self) -> Interval {
        self.slot.interval
    }

    async fn again(&self, app: &App) -> Result<Self> {
        own(app, self.caller, self.slot.id).await
    }
}

/// The opening, for its expert: 404 for who may not see it, then 403 for whoever is not its expert or not approved.
pub async fn own(app: &App, caller: Caller, id: SlotId) -> Result<OwnSlot> {
    let (found, user, absences) = app.store.slot_to_change(id, caller.user()).await?;
    let found = found.ok_or(Common::NotFound)?;
    if found.expert != caller.user() {
        show(app, caller, id).await?;
        return Err(Common::Forbidden.into());
    }
    let expert = experts::approved_of(user.ok_or(Common::TokenInvalid)?)?;
    let slot = *absences.slots.find(id).unwrap_or(&found.slot);
    Ok(OwnSlot { caller, expert, slot, absences })
}

/// A new opening.
pub async fn publish(
    app: &App,
    expert: &User,
    interval: Interval,
    save: SaveResponse<'_, SlotView>,
) -> Result<SlotView> {
    retry_stale(|| async {
        let now = app.clock.now();
        let seen = app.store.absences(expert.id).await?;
        let slot = Slot::new(app.mint.slot(now), interval);
        let all = seen.slots.with(slot, now)?;
        let found = SlotOf { expert: expert.id, slot };
        let around = app.store.slots_around(expert.id, &[], &[found], now).await?;
        let is_booked = around.busy.get(&expert.id).is_some_and(|busy| !quanta::is_free(busy, &interval));
        let view = SlotView::of(expert, slot, is_booked);
        let change = SlotsChange { before: None, after: Some(&slot), all };
        app.store.slots_save(save.begin(&view), expert.id, &seen, &change).await?;
        Ok(view)
    })
    .await
}

/// Other times for an opening in which nothing is booked.
pub async fn change(app: &App, own: OwnSlot, interval: Interval) -> Result<SlotView> {
    let (first, known) = (First::new(own.clone()), own);
    retry_stale(|| async {
        let OwnSlot { expert, slot, absences: seen, .. } = match first.take() {
            Some(own) => own,
            None => known.again(app).await?,
        };
        if slot.interval == interval {
            return show(app, known.caller, slot.id).await;
        }
        let now = app.clock.now();
        let changed = Slot { mark: app.mint.slot(now), interval, ..slot };
        let all = seen.slots.with(changed, now)?;
        let found = SlotOf { expert: expert.id, slot: changed };
        let around = app.store.slots_around(expert.id, &[], &[found], now).await?;
        let is_booked = around.busy.get(&expert.id).is_some_and(|busy| !quanta::is_free(busy, &interval));
        let change = SlotsChange { before: Some(&slot), after: Some(&changed), all };
        let saved = app.store.slots_save(store::Transaction::new(), expert.id, &seen, &change).await;
        or_over(app, saved.map_err(Error::from), &expert, slot.interval).await?;
        Ok(SlotView::of(&expert, changed, is_booked))
    })
    .await
}

/// Takes an opening back in which nothing is booked.
pub async fn remove(app: &App, own: OwnSlot) -> Result<()> {
    let (first, known) = (First::new(own.clone()), own);
    retry_stale(|| async {
        let OwnSlot { expert, slot, absences: seen, .. } = match first.take() {
            Some(own) => own,
            None => known.again(app).await?,
        };
        let change = SlotsChange { before: Some(&slot), after: None, all: seen.slots.without(slot.id) };
        let saved = app.store.slots_save(store::Transaction::new(), expert.id, &seen, &change).await;
        or_over(app, saved.map_err(Error::from), &expert, slot.interval).await
    })
    .await
}

/// What is booked may be over by the clock: then it is tried again.
async fn or_over<T>(app: &App, saved: Result<T>, expert: &User, interval: Interval) -> Result<T> {
    match saved {
        Err(Error::Refused(domain::Refusal::Slot(Refusal::Booked)))
            if bookings::end_what_is_over(app, expert.id, interval).await? =>
        {
            Err(Common::Stale.into())
        }
        saved => saved,
    }
}

/// An opening, for whoever is signed in, unless its expert is not approved.
pub async fn show(app: &App, caller: Caller, id: SlotId) -> Result<SlotView> {
    let found = app.store.slot(id).await?.ok_or(Common::NotFound)?;
    let mut views = views(app, caller, &[found]).await?;
    Ok(views.pop().ok_or(Common::NotFound)?)
}

fn may_see(caller: Caller, expert: &User) -> bool {
    expert.is_shown_as_expert() || expert.id == caller.user() || Staff::of(caller).is_some()
}

/// Those whose experts the caller may see.
async fn views(app: &App, caller: Caller, found: &[SlotOf]) -> Result<Vec<SlotView>> {
    let around = app.store.slots_around(caller.user(), found, found, app.clock.now()).await?;
    let nothing = Busy::new();
    let view = |one: &SlotOf| {
        let expert = around.users.get(&one.expert).filter(|expert| may_see(caller, expert))?;
        let is_known = expert.id == caller.user() || around.met.contains(&expert.id) || Staff::of(caller).is_some();
        let busy = around.busy.get(&one.expert).unwrap_or(&nothing);
        Some(SlotView {
            slot: one.slot,
            expert: expert.clone(),
            is_booked: !quanta::is_free(busy, &one.slot.interval),
            knows_email: is_known,
        })
    };
    Ok(found.iter().filter_map(view).collect())
}

/// Which openings are listed, and how.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub expert: Option<UserId>,
    pub is_booked: Option<bool>,
    pub start_after: Option<Instant>,
    pub start_before: Option<Instant>,
    pub descending: bool,
}

impl Asked {
    fn keeps(&self, view: &SlotView) -> bool {
        self.is_booked.is_none_or(|wanted| view.is_booked == wanted)
    }
}

fn place_of(found: &SlotOf) -> Place {
    (Key::Number(found.slot.interval.start().timestamp()), found.slot.id.get())
}

/// A page of the openings that are ahead, of those the caller may see; of their own those that are past, too.
pub async fn list(app: &App, caller: Caller, asked: Asked, wanted: &Wanted) -> Result<Slice<SlotView>> {
    let list = format!("openings/{}/{asked:?}", caller.user());
    let now = app.clock.now();
    let earliest = if asked.expert == Some(caller.user()) { Instant::UNIX_EPOCH } else { now };
    let from = asked.start_after.map_or(earliest, |after| after.max(earliest));
    let to = asked.start_before.unwrap_or(now + domain::slot::KEPT + domain::slot::KEPT);
    match asked.expert {
        _ if from > to => paging::cut(app, &list, (Vec::new(), asked.descending), place, wanted),
        Some(expert) => {
            let absences = app.store.absences(expert).await?;
            let of_expert = absences.slots.all().iter().map(|slot| SlotOf { expert, slot: *slot });
            let found: Vec<_> = of_expert
                .filter(|found| found.slot.interval.start() >= from && found.slot.interval.start() <= to)
                .collect();
            whole(app, caller, (&list, asked), found, wanted).await
        }
        None => {
            let between = Between { from: (from, 0), to: (to, domain::ids::LARGEST) };
            of_all(app, caller, (&list, asked), between, wanted).await
        }
    }
}

/// A page of openings that are here as a whole. What stands around them is read of the page alone, where nothing else
/// decides who is on it.
async fn whole(
    app: &App,
    caller: Caller,
    (list, asked): (&str, Asked),
    found: Vec<SlotOf>,
    wanted: &Wanted,
) -> Result<Slice<SlotView>> {
    if asked.is_booked.is_none() {
        let seen = visible(app, caller, found).await?;
        let slice = paging::cut(app, list, (seen, asked.descending), place_of, wanted)?;
        let Slice { items, count, next, previous } = slice;
        return Ok(Slice { items: views(app, caller, &items).await?, count, next, previous });
    }
    let mut all = views_of_many(app, caller, &found).await?;
    all.retain(|view| asked.keeps(view));
    paging::cut(app, list, (all, asked.descending), place, wanted)
}

/// Those whose experts the caller may see. Their own are seen without a look.
async fn visible(app: &App, caller: Caller, found: Vec<SlotOf>) -> Result<Vec<SlotOf>> {
    if Staff::of(caller).is_some() || found.iter().all(|one| one.expert == caller.user()) {
        return Ok(found);
    }
    let around = app.store.slots_around(caller.user(), &found, &[], app.clock.now()).await?;
    let is_seen = |one: &SlotOf| around.users.get(&one.expert).is_some_and(|expert| may_see(caller, expert));
    Ok(found.into_iter().filter(is_seen).collect())
}

fn place(view: &SlotView) -> Place {
    (Key::Number(view.slot.interval.start().timestamp()), view.slot.id.get())
}

/// In steps, so that no round trip asks for too much at once.
async fn views_of_many(app: &App, caller: Caller, found: &[SlotOf]) -> Result<Vec<SlotView>> {
    let mut all = Vec::with_capacity(found.len());
    for some in found.chunks(DEEPEST) {
        all.extend(views(app, caller, some).await?);
    }
    Ok(all)
}

/// A page of everybody's: the first thousand are counted, and beyond them pages are found by their place.
async fn of_all(
    app: &App,
    caller: Caller,
    (list, asked): (&str, Asked),
    between: Between,
    wanted: &Wanted,
) -> Result<Slice<SlotView>> {
    let (first, goes_on) = app.store.slots_between(between, asked.descending, DEEPEST + 1).await?;
    let is_whole = !goes_on && first.len() <= DEEPEST;
    let last = first.last().map(place_of);
    let edge = match &wanted.start {
        Start::Cursor(cursor) => Some(Edge::open(app, list, cursor)?),
        Start::Number(_) => None,
    };
    let is_beyond =
        |at: &Place| last.as_ref().is_some_and(|last| if asked.descending { at <= last } else { at >= last });
    let beyond = edge.filter(|edge| match edge {
        Edge::After(at) | Edge::Before(at) => !is_whole && is_beyond(at),
    });
    let Some(edge) = beyond else {
        let slice = whole(app, caller, (list, asked), first, wanted).await?;
        return Ok(goes_on_after(app, list, slice, is_whole));
    };
    let counted = views_of_many(app, caller, &first).await?.iter().filter(|view| asked.keeps(view)).count();
    let (at, ascends) = match &edge {
        Edge::After(at) => (at, !asked.descending),
        Edge::Before(at) => (at, asked.descending),
    };
    let (Key::Number(start), id) = at else { return Err(Error::BadCursor) };
    let start = Instant::from_timestamp(*start, 0).ok_or(Error::BadCursor)?;
    let stretch = match ascends {
        true => Between { from: (start, id.saturating_add(1)), ..between },
        false => Between { to: (start, id.saturating_sub(1)), ..between },
    };
    let (found, more) = app.store.slots_between(stretch, !ascends, DEEPEST).await?;
    let mut items = views_of_many(app, caller, &found).await?;
    items.retain(|view| asked.keeps(view));
    let is_cut = more || items.len() > wanted.size;
    items.truncate(wanted.size);
    let (is_preceded, is_followed) = match edge {
        Edge::After(_) => (true, is_cut),
        Edge::Before(_) => {
            items.reverse();
            (is_cut, true)
        }
    };
    Ok(paging::neighboured(app, list, items, (counted.min(DEEPEST), is_preceded, is_followed), place))
}

/// The last of the first thousand is not the last of all.
fn goes_on_after(app: &App, list: &str, slice: Slice<SlotView>, is_whole: bool) -> Slice<SlotView> {
    match (slice.next.is_none() && !is_whole, slice.items.last()) {
        (true, Some(last)) => Slice { next: Some(Edge::After(place(last)).seal(app, list)), ..slice },
        _ => slice,
    }
}
