//! Numbers with two decimals as JSON numbers, which this façade shows where others show texts.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// Hundredths: 1250 is shown as 12.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = f64)]
pub struct Hundredths(pub u32);

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 100 {
            0 => serializer.serialize_u32(self.0 / 100),
            // The nearest double prints as the two decimals it came from.
            _ => serializer.serialize_f64(f64::from(self.0) / 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amount_up_to_the_largest_prints_as_written() {
        for cents in
            (0..200_000).chain([9_999_999_998, 4_294_967_295].into_iter().filter_map(|n: u64| u32::try_from(n).ok()))
        {
            let shown = serde_json::to_string(&Hundredths(cents)).unwrap_or_default();
            let (whole, part) = (cents / 100, cents % 100);
            let expected = match part {
                0 => format!("{whole}"),
                part if part % 10 == 0 => format!("{whole}.{}", part / 10),
                part => format!("{whole}.{part:02}"),
            };
            assert_eq!(shown, expected);
        }
    }
}
