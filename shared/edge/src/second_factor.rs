//! What a login takes beside a password, in every façade the same two fields.

use app::codes::Typed;

use crate::form::{Fields, Kind, text};

/// A code of an authenticator, or a recovery code. Not to be printed.
#[derive(Default)]
pub struct EnteredCode {
    otp: Option<String>,
    recovery_code: Option<String>,
}

const OTP: &str = "The one-time code, if this account has two-factor login.";
const RECOVERY: &str = "A recovery code in place of the one-time code.";

impl EnteredCode {
    /// Where a field may be left out, but not `null`.
    pub fn optional(fields: &mut Fields<'_>) -> Option<Self> {
        let otp = fields.optional("otp", text(..).about(OTP));
        let recovery_code = fields.optional("recovery_code", text(..).about(RECOVERY));
        Some(Self { otp: otp?, recovery_code: recovery_code? })
    }

    /// Where it may be `null` as well.
    pub fn nullable(fields: &mut Fields<'_>) -> Option<Self> {
        let otp = fields.nullable("otp", text(..).about(OTP));
        let recovery_code = fields.nullable("recovery_code", text(..).about(RECOVERY));
        Some(Self { otp: otp?.value(), recovery_code: recovery_code?.value() })
    }

    pub fn typed(&self) -> Typed<'_> {
        Typed { otp: self.otp.as_deref(), recovery_code: self.recovery_code.as_deref() }
    }
}
