//! Configuration: read once, by the names `template.yaml` gives, and refused loudly where it makes no sense.

use domain::ledger::Currency;
use domain::text::Email;

/// A setting that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct BadSetting {
    pub name: &'static str,
    pub problem: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub table_name: String,
    pub files_bucket: String,
    /// Where the token key and other secrets are kept; absent locally.
    pub secrets_arn: Option<String>,
    pub rate_limit_auth_per_minute: u32,
    pub rate_limit_per_minute: u32,
    /// Origins of browsers that may call; none by default.
    pub cors_origins: Vec<String>,
    pub frontend_url: String,
    /// Who mails come from: an address, or `Name <address>`.
    pub mail_from: String,
    /// An administrator of this address exists after start, if its password is among the secrets.
    pub admin_email: Option<Email>,
    pub payment_provider: Provider,
    pub default_currency: Currency,
    /// 0..=100
    pub platform_fee_percent: u8,
    pub log_level: String,
    pub sockets_url: Option<String>,
    pub due_queue_url: Option<String>,
    pub mail_queue_url: Option<String>,
}

/// Who takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Every payment succeeds at once; nothing leaves the machine.
    Simulated,
}

/// Every environment name a function reads, as in `template.yaml`; a test compares the two.
pub const NAMES: [&str; 12] = [
    "TABLE_NAME",
    "FILES_BUCKET",
    "SECRETS_ARN",
    "RATE_LIMIT_AUTH_PER_MINUTE",
    "RATE_LIMIT_PER_MINUTE",
    "CORS_ORIGINS",
    "FRONTEND_URL",
    "ADMIN_EMAIL",
    "PAYMENT_PROVIDER",
    "DEFAULT_CURRENCY",
    "PLATFORM_FEE_PERCENT",
    "LOG_LEVEL",
];

impl Settings {
    /// Reads the settings from wherever `lookup` finds them. Empty counts as absent.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, BadSetting> {
        let find = |name: &'static str| lookup(name).filter(|value| !value.trim().is_empty());
        let text = |name: &'static str, default: &str| find(name).unwrap_or_else(|| default.to_owned());
        let number = |name: &'static str, default: u32, most: u32| match find(name) {
            None => Ok(default),
            Some(digits) => digits
                .trim()
                .parse()
                .ok()
                .filter(|value| *value <= most)
                .ok_or(BadSetting { name, problem: format!("{digits:?} is not a whole number up to {most}") }),
        };
        let payment_provider = match text("PAYMENT_PROVIDER", "simulated").as_str() {
            "simulated" => Provider::Simulated,
            other => return Err(bad("PAYMENT_PROVIDER", format!("{other:?} is not a provider we know"))),
        };
        let currency = text("DEFAULT_CURRENCY", "USD");
        let admin_email = find("ADMIN_EMAIL")
            .map(|email| Email::parse(email.trim()).map_err(|sentence| bad("ADMIN_EMAIL", sentence.to_owned())))
            .transpose()?;
        Ok(Self {
            table_name: text("TABLE_NAME", "expertconnect"),
            files_bucket: text("FILES_BUCKET", "expertconnect-files"),
            secrets_arn: find("SECRETS_ARN"),
            rate_limit_auth_per_minute: number("RATE_LIMIT_AUTH_PER_MINUTE", 10, 1_000_000)?,
            rate_limit_per_minute: number("RATE_LIMIT_PER_MINUTE", 60, 1_000_000)?,
            cors_origins: origins(&text("CORS_ORIGINS", ""))?,
            frontend_url: text("FRONTEND_URL", "http://localhost:3000"),
            mail_from: text("MAIL_FROM", "ExpertConnect <no-reply@localhost>"),
            admin_email,
            payment_provider,
            default_currency: Currency::parse(&currency)
                .ok_or_else(|| bad("DEFAULT_CURRENCY", format!("{currency:?} is not an ISO-4217 code")))?,
            platform_fee_percent: u8::try_from(number("PLATFORM_FEE_PERCENT", 15, 100)?).unwrap_or(100),
            log_level: text("LOG_LEVEL", "info"),
            sockets_url: find("SOCKETS_URL"), due_queue_url: find("DUE_QUEUE_URL"), mail_queue_url: find("MAIL_QUEUE_URL"),
        })
    }
}

fn bad(name: &'static str, problem: String) -> BadSetting {
    BadSetting { name, problem }
}

/// A comma-separated list of origins. `*` would let any page act with a user's session, so it is refused.
fn origins(list: &str) -> Result<Vec<String>, BadSetting> {
    let mut origins = Vec::new();
    for origin in list.split(',').map(str::trim).filter(|origin| !origin.is_empty()) {
        let parsed = url::Url::parse(origin).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        match parsed.map(|url| url.origin().ascii_serialization()) {
            Some(serialized) if serialized == origin.trim_end_matches('/') => origins.push(serialized),
            _ => return Err(bad("CORS_ORIGINS", format!("{origin:?} is not an origin like https://example.org"))),
        }
    }
    Ok(origins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Settings, BadSetting> {
        Settings::read(|asked| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn nothing_set_gives_the_documented_defaults() {
        let settings = Settings::read(|_| None).unwrap();
        assert_eq!((settings.rate_limit_auth_per_minute, settings.rate_limit_per_minute), (10, 60));
        assert_eq!(settings.cors_origins, Vec::<String>::new());
        assert_eq!(settings.platform_fee_percent, 15);
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (name, value) in [
            ("RATE_LIMIT_PER_MINUTE", "many"),
            ("RATE_LIMIT_PER_MINUTE", "-1"),
            ("PLATFORM_FEE_PERCENT", "101"),
            ("DEFAULT_CURRENCY", "dollars"),
            ("PAYMENT_PROVIDER", "cash"),
            ("ADMIN_EMAIL", "root"),
            ("CORS_ORIGINS", "*"),
            ("CORS_ORIGINS", "https://good.example, good.example"),
            ("CORS_ORIGINS", "https://good.example/path"),
        ] {
            assert_eq!(read(name, value).unwrap_err().name, name, "{value}");
        }
    }

    #[test]
    fn origins_are_a_comma_separated_list() {
        let settings = read("CORS_ORIGINS", "https://a.example, http://localhost:3000/").unwrap();
        assert_eq!(settings.cors_origins, ["https://a.example", "http://localhost:3000"]);
    }
}
