//! The table as it was after one commit. Whoever reads has a view of their own, so reads neither wait for writers nor see half
//! of what they write.

use redb::{Database, ReadOnlyTable, ReadableDatabase, TableDefinition};
use table::{Batch, Fault, Index, Item, Key, Metered, Paged, Range, Scan, Select, Value, limits};

use crate::check::{self, Wrong};
use crate::code::Reader;
use crate::place;
use crate::size;
use crate::stream::Record;

/// Everything, in the order of its place.
pub(crate) const MAP: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("table");

pub(crate) struct View {
    pub(crate) map: ReadOnlyTable<&'static [u8], &'static [u8]>,
}

/// An item and its size.
pub(crate) type Sized = (Item, usize);

pub(crate) fn unreadable() -> redb::Error {
    redb::Error::Corrupted("an entry of the table cannot be read".to_owned())
}

fn unavailable(error: impl Into<redb::Error>) -> Fault {
    Fault::Unavailable(format!("the table's file: {}", error.into()))
}

fn rejected(wrong: Wrong) -> Fault {
    match wrong {
        Wrong::Request(text) | Wrong::Leg(text) => Fault::Rejected(text),
    }
}

fn hold(good: bool, text: &str) -> Result<(), Fault> {
    if good { Ok(()) } else { Err(Fault::Rejected(text.to_owned())) }
}

/// What of a page is read so far.
#[derive(Default)]
struct Page {
    paged: Paged,
    bytes: usize,
    last: Vec<u8>,
}

impl Page {
    fn is_full(&self, size: usize) -> bool {
        self.paged.count > 0 && self.bytes + size > size::PAGE
    }

    fn add(&mut self, place: &[u8], item: Option<Item>, size: usize) {
        self.paged.count += 1;
        self.bytes += size;
        self.paged.items.extend(item);
        self.last.clear();
        self.last.extend_from_slice(place);
    }
}

impl View {
    pub(crate) fn of(database: &Database) -> Result<Self, redb::Error> {
        Ok(Self { map: database.begin_read()?.open_table(MAP)? })
    }

    /// The number of the last entry of a kind.
    pub(crate) fn last(&self, kind: u8) -> Result<Option<u64>, redb::Error> {
        let (start, end) = place::all(kind);
        let last = self.map.range(start.as_slice()..end.as_slice())?.next_back().transpose()?;
        last.map(|(place, _)| place::number(place.value()).ok_or_else(unreadable)).transpose()
    }

    fn item(&self, key: Key) -> Result<Option<Sized>, redb::Error> {
        let found = self.map.get(place::of_item(&key).as_slice())?;
        found.map(|bytes| Reader(bytes.value()).item(key).ok_or_else(unreadable)).transpose()
    }

    pub(crate) fn get(&self, key: &Key) -> Result<Metered<Option<Item>>, Fault> {
        check::key(key).map_err(rejected)?;
        let (answer, size) = match self.item(key.clone()).map_err(unavailable)? {
            Some((item, size)) => (Some(item), size),
            None => (None, 0),
        };
        Ok(Metered { answer, units: size::read_units(size, true) })
    }

    pub(crate) fn get_many(&self, keys: &[Key], consistent: bool) -> Result<Metered<Batch>, Fault> {
        hold((1..=limits::ITEMS).contains(&keys.len()), "a batch has 1 to 100 keys")?;
        let mut sorted: Vec<_> = keys.iter().collect();
        sorted.sort_unstable();
        hold(sorted.is_sorted_by(|one, next| one < next), "Provided list of item keys contains duplicates")?;
        let (mut batch, mut bytes, mut units) = (Batch::default(), 0, 0.0);
        for key in keys {
            check::key(key).map_err(rejected)?;
            if !batch.unprocessed.is_empty() {
                batch.unprocessed.push(key.clone());
                continue;
            }
            let found = self.item(key.clone()).map_err(unavailable)?;
            let size = found.as_ref().map_or(0, |(_, size)| *size);
            if bytes + size > size::BATCH {
                batch.unprocessed.push(key.clone());
                continue;
            }
            bytes += size;
            units += size::read_units(size, consistent);
            batch.items.extend(found.map(|(item, _)| item));
        }
        Ok(Metered { answer: batch, units })
    }

    pub(crate) fn query(&self, range: &Range, after: Option<&Item>, select: Select) -> Result<Metered<Paged>, Fault> {
        let ends = [Some(&range.partition), range.from.as_ref(), range.to.as_ref()];
        let is_empty = ends.into_iter().flatten().any(String::is_empty);
        hold(!is_empty, "The AttributeValue for a key attribute cannot contain an empty string value")?;
        let is_upside_down = range.from.as_ref().zip(range.to.as_ref()).is_some_and(|(from, to)| from > to);
        hold(!is_upside_down, "The BETWEEN operator requires upper bound to be greater than or equal to lower bound")?;
        let (mut start, mut end) = place::bounds(range);
        if let Some(after) = after {
            let place = begun(range.index, after)?;
            hold(start <= place && place < end, "The provided starting key is outside query boundaries")?;
            // Behind a place is first what goes on from it.
            if range.descending { end = place } else { start = [place, vec![0]].concat() }
        }
        let read = |place: &[u8], bytes: &[u8]| self.entry(range.index, place, bytes, select);
        let page = self.page(&start, &end, range.descending, range.limit, read)?;
        let consistent = range.consistent && range.index.is_none();
        Ok(metered(page, range.index, consistent))
    }

    pub(crate) fn scan(&self, scan: Scan, after: Option<&Item>) -> Result<Metered<Paged>, Fault> {
        if scan.segment > 0 {
            return Ok(metered(Page::default(), None, scan.consistent));
        }
        let (mut start, end) = place::all(place::ITEM);
        if let Some(after) = after {
            start = [begun(None, after)?, vec![0]].concat();
        }
        let read = |place: &[u8], bytes: &[u8]| self.entry(None, place, bytes, Select::Items);
        Ok(metered(self.page(&start, &end, false, scan.limit, read)?, None, scan.consistent))
    }

    /// Reads on until a page is full.
    fn page(
        &self,
        start: &[u8],
        end: &[u8],
        descending: bool,
        limit: Option<usize>,
        read: impl Fn(&[u8], &[u8]) -> Result<(Option<Item>, usize), redb::Error>,
    ) -> Result<Page, Fault> {
        hold(limit != Some(0), "Value at 'Limit' failed to satisfy constraint: greater than or equal to 1")?;
        let mut page = Page::default();
        if start >= end {
            return Ok(page);
        }
        let mut entries = self.map.range(start..end).map_err(unavailable)?;
        while let Some(entry) = if descending { entries.next_back() } else { entries.next() } {
            let (place, bytes) = entry.map_err(unavailable)?;
            let (item, size) = read(place.value(), bytes.value()).map_err(unavailable)?;
            if page.is_full(size) {
                return Ok(page);
            }
            page.add(place.value(), item, size);
            if limit == Some(page.paged.count) {
                return Ok(page);
            }
        }
        // It ended before the page was full.
        page.last.clear();
        Ok(page)
    }

    /// What lies at a place of the table or of an index, unless only its size is wanted.
    fn entry(
        &self,
        index: Option<Index>,
        place: &[u8],
        bytes: &[u8],
        select: Select,
    ) -> Result<(Option<Item>, usize), redb::Error> {
        let read = |key: Key, bytes: &[u8]| match select {
            Select::Items => Reader(bytes).item(key).map(|(item, size)| (Some(item), size)),
            Select::Count => Reader(bytes).size().map(|size| (None, size)),
        };
        let Some(index) = index else {
            let key = place::item_key(place).ok_or_else(unreadable)?;
            return read(key, bytes).ok_or_else(unreadable);
        };
        if index == Index::ByDue {
            let item = named(index, place).ok_or_else(unreadable)?;
            let size = size::item(&item);
            return Ok((Some(item).filter(|_| select == Select::Items), size));
        }
        let (_, _, key) = place::indexed(place).ok_or_else(unreadable)?;
        let found = self.map.get(place::of_item(&key).as_slice())?.ok_or_else(unreadable)?;
        read(key, found.value()).ok_or_else(unreadable)
    }

    /// The records of the stream behind one, oldest first.
    pub(crate) fn stream(&self, after: u64, most: usize) -> Result<Vec<Record>, Fault> {
        let (_, end) = place::all(place::STREAM);
        let start = place::numbered(place::STREAM, after.saturating_add(1));
        let mut records = Vec::new();
        for entry in self.map.range(start.as_slice()..end.as_slice()).map_err(unavailable)? {
            let (place, bytes) = entry.map_err(unavailable)?;
            // What is left of the newest record when all have it.
            if bytes.value().is_empty() {
                continue;
            }
            let record = place::number(place.value()).and_then(|number| Record::read(number, bytes.value()));
            records.push(record.ok_or_else(|| unavailable(unreadable()))?);
            if records.len() == most {
                break;
            }
        }
        Ok(records)
    }

    pub(crate) fn each(&self, mut what: impl FnMut(Item)) -> Result<(), Fault> {
        let (start, end) = place::all(place::ITEM);
        for entry in self.map.range(start.as_slice()..end.as_slice()).map_err(unavailable)? {
            let (place, bytes) = entry.map_err(unavailable)?;
            let item = place::item_key(place.value()).and_then(|key| Reader(bytes.value()).item(key));
            what(item.ok_or_else(|| unavailable(unreadable()))?.0);
        }
        Ok(())
    }
}

/// The attributes that say where an entry of an index lies, which are all that an index of keys has.
fn named(index: Index, place: &[u8]) -> Option<Item> {
    let (partition, sort, key) = place::indexed(place)?;
    let (partition_name, sort_name) = index.attributes();
    let mut item = key.item();
    item.insert(partition_name.to_owned(), Value::S(partition));
    item.insert(sort_name.to_owned(), Value::S(sort));
    Some(item)
}

/// The place that a page's end names.
fn begun(index: Option<Index>, after: &Item) -> Result<Vec<u8>, Fault> {
    let wrong = || Fault::Rejected("The provided starting key is invalid".to_owned());
    let names = index.map(Index::attributes).map_or(vec!["pk", "sk"], |(one, other)| vec!["pk", "sk", one, other]);
    let is_whole = after.len() == names.len()
        && names.iter().all(|name| after.get(*name).and_then(Value::as_s).is_some_and(|text| !text.is_empty()));
    if !is_whole {
        return Err(wrong());
    }
    let key = Key::of(after);
    match index {
        None => Ok(place::of_item(&key)),
        Some(index) => place::in_index(index, &key, after).ok_or_else(wrong),
    }
}

fn metered(page: Page, index: Option<Index>, consistent: bool) -> Metered<Paged> {
    let mut paged = page.paged;
    if !page.last.is_empty() {
        paged.next = match index {
            None => place::item_key(&page.last).map(|key| key.item()),
            Some(index) => named(index, &page.last),
        };
    }
    Metered { answer: paged, units: size::read_units(page.bytes, consistent) }
}
