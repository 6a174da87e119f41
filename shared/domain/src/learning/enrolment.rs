//! That somebody takes a course: at once where it is free, else from the payment on.

use super::{Course, Refusal};
use crate::Instant;
use crate::facade::Facade;
use crate::ids::{CourseId, EnrolmentId, EntryId, PaymentId, UserId};
use crate::ledger::{self, Amount, Cause, Entry, Shares};
use crate::person::User;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnrolmentStatus {
    /// Its price was not paid yet.
    Pending,
    Active,
}

impl EnrolmentStatus {
    pub const ALL: [EnrolmentStatus; 2] = [EnrolmentStatus::Pending, EnrolmentStatus::Active];

    pub fn as_str(self) -> &'static str {
        match self {
            EnrolmentStatus::Pending => "pending",
            EnrolmentStatus::Active => "active",
        }
    }
}

/// One person's in one course: there is never another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    pub id: EnrolmentId,
    /// In whose words they are told of it.
    pub facade: Facade,
    pub course: CourseId,
    /// What the course was called, and how the learner was called and reached, when they enrolled.
    pub course_title: String,
    pub learner: UserId,
    pub learner_name: String,
    pub learner_email: String,
    /// Whose course it is.
    pub owner: UserId,
    pub status: EnrolmentStatus,
    /// Frozen, as is the platform's share of it.
    pub price: Amount,
    pub fee_percent: u8,
    pub paid_with: Option<PaymentId>,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Rises with every change.
    pub version: u64,
}

impl Enrolment {
    /// Of somebody who may see the course. What is free begins at once.
    pub fn new(
        course: &Course,
        learner: &User,
        (id, facade): (EnrolmentId, Facade),
        fee_percent: u8,
        now: Instant,
    ) -> Result<Self, Refusal> {
        if learner.id == course.owner {
            return Err(Refusal::OwnCourse);
        }
        let status = if course.is_free() { EnrolmentStatus::Active } else { EnrolmentStatus::Pending };
        Ok(Self {
            id,
            facade,
            course: course.id,
            course_title: course.details.title.clone(),
            learner: learner.id,
            learner_name: learner.name(),
            learner_email: learner.email.as_str().to_owned(),
            owner: course.owner,
            status,
            price: course.details.price,
            fee_percent,
            paid_with: None,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    pub fn is_active(&self) -> bool {
        self.status == EnrolmentStatus::Active
    }

    /// What a payment makes of it, with the entry that pays the course's owner; `None` if it awaits none.
    pub fn pay(&self, payment: PaymentId, entry: EntryId, now: Instant) -> Option<(Self, Entry)> {
        if self.is_active() {
            return None;
        }
        let status = EnrolmentStatus::Active;
        let paid =
            Self { status, paid_with: Some(payment), updated_at: now, version: self.version + 1, ..self.clone() };
        let legs = ledger::sale(self.owner, Shares::of(self.price, self.fee_percent));
        let description = format!("Course: {}", self.course_title);
        let entry = Entry::new(entry, Cause::Sale(self.id), self.price.unit, legs, description, now);
        Some((paid, entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Account, Currency, Kind, Unit};

    fn waiting(minor: u64) -> Enrolment {
        Enrolment {
            id: EnrolmentId::new(5).unwrap(),
            facade: Facade::FIRST,
            course: CourseId::new(7).unwrap(),
            course_title: "Looms".to_owned(),
            learner: UserId::new(4).unwrap(),
            learner_name: "Bob".to_owned(),
            learner_email: "bob@example.org".to_owned(),
            owner: UserId::new(2).unwrap(),
            status: EnrolmentStatus::Pending,
            price: Amount { unit: Unit::Currency(Currency::USD), minor },
            fee_percent: 15,
            paid_with: None,
            created_at: Instant::default(),
            updated_at: Instant::default(),
            version: 1,
        }
    }

    #[test]
    fn a_payment_makes_it_active_once_and_pays_the_owner_less_the_fee() {
        let (payment, entry) = (PaymentId::new(8).unwrap(), EntryId::new(9).unwrap());
        for (price, net) in [(9_999_999_999, 8_499_999_999), (1000, 850), (10, 8), (3, 3), (1, 1)] {
            let before = waiting(price);
            let (paid, sale) = before.pay(payment, entry, Instant::default()).unwrap();
            assert_eq!((paid.status, paid.paid_with, paid.version), (EnrolmentStatus::Active, Some(payment), 2));
            assert_eq!(sale.seen_by(before.owner), Some((Kind::Earned, net)), "of {price}");
            let earning = sale.earned_by(before.owner).unwrap();
            assert_eq!((earning.price, earning.fee, earning.net), (price, price - net, net));
            assert_eq!(sale.listed_for(), [None, Some(before.owner)]);
            assert!(sale.legs().iter().any(|leg| leg.account == Account::Provider && leg.delta == -i128::from(price)));
            assert_eq!(paid.pay(payment, entry, Instant::default()), None);
        }
    }
}
