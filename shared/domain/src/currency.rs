//! Which currencies a price can be in.

use crate::ledger::Currency;

/// The codes of ISO 4217 (2026) whose minor unit is a hundredth: amounts are kept in hundredths everywhere.
const WITH_TWO_DECIMALS: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE \
    CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR \
    KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB \
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY \
    TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// A currency by its code, in any letter case; `None` for one that has no hundredths or does not exist.
pub fn with_two_decimals(code: &str) -> Option<Currency> {
    let code = code.to_ascii_uppercase();
    WITH_TWO_DECIMALS.split_ascii_whitespace().find(|known| *known == code).and_then(Currency::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_in_any_case_and_only_with_hundredths() {
        assert_eq!(with_two_decimals("eur").unwrap().code(), "EUR");
        assert_eq!(with_two_decimals("INR").unwrap().code(), "INR");
        for no in ["", "JPY", "KWD", "XXX", "DEM", "EURO", "E R", " EUR", "US"] {
            assert_eq!(with_two_decimals(no), None, "{no:?}");
        }
        let mut codes: Vec<_> = WITH_TWO_DECIMALS.split_ascii_whitespace().collect();
        assert!(codes.iter().all(|code| Currency::parse(code).is_some()) && codes.is_sorted());
        codes.dedup();
        assert_eq!(codes.len(), WITH_TWO_DECIMALS.split_ascii_whitespace().count());
    }
}
