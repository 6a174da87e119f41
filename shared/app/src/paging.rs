//! Lists that are asked for by page number or by cursor, and lead in both directions.

mod turns;

use futures_util::try_join;
use store::Along;

use crate::{App, Common, Error, Result};

pub(crate) use turns::Turn;

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

impl Key {
    /// By how much it is. What no number of a key holds comes last, whoever has it.
    pub fn of_amount(minor: u64) -> Self {
        Self::Number(i64::try_from(minor).unwrap_or(i64::MAX))
    }
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

/// A list that is read along the ranks of an index.
pub(crate) trait Ranked: Sync {
    type Item: Send;

    /// How many there are, as far as lists are counted.
    fn count(&self, app: &App) -> impl Future<Output = Result<usize>> + Send;

    /// So many of them from behind a rank on, up or down.
    fn read(
        &self,
        app: &App,
        behind: Option<&str>,
        descending: bool,
        most: usize,
    ) -> impl Future<Output = Result<Along<Self::Item>>> + Send;
}

/// The wanted page of such a list.
pub(crate) async fn along<L: Ranked>(
    app: &App,
    list: &str,
    (all, descending): (&L, bool),
    wanted: &Wanted,
) -> Result<Slice<L::Item>> {
    let count = all.count(app);
    let edge = match &wanted.start {
        Start::Number(_) => None,
        Start::Cursor(cursor) => Some(Edge::open(app, list, cursor)?),
    };
    let at = |place: Place| match place {
        (Key::Text(rank), _) => Ok(rank),
        _ => Err(Error::BadCursor),
    };
    let place = |rank: String| (Key::Text(rank), 0);
    let (behind, page) = match edge {
        Some(Edge::Before(edge)) => {
            let edge = at(edge)?;
            let (count, found) = try_join!(count, all.read(app, Some(&edge), !descending, wanted.size))?;
            let Along { mut items, first, last, more } = found;
            items.reverse();
            let next = first.map(|rank| Edge::After(place(rank)).seal(app, list));
            let previous = last.filter(|_| more).map(|rank| Edge::Before(place(rank)).seal(app, list));
            return Ok(Slice { items, count, next, previous });
        }
        Some(Edge::After(edge)) => (Some(at(edge)?), 1),
        None => match wanted.start {
            Start::Number(number) => (None, number),
            Start::Cursor(_) => (None, 1),
        },
    };
    let skipped = page.saturating_sub(1).saturating_mul(wanted.size);
    // What lies before a numbered page is passed by: its number is small.
    let passing = async {
        if skipped == 0 {
            return Ok::<_, Error>((behind.clone(), true));
        }
        let passed = all.read(app, None, descending, skipped).await?;
        Ok((passed.last, passed.more && passed.items.len() == skipped))
    };
    let reading = async {
        let (behind, goes_on) = passing.await?;
        if !goes_on {
            return Err(Common::NotFound.into());
        }
        all.read(app, behind.as_deref(), descending, wanted.size).await
    };
    let (count, found) = try_join!(count, reading)?;
    let Along { items, first, last, more } = found;
    if skipped > 0 && items.is_empty() && !more {
        return Err(Common::NotFound.into());
    }
    let is_preceded = skipped > 0 || behind.is_some();
    let previous = first.filter(|_| is_preceded).map(|rank| Edge::Before(place(rank)).seal(app, list));
    let next = last.filter(|_| more).map(|rank| Edge::After(place(rank)).seal(app, list));
    Ok(Slice { items, count, next, previous })
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
