//! Signing in by way of an OpenID issuer: Google, or whoever takes its place for tries.
//!
//! The client speaks to the issuer and believes nothing it has not checked; [`signing_in`] makes of what it says an
//! account and a session.

mod flow;
mod id_token;
mod provider;
pub mod signing_in;

use std::sync::Arc;
use std::time::Duration;

use domain::openid::{Asserted, Refusal};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::outbound::Outbound;
use crate::settings::{BadSetting, GOOGLE, Settings};
use crate::{Clock, Common, Error, Keyring, Result};
use flow::Flow;
pub use flow::{Browser, LONGEST_NEXT};
use provider::Provider;

/// For one request to the issuer. A sign-in makes up to four, and the function has ten seconds.
const PATIENCE: Duration = Duration::from_millis(2500);

/// Google's tokens may name it without its scheme.
const GOOGLE_BARE: &str = "accounts.google.com";

/// A client of one issuer. Cheap to clone; clones share what they know of it.
#[derive(Clone)]
pub struct Client {
    issuer: String,
    id: String,
    secret: String,
    outbound: Outbound,
    /// For all requests of one sign-in.
    patience: Duration,
    provider: Arc<Provider>,
}

/// Why the issuer did not help.
#[derive(Debug)]
enum Trouble {
    /// It cannot be reached, or says what no issuer says.
    Away(String),
    /// It does not know us: our client id or secret is wrong.
    Ours(u16),
    Refused(Refusal),
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(refusal) => refusal.into(),
            Trouble::Away(why) => {
                tracing::warn!(why, "the issuer does not do what it is asked");
                Error::Common(Common::ProviderUnavailable)
            }
            Trouble::Ours(status) => {
                tracing::error!(status, "the issuer does not know us: look at GOOGLE_CLIENT_ID and its secret");
                Error::Common(Common::ProviderUnavailable)
            }
        }
    }
}

impl Client {
    /// `None`: nobody signs in that way here.
    pub fn of(settings: &Settings, keyring: &Keyring) -> Result<Option<Self>, BadSetting> {
        match (&settings.google_client_id, &keyring.google) {
            (None, _) => Ok(None),
            (Some(id), Some(secret)) => Ok(Some(Self::at(&settings.google_issuer, id, secret, PATIENCE))),
            (Some(_), None) => Err(BadSetting {
                name: "GOOGLE_CLIENT_ID",
                problem: "Google tells nobody's address to who has no GOOGLE_CLIENT_SECRET".to_owned(),
            }),
        }
    }

    /// The same with another issuer, each of whose answers may take `patience`.
    pub fn at(issuer: &str, id: &str, secret: &str, patience: Duration) -> Self {
        Self {
            issuer: issuer.to_owned(),
            id: id.to_owned(),
            secret: secret.to_owned(),
            outbound: Outbound::new(patience),
            patience: patience.mul_f32(2.4),
            provider: Arc::default(),
        }
    }

    /// Where somebody is sent to be asked who they are.
    async fn authorization(
        &self,
        flow: &Flow,
        state: &str,
        browser: &Browser,
        uri: &str,
        clock: &Clock,
    ) -> Result<Url> {
        let discovery = self.provider.discovery(&self.issuer, &self.outbound, clock.now()).await?;
        let mut url = discovery.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("client_id", &self.id)
            .append_pair("redirect_uri", uri)
            .append_pair("response_type", "code")
            .append_pair("scope", "openid email profile")
            .append_pair("state", state)
            .append_pair("nonce", &flow.nonce(browser))
            .append_pair("code_challenge", &flow.challenge(browser))
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Whom a code stands for.
    async fn redeem(&self, code: &str, flow: &Flow, browser: &Browser, uri: &str, clock: &Clock) -> Result<Asserted> {
        let all = self.exchange_and_check(code, flow, browser, uri, clock);
        match tokio::time::timeout(self.patience, all).await {
            Ok(asserted) => Ok(asserted?),
            Err(_elapsed) => Err(Trouble::Away("no answers in time".to_owned()).into()),
        }
    }

    async fn exchange_and_check(
        &self,
        code: &str,
        flow: &Flow,
        browser: &Browser,
        uri: &str,
        clock: &Clock,
    ) -> Result<Asserted, Trouble> {
        let discovery = self.provider.discovery(&self.issuer, &self.outbound, clock.now()).await?;
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", uri)
            .append_pair("client_id", &self.id)
            .append_pair("client_secret", &self.secret)
            .append_pair("code_verifier", &flow.verifier(browser))
            .finish();
        let answer = self.outbound.post_form(discovery.token_endpoint.as_str(), form).await.map_err(Trouble::Away)?;
        let token = match answer.status {
            200 => {
                let json: serde_json::Value = serde_json::from_slice(&answer.body)
                    .map_err(|_| Trouble::Away("an answer of another kind".to_owned()))?;
                json["id_token"].as_str().map(str::to_owned).ok_or(Trouble::Refused(Refusal::BadIdToken))?
            }
            401 | 403 => return Err(Trouble::Ours(answer.status)),
            // What else it says differs from issuer to issuer.
            400 => return Err(Trouble::Refused(Refusal::BadCode)),
            status => return Err(Trouble::Away(format!("status {status}"))),
        };
        let kid = id_token::signer(&token).map_err(Trouble::Refused)?;
        let key = self.provider.key(&discovery, &kid, &self.outbound, clock.now()).await?;
        let issuers: &[&str] = if self.issuer == GOOGLE { &[GOOGLE, GOOGLE_BARE] } else { &[&self.issuer] };
        let nonce = flow.nonce(browser);
        let expected = id_token::Expected { issuers, client: &self.id, nonce: &nonce };
        id_token::check(&token, &key, expected, clock.now()).map_err(Trouble::Refused)
    }
}
