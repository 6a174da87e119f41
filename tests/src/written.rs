//! What the application writes, noted beside the table: for tests that would otherwise look through all of it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use table::Key;

/// Which items somebody asked to write since somebody looked; `None` while nobody does.
#[derive(Debug, Default)]
pub struct Written(Mutex<Option<BTreeSet<Key>>>);

impl Written {
    /// From now on it is noted.
    pub fn begin(&self) {
        *self.0.lock().expect("nobody panics while holding it") = Some(BTreeSet::new());
    }

    /// What was written since the last time.
    ///
    /// # Panics
    /// If nobody said that it is to be noted.
    pub fn take(&self) -> BTreeSet<Key> {
        let mut noted = self.0.lock().expect("nobody panics while holding it");
        std::mem::take(noted.as_mut().expect("somebody said that it is to be noted"))
    }

    /// Whether such an item was written since they were last taken.
    ///
    /// # Panics
    /// If nobody said that it is to be noted.
    pub fn any(&self, is_one: impl Fn(&Key) -> bool) -> bool {
        let noted = self.0.lock().expect("nobody panics while holding it");
        noted.as_ref().expect("somebody said that it is to be noted").iter().any(is_one)
    }

    /// Somebody asks for this to be written, whatever becomes of it.
    pub(crate) fn note(&self, key: Key) {
        let mut noted = self.0.lock().expect("nobody panics while holding it");
        if let Some(noted) = noted.as_mut() {
            noted.insert(key);
        }
    }
}
