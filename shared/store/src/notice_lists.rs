//! A person's notifications by what they are about and whether they are read, in either direction.

use domain::ids::UserId;
use domain::notice::{Category, Notice};
use table::{Item, Range};

use crate::fault::Fault;
use crate::keys;
use crate::notices::from_item;
use crate::requests::Store;
use crate::stretches::{Rows, SIFTED, Span, Stretch};

/// Which of a person's notifications are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    pub is_read: Option<bool>,
    pub category: Option<Category>,
}

impl NoticeFilter {
    fn keep(self, item: &Item) -> Result<Option<Notice>, Fault> {
        let notice = from_item(item)?;
        let is_wanted = self.is_read.is_none_or(|is_read| notice.is_read == is_read)
            && self.category.is_none_or(|category| notice.topic.category() == category);
        Ok(is_wanted.then_some(notice))
    }
}

fn rows(user: UserId) -> [Rows; 1] {
    [Rows { index: None, partition: keys::notices(user), prefix: keys::NOTICE }]
}

impl Store {
    /// Part of a person's notifications, as last written.
    pub async fn notices_in(
        &self,
        user: UserId,
        filter: NoticeFilter,
        span: Span,
        limit: usize,
    ) -> Result<Stretch<Notice>, Fault> {
        let span = self.notices_narrowed(user, filter, span).await?;
        let is_sifted = filter != NoticeFilter::default();
        let at_once = if is_sifted { SIFTED.max(limit + 1) } else { limit + 1 };
        self.rows_in(&rows(user), span, (limit, at_once), |item| filter.keep(item)).await
    }

    /// How many there are, at most so many.
    pub async fn notices_count(&self, user: UserId, filter: NoticeFilter, most: usize) -> Result<usize, Fault> {
        let [own] = rows(user);
        if filter == NoticeFilter::default() {
            let all = own.range(Span::all(true), most);
            return self.query_count(&Range { consistent: false, ..all }).await;
        }
        let span = self.notices_narrowed(user, filter, Span::all(true)).await?;
        let found = self.rows_in(&[own], span, (most, most), |item| filter.keep(item)).await?;
        Ok(found.items.len())
    }

    /// Without what is known to be read, where only unread ones are wanted.
    async fn notices_narrowed(&self, user: UserId, filter: NoticeFilter, span: Span) -> Result<Span, Fault> {
        if filter.is_read != Some(false) {
            return Ok(span);
        }
        let all_read_to = self.notices_all_read_to(user).await?;
        Ok(keys::text_id(&all_read_to).map_or(span, |id| span.from(id + 1)))
    }
}
