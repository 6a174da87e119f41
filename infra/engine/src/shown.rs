//! What readers see: the newest commit, and through the indexes, where a test wants that, an older one.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::view::View;

/// How far the indexes are behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lag {
    Never,
    /// By so many commits.
    Commits(usize),
    /// They stay as they are until the table is told to settle.
    UntilSettled,
}

pub(crate) struct Shown(RwLock<Views>);

struct Views {
    now: Arc<View>,
    /// What the indexes show and what came since, oldest first; empty when they show all.
    behind: VecDeque<Arc<View>>,
    lag: Lag,
}

impl Shown {
    pub(crate) fn new(view: View) -> Self {
        Self(RwLock::new(Views { now: Arc::new(view), behind: VecDeque::new(), lag: Lag::Never }))
    }

    fn read(&self) -> RwLockReadGuard<'_, Views> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Views> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Arc<View> {
        self.read().now.clone()
    }

    pub(crate) fn in_indexes(&self) -> Arc<View> {
        let views = self.read();
        views.behind.front().unwrap_or(&views.now).clone()
    }

    pub(crate) fn publish(&self, view: View) {
        let mut views = self.write();
        let before = std::mem::replace(&mut views.now, Arc::new(view));
        match views.lag {
            Lag::Never => {}
            Lag::UntilSettled if !views.behind.is_empty() => {}
            Lag::UntilSettled => views.behind.push_back(before),
            Lag::Commits(most) => {
                views.behind.push_back(before);
                while views.behind.len() > most {
                    views.behind.pop_front();
                }
            }
        }
    }

    pub(crate) fn lag(&self, lag: Lag) {
        let mut views = self.write();
        views.behind.clear();
        views.lag = lag;
    }

    pub(crate) fn settle(&self) {
        self.write().behind.clear();
    }
}
