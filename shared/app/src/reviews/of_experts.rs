//! What is said of experts, in whichever product, in lists for everybody; and administrators, who hide it.

use std::collections::BTreeMap;

use domain::audit::{Action, Deed};
use domain::ids::{BookingId, UserId};
use domain::person::User;
use domain::review::Review;
use store::{Along, Heading, Hidden, ReviewAt, ReviewOfTwo, ReviewsAmong, Transaction};

use crate::caller::{Caller, Staff};
use crate::idempotency::retry_stale;
use crate::paging::{self, DEEPEST, Key, Place, Ranked, Slice, Wanted};
use crate::{App, Common, Result, audit_log};

/// Who looks.
#[derive(Clone, Copy, Debug)]
pub enum Viewer {
    Anybody,
    /// They see what they wrote, hidden or not, and the addresses of those they met.
    Signed(Caller),
    /// They see everything.
    Staff(Caller),
}

/// Which reviews are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    pub expert: Option<UserId>,
    pub rating: Option<u8>,
}

/// By what they are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Written,
    /// Among the newest thousand, as are those of one expert in any order.
    Rating,
}

/// A review with the two addresses, if the viewer may know them.
#[derive(Clone, Debug)]
pub struct Addressed {
    pub review: Review,
    /// The viewer may know who wrote it.
    pub is_named: bool,
    pub reviewer_email: Option<String>,
    pub expert_email: Option<String>,
}

impl Viewer {
    fn user(self) -> Option<UserId> {
        match self {
            Viewer::Anybody => None,
            Viewer::Signed(caller) | Viewer::Staff(caller) => Some(caller.user()),
        }
    }

    fn sees(self, review: &Review) -> bool {
        matches!(self, Viewer::Staff(_)) || review.is_shown_to(self.user())
    }

    /// Whether the addresses of both are theirs to know.
    fn knows(self, reviewer: UserId, expert: UserId) -> bool {
        matches!(self, Viewer::Staff(_)) || self.user().is_some_and(|user| user == reviewer || user == expert)
    }
}

impl Addressed {
    /// With its two people at hand.
    pub fn of(viewer: Viewer, review: Review, people: [User; 2]) -> Self {
        Self::among(viewer, review, &people.into_iter().map(|user| (user.id, user)).collect())
    }

    fn among(viewer: Viewer, review: Review, people: &BTreeMap<UserId, User>) -> Self {
        let knows = viewer.knows(review.reviewer, review.reviewee);
        let address = |id| people.get(&id).filter(|_| knows).map(|user| user.email.as_str().to_owned());
        let is_named = !review.is_anonymous || viewer.user() == Some(review.reviewer);
        let (reviewer, expert) = (address(review.reviewer), address(review.reviewee));
        Self { review, is_named, reviewer_email: reviewer.filter(|_| is_named), expert_email: expert }
    }
}

/// A page of them: one round trip for the list and one for what stands on the page.
pub async fn of_experts(
    app: &App,
    viewer: Viewer,
    whose: Whose,
    (order, descending): (Order, bool),
    wanted: &Wanted,
) -> Result<Slice<Addressed>> {
    let sees_all = matches!(viewer, Viewer::Staff(_));
    let list = format!("reviews-of-experts/{:?}/{sees_all}/{whose:?}/{order:?}/{descending}", viewer.user());
    if let Some(expert) = whose.expert {
        let mut all = app.store.reviews_of_expert(expert, DEEPEST).await?;
        all.retain(|review| viewer.sees(review) && whose.rating.is_none_or(|rating| review.rating == rating));
        let place = |review: &Review| place(order, review.rating, review.id.get());
        let slice = paging::cut(app, &list, (all, descending), place, wanted)?;
        return addressed(app, viewer, slice).await;
    }
    let hidden = match viewer {
        Viewer::Anybody => Hidden::Nobodys,
        Viewer::Signed(caller) => Hidden::By(caller.user()),
        Viewer::Staff(_) => Hidden::Everybodys,
    };
    let among = ReviewsAmong { rating: whose.rating, hidden };
    let slice = match order {
        Order::Written => paging::along(app, &list, (&among, descending), wanted).await?,
        Order::Rating => {
            let all = app.store.reviews_along(among, Heading::newest(), DEEPEST).await?.items;
            let place = |at: &ReviewAt| place(order, at.rating, at.id.get());
            paging::cut(app, &list, (all, descending), place, wanted)?
        }
    };
    read(app, viewer, slice).await
}

fn place(order: Order, rating: u8, id: i64) -> Place {
    match order {
        Order::Written => (Key::Number(id), id),
        Order::Rating => (Key::Number(rating.into()), id),
    }
}

impl Ranked for ReviewsAmong {
    type Item = ReviewAt;

    async fn count(&self, app: &App) -> Result<usize> {
        Ok(app.store.reviews_count(*self).await?.min(DEEPEST))
    }

    async fn read(&self, app: &App, behind: Option<&str>, descending: bool, most: usize) -> Result<Along<ReviewAt>> {
        let heading = Heading { behind, descending, within: (None, None) };
        Ok(app.store.reviews_along(*self, heading, most).await?)
    }
}

/// The reviews behind the rows of a page, with the addresses the viewer may know.
async fn read(app: &App, viewer: Viewer, slice: Slice<ReviewAt>) -> Result<Slice<Addressed>> {
    let known = slice.items.iter().filter(|at| viewer.knows(at.reviewer, at.expert));
    let people: Vec<_> = known.flat_map(|at| [at.reviewer, at.expert]).collect();
    let wanted: Vec<_> = slice.items.iter().map(|at| (at.booking, at.reviewer)).collect();
    let (people, mut reviews) = app.store.people_and_reviews(&people, &wanted).await?;
    let Slice { items, count, next, previous } = slice;
    let items = items.into_iter().filter_map(|at| reviews.remove(&at.booking));
    // A list may lag: one that was hidden this moment is not shown.
    let items = items.filter(|review| viewer.sees(review));
    let items = items.map(|review| Addressed::among(viewer, review, &people)).collect();
    Ok(Slice { items, count, next, previous })
}

async fn addressed(app: &App, viewer: Viewer, slice: Slice<Review>) -> Result<Slice<Addressed>> {
    let known = slice.items.iter().filter(|review| viewer.knows(review.reviewer, review.reviewee));
    let people: Vec<_> = known.flat_map(|review| [review.reviewer, review.reviewee]).collect();
    let people = match people.is_empty() {
        true => BTreeMap::new(),
        false => app.store.people_and_reviews(&people, &[]).await?.0,
    };
    Ok(slice.map(|review| Addressed::among(viewer, review, &people)))
}

/// Hides what the learner of a booking said of its expert, or shows it again; the expert's ratings change with it. What
/// is so already stays as it is.
pub async fn hide(app: &App, staff: Staff, booking: BookingId, is_hidden: bool) -> Result<Addressed> {
    let viewer = Viewer::Staff(staff.caller());
    retry_stale(|| async {
        let found = app.store.review_of_two(booking).await?.ok_or(Common::NotFound)?;
        let ReviewOfTwo { review, reviewer, expert: before } = found;
        let now = app.clock.now();
        let Some(review) = review.hide(is_hidden, now) else {
            return Ok(Addressed::of(viewer, review, [reviewer, before]));
        };
        let mut expert = before.clone();
        for tally in [&mut expert.tally, &mut expert.tally_as_expert] {
            match is_hidden {
                true => tally.remove(review.rating),
                false => tally.add(review.rating),
            }
        }
        let mut transaction = Transaction::new();
        if is_hidden {
            let deed = Deed::of(Action::ReviewHidden).on("booking", booking.get()).on("expert", expert.id.get());
            audit_log::note(app, &mut transaction, deed, now);
        }
        app.store.review_hide(transaction, &review, (&before, &expert)).await?;
        Ok(Addressed::of(viewer, review, [reviewer, expert]))
    })
    .await
}
