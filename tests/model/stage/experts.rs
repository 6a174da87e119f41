//! Experts and administrators, by the real use-cases.

use app::experts::{self, Changes};
use app::hours::{self, Added, Away};
use app::{Common, Error, SaveResponse, slots, suspensions};
use chrono::NaiveDate;
use domain::calendar::{Block, TimeOfDay, Week, WeeklyHours};
use domain::expert::Charge;
use domain::ids::BlockId;
use domain::ledger;
use domain::zone;

use super::words::refused;
use super::{NOBODY, Stage, done, span};
use crate::calendar::{Hours, Zone};
use crate::command::{Answer, Heard, Minute};
use crate::experts::Act;
use crate::money::{Price, Unit};
use crate::oracle::Model;

pub(crate) fn unit(unit: Unit) -> ledger::Unit {
    match unit {
        Unit::Credit => ledger::Unit::Credit,
        Unit::Usd => ledger::Unit::Currency(ledger::Currency::USD),
        Unit::Inr => tests::mentorship::inr(),
    }
}

fn charge(price: Option<Price>) -> Charge {
    let Some(Price { unit: of, minor }) = price else { return Charge::Nothing };
    let minor = u64::try_from(minor).expect("a small price");
    let hundredths = if of == Unit::Credit { minor * 100 } else { minor };
    Charge::Price { hundredths, unit: Some(unit(of)) }
}

pub(crate) fn time_of_day(minutes: u32) -> TimeOfDay {
    TimeOfDay::from_seconds(minutes * 60).expect("a time of day")
}

fn date(day: Minute) -> NaiveDate {
    NaiveDate::from_epoch_days(i32::try_from(day).expect("a day of this century")).expect("a day of this century")
}

fn zone_of(zone: Zone) -> zone::Zone {
    zone::Zone::parse(zone.name()).expect("a zone")
}

fn row(row: &Hours) -> WeeklyHours {
    let (start, end) = (time_of_day(row.from), time_of_day(row.until));
    WeeklyHours { day: row.day, start, end, zone: row.zone.map(zone_of), open: row.open }
}

impl Stage {
    pub(super) async fn as_expert(&self, model: &Model, act: &Act) -> Heard {
        let app = self.app();
        match *act {
            Act::Charge { by, price } => {
                let changes = Changes { charge: Some(charge(price)), ..Changes::default() };
                done(experts::update(app, self.caller(by), changes).await)
            }
            Act::Accept { by, is_active } => {
                let changes = Changes { is_active: Some(is_active), ..Changes::default() };
                done(experts::update(app, self.caller(by), changes).await)
            }
            Act::Week { by, ref rows } => {
                let week = Week::new(rows.iter().map(row).collect(), &zone_of(model.people[by].zone));
                let week = week.expect("a week that makes sense");
                let published = hours::replace(app, self.caller(by), week, SaveResponse::nothing()).await;
                let ids = published.map(|user| user.hours.iter().map(|row| row.id.get()).collect());
                ids.map(Answer::Rows).map_err(refused)
            }
            Act::Leave { by, first, last, zone } => {
                let block = Block { start_date: date(first), end_date: date(last), zone: zone_of(zone) };
                let away = Away { block, reason: String::new() };
                let added = hours::absence_add(app, self.caller(by), away, SaveResponse::nothing()).await;
                let answer = |added: Added| Answer::Away {
                    id: added.absence.id.get(),
                    conflicts: added.conflicts.iter().map(|id| id.get()).collect(),
                };
                added.map(answer).map_err(refused)
            }
            Act::Return { by, row } => {
                let id = BlockId::new(model.people[by].away.get(row).map_or(NOBODY, |row| row.id));
                done(hours::absence_remove(app, self.caller(by), id.expect("an id")).await)
            }
            Act::Suspend { whom } => {
                let (staff, whom) = (self.staff(), self.people[whom]);
                let suspended = async {
                    let expert = suspensions::find(app, staff, whom).await?;
                    suspensions::suspend(app, staff, expert, "Rude.", SaveResponse::nothing()).await
                };
                done(suspended.await)
            }
            Act::Reinstate { whom } => {
                let (staff, whom) = (self.staff(), self.people[whom]);
                done(suspensions::reinstate(app, staff, whom, SaveResponse::nothing()).await)
            }
            Act::Day { of, day, minutes } => self.offers(self.people[of], day, minutes).await,
        }
    }

    pub(crate) async fn offers(&self, expert: domain::ids::UserId, day: Minute, minutes: u32) -> Heard {
        let asked = slots::of_expert(self.app(), expert).await.map_err(refused)?;
        let offered = slots::on_date(self.app(), &asked, date(day), minutes).await.map_err(refused)?;
        Ok(Answer::Slots(offered.into_iter().map(|offered| span(offered.interval)).collect()))
    }

    /// The job that comes a minute after a suspension, or after its end; it comes twice.
    pub(crate) async fn sweep(&self, whom: usize) {
        for _ in 0..2 {
            while let Err(Error::Common(Common::Held)) = suspensions::sweep_later(self.app(), self.people[whom]).await {
            }
        }
    }
}
