//! Pages of lists that lie in the table in the order of their ids.

use store::{Span, Stretch};

use super::{DEEPEST, Edge, Key, Place, Slice, Start, Wanted};
use crate::{App, Common, Result};

/// The way to a page of a list that lies in the table in the order of its ids: what is to be read, and what the page is
/// then. A page that a filter made short leads on to where the reading stopped.
#[derive(Clone, Debug)]
pub(crate) struct Turn<'a> {
    list: &'a str,
    from: From,
    descending: bool,
    size: usize,
    /// What is to be read of the list.
    pub(crate) span: Span,
    /// How many rows of it.
    pub(crate) limit: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// So many rows stand before the page.
    Start(usize),
    After(i64),
    Before(i64),
}

impl<'a> Turn<'a> {
    /// `list`: as for [`Edge::seal`].
    pub(crate) fn to(app: &App, list: &'a str, descending: bool, wanted: &Wanted) -> Result<Self> {
        let (all, size) = (Span::all(descending), wanted.size);
        let (from, span, limit) = match &wanted.start {
            Start::Number(number) => {
                let skipped = number.saturating_sub(1).saturating_mul(size);
                (From::Start(skipped), all, skipped.saturating_add(size))
            }
            Start::Cursor(cursor) => match Edge::open(app, list, cursor)? {
                Edge::After((_, id)) => (From::After(id), all.behind(id), size),
                Edge::Before((_, id)) => (From::Before(id), Span { descending: !descending, ..all }.behind(id), size),
            },
        };
        Ok(Self { list, from, descending, size, span, limit })
    }

    /// Whether what was read is the whole list.
    pub(crate) fn is_all<T>(&self, found: &Stretch<T>) -> bool {
        self.from == From::Start(0) && found.until.is_none()
    }

    /// The page, of what was read. `count`: of the whole list.
    pub(crate) fn page<T>(
        &self,
        app: &App,
        Stretch { mut items, until }: Stretch<T>,
        count: usize,
        id: impl Fn(&T) -> i64,
    ) -> Result<Slice<T>> {
        // The neighbour of a page without rows begins with the row that its own place was taken from.
        let beside = |id: i64, is_ahead: bool| if self.descending == is_ahead { id - 1 } else { id + 1 };
        let (next, previous) = match self.from {
            From::Start(skipped) => {
                if skipped > 0 && items.len() <= skipped && until.is_none() {
                    return Err(Common::NotFound.into());
                }
                items = items.split_off(skipped.min(items.len()));
                let before = items.first().map(&id).or(until.map(|until| beside(until, true)));
                (until, before.filter(|_| skipped > 0))
            }
            From::After(place) => (until, Some(items.first().map_or(beside(place, true), &id))),
            From::Before(place) => {
                items.reverse();
                (Some(items.last().map_or(beside(place, false), &id)), until)
            }
        };
        items.truncate(self.size);
        let seal = |edge: fn(Place) -> Edge, id: i64| edge((Key::Number(id), id)).seal(app, self.list);
        Ok(Slice {
            items,
            count: count.min(DEEPEST),
            next: next.map(|id| seal(Edge::After, id)),
            previous: previous.map(|id| seal(Edge::Before, id)),
        })
    }
}
