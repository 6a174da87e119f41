//! Lists that are asked for by page number or by cursor, and lead in both directions.

use store::{Span, Stretch};

use crate::{App, Common, Error, Result};

/// No list is counted, or paged by number, beyond this.
pub const DEEPEST: usize = 1000;

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// From 1.
    Number(usize),
    /// Sealed.
    Cursor(String),
}

/// Which page is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub start: Start,
    /// 1..=100
    pub size: usize,
}

/// One page of a list, and the cursors to its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    pub items: Vec<T>,
    /// Of all pages; exact up to [`DEEPEST`], which stands for that and more.
    pub count: usize,
    pub next: Option<String>,
    pub previous: Option<String>,
}

impl<T> Slice<T> {
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Slice<U> {
        let Self { items, count, next, previous } = self;
        Slice { items: items.into_iter().map(show).collect(), count, next, previous }
    }
}

/// By what a list is ordered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Number(i64),
    Text(String),
}

/// Where an item stands in its list: its key, and its id for those with the same one.
pub type Place = (Key, i64);

/// A place that a page begins after, or ends before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    After(Place),
    Before(Place),
}

impl Edge {
    fn write(&self) -> String {
        let (side, (key, id)) = match self {
            Edge::After(place) => ('a', place),
            Edge::Before(place) => ('b', place),
        };
        match key {
            Key::Number(number) => format!("{side}n{id}/{number}"),
            Key::Text(text) => format!("{side}t{id}/{text}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (head, key) = text.split_once('/')?;
        let mut head = head.chars();
        let (side, kind) = (head.next()?, head.next()?);
        let id = head.as_str().parse().ok()?;
        let key = match kind {
            'n' => Key::Number(key.parse().ok()?),
            't' => Key::Text(key.to_owned()),
            _ => return None,
        };
        match side {
            'a' => Some(Edge::After((key, id))),
            'b' => Some(Edge::Before((key, id))),
            _ => None,
        }
    }

    /// `list` names the list with its filters and its order, and whose it is: a cursor is good for nothing else.
    pub fn seal(&self, app: &App, list: &str) -> String {
        app.cursors.seal(list, &self.write())
    }

    pub fn open(app: &App, list: &str, cursor: &str) -> Result<Self> {
        Edge::read(&app.cursors.open(list, cursor)?).ok_or(Error::BadCursor)
    }
}

/// The wanted page of a list that is here as a whole, of which only the first [`DEEPEST`] are counted.
pub fn cut<T>(
    app: &App,
    list: &str,
    (mut all, descending): (Vec<T>, bool),
    place: impl Fn(&T) -> Place,
    wanted: &Wanted,
) -> Result<Slice<T>> {
    let ordered = |one: &Place, other: &Place| if descending { other.cmp(one) } else { one.cmp(other) };
    all.sort_by(|one, other| ordered(&place(one), &place(other)));
    let count = all.len().min(DEEPEST);
    let from = match &wanted.start {
        Start::Number(number) => {
            let from = number.saturating_sub(1).saturating_mul(wanted.size);
            if *number > 1 && from >= all.len() {
                return Err(Common::NotFound.into());
            }
            from
        }
        Start::Cursor(cursor) => match Edge::open(app, list, cursor)? {
            Edge::After(edge) => all.partition_point(|item| ordered(&place(item), &edge).is_le()),
            Edge::Before(edge) => {
                all.truncate(all.partition_point(|item| ordered(&place(item), &edge).is_lt()));
                let rest = all.len().saturating_sub(wanted.size);
                return Ok(neighboured(app, list, all.split_off(rest), (count, rest > 0, true), place));
            }
        },
    };
    let mut items = all.split_off(from.min(all.len()));
    let has_more = items.len() > wanted.size;
    items.truncate(wanted.size);
    Ok(neighboured(app, list, items, (count, from > 0, has_more), place))
}

/// A page with the cursors to its neighbours, as far as there are any.
pub fn neighboured<T>(
    app: &App,
    list: &str,
    items: Vec<T>,
    (count, is_preceded, is_followed): (usize, bool, bool),
    place: impl Fn(&T) -> Place,
) -> Slice<T> {
    let next = items.last().filter(|_| is_followed).map(|item| Edge::After(place(item)).seal(app, list));
    let previous = items.first().filter(|_| is_preceded).map(|item| Edge::Before(place(item)).seal(app, list));
    Slice { items, count, next, previous }
}

/// The way to a page of a list that lies in the table in the order of its ids: what is to be read, and what the page is
/// then. A page that a filter made short leads on to where the reading stopped.
#[derive(Clone, Debug)]
pub struct Turn<'a> {
    list: &'a str,
    from: From,
    descending: bool,
    size: usize,
    /// What is to be read of the list.
    pub span: Span,
    /// How many rows of it.
    pub limit: usize,
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
    pub fn to(app: &App, list: &'a str, descending: bool, wanted: &Wanted) -> Result<Self> {
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
    pub fn is_all<T>(&self, found: &Stretch<T>) -> bool {
        self.from == From::Start(0) && found.until.is_none()
    }

    /// The page, of what was read. `count`: of the whole list.
    pub fn page<T>(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for edge in [
            Edge::After((Key::Number(-7), 3)),
            Edge::Before((Key::Text("a/b n1".to_owned()), i64::MAX)),
            Edge::After((Key::Text(String::new()), 1)),
        ] {
            assert_eq!(Edge::read(&edge.write()), Some(edge));
        }
        for bad in ["", "an", "an1", "xn1/2", "ax1/2", "an1/x", "anx/2", "a/b"] {
            assert_eq!(Edge::read(bad), None, "{bad}");
        }
    }
}
