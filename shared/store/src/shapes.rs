//! Shapes of items: how one of an older shape becomes one of the newest. `docs/shapes.md` says when a kind takes a new
//! one, and how old ones are read until `backfill` has been there.

use domain::facade::Facade;
use table::{Item, Value};

use crate::fault::Fault;
use crate::keys::{self, Kind};
use crate::row::{Reader, SHAPE, number, text};

/// What makes of an item of the shape before `to` one of `to`. Pure: the same item becomes the same, however often it is
/// tried; its key stays.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub kind: Kind,
    pub to: u16,
    pub change: fn(Item) -> Result<Item, Fault>,
}

/// All that ever changed. A kind without a step to 1 only gets the attribute.
const STEPS: [Step; 3] = [
    Step { kind: Kind::Profile, to: 1, change: when_it_was_changed },
    Step { kind: Kind::Socket, to: 1, change: whose_frames },
    Step { kind: Kind::Connection, to: 1, change: whose_frames },
];

/// Profiles did not always say when they were last changed.
fn when_it_was_changed(mut item: Item) -> Result<Item, Fault> {
    if !item.contains_key("updated_at") {
        let joined = item.get("joined_at").cloned().ok_or_else(|| Reader(&item).corrupt("joined_at"))?;
        item.insert("updated_at".to_owned(), joined);
    }
    Ok(item)
}

/// Sockets spoke one façade's frames only.
fn whose_frames(mut item: Item) -> Result<Item, Fault> {
    item.entry("facade".to_owned()).or_insert_with(|| text(Facade::FIRST.rules().word));
    Ok(item)
}

/// The shapes a program knows.
#[derive(Clone, Debug)]
pub struct Shapes(Vec<Step>);

/// What an item is to a program that knows these shapes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Renewed {
    Newest,
    /// A later program wrote it.
    Newer,
    /// No key of ours.
    Unknown,
    /// What it has to become.
    To(Item),
}

impl Shapes {
    /// Those of this program.
    pub fn today() -> Self {
        Self(STEPS.to_vec())
    }

    /// With one more step: the shapes of a later program.
    pub fn with(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    pub fn newest(&self, kind: Kind) -> u16 {
        let steps = self.0.iter().filter(|step| step.kind == kind).map(|step| step.to);
        steps.max().unwrap_or_default().max(kind.newest_shape())
    }

    pub(crate) fn renewed(&self, item: &Item) -> Result<Renewed, Fault> {
        let row = Reader(item);
        let Some(kind) = keys::read(row.text("pk")?, row.text("sk")?).map(|named| named.kind) else {
            return Ok(Renewed::Unknown);
        };
        let (shape, newest) = (row.maybe_number::<u16>(SHAPE)?.unwrap_or_default(), self.newest(kind));
        if shape >= newest {
            return Ok(if shape == newest { Renewed::Newest } else { Renewed::Newer });
        }
        let mut renewed = item.clone();
        for to in shape + 1..=newest {
            for step in self.0.iter().filter(|step| step.kind == kind && step.to == to) {
                renewed = (step.change)(renewed)?;
            }
        }
        renewed.insert(SHAPE.to_owned(), number(newest));
        Ok(Renewed::To(renewed))
    }
}

/// The attributes that differ: those `after` has otherwise or anew, with their values, and those it has no more.
pub(crate) fn difference<'a>(before: &'a Item, after: &'a Item) -> (Vec<(&'a str, &'a Value)>, Vec<&'a str>) {
    let mut set: Vec<_> = after.iter().filter(|(name, value)| before.get(*name) != Some(value)).collect();
    let mut gone: Vec<_> = before.keys().filter(|name| !after.contains_key(*name)).map(String::as_str).collect();
    set.sort_by_key(|(name, _)| *name);
    gone.sort_unstable();
    (set.into_iter().map(|(name, value)| (name.as_str(), value)).collect(), gone)
}

#[cfg(test)]
mod tests {
    use domain::ids::UserId;

    use super::*;
    use crate::row::Row;

    fn user() -> UserId {
        UserId::new(7).unwrap()
    }

    /// An item as it was written before there were shapes.
    fn unmarked(row: Row) -> Item {
        let mut item = row.into_item();
        item.remove(SHAPE);
        item
    }

    #[test]
    fn every_kind_is_written_in_its_newest_shape() {
        for kind in Kind::ALL {
            assert_eq!(Shapes::today().newest(*kind), kind.newest_shape(), "{kind:?}");
        }
    }

    #[test]
    fn an_item_of_the_newest_shape_or_a_newer_one_or_of_nobody_is_left_alone() {
        let profile = Row::at(&keys::user(user())).time("joined_at", domain::Instant::default());
        let newest = profile.into_item();
        let newer = Item::from_iter(newest.clone().into_iter().chain([(SHAPE.to_owned(), number(9))]));
        let unknown = Item::from([("pk".to_owned(), text("NEWS")), ("sk".to_owned(), text("NEWS"))]);
        let shapes = Shapes::today();
        assert_eq!(shapes.renewed(&newest).unwrap(), Renewed::Newest);
        assert_eq!(shapes.renewed(&newer).unwrap(), Renewed::Newer);
        assert_eq!(shapes.renewed(&unknown).unwrap(), Renewed::Unknown);
    }

    #[test]
    fn a_profile_from_before_shapes_says_when_it_was_changed() {
        let old = unmarked(Row::at(&keys::user(user())).time("joined_at", domain::Instant::default()));
        let Renewed::To(new) = Shapes::today().renewed(&old).unwrap() else { panic!("it is old") };
        let (set, gone) = difference(&old, &new);
        assert_eq!(set, [(SHAPE, &number(1)), ("updated_at", &old["joined_at"])]);
        assert!(gone.is_empty());
    }

    #[test]
    fn several_steps_are_taken_one_after_the_other() {
        fn named(mut item: Item) -> Result<Item, Fault> {
            item.insert("name".to_owned(), text("a"));
            Ok(item)
        }
        fn renamed(mut item: Item) -> Result<Item, Fault> {
            let name = item.remove("name").expect("the step before put it there");
            item.insert("title".to_owned(), name);
            Ok(item)
        }
        let kind = Kind::Absences;
        let later =
            Shapes::today().with(Step { kind, to: 3, change: renamed }).with(Step { kind, to: 2, change: named });
        let Renewed::To(new) = later.renewed(&Row::at(&keys::absences(user())).into_item()).unwrap() else {
            panic!("it is old")
        };
        assert_eq!((new.get("title"), new.get("name"), new.get(SHAPE)), (Some(&text("a")), None, Some(&number(3))));
    }

    #[test]
    fn what_an_update_may_make_began_without_a_step() {
        // An update cannot tell an item without a shape from none: it must be able to call both the newest.
        let begin = STEPS.iter().filter(|step| step.to == 1);
        assert!(begin.clone().all(|step| !step.kind.is_made_by_updates()));
        assert!(begin.count() > 0);
    }
}
