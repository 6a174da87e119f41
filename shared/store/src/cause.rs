//! What caused what is being done: the id of the request, frame or tick at the beginning. It goes with everything that is
//! written for somebody, with the jobs and mails that follow, and stands in every line that is logged on the way, so one
//! search of the logs tells the whole story.
//!
//! It is task-local, so no function has a parameter for it.

use std::future::Future;
use std::sync::Arc;

use table::Item;
use tracing::Instrument;

use crate::keys;
use crate::row::{Reader, text};

tokio::task_local! {
    static CURRENT: Cause;
}

/// An id that is safe in a log, a mail's head and a tag of SES.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause(Arc<str>);

/// Ids of API Gateway and Lambda have sixteen to forty letters.
const LONGEST: usize = 64;

impl Cause {
    /// The id without the signs that not every place takes (API Gateway's end in `=`). `None` if nothing is left.
    pub fn new(id: &str) -> Option<Self> {
        let fits = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
        let id: String = id.chars().filter(fits).take(LONGEST).collect();
        (!id.is_empty()).then(|| Self(id.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What caused the running task.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Does `work` because of `cause`.
    pub async fn within<F: Future>(cause: Option<Self>, work: F) -> F::Output {
        match cause {
            None => work.await,
            Some(cause) => {
                // However little is logged, what is has to name its cause.
                let span = tracing::error_span!("caused", request = cause.as_str());
                CURRENT.scope(cause, work).instrument(span).await
            }
        }
    }
}

/// The attribute that holds it.
pub(crate) const REQUEST: &str = "request";

/// An item as it is written: one that is read from the stream says what caused it.
pub(crate) fn caused(mut item: Item) -> Item {
    let is_fact = |item: &Item| Reader(item).text("sk").is_ok_and(|sk| sk == keys::PROFILE || is_news(sk));
    if let Some(cause) = Cause::current().filter(|_| is_fact(&item)) {
        item.insert(REQUEST.to_owned(), text(cause.as_str()));
    }
    item
}

/// Whether an item of this key is a fact that stays as it is.
fn is_news(sk: &str) -> bool {
    let kinds = [keys::NOTICE, keys::LETTER, keys::SENT, keys::ASK, keys::ENDED, keys::REFUND, keys::STANDING];
    kinds.iter().any(|kind| sk.starts_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signs_that_fit_everywhere_are_kept() {
        for (id, kept) in [
            ("JKJaXmPLvHcESHA=", Some("JKJaXmPLvHcESHA")),
            ("c0ffee-1_2.3", Some("c0ffee-1_2.3")),
            ("a\r\nBcc: b@c", Some("aBccbc")),
            ("", None),
            ("====", None),
        ] {
            assert_eq!(Cause::new(id).as_ref().map(Cause::as_str), kept);
        }
        assert_eq!(Cause::new(&"x".repeat(500)).unwrap().as_str().len(), LONGEST);
    }
}
