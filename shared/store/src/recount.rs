//! Recounting: reads the whole table and compares the counters of the platform with what is there. For an operator's
//! command, the local gateway and tests; no request ever does this.

use domain::stats::{Counter, Totals};
use table::Item;

use crate::courses;
use crate::fault::Fault;
use crate::keys::{self, Kind};
use crate::requests::Store;
use crate::row::Reader;
use crate::stats::{counters, counts, mark};

/// What three ways of counting came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recount {
    /// What the counters say.
    pub counters: Totals,
    /// What they were made of: as what everything is noted to have been counted.
    pub noted: Totals,
    /// What is there.
    pub there: Totals,
}

/// One counter, counted in three ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub counter: Counter,
    pub says: i128,
    pub noted: i128,
    pub there: i128,
}

impl Recount {
    pub fn add(&mut self, item: &Item) -> Result<(), Fault> {
        let row = Reader(item);
        match keys::read(row.text("pk")?, row.text("sk")?).map(|named| named.kind) {
            Some(Kind::Stats | Kind::CourseTotals) => self.counters += &counters(item),
            // No mark says what it was counted as: it is counted in the transaction that writes it.
            Some(Kind::Course) => {
                let course = Totals::from(&courses::from_item(item)?);
                self.noted += &course;
                self.there += &course;
            }
            Some(Kind::Counted) => self.noted += &mark(item)?.as_what,
            _ => {
                if let Some(counting) = counts(item)? {
                    self.there += &counting.as_what;
                }
            }
        }
        Ok(())
    }

    /// The counters that are not what was added to them, which never happens by itself, not for a moment.
    pub fn wrong(&self) -> Vec<Counts> {
        self.differences(|counts| counts.says != counts.noted)
    }

    /// Where not all that is there has been counted: the stream has yet to tell, or was lost.
    pub fn late(&self) -> Vec<Counts> {
        self.differences(|counts| counts.noted != counts.there)
    }

    /// Whether the counters are what is there.
    pub fn agrees(&self) -> bool {
        self.wrong().is_empty() && self.late().is_empty()
    }

    fn differences(&self, differs: impl Fn(&Counts) -> bool) -> Vec<Counts> {
        let all = [&self.counters, &self.noted, &self.there].into_iter().flat_map(|totals| totals.iter());
        let mut names: Vec<_> = all.map(|(counter, _)| counter).collect();
        names.sort_unstable();
        names.dedup();
        let three = |counter| Counts {
            counter,
            says: self.counters.of(counter),
            noted: self.noted.of(counter),
            there: self.there.of(counter),
        };
        names.into_iter().map(three).filter(differs).collect()
    }
}

impl Store {
    /// Reads all of it. What is written meanwhile may be in one of the three and not in another.
    pub async fn recount(&self) -> Result<Recount, Fault> {
        let mut recount = Recount::default();
        self.each_item(|item| recount.add(item)).await?;
        Ok(recount)
    }
}
