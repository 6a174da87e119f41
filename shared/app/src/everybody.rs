//! Everybody with an account, as administrators find them: by address.

use domain::ids::UserId;
use domain::person::User;
use futures_util::future::try_join;
use store::roster::{Entry, Neighbours};

pub use store::roster::Wanted as People;

use crate::caller::Staff;
use crate::paging::{DEEPEST, Edge, Key, Place, Slice, Start, Wanted, cut, neighboured};
use crate::{App, Error, Result};

/// A page of them.
pub async fn list(app: &App, _: Staff, people: &People, wanted: &Wanted) -> Result<Slice<User>> {
    let list = format!("everybody/{people:?}");
    let at = |entry: &Entry| -> Place { (Key::Text(entry.place.clone()), entry.user.get()) };
    let first = async { Ok::<_, Error>(app.store.roster(people, None, DEEPEST).await?) };
    let slice = match &wanted.start {
        Start::Number(_) => cut(app, &list, (first.await?, false), at, wanted)?,
        Start::Cursor(cursor) => {
            let beside = match Edge::open(app, &list, cursor)? {
                Edge::After((Key::Text(place), _)) => Neighbours::After(place),
                Edge::Before((Key::Text(place), _)) => Neighbours::Before(place),
                _ => return Err(Error::BadCursor),
            };
            let page = async { Ok(app.store.roster(people, Some(&beside), wanted.size + 1).await?) };
            let (mut page, first) = try_join(page, first).await?;
            let (has_more, is_before) = (page.len() > wanted.size, matches!(beside, Neighbours::Before(_)));
            if is_before {
                page = page.split_off(page.len().saturating_sub(wanted.size));
            } else {
                page.truncate(wanted.size);
            }
            let neighbours = if is_before { (has_more, true) } else { (true, has_more) };
            neighboured(app, &list, page, (first.len(), neighbours.0, neighbours.1), at)
        }
    };
    let ids: Vec<UserId> = slice.items.iter().map(|entry| entry.user).collect();
    let mut found = app.store.users(&ids).await?;
    let Slice { items, count, next, previous } = slice;
    let items = items.into_iter().filter_map(|entry| found.remove(&entry.user)).collect();
    Ok(Slice { items, count, next, previous })
}
