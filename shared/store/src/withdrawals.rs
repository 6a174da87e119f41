//! Withdrawals: an item each, listed by state for administrators and by owner for theirs. The amount moves with it, in one
//! transaction. The movement by which it left is what the item says, and never changes; older ones have an entry beside it.

use domain::facade::Facade;
use domain::ids::{EntryId, UserId, WithdrawalId};
use domain::ledger::{Amount, Entry};
use domain::notice::Notice;
use domain::withdrawal::{Decided, State, Way, Wish, Withdrawal};
use table::{Index, Item};

use crate::denied::Denied;
use crate::fault::{Failed, Fault};
use crate::lists::List;
use crate::pages::{Along, Heading};
use crate::requests::Store;
use crate::row::{Reader, Row, text, time};
use crate::transaction::Transaction;
use crate::{Page, booking_codec, keys, ledger, notices};

fn to_item(withdrawal: &Withdrawal) -> Item {
    let Wish { amount, way, details } = &withdrawal.wish;
    Row::at(&keys::withdrawal(withdrawal.id))
        .value("la", text(keys::withdrawals(withdrawal.state)))
        .value("lb", text(keys::withdrawals_of(withdrawal.user)))
        .value("rank", text(keys::id_text(withdrawal.id.get())))
        .number("id", withdrawal.id)
        .number("user", withdrawal.user)
        .text("facade", withdrawal.facade.rules().word)
        .text("unit", &keys::unit_text(amount.unit))
        .number("amount", amount.minor)
        .text("way", way.as_str())
        .text("details", details)
        .text("state", withdrawal.state.as_str())
        .text("notes", &withdrawal.notes)
        .number("entry", withdrawal.entry)
        .maybe("transaction", withdrawal.transaction.as_deref(), text)
        .time("asked_at", withdrawal.asked_at)
        .time("updated_at", withdrawal.updated_at)
        .maybe("ended_at", withdrawal.ended_at, time)
        .number("version", withdrawal.version)
        .into_item()
}

pub(crate) fn from_item(item: &Item) -> Result<Withdrawal, Fault> {
    let row = Reader(item);
    let (way, state) = (row.text("way")?, row.text("state")?);
    Ok(Withdrawal {
        id: row.id("id", WithdrawalId::new)?,
        user: row.id("user", UserId::new)?,
        facade: Facade::of_word(row.text("facade")?).ok_or_else(|| row.corrupt("facade"))?,
        wish: Wish {
            amount: Amount {
                unit: booking_codec::unit(row.text("unit")?).ok_or_else(|| row.corrupt("unit"))?,
                minor: row.number("amount")?,
            },
            way: Way::ALL.into_iter().find(|known| known.as_str() == way).ok_or_else(|| row.corrupt("way"))?,
            details: row.owned("details")?,
        },
        state: State::ALL.into_iter().find(|known| known.as_str() == state).ok_or_else(|| row.corrupt("state"))?,
        notes: row.owned("notes")?,
        transaction: Some(row.owned("transaction")?).filter(|transaction| !transaction.is_empty()),
        entry: row.id("entry", EntryId::new)?,
        asked_at: row.time("asked_at")?,
        // Those from before it was written have no more than these two.
        updated_at: row
            .maybe_time("updated_at")?
            .or(row.maybe_time("ended_at")?)
            .map_or_else(|| row.time("asked_at"), Ok)?,
        ended_at: row.maybe_time("ended_at")?,
        version: row.number("version")?,
    })
}

/// Which of them a list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WithdrawalsOf {
    /// One person's, in one of these states if any are named.
    Person(UserId, Option<Vec<State>>),
    Everybody(Vec<State>),
}

impl WithdrawalsOf {
    fn lists(&self) -> Vec<List> {
        match self {
            Self::Person(user, _) => vec![List { index: Index::ByB, partition: keys::withdrawals_of(*user) }],
            Self::Everybody(states) => {
                let of = |state: &State| List { index: Index::ByA, partition: keys::withdrawals(*state) };
                states.iter().map(of).collect()
            }
        }
    }

    fn read(&self, item: &Item) -> Result<Option<Withdrawal>, Fault> {
        let withdrawal = from_item(item)?;
        let is_one = match self {
            Self::Person(_, Some(states)) => states.contains(&withdrawal.state),
            _ => true,
        };
        Ok(is_one.then_some(withdrawal))
    }
}

impl Store {
    pub async fn withdrawal(&self, id: WithdrawalId) -> Result<Option<Withdrawal>, Fault> {
        self.get(&keys::withdrawal(id)).await?.as_ref().map(from_item).transpose()
    }

    /// A person's withdrawals, newest first.
    pub async fn withdrawals_of(
        &self,
        user: UserId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Withdrawal>, Fault> {
        let lists = [List { index: Index::ByB, partition: keys::withdrawals_of(user) }];
        self.newest(&lists, after, limit, |item| from_item(item).map(Some)).await
    }

    /// Everybody's in these states, newest first.
    pub async fn withdrawals(
        &self,
        states: &[State],
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Withdrawal>, Fault> {
        let of = |state: &State| List { index: Index::ByA, partition: keys::withdrawals(*state) };
        let lists: Vec<_> = states.iter().map(of).collect();
        self.newest(&lists, after, limit, |item| from_item(item).map(Some)).await
    }

    /// A page of somebody's, or of everybody's in these states, by the order in which they were asked for.
    pub async fn withdrawals_along(
        &self,
        of: &WithdrawalsOf,
        heading: Heading<'_>,
        limit: usize,
    ) -> Result<Along<Withdrawal>, Fault> {
        self.along(&of.lists(), heading, limit, |item| of.read(item)).await
    }

    /// How many there are, at most as many as lists are counted to.
    pub async fn withdrawals_count(&self, of: &WithdrawalsOf) -> Result<usize, Fault> {
        match of {
            WithdrawalsOf::Person(_, Some(_)) => self.count_along(&of.lists(), |item| of.read(item)).await,
            _ => self.count_lists(&of.lists()).await,
        }
    }

    /// The newest of them, at most so many.
    pub async fn withdrawals_newest(&self, of: &WithdrawalsOf, most: usize) -> Result<Vec<Withdrawal>, Fault> {
        Ok(self.along(&of.lists(), Heading::newest(), most, |item| of.read(item)).await?.items)
    }

    /// Asks for it, and takes the amount out of what its owner can spend. They may be told.
    pub async fn withdrawal_ask(
        &self,
        mut transaction: Transaction<Denied>,
        withdrawal: &Withdrawal,
        entry: &Entry,
        notice: Option<&Notice>,
    ) -> Result<(), Failed<Denied>> {
        transaction.create(to_item(withdrawal), Denied::IdTaken);
        ledger::add_moves(&mut transaction, entry);
        if let Some(notice) = notice {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        self.commit(transaction).await
    }

    /// A decision over the version it was made on, with what moves because of it and the word to its owner.
    pub async fn withdrawal_decide(
        &self,
        mut transaction: Transaction<Denied>,
        before: &Withdrawal,
        decided: &Decided,
        notice: &Notice,
    ) -> Result<(), Failed<Denied>> {
        transaction.replace_version(to_item(&decided.after), before.version, Denied::Stale);
        if let Some(entry) = &decided.entry {
            ledger::add_entry(&mut transaction, entry);
        }
        transaction.create(notices::to_item(notice), Denied::IdTaken);
        self.commit(transaction).await
    }
}

#[cfg(test)]
mod tests {
    use domain::Instant;
    use domain::ledger::Unit;

    use super::*;

    #[test]
    fn a_withdrawal_reads_back_as_written() {
        for (way, state) in Way::ALL.into_iter().zip(State::ALL.into_iter().cycle()) {
            let withdrawal = Withdrawal {
                id: WithdrawalId::new(1).unwrap(),
                user: UserId::new(2).unwrap(),
                facade: Facade::FIRST,
                wish: Wish {
                    amount: Amount { unit: Unit::Credit, minor: 7 },
                    way,
                    details: "DE02 1203 0000 0000 2020 51".to_owned(),
                },
                state,
                notes: "later".to_owned(),
                transaction: (state == State::Processed).then(|| "TR 7".to_owned()),
                entry: EntryId::new(3).unwrap(),
                asked_at: Instant::default(),
                updated_at: Instant::default() + chrono::TimeDelta::seconds(1),
                ended_at: (state == State::Processed).then(Instant::default),
                version: 2,
            };
            assert_eq!(from_item(&to_item(&withdrawal)).unwrap(), withdrawal);
        }
    }
}
