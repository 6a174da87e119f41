//! Money as this façade reads it, and writes it: a text with two decimals (`tutoring.md` §1).

use domain::facade::tutoring;
use domain::ledger::{Amount, Unit};
use edge::form::{self, Kind};

/// An amount in a request: not more than the document says, and to the cent.
pub fn amount() -> impl Kind<Out = u64> {
    form::money().then(tutoring::amount)
}

/// Hundredths: 2500 is shown as `"25.00"`.
pub fn decimal(minor: impl Into<u128>) -> String {
    let minor = minor.into();
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// The ISO-4217 code of what an amount is in; credits, in which other façades are paid, have none.
pub fn currency(amount: Amount) -> String {
    currency_of(amount.unit)
}

pub fn currency_of(unit: Unit) -> String {
    match unit {
        Unit::Currency(currency) => currency.code().to_owned(),
        Unit::Credit => "credit".to_owned(),
    }
}

/// The amount with two decimals. A credit is a whole one.
pub fn shown(amount: Amount) -> String {
    match amount.unit {
        Unit::Currency(_) => decimal(amount.minor),
        Unit::Credit => decimal(u128::from(amount.minor) * 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ledger::Currency;

    #[test]
    fn money_has_two_decimals_and_a_credit_is_a_whole_one() {
        let shown = ["0.00", "0.05", "25.00", "99999999.99", "184467440737095516.15"];
        assert_eq!([0, 5, 2500, 9_999_999_999, u64::MAX].map(decimal), shown);
        let dollars = Amount { unit: Unit::Currency(Currency::USD), minor: 1250 };
        assert_eq!((super::shown(dollars), currency(dollars)), ("12.50".to_owned(), "USD".to_owned()));
        assert_eq!(
            (super::shown(Amount::credits(3)), currency(Amount::credits(3))),
            ("3.00".to_owned(), "credit".to_owned())
        );
    }
}
