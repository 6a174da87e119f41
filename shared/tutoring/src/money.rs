//! Money as this façade writes it: a text with two decimals (`tutoring.md` §1).

use domain::ledger::{Amount, Unit};

/// Hundredths: 2500 is shown as `"25.00"`.
pub fn decimal(minor: impl Into<u64>) -> String {
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
        Unit::Credit => decimal(u64::from(amount.minor) * 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ledger::Currency;

    #[test]
    fn money_has_two_decimals_and_a_credit_is_a_whole_one() {
        assert_eq!([0_u32, 5, 2500, 9_999_999].map(decimal), ["0.00", "0.05", "25.00", "99999.99"]);
        let dollars = Amount { unit: Unit::Currency(Currency::USD), minor: 1250 };
        assert_eq!((shown(dollars), currency(dollars)), ("12.50".to_owned(), "USD".to_owned()));
        assert_eq!((shown(Amount::credits(3)), currency(Amount::credits(3))), ("3.00".to_owned(), "credit".to_owned()));
    }
}
