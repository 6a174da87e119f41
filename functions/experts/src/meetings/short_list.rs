//! Pages of lists that are in memory anyway: what one person has at most fifty of.

use app::App;
use edge::page::{Listed, Page};

/// The page of `items` that was asked for, in the order of their `place`s. `list` names the list and whose it is.
pub(crate) fn paged<T>(
    app: &App,
    list: &str,
    mut items: Vec<T>,
    place: impl Fn(&T) -> String,
    page: &Page,
) -> app::Result<Listed<T>> {
    let cursor = page.cursor.as_deref();
    let after = cursor.map(|cursor| app.cursors.open(list, cursor)).transpose()?;
    items.sort_by_cached_key(&place);
    if let Some(after) = after {
        items.retain(|item| place(item) > after);
    }
    let limit = usize::from(page.limit);
    let goes_on = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| goes_on);
    let next = last.map(|last| app.cursors.seal(list, &place(last)));
    Ok(Listed { items, next })
}

/// An id that sorts as text.
pub(crate) fn sortable(id: i64) -> String {
    format!("{id:016}")
}
