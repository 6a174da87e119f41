//! When experts are away: one item per expert, read beside the profile by whoever asks for free times.

use chrono::NaiveDate;
use domain::calendar::{Absence, Block};
use domain::ids::{BlockId, UserId};
use domain::person::User;
use domain::zone::Zone;

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::row::{Item, Reader, Row, text};
use crate::table::Store;
use crate::transaction::Transaction;
use crate::{keys, person_codec};

/// An expert's absences as they were read: a change names the version it was decided on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absences {
    pub rows: Vec<Absence>,
    /// 0 before the first.
    pub version: u64,
}

impl Absences {
    pub fn blocks(&self) -> Vec<Block> {
        self.rows.iter().map(|absence| absence.block.clone()).collect()
    }
}

fn to_item(user: UserId, absences: &Absences) -> Item {
    Row::at(&keys::absences(user))
        .rows("rows", absences.rows.iter().map(row))
        .number("version", absences.version)
        .into_item()
}

fn row(absence: &Absence) -> Row {
    Row::nested()
        .number("id", absence.id)
        .value("from", text(absence.block.start_date.to_string()))
        .value("to", text(absence.block.end_date.to_string()))
        .text("zone", absence.block.zone.name())
        .text("reason", &absence.reason)
        .time("created_at", absence.created_at)
}

pub(crate) fn from_item(item: &Item) -> Result<Absences, Fault> {
    let row = Reader(item);
    let rows = row.rows("rows")?.into_iter().map(absence).collect::<Result<_, _>>()?;
    Ok(Absences { rows, version: row.number("version")? })
}

fn absence(row: Reader<'_>) -> Result<Absence, Fault> {
    let date = |name| row.text(name)?.parse::<NaiveDate>().map_err(|_| row.corrupt(name));
    Ok(Absence {
        id: row.id("id", BlockId::new)?,
        block: Block {
            start_date: date("from")?,
            end_date: date("to")?,
            zone: Zone::parse(row.text("zone")?).map_err(|_| row.corrupt("zone"))?,
        },
        reason: row.owned("reason")?,
        created_at: row.time("created_at")?,
    })
}

impl Store {
    /// An expert and when they are away, in one round trip, as of a moment ago.
    pub async fn user_with_absences(&self, user: UserId) -> Result<Option<(User, Absences)>, Fault> {
        let (profile, away) = (keys::user(user), keys::absences(user));
        let items = self.get_many(&[profile.clone(), away.clone()], false).await?;
        let Some(profile) = items.get(&profile) else { return Ok(None) };
        let absences = items.get(&away).map(from_item).transpose()?.unwrap_or_default();
        Ok(Some((person_codec::from_item(profile)?, absences)))
    }

    /// Saves these rows over the version they were decided on.
    pub async fn absences_save(
        &self,
        mut transaction: Transaction<Denied>,
        user: UserId,
        before: &Absences,
        rows: Vec<Absence>,
    ) -> Result<(), Failed<Denied>> {
        let item = to_item(user, &Absences { rows, version: before.version + 1 });
        match before.version {
            0 => transaction.create(item, Denied::Stale),
            seen => transaction.replace_version(item, seen, Denied::Stale),
        };
        self.commit(transaction).await
    }

    pub async fn absences(&self, user: UserId) -> Result<Absences, Fault> {
        let item = self.get(&keys::absences(user)).await?;
        Ok(item.as_ref().map(from_item).transpose()?.unwrap_or_default())
    }
}
