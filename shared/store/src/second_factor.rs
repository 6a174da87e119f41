//! What a credential holds of a second factor: the sealed secret, whether it is asked for, which steps were used last, and
//! hashes of the recovery codes that are left. A login reads it with the password's hash, at no cost of its own.

use std::collections::BTreeSet;

use domain::two_factor::{State, Step, Used};
use table::Value;

use crate::fault::Fault;
use crate::row::Reader;

/// What an account's codes are checked against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondFactor {
    pub state: State,
    /// The secret, under a key of the deployment's.
    pub sealed: String,
    pub used: Used,
    /// Hashes of the recovery codes that were not used.
    pub recovery: BTreeSet<String>,
}

/// Where the used steps stand.
pub(crate) const USED: [&str; 3] = ["otp_used_0", "otp_used_1", "otp_used_2"];

pub(crate) fn read(row: Reader<'_>) -> Result<SecondFactor, Fault> {
    let mut used = Used::default();
    for (place, name) in used.0.iter_mut().zip(USED) {
        *place = row.maybe_number(name)?.map(Step::new);
    }
    let sealed = row.owned("otp")?;
    let state = match (sealed.as_str(), row.flag("otp_on")) {
        ("", _) => State::Off,
        (_, false) => State::SetUp,
        (_, true) => State::On,
    };
    let recovery = match row.0.get("recovery") {
        None => BTreeSet::new(),
        Some(Value::Ss(hashes)) => hashes.iter().cloned().collect(),
        Some(_) => return Err(row.corrupt("recovery")),
    };
    Ok(SecondFactor { state, sealed, used, recovery })
}
