//! Taking money out: asked for by whoever has it, decided and paid by an administrator. The amount is gone from what can be
//! spent as soon as it is asked for, and comes back once if the answer is no.

use crate::Instant;
use crate::facade::Facade;
use crate::ids::{EntryId, UserId, WithdrawalId};
use crate::ledger::{Account, Amount, Cause, Entry, Refusal, transfer};

/// The longest account number, address or whatever else says where the money goes; and the longest note on it.
pub const LONGEST_DETAILS: usize = 500;
pub const LONGEST_NOTES: usize = 1000;

/// How the money reaches its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    BankTransfer,
    Upi,
    PayPal,
    Wise,
    Payoneer,
    Skrill,
}

impl Way {
    pub const ALL: [Way; 6] = [Way::PayPal, Way::Wise, Way::Payoneer, Way::Skrill, Way::BankTransfer, Way::Upi];

    pub const fn as_str(self) -> &'static str {
        match self {
            Way::BankTransfer => "bank_transfer",
            Way::Upi => "upi",
            Way::PayPal => "paypal",
            Way::Wise => "wise",
            Way::Payoneer => "payoneer",
            Way::Skrill => "skrill",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Approved,
    Rejected,
    /// The money is on its way.
    Processed,
}

impl State {
    pub const ALL: [State; 4] = [State::Pending, State::Approved, State::Rejected, State::Processed];

    pub const fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Approved => "approved",
            State::Rejected => "rejected",
            State::Processed => "processed",
        }
    }

    /// `takes_back`: what is approved may still be rejected.
    fn leads_to(self, next: State, takes_back: bool) -> bool {
        match (self, next) {
            (State::Pending, State::Approved | State::Rejected) | (State::Approved, State::Processed) => true,
            (State::Approved, State::Rejected) => takes_back,
            _ => false,
        }
    }
}

/// What somebody wants to take out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub amount: Amount,
    pub way: Way,
    /// Where it goes, in their words.
    pub details: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    pub id: WithdrawalId,
    pub user: UserId,
    /// In whose words its owner hears of it.
    pub facade: Facade,
    pub wish: Wish,
    pub state: State,
    /// What administrators have to say of it; empty: nothing.
    pub notes: String,
    /// What whoever paid it calls the payment.
    pub transaction: Option<String>,
    /// The movement by which the amount left.
    pub entry: EntryId,
    pub asked_at: Instant,
    pub updated_at: Instant,
    /// When it was rejected, or paid.
    pub ended_at: Option<Instant>,
    pub version: u64,
}

/// What an administrator decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict<'a> {
    pub next: State,
    /// They take the place of earlier ones, if there are any.
    pub notes: Option<&'a str>,
    /// What whoever paid it calls the payment.
    pub transaction: Option<&'a str>,
}

/// A decision, and what moves because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub after: Withdrawal,
    pub entry: Option<Entry>,
}

impl Withdrawal {
    /// Asks for it. That there is so much to spend is a condition of the entry.
    pub fn ask(
        id: WithdrawalId,
        (user, facade): (UserId, Facade),
        wish: Wish,
        entry: EntryId,
        now: Instant,
    ) -> (Self, Entry) {
        let (state, notes) = (State::Pending, String::new());
        let (transaction, ended_at) = (None, None);
        let asked = Self {
            id,
            user,
            facade,
            wish,
            state,
            notes,
            transaction,
            entry,
            asked_at: now,
            updated_at: now,
            ended_at,
            version: 1,
        };
        let moved = asked.left();
        (asked, moved)
    }

    /// The movement by which the amount left.
    pub fn left(&self) -> Entry {
        let Amount { unit, minor } = self.wish.amount;
        let legs = transfer(Account::Spendable(self.user), Account::Payout, minor);
        Entry::new(self.entry, Cause::Withdrawal(self.id), unit, legs, String::new(), self.asked_at)
    }

    /// An administrator's word, in the façade they speak through.
    pub fn decide(
        &self,
        through: Facade,
        verdict: Verdict<'_>,
        entry: EntryId,
        now: Instant,
    ) -> Result<Decided, Refusal> {
        let Verdict { next, notes, transaction } = verdict;
        if !self.state.leads_to(next, through.rules().rejects_approved) {
            return Err(Refusal::BadStep);
        }
        let mut after = self.clone();
        after.state = next;
        after.version += 1;
        after.updated_at = now;
        if let Some(notes) = notes {
            notes.clone_into(&mut after.notes);
        }
        after.transaction = transaction.map(str::to_owned).or(after.transaction);
        after.ended_at = matches!(next, State::Rejected | State::Processed).then_some(now);
        let back = (next == State::Rejected).then(|| {
            let Amount { unit, minor } = self.wish.amount;
            let legs = transfer(Account::Payout, Account::Spendable(self.user), minor);
            Entry::new(entry, Cause::WithdrawalBack(self.id), unit, legs, String::new(), now)
        });
        Ok(Decided { after, entry: back })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Unit;

    fn asked() -> (Withdrawal, Entry) {
        let amount = Amount { unit: Unit::Credit, minor: 50 };
        let wish = Wish { amount, way: Way::Upi, details: "ada@upi".to_owned() };
        let who = (UserId::new(2).unwrap(), Facade::FIRST);
        Withdrawal::ask(WithdrawalId::new(1).unwrap(), who, wish, EntryId::new(3).unwrap(), Instant::default())
    }

    fn decide(withdrawal: &Withdrawal, next: State) -> Result<Decided, Refusal> {
        let verdict = Verdict { next, notes: None, transaction: None };
        withdrawal.decide(Facade::FIRST, verdict, EntryId::new(4).unwrap(), Instant::default())
    }

    #[test]
    fn every_step_is_allowed_from_one_state_and_none_twice() {
        let (pending, _) = asked();
        for from in State::ALL {
            for to in State::ALL {
                let allowed = [
                    (State::Pending, State::Approved),
                    (State::Pending, State::Rejected),
                    (State::Approved, State::Processed),
                ];
                let decided = decide(&Withdrawal { state: from, ..pending.clone() }, to);
                assert_eq!(decided.is_ok(), allowed.contains(&(from, to)), "{from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn what_is_approved_may_be_rejected_where_the_rules_say_so() {
        let (pending, _) = asked();
        let approved = Withdrawal { state: State::Approved, ..pending };
        let verdict = Verdict { next: State::Rejected, notes: None, transaction: None };
        for facade in Facade::ALL {
            let decided = approved.decide(facade, verdict, EntryId::new(4).unwrap(), Instant::default());
            assert_eq!(decided.is_ok(), facade.rules().rejects_approved, "{facade:?}");
        }
    }

    #[test]
    fn what_leaves_comes_back_when_the_answer_is_no_and_only_then() {
        let (pending, left) = asked();
        let owner = Account::Spendable(pending.user);
        let moved =
            |entry: &Entry| entry.legs().iter().filter(|leg| leg.account == owner).map(|leg| leg.delta).sum::<i128>();
        assert_eq!(moved(&left), -50);
        assert_eq!(decide(&pending, State::Rejected).unwrap().entry.as_ref().map(moved), Some(50));
        let approved = decide(&pending, State::Approved).unwrap();
        assert_eq!((approved.entry, approved.after.ended_at), (None, None));
        let processed = decide(&approved.after, State::Processed).unwrap();
        assert!(processed.entry.is_none() && processed.after.ended_at.is_some());
    }
}
