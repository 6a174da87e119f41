//! What makes a person an expert: an application, an administrator's word, and the terms they offer.

use crate::Instant;
use crate::ids::ApplicationId;
use crate::ledger::{Amount, Currency, Unit};

/// The expert's side of a person. It begins with their first application.
#[derive(Clone, Debug, PartialEq)]
pub struct Expert {
    pub standing: Standing,
    /// The newest application.
    pub application: Option<ApplicationId>,
    pub specialty: Specialty,
    /// What they say of their work in their details, for whoever looks for words of it.
    pub known_for: String,
    /// 0..=80
    pub experience_years: u8,
    /// What a session costs; `None`: nothing.
    pub price: Option<Amount>,
    /// What an hour costs where time is sold by the hour; `None`: they cannot be booked there.
    pub hourly: Option<Amount>,
    /// In what they ask for money where no price says so; `None`: in the platform's own.
    pub currency: Option<Currency>,
    /// Takes new bookings.
    pub is_active: bool,
    /// A payment confirms a booking, where it does not in any case.
    pub instant: bool,
    /// An administrator shows them before others.
    pub is_featured: bool,
    /// When an administrator first approved.
    pub verified_at: Option<Instant>,
    /// What the administrator who decided last had to say.
    pub notes: String,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// What an expert wants to charge from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    Nothing,
    /// Hundredths of this unit; of the present one, or the default, where none is named.
    Price {
        hundredths: u64,
        unit: Option<Unit>,
    },
    /// The same number of another unit.
    In(Unit),
}

impl Expert {
    /// One of whom nothing is known yet, and whom nobody has approved.
    pub fn unknown(now: Instant) -> Self {
        Self {
            standing: Standing::Pending,
            application: None,
            specialty: Specialty::General,
            known_for: String::new(),
            experience_years: 0,
            price: None,
            hourly: None,
            currency: None,
            is_active: false,
            instant: false,
            is_featured: false,
            verified_at: None,
            notes: String::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// In what they are paid: that of their hour, else of a session, else what they said, else `default`.
    pub fn currency_or(&self, default: Currency) -> Currency {
        self.asks_in().unwrap_or(default)
    }

    /// The same as far as they have said so.
    pub fn asks_in(&self) -> Option<Currency> {
        let of_a_price = |price: Option<Amount>| match price?.unit {
            Unit::Currency(currency) => Some(currency),
            Unit::Credit => None,
        };
        of_a_price(self.hourly).or(of_a_price(self.price)).or(self.currency)
    }

    /// From now on they are paid in this. Nothing is converted: what they ask for stays the same number of it.
    pub fn ask_in(&mut self, currency: Currency) {
        self.currency = Some(currency);
        for price in [&mut self.hourly, &mut self.price].into_iter().flatten() {
            if price.unit != Unit::Credit {
                price.unit = Unit::Currency(currency);
            }
        }
    }

    /// Sets the price. Credits are whole.
    pub fn charge(&mut self, charge: Charge, default: Currency) -> Result<(), Refusal> {
        let present = self.price.filter(|price| price.minor > 0);
        let (hundredths, unit) = match charge {
            Charge::Nothing => {
                self.price = None;
                return Ok(());
            }
            Charge::Price { hundredths, unit } => {
                (hundredths, unit.or(present.map(|price| price.unit)).unwrap_or(Unit::Currency(default)))
            }
            Charge::In(unit) => {
                let price = present.ok_or(Refusal::CurrencyWithoutPrice)?;
                let hundredths = match price.unit {
                    Unit::Credit => price.minor.checked_mul(100).ok_or(Refusal::CreditsNotWhole)?,
                    Unit::Currency(_) => price.minor,
                };
                (hundredths, unit)
            }
        };
        let minor = match unit {
            Unit::Credit if hundredths % 100 == 0 => hundredths / 100,
            Unit::Credit => return Err(Refusal::CreditsNotWhole),
            Unit::Currency(_) => hundredths,
        };
        self.price = Some(Amount { unit, minor });
        Ok(())
    }
}

/// How far an administrator's verdict has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    Pending,
    UnderReview,
    Approved,
    Rejected,
    Suspended,
}

impl Standing {
    pub const ALL: [Standing; 5] =
        [Standing::Pending, Standing::UnderReview, Standing::Approved, Standing::Rejected, Standing::Suspended];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Specialty {
    Relationship,
    Career,
    Spiritual,
    Health,
    General,
}

impl Specialty {
    pub const ALL: [Specialty; 5] =
        [Specialty::Relationship, Specialty::Career, Specialty::Spiritual, Specialty::Health, Specialty::General];

    pub fn as_str(self) -> &'static str {
        match self {
            Specialty::Relationship => "relationship",
            Specialty::Career => "career",
            Specialty::Spiritual => "spiritual",
            Specialty::Health => "health",
            Specialty::General => "general",
        }
    }
}

/// What applying, vetting and offering say no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("You have an open application.")]
    ApplicationPending,
    #[error("You are an expert already.")]
    AlreadyExpert,
    #[error("Your expert profile is suspended.")]
    Suspended,
    #[error("You are not an approved expert.")]
    NotExpert,
    #[error("You have no open application.")]
    NoActiveApplication,
    #[error("This application has been decided.")]
    AlreadyReviewed,
    #[error("This expert is not approved.")]
    NotApproved,
    #[error("This expert is not suspended.")]
    NotSuspended,
    #[error("A person has at most 50 documents.")]
    TooManyDocuments,
    #[error("At most 100 absences can be kept.")]
    TooManyBlocks,
    #[error("There is no such absence.")]
    NoSuchBlock,
    #[error("A price in credits is a whole number.")]
    CreditsNotWhole,
    #[error("A currency needs a price.")]
    CurrencyWithoutPrice,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expert_is_paid_in_what_their_prices_say_else_in_what_they_said() {
        let [euros, rupees] = ["EUR", "INR"].map(|code| Currency::parse(code).unwrap_or(Currency::USD));
        let unknown = Expert::unknown(Instant::default());
        let amount = |currency| Some(Amount { unit: Unit::Currency(currency), minor: 100 });
        assert_eq!(unknown.currency_or(Currency::USD), Currency::USD);
        let said = Expert { currency: Some(euros), price: Some(Amount::credits(2)), ..unknown };
        assert_eq!(said.currency_or(Currency::USD), euros);
        let mut asks = Expert { hourly: amount(rupees), price: amount(Currency::USD), ..said };
        assert_eq!(asks.currency_or(Currency::USD), rupees);
        asks.ask_in(euros);
        assert_eq!((asks.hourly, asks.price, asks.currency), (amount(euros), amount(euros), Some(euros)));
    }
}
