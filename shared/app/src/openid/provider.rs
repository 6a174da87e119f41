//! The issuer as it describes itself: where to send people, where to exchange their code, which keys it signs with. Both
//! documents are kept for an hour.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use domain::Instant;
use domain::openid::Refusal;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::Trouble;
use crate::outbound::{Outbound, is_safe};

const KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// A key that is not among those kept may be new: they are asked for again, but not so often that an issuer which signs
/// with keys it does not show keeps us busy.
const MOST_REFETCHES_PER_MINUTE: u32 = 10;

#[derive(Default)]
pub(super) struct Provider {
    discovery: Mutex<Option<Kept<Arc<Discovery>>>>,
    keys: Mutex<Option<Kept<Keys>>>,
}

struct Kept<T> {
    since: Instant,
    what: T,
}

impl<T> Kept<T> {
    /// A clock may have been set back.
    fn is_fresh(&self, now: Instant) -> bool {
        self.since <= now && now < self.since + KEPT_FOR
    }
}

pub(super) struct Discovery {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    jwks_uri: Url,
}

#[derive(Deserialize)]
struct DiscoveryDocument {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// By their `kid`.
struct Keys {
    known: BTreeMap<String, DecodingKey>,
    /// In which minute they were asked for anew, and how often in it.
    refetched: (i64, u32),
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

/// Of a key all but what its kind says is left to its kind: a set may hold others than ours.
#[derive(Deserialize)]
struct RsaKey {
    kty: String,
    kid: String,
    #[serde(default)]
    r#use: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    n: String,
    e: String,
}

impl Provider {
    pub(super) async fn discovery(
        &self,
        issuer: &str,
        outbound: &Outbound,
        now: Instant,
    ) -> Result<Arc<Discovery>, Trouble> {
        let mut kept = self.discovery.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_fresh(now)) {
            return Ok(kept.what.clone());
        }
        let url = format!("{issuer}/.well-known/openid-configuration");
        let read: DiscoveryDocument = document(outbound, &url).await?;
        if read.issuer != issuer {
            return Err(Trouble::Away("discovery is another issuer's".to_owned()));
        }
        let url = |text: &str| {
            let url = Url::parse(text).ok().filter(is_safe);
            url.ok_or_else(|| Trouble::Away("discovery leads to where others could listen".to_owned()))
        };
        let read = Arc::new(Discovery {
            authorization_endpoint: url(&read.authorization_endpoint)?,
            token_endpoint: url(&read.token_endpoint)?,
            jwks_uri: url(&read.jwks_uri)?,
        });
        *kept = Some(Kept { since: now, what: read.clone() });
        Ok(read)
    }

    /// The key of this name. Whoever waits here finds what another has fetched meanwhile.
    pub(super) async fn key(
        &self,
        discovery: &Discovery,
        kid: &str,
        outbound: &Outbound,
        now: Instant,
    ) -> Result<DecodingKey, Trouble> {
        let mut kept = self.keys.lock().await;
        let fresh = kept.as_ref().filter(|kept| kept.is_fresh(now)).map(|kept| &kept.what);
        if let Some(key) = fresh.and_then(|keys| keys.known.get(kid)) {
            return Ok(key.clone());
        }
        let minute = now.timestamp().div_euclid(60);
        let refetched = match fresh.map(|keys| keys.refetched) {
            Some((same, times)) if same == minute => (minute, times + 1),
            Some(_) => (minute, 1),
            None => (minute, 0),
        };
        if refetched.1 > MOST_REFETCHES_PER_MINUTE {
            return Err(Trouble::Refused(Refusal::BadIdToken));
        }
        let known = rsa_keys(document(outbound, discovery.jwks_uri.as_str()).await?);
        let key = known.get(kid).cloned();
        *kept = Some(Kept { since: now, what: Keys { known, refetched } });
        key.ok_or(Trouble::Refused(Refusal::BadIdToken))
    }
}

async fn document<T: serde::de::DeserializeOwned>(outbound: &Outbound, url: &str) -> Result<T, Trouble> {
    let answer = outbound.get(url).await.map_err(Trouble::Away)?;
    if answer.status != 200 {
        return Err(Trouble::Away(format!("status {}", answer.status)));
    }
    serde_json::from_slice(&answer.body).map_err(|_| Trouble::Away("an answer of another kind".to_owned()))
}

/// Those that sign as we want it. What cannot be read is a key of somebody else's.
fn rsa_keys(set: KeySet) -> BTreeMap<String, DecodingKey> {
    let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value::<RsaKey>(key).ok());
    let keys = keys.filter(|key| {
        key.kty == "RSA"
            && key.r#use.as_deref().is_none_or(|purpose| purpose == "sig")
            && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
    });
    keys.filter_map(|key| Some((key.kid, DecodingKey::from_rsa_components(&key.n, &key.e).ok()?))).collect()
}
