//! Numbers with two decimals as JSON numbers, which this façade shows where others show texts.

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// Hundredths: 1250 is shown as 12.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = f64)]
pub struct Hundredths(pub u64);

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        let written = match part {
            0 => return serializer.serialize_u64(whole),
            part if part % 10 == 0 => format!("{whole}.{}", part / 10),
            part => format!("{whole}.{part:02}"),
        };
        RawValue::from_string(written).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amount_is_written_exactly_and_without_needless_zeros() {
        for (hundredths, written) in [
            (0, "0"),
            (5, "0.05"),
            (50, "0.5"),
            (1250, "12.5"),
            (2500, "25"),
            (9_999_999_999, "99999999.99"),
            (79_999_999_992, "799999999.92"),
            (u64::MAX, "184467440737095516.15"),
        ] {
            assert_eq!(serde_json::to_string(&Hundredths(hundredths)).unwrap_or_default(), written);
        }
    }
}
