//! Assembling the app in a Lambda: settings from the environment, secrets from the secret store, one warm connection.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use serde::Deserialize;
use store::signing::{Keys, SHORTEST_KEY};
use store::{Cursors, Store};

use crate::background::{Background, Queues, Sockets};
use crate::files::Files;
use crate::mail::Post;
use crate::metrics::Metrics;
use crate::payments::Gateway;
use crate::tokens::Tokens;
use crate::{App, Clock, Common, Error, Hashing, Keyring, Mint, Parts, Result, Settings, openid, people, site};

/// What the secret holds, as JSON.
#[derive(Deserialize)]
struct Secrets {
    token_key: String,
    /// Accepted, and signs nothing any more, or not yet (`docs/deployment.md`).
    #[serde(default)]
    token_key_previous: Option<String>,
    #[serde(default)]
    token_key_next: Option<String>,
    #[serde(default)]
    admin_password: Option<String>,
}

impl Secrets {
    fn keys(&self) -> Result<Keys> {
        let others =
            [&self.token_key_previous, &self.token_key_next].into_iter().flatten().filter(|key| !key.is_empty());
        let all: Vec<_> = [&self.token_key].into_iter().chain(others).map(String::as_bytes).collect();
        if all.iter().any(|key| key.len() < SHORTEST_KEY) {
            return Err(broken("reading the secret", format!("a key of fewer than {SHORTEST_KEY} characters")));
        }
        Ok(Keys::new(all[0], all[1..].iter().copied()))
    }
}

fn broken(what: &'static str, detail: impl std::fmt::Display) -> Error {
    Error::Common(Common::Broken { what, detail: detail.to_string() })
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Settings {
    /// The settings of a deployed function.
    pub fn from_env() -> Result<Self> {
        Self::read(environment).map_err(|bad| broken("configuration", bad))
    }
}

/// By default the SDK waits for an answer for ever, and a batch waits with it.
fn within(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(operation).build()
}

impl Background {
    /// The same with its ways out, for a function that has them.
    pub async fn from_env() -> Result<Self> {
        let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
        let app = App::of(&config).await?;
        let need = |name: &'static str, value: &Option<String>| {
            value.clone().ok_or_else(|| broken("configuration", format!("{name} is not set")))
        };
        let endpoint = need("SOCKETS_URL", &app.settings.sockets_url)?;
        let sockets = aws_sdk_apigatewaymanagement::config::Builder::from(&config)
            .endpoint_url(endpoint)
            .timeout_config(within(Duration::from_secs(2), Duration::from_secs(5)))
            .build();
        let queues = aws_sdk_sqs::config::Builder::from(&config)
            .timeout_config(within(Duration::from_secs(3), Duration::from_secs(8)))
            .build();
        // The queue tries again; the client must not, or a mail whose acceptance was lost on the way goes out twice.
        let post = aws_sdk_sesv2::config::Builder::from(&config)
            .timeout_config(within(Duration::from_secs(10), Duration::from_secs(10)))
            .retry_config(RetryConfig::disabled())
            .build();
        Ok(Self {
            sockets: Sockets::Live(aws_sdk_apigatewaymanagement::Client::from_conf(sockets)),
            queues: Queues::Live {
                client: aws_sdk_sqs::Client::from_conf(queues),
                due_url: need("DUE_QUEUE_URL", &app.settings.due_queue_url)?,
                mail_url: need("MAIL_QUEUE_URL", &app.settings.mail_queue_url)?,
                report_url: need("REPORT_QUEUE_URL", &app.settings.report_queue_url)?,
            },
            post: Post::Live(aws_sdk_sesv2::Client::from_conf(post)),
            app,
        })
    }
}

impl App {
    /// The app of a deployed function.
    pub async fn from_env() -> Result<Self> {
        Self::of(&aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await).await
    }

    async fn of(config: &aws_config::SdkConfig) -> Result<Self> {
        let settings = Settings::from_env()?;
        let vault = aws_sdk_secretsmanager::Client::new(config);
        let arn = settings.secrets_arn.as_deref().ok_or_else(|| broken("configuration", "SECRETS_ARN is not set"))?;
        // At once, for a function that starts is waited for.
        let (secrets, origin_key) = tokio::try_join!(secret(&vault, arn), async {
            match settings.origin_key_arn.as_deref() {
                Some(arn) => secret(&vault, arn).await.map(Some),
                None => Ok(None),
            }
        })?;
        let unreadable = |error| broken("reading the secret", error);
        let others: BTreeMap<String, serde_json::Value> = serde_json::from_str(&secrets).map_err(unreadable)?;
        let keyring = Keyring::read(|name| others.get(&name.to_lowercase())?.as_str().map(str::to_owned));
        let secrets: Secrets = serde_json::from_str(&secrets).map_err(unreadable)?;
        let keys = secrets.keys()?;
        let files = aws_sdk_s3::config::Builder::from(config)
            .request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired)
            .build();
        let app = Self::assemble(Parts {
            store: Store::new(dynamo::Table::new(&dynamo::Client::new(config), &settings.table_name)),
            files: Files::new(aws_sdk_s3::Client::from_conf(files), &settings.files_bucket)
                .reached_by(settings.public_url.as_deref()),
            clock: Clock::System,
            mint: Mint::default(),
            tokens: Tokens::new(&keys),
            cursors: Cursors::new(&keys),
            origin_key,
            gateway: Gateway::of(&settings, &keyring).map_err(|bad| broken("configuration", bad))?,
            openid: openid::Client::of(&settings, &keyring).map_err(|bad| broken("configuration", bad))?,
            keyring,
            hashing: Hashing::default(),
            site: site::Known::default(),
            metrics: Metrics::of(&settings),
            capacity: None,
            settings,
        });
        app.store.warm().await;
        // One function looks after it. Its password can be put into the secret only once there is one.
        match (&app.settings.admin_email, secrets.admin_password.as_deref()) {
            _ if !app.settings.makes_admin => {}
            (Some(email), None) => match people::is_admin(&app, email).await {
                Ok(true) => {}
                Ok(false) => tracing::warn!("there is no administrator yet: the secret has no admin_password"),
                Err(error) => tracing::warn!(%error, "there is no administrator, and the secret has no admin_password"),
            },
            (_, password) => app.ensure_admin(password).await?,
        }
        tracing::info!(zones = domain::zone::release(), "started");
        Ok(app)
    }

    /// Sees to it that the configured administrator exists.
    ///
    /// # Errors
    /// There is none, and none can be made: the password is missing or too weak, or somebody else has the address.
    pub async fn ensure_admin(&self, password: Option<&str>) -> Result<()> {
        match (&self.settings.admin_email, password) {
            (Some(email), Some(password)) => people::ensure_admin(self, email, password).await,
            (Some(email), None) if people::is_admin(self, email).await? => Ok(()),
            (Some(_), None) => Err(broken("making the administrator", "ADMIN_EMAIL is set and ADMIN_PASSWORD is not")),
            (None, _) => Ok(()),
        }
    }
}

async fn secret(vault: &aws_sdk_secretsmanager::Client, arn: &str) -> Result<String> {
    let answer = vault
        .get_secret_value()
        .secret_id(arn)
        .send()
        .await
        .map_err(|error| broken("reading the secret", aws_sdk_secretsmanager::error::DisplayErrorContext(error)))?;
    Ok(answer.secret_string().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secret: &str) -> Option<usize> {
        let secrets: Secrets = serde_json::from_str(secret).unwrap();
        secrets.keys().ok().map(|keys| keys.all().count())
    }

    #[test]
    fn the_secret_has_one_key_that_signs_and_others_that_are_accepted() {
        let (one, two, three) = ("k".repeat(64), "l".repeat(64), "m".repeat(16));
        assert_eq!(keys(&format!(r#"{{"token_key": "{one}"}}"#)), Some(1));
        assert_eq!(keys(&format!(r#"{{"token_key": "{one}", "token_key_previous": "{two}"}}"#)), Some(2));
        let all = format!(r#"{{"token_key": "{one}", "token_key_previous": "{two}", "token_key_next": "{three}"}}"#);
        assert_eq!(keys(&all), Some(3));
        assert_eq!(
            keys(&format!(r#"{{"token_key": "{one}", "token_key_previous": null, "token_key_next": ""}}"#)),
            Some(1)
        );
        assert_eq!(keys(&format!(r#"{{"token_key": "{one}", "token_key_previous": "short"}}"#)), None);
        assert_eq!(keys(r#"{"token_key": ""}"#), None);
    }
}
