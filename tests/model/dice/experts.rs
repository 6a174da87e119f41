//! What experts do about themselves, and administrators about experts.

use super::{DAY, Dice};
use crate::calendar::{Hours, Zone};
use crate::command::Command;
use crate::experts::Act;
use crate::money::{Price, Unit};
use crate::oracle::Model;

const ZONES: [Zone; 4] = [Zone::Utc, Zone::Berlin, Zone::NewYork, Zone::Kolkata];

/// Some of which come out as half a cent.
const CENTS: [i64; 6] = [10, 50, 999, 1_250, 3_330, 5_000];

impl Dice {
    pub(super) fn as_expert(&mut self, model: &Model) -> Command {
        let by = self.below(super::EXPERTS + 1).min(model.people.len() - 1);
        let zone = self.pick(&ZONES);
        Command::Expert(match self.below(22) {
            0..7 => Act::Charge { by, price: self.price() },
            7..8 => Act::Accept { by, is_active: !self.one_in(4) },
            8..9 => Act::Week { by: by % super::WITH_HOURS, rows: self.week(zone) },
            9..12 => {
                let by = by % super::WITH_HOURS;
                let first = zone.shows(model.now).0 + self.below(6) as i64;
                Act::Leave { by, first, last: first + self.pick(&[0, 0, 1]), zone }
            }
            12..15 => {
                let away: Vec<usize> =
                    (0..model.people.len()).filter(|person| !model.people[*person].away.is_empty()).collect();
                let by = if away.is_empty() || self.one_in(4) { by } else { self.pick(&away) };
                Act::Return { by, row: self.below(model.people[by].away.len() + 1) }
            }
            _ => {
                let day = model.now.div_euclid(DAY) + self.below(6) as i64;
                Act::Day { of: by, day, minutes: self.pick(&[15, 30, 45, 120]) }
            }
        })
    }

    /// An expert is suspended, seldom for long.
    pub(super) fn standing(&mut self, model: &Model) -> Command {
        let suspended: Vec<usize> = (0..model.people.len()).filter(|person| model.is_suspended(*person)).collect();
        let anybody = self.below(super::EXPERTS + 1);
        Command::Expert(match self.below(4) {
            0 if suspended.len() < 2 => Act::Suspend { whom: anybody },
            1..4 if !suspended.is_empty() => Act::Reinstate { whom: self.pick(&suspended) },
            // No price: of an answer one could not tell which price was meant.
            _ => Act::Reinstate { whom: anybody },
        })
    }

    fn price(&mut self) -> Option<Price> {
        match self.below(8) {
            0..2 => None,
            2..5 => Some(Price { unit: Unit::Credit, minor: self.pick(&[1, 1, 2]) }),
            _ => Some(Price { unit: Unit::Usd, minor: self.pick(&CENTS) }),
        }
    }

    /// Not two rows of one day.
    fn week(&mut self, zone: Zone) -> Vec<Hours> {
        let mut rows = Vec::new();
        for day in 0..7 {
            let (from, until) = (self.pick(&super::FROM), self.pick(&super::UNTIL));
            if from < until && !self.one_in(5) {
                rows.push(Hours { id: 0, day, from, until, zone: Some(zone), open: !self.one_in(9) });
            }
        }
        rows
    }
}
