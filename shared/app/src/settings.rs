//! Configuration: read once, by the names `template.yaml` gives, and refused loudly where it makes no sense.

use domain::currency::with_two_decimals;
use domain::ledger::Currency;
use domain::text::Email;
use store::PendingCaps;

use crate::outbound;

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
    /// Where the key is kept that CloudFront shows to be believed; absent locally.
    pub origin_key_arn: Option<String>,
    /// The one origin everything is reached by, such as `https://api.example.com`, if there is one.
    pub public_url: Option<String>,
    /// Where frames to browsers are posted.
    pub sockets_url: Option<String>,
    pub due_queue_url: Option<String>,
    pub mail_queue_url: Option<String>,
    pub report_queue_url: Option<String>,
    pub rate_limit_auth_per_minute: u32,
    pub rate_limit_per_minute: u32,
    /// Origins of browsers that may call; none by default.
    pub cors_origins: Vec<String>,
    pub frontend_url: String,
    /// Who mails come from: an address, or `Name <address>`.
    pub mail_from: String,
    /// By which SES tells what becomes of mails.
    pub mail_configuration_set: Option<String>,
    /// An administrator of this address exists after start, if its password is among the secrets.
    pub admin_email: Option<Email>,
    /// This function sees to that.
    pub makes_admin: bool,
    pub payment_provider: Provider,
    /// Where Razorpay is asked, if elsewhere than at its own address: a stand-in on this machine.
    pub razorpay_url: Option<String>,
    pub default_currency: Currency,
    /// 0..=100
    pub platform_fee_percent: u8,
    /// How many hours before the start of a booking its learner may last cancel, and last move it.
    pub refund_cutoff_hours: u32,
    pub reschedule_cutoff_hours: u32,
    /// How many bookings of one person may be pending at once, with one expert and in all.
    pub pending_caps: PendingCaps,
    /// Where video calls take place, and as whom its server knows us.
    pub jitsi_domain: String,
    pub jitsi_app_id: Option<String>,
    /// As whom Google knows us, if people may sign in with it. Its secret is in the keyring.
    pub google_client_id: Option<String>,
    /// Who vouches for them: Google, or for tries an issuer on this machine. Without a slash at its end.
    pub google_issuer: String,
    /// Under which name what goes on is counted; nowhere without one.
    pub metrics_namespace: Option<String>,
    pub log_level: String,
    /// Means nothing: a function whose environment has changed starts anew.
    pub start_number: u32,
}

/// Who takes the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Every payment succeeds at once; nothing leaves the machine.
    Simulated,
    /// Those who take real money; their keys are in the keyring.
    Live { stripe: bool, razorpay: bool },
}

impl Provider {
    /// `simulated`, or one or more of the others with commas between.
    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "simulated" {
            return Some(Self::Simulated);
        }
        let names: Vec<_> = text.split(',').map(str::trim).collect();
        let has = |name| names.contains(&name);
        let are_known = names.iter().all(|name| ["stripe", "razorpay"].contains(name));
        are_known.then(|| Self::Live { stripe: has("stripe"), razorpay: has("razorpay") })
    }
}

/// Every environment name a function reads, as in `template.yaml`; a test compares the two.
pub const NAMES: [&str; 32] = [
    "TABLE_NAME",
    "FILES_BUCKET",
    "SECRETS_ARN",
    "ORIGIN_KEY_ARN",
    "PUBLIC_URL",
    "SOCKETS_URL",
    "DUE_QUEUE_URL",
    "MAIL_QUEUE_URL",
    "REPORT_QUEUE_URL",
    "MAIL_FROM",
    "MAIL_CONFIGURATION_SET",
    "RATE_LIMIT_AUTH_PER_MINUTE",
    "RATE_LIMIT_PER_MINUTE",
    "CORS_ORIGINS",
    "FRONTEND_URL",
    "ADMIN_EMAIL",
    "MAKES_ADMIN",
    "PAYMENT_PROVIDER",
    "RAZORPAY_URL",
    "DEFAULT_CURRENCY",
    "PLATFORM_FEE_PERCENT",
    "REFUND_CUTOFF_HOURS",
    "RESCHEDULE_CUTOFF_HOURS",
    "PENDING_BOOKINGS_PER_EXPERT",
    "PENDING_BOOKINGS_PER_PERSON",
    "JITSI_DOMAIN",
    "JITSI_APP_ID",
    "GOOGLE_CLIENT_ID",
    "GOOGLE_ISSUER",
    "METRICS_NAMESPACE",
    "LOG_LEVEL",
    "START_NUMBER",
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
        let positive = |name: &'static str, default: u32| match number(name, default, 10_000)? {
            0 => Err(bad(name, "nobody could book anything".to_owned())),
            cap => Ok(cap),
        };
        let address = |name: &'static str| find(name).map(|text| web_address(name, &text)).transpose();
        let provider = text("PAYMENT_PROVIDER", "simulated");
        let payment_provider = Provider::parse(&provider)
            .ok_or_else(|| bad("PAYMENT_PROVIDER", format!("{provider:?} is not a provider we know")))?;
        let currency = text("DEFAULT_CURRENCY", "USD");
        let admin_email = find("ADMIN_EMAIL")
            .map(|email| Email::parse(email.trim()).map_err(|sentence| bad("ADMIN_EMAIL", sentence.to_owned())))
            .transpose()?;
        Ok(Self {
            table_name: text("TABLE_NAME", "expertconnect"),
            files_bucket: text("FILES_BUCKET", "expertconnect-files"),
            secrets_arn: find("SECRETS_ARN"),
            origin_key_arn: find("ORIGIN_KEY_ARN"),
            public_url: find("PUBLIC_URL").map(|text| origin("PUBLIC_URL", text.trim())).transpose()?,
            sockets_url: address("SOCKETS_URL")?,
            due_queue_url: address("DUE_QUEUE_URL")?,
            mail_queue_url: address("MAIL_QUEUE_URL")?,
            report_queue_url: address("REPORT_QUEUE_URL")?,
            rate_limit_auth_per_minute: number("RATE_LIMIT_AUTH_PER_MINUTE", 10, 1_000_000)?,
            rate_limit_per_minute: number("RATE_LIMIT_PER_MINUTE", 60, 1_000_000)?,
            cors_origins: origins(&text("CORS_ORIGINS", ""))?,
            frontend_url: text("FRONTEND_URL", "http://localhost:3000"),
            mail_from: sender(&text("MAIL_FROM", "ExpertConnect <no-reply@localhost>"))?,
            mail_configuration_set: find("MAIL_CONFIGURATION_SET"),
            admin_email,
            makes_admin: find("MAKES_ADMIN").is_some(),
            payment_provider,
            razorpay_url: find("RAZORPAY_URL").map(|text| loopback("RAZORPAY_URL", text.trim())).transpose()?,
            default_currency: with_two_decimals(currency.trim()).ok_or_else(|| {
                bad("DEFAULT_CURRENCY", format!("{currency:?} is not an ISO-4217 code with two decimals"))
            })?,
            platform_fee_percent: u8::try_from(number("PLATFORM_FEE_PERCENT", 15, 100)?).unwrap_or(100),
            refund_cutoff_hours: number("REFUND_CUTOFF_HOURS", 24, 24 * 365)?,
            reschedule_cutoff_hours: number("RESCHEDULE_CUTOFF_HOURS", 12, 24 * 365)?,
            pending_caps: PendingCaps {
                per_expert: positive("PENDING_BOOKINGS_PER_EXPERT", 10)?,
                per_person: positive("PENDING_BOOKINGS_PER_PERSON", 30)?,
            },
            jitsi_domain: host("JITSI_DOMAIN", text("JITSI_DOMAIN", "meet.jit.si").trim())?,
            jitsi_app_id: find("JITSI_APP_ID").map(|id| id.trim().to_owned()),
            google_client_id: find("GOOGLE_CLIENT_ID").map(|id| id.trim().to_owned()),
            google_issuer: issuer("GOOGLE_ISSUER", text("GOOGLE_ISSUER", GOOGLE).trim())?,
            metrics_namespace: find("METRICS_NAMESPACE"),
            log_level: text("LOG_LEVEL", "info"),
            start_number: number("START_NUMBER", 1, 1_000_000)?,
        })
    }
}

fn bad(name: &'static str, problem: String) -> BadSetting {
    BadSetting { name, problem }
}

/// A comma-separated list of origins. `*` would let any page act with a user's session, so it is refused.
fn origins(list: &str) -> Result<Vec<String>, BadSetting> {
    let listed = list.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    listed.map(|text| origin("CORS_ORIGINS", text)).collect()
}

/// Scheme, host and perhaps a port.
fn origin(name: &'static str, text: &str) -> Result<String, BadSetting> {
    let parsed = web_url(text).map(|url| url.origin().ascii_serialization());
    parsed
        .filter(|serialized| serialized == text.trim_end_matches('/'))
        .ok_or_else(|| bad(name, format!("{text:?} is not an origin like https://example.org")))
}

/// As it was given: a queue's address is also its name.
fn web_address(name: &'static str, text: &str) -> Result<String, BadSetting> {
    let text = text.trim();
    web_url(text).map(|_| text.to_owned()).ok_or_else(|| bad(name, format!("{text:?} is not an http or https URL")))
}

/// A host's name, perhaps with a port.
fn host(name: &'static str, text: &str) -> Result<String, BadSetting> {
    let url = web_url(&format!("https://{text}/"));
    url.filter(|url| url.as_str() == format!("https://{text}/") && url.path() == "/")
        .map(|_| text.to_owned())
        .ok_or_else(|| bad(name, format!("{text:?} is not a host such as meet.example.org")))
}

/// A stand-in for somebody who is trusted with secrets: on this machine, where nobody listens on the way.
fn loopback(name: &'static str, text: &str) -> Result<String, BadSetting> {
    web_url(text)
        .filter(|url| outbound::is_loopback(url) && url.path() == "/")
        .map(|url| url.as_str().trim_end_matches('/').to_owned())
        .ok_or_else(|| bad(name, format!("{text:?} is not an address on this machine")))
}

/// Who vouches for people in the place of Google's own address.
pub(crate) const GOOGLE: &str = "https://accounts.google.com";

/// Whoever listens on the way could say who somebody is: over http only where there is no way.
fn issuer(name: &'static str, text: &str) -> Result<String, BadSetting> {
    web_url(text)
        .filter(|url| outbound::is_safe(url) && url.query().is_none() && url.fragment().is_none())
        .map(|_| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| bad(name, format!("{text:?} is not an https URL, nor one on this machine")))
}

fn web_url(text: &str) -> Option<url::Url> {
    url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// An address alone, or a name and the address in angle brackets. `localhost`, which sends nothing to anybody, is a
/// domain here and nowhere else.
fn sender(text: &str) -> Result<String, BadSetting> {
    let text = text.trim();
    let (name, address) = match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (name.trim(), address),
        None => ("", text),
    };
    let judged = match address.strip_suffix("@localhost") {
        Some(local) => format!("{local}@localhost.invalid"),
        None => address.to_owned(),
    };
    let is_name = !name.contains(|c: char| c.is_control() || "<>\"".contains(c));
    match Email::parse(&judged) {
        Ok(_) if is_name => Ok(text.to_owned()),
        _ => Err(bad("MAIL_FROM", format!("{text:?} is neither an address nor \"Name <address>\""))),
    }
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
            ("DEFAULT_CURRENCY", "JPY"),
            ("PAYMENT_PROVIDER", "cash"),
            ("PAYMENT_PROVIDER", "stripe,cash"),
            ("PAYMENT_PROVIDER", "simulated,stripe"),
            ("PAYMENT_PROVIDER", "stripe,"),
            ("RAZORPAY_URL", "https://api.razorpay.example"),
            ("RAZORPAY_URL", "http://127.0.0.1.example.org"),
            ("RAZORPAY_URL", "http://localhost:9000/v1"),
            ("ADMIN_EMAIL", "root"),
            ("CORS_ORIGINS", "*"),
            ("CORS_ORIGINS", "https://good.example, good.example"),
            ("CORS_ORIGINS", "https://good.example/path"),
            ("PUBLIC_URL", "api.example.com"),
            ("PUBLIC_URL", "https://api.example.com/v1"),
            ("SOCKETS_URL", "wss://abc.execute-api.eu-west-1.amazonaws.com/live"),
            ("DUE_QUEUE_URL", "due"),
            ("MAIL_QUEUE_URL", "arn:aws:sqs:eu-west-1:123456789012:mail"),
            ("JITSI_DOMAIN", "https://meet.example.org"),
            ("JITSI_DOMAIN", "meet.example.org/room"),
            ("GOOGLE_ISSUER", "accounts.google.com"),
            ("GOOGLE_ISSUER", "http://issuer.example.org"),
            ("GOOGLE_ISSUER", "http://localhost.example.org:8080"),
            ("GOOGLE_ISSUER", "https://issuer.example.org/?tenant=1"),
            ("GOOGLE_ISSUER", "https://user:password@issuer.example.org"),
            ("REFUND_CUTOFF_HOURS", "-1"),
            ("PENDING_BOOKINGS_PER_EXPERT", "0"),
            ("PENDING_BOOKINGS_PER_PERSON", "many"),
            ("MAIL_FROM", "ExpertConnect"),
            ("MAIL_FROM", "a@b"),
            ("MAIL_FROM", "ExpertConnect <>"),
            ("MAIL_FROM", "<One <one@example.org>"),
            ("MAIL_FROM", "One\r\nBcc: two <one@example.org>"),
            ("MAIL_FROM", "one@example.org, two@example.org"),
        ] {
            assert_eq!(read(name, value).unwrap_err().name, name, "{value}");
        }
    }

    #[test]
    fn several_providers_may_take_money() {
        for (text, stripe, razorpay) in
            [("stripe", true, false), ("razorpay", false, true), ("razorpay, stripe", true, true)]
        {
            let provider = read("PAYMENT_PROVIDER", text).unwrap().payment_provider;
            assert_eq!(provider, Provider::Live { stripe, razorpay }, "{text}");
        }
        for address in ["http://localhost:9000", "http://127.0.0.1:9000", "http://[::1]:9000"] {
            let settings = read("RAZORPAY_URL", &format!("{address}/")).unwrap();
            assert_eq!(settings.razorpay_url.as_deref(), Some(address));
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for sender in ["one@example.org", "ExpertConnect <one@example.org>", "no-reply@localhost"] {
            assert_eq!(read("MAIL_FROM", sender).unwrap().mail_from, sender);
        }
    }

    #[test]
    fn the_public_address_is_an_origin() {
        let settings = read("PUBLIC_URL", "https://api.example.com/").unwrap();
        assert_eq!(settings.public_url.as_deref(), Some("https://api.example.com"));
        assert_eq!(read("PUBLIC_URL", "").unwrap().public_url, None);
    }

    #[test]
    fn an_issuer_is_reached_safely() {
        assert_eq!(Settings::read(|_| None).unwrap().google_issuer, GOOGLE);
        for (text, issuer) in [
            ("https://issuer.example.org/", "https://issuer.example.org"),
            ("http://localhost:9000", "http://localhost:9000"),
            ("http://127.0.0.1:9000/tenant", "http://127.0.0.1:9000/tenant"),
            ("http://[::1]:9000", "http://[::1]:9000"),
        ] {
            assert_eq!(read("GOOGLE_ISSUER", text).unwrap().google_issuer, issuer);
        }
    }

    #[test]
    fn the_address_of_a_queue_stays_as_it_is() {
        let address = "https://sqs.eu-west-1.amazonaws.com/123456789012/expertconnect-due";
        assert_eq!(read("DUE_QUEUE_URL", address).unwrap().due_queue_url.as_deref(), Some(address));
    }

    #[test]
    fn origins_are_a_comma_separated_list() {
        let settings = read("CORS_ORIGINS", "https://a.example, http://localhost:3000/").unwrap();
        assert_eq!(settings.cors_origins, ["https://a.example", "http://localhost:3000"]);
    }
}
