//! What an expert has in one currency, under a number that says whose it is and in what.

use std::collections::BTreeMap;

use crate::ids::WalletId;
use crate::ledger::Currency;
use crate::serial::Serial;

/// Room for every three letters: 26 to the third is less than two to the fifteenth.
const CURRENCY_BITS: u32 = 15;

/// The number of an expert's wallet in a currency. It stays when they ask for another one.
pub fn id(expert: Serial, currency: Currency) -> WalletId {
    let number = (i64::from(expert.get()) << CURRENCY_BITS) | place(currency);
    WalletId::new(number).expect("32 and 15 bits are less than 53")
}

/// Whose wallet a number names, and in what; `None` for one that names none.
pub fn read(id: WalletId) -> Option<(Serial, Currency)> {
    let serial = Serial::new(id.get() >> CURRENCY_BITS)?;
    let place = id.get() & ((1 << CURRENCY_BITS) - 1);
    let letter = |power: i64| u8::try_from(place / power % 26).ok().map(|letter| char::from(b'A' + letter));
    let code: String = [26 * 26, 26, 1].into_iter().map(letter).collect::<Option<_>>()?;
    let currency = Currency::parse(&code)?;
    (self::place(currency) == place).then_some((serial, currency))
}

/// Where a currency stands among all three letters.
pub fn place(currency: Currency) -> i64 {
    currency.code().bytes().fold(0, |place, letter| place * 26 + i64::from(letter - b'A'))
}

/// All that an expert has: what they asked for is there from the beginning, with nothing in it.
pub fn all<B>(balances: Vec<(Currency, B)>, asked_for: Currency, empty: B) -> BTreeMap<Currency, B> {
    let mut all = BTreeMap::from([(asked_for, empty)]);
    all.extend(balances);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_leads_back_to_its_expert_and_currency_and_no_other_leads_anywhere() {
        for (serial, code) in [(1, "AAA"), (7, "EUR"), (i64::from(u32::MAX), "ZZZ")] {
            let (serial, currency) = (Serial::new(serial).unwrap(), Currency::parse(code).unwrap());
            assert_eq!(read(id(serial, currency)), Some((serial, currency)));
        }
        for number in [1, (1 << CURRENCY_BITS) - 1, (1 << CURRENCY_BITS) | (26 * 26 * 26), crate::ids::LARGEST] {
            assert_eq!(read(WalletId::new(number).unwrap()), None, "{number}");
        }
    }

    #[test]
    fn what_is_asked_for_is_there_from_the_beginning() {
        let (euros, rupees) = (Currency::parse("EUR").unwrap(), Currency::parse("INR").unwrap());
        assert_eq!(all(vec![(rupees, 7)], euros, 0), BTreeMap::from([(euros, 0), (rupees, 7)]));
        assert_eq!(all(vec![(euros, 7)], euros, 0), BTreeMap::from([(euros, 7)]));
    }
}
