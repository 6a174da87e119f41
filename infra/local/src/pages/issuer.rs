//! An OpenID issuer for tries with the demo, in Google's place: it believes whoever says who they are. It keeps nothing, for
//! a code says itself what it stands for.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use askama::Template;
use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::{Value as Json, json};
use url::{Host, Url, form_urlencoded};

use super::shown;
use crate::Fault;
use crate::controls::not_allowed;
use crate::envelope::{bad_request, internal, json_response, not_found};
use crate::functions::App;

const BELOW: &str = "/_local/issuer";

/// As whom the demo is known to it.
const CLIENT: [(&str, &str); 2] = [("GOOGLE_CLIENT_ID", "local-demo"), ("GOOGLE_CLIENT_SECRET", "local-demo-secret")];

/// Whom it offers to be.
const GUESTS: [(&str, &str); 2] = [("Grace Hopper", "grace@example.com"), ("Alan Turing", "alan@example.com")];

const KEY_ID: &str = "demo";

pub(crate) struct Issuer {
    url: String,
    /// Made when somebody signs in: that takes a while.
    key: OnceLock<RsaKeyPair>,
}

#[derive(Template)]
#[template(path = "issuer.html")]
struct Page {
    guests: Vec<Guest>,
    /// What the page was asked with.
    asked: BTreeMap<String, String>,
    denied: String,
}

struct Guest {
    name: String,
    email: String,
    link: String,
}

impl Issuer {
    /// For a server that nobody has told of another.
    pub(crate) fn instead_of_google(base_url: &str, environment: &mut HashMap<String, String>) -> Option<Self> {
        if environment.get(CLIENT[0].0).is_some_and(|id| !id.is_empty()) {
            return None;
        }
        let url = format!("{base_url}{BELOW}");
        environment.extend(CLIENT.map(|(name, value)| (name.to_owned(), value.to_owned())));
        environment.insert("GOOGLE_ISSUER".to_owned(), url.clone());
        Some(Self { url, key: OnceLock::new() })
    }

    /// `None`: another path.
    pub(super) fn answer(&self, app: &App, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let path = request.uri().path().trim_end_matches('/').strip_prefix(BELOW)?;
        let method = if path == "/token" { "POST" } else { "GET" };
        if request.method().as_str() != method {
            return Some(not_allowed(method));
        }
        Some(match path {
            "/.well-known/openid-configuration" => json_response(StatusCode::OK, &self.discovery()),
            "/authorize" => page(request.uri().query().unwrap_or_default()),
            "/keys" => told(self.keys()),
            "/token" => self.exchange(app, request.body()),
            _ => not_found(),
        })
    }

    fn discovery(&self) -> Json {
        let url = &self.url;
        json!({
            "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        })
    }

    fn key(&self) -> Result<&RsaKeyPair, Fault> {
        if self.key.get().is_none() {
            let made = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| "no key could be made")?;
            // Another request may have been faster: then its key is the one.
            let _ = self.key.set(made);
        }
        self.key.get().ok_or_else(|| "there is no key".into())
    }

    fn keys(&self) -> Result<Json, Fault> {
        // Modulus and exponent, out of `RSAPublicKey` (RFC 8017, A.1.1) of 2048 bits.
        let der = self.key()?.public_key().as_ref();
        let (n, e) = (URL_SAFE_NO_PAD.encode(&der[9..265]), URL_SAFE_NO_PAD.encode(&der[267..]));
        Ok(json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": n, "e": e}]}))
    }

    fn exchange(&self, app: &App, body: &[u8]) -> Response<Bytes> {
        let form: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let said = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let wrong = |status, error| json_response(status, &json!({ "error": error }));
        if [said("client_id"), said("client_secret")] != CLIENT.map(|(_, value)| value) {
            return wrong(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        let code =
            URL_SAFE_NO_PAD.decode(said("code")).ok().and_then(|code| serde_json::from_slice::<Json>(&code).ok());
        let code = code.unwrap_or_default();
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, said("code_verifier").as_bytes()));
        if code["challenge"] != challenge || code["redirect_uri"] != said("redirect_uri") {
            return wrong(StatusCode::BAD_REQUEST, "invalid_grant");
        }
        told(self.id_token(app, &code).map(
            |token| json!({"access_token": "none", "token_type": "Bearer", "expires_in": 3600, "id_token": token}),
        ))
    }

    fn id_token(&self, app: &App, code: &Json) -> Result<String, Fault> {
        let now = app.clock.now().timestamp();
        let claims = json!({
            "iss": self.url, "aud": CLIENT[0].1, "sub": code["email"], "email": code["email"], "email_verified": true,
            "name": code["name"], "nonce": code["nonce"], "iat": now, "exp": now + 3600,
        });
        let part = |json: Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let said = format!("{}.{}", part(json!({"alg": "RS256", "kid": KEY_ID, "typ": "JWT"})), part(claims));
        let key = self.key()?;
        let mut signature = vec![0; key.public_modulus_len()];
        let signed = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature);
        signed.map_err(|_| "the token could not be signed")?;
        Ok(format!("{said}.{}", URL_SAFE_NO_PAD.encode(&signature)))
    }
}

fn told(outcome: Result<Json, Fault>) -> Response<Bytes> {
    match outcome {
        Ok(json) => json_response(StatusCode::OK, &json),
        Err(fault) => {
            tracing::error!(%fault, "the issuer of the demo failed");
            internal()
        }
    }
}

/// Back to a server on this machine, and to nobody else.
fn redirect(asked: &BTreeMap<String, String>) -> Option<Url> {
    let url = Url::parse(asked.get("redirect_uri")?).ok()?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    (is_here && url.scheme() == "http").then_some(url)
}

/// Asks somebody who they are. A form on it leads to the page again, with another name to choose.
fn page(query: &str) -> Response<Bytes> {
    let mut asked: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let own = asked.remove("name").zip(asked.remove("email"));
    let own = own.filter(|(_, email)| !email.is_empty());
    let Some(back) = redirect(&asked) else {
        return bad_request("redirect_uri is not an address on this machine.");
    };
    let said = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let to = |name: &str, value: &str| {
        let mut url = back.clone();
        url.query_pairs_mut().append_pair(name, value).append_pair("state", &said("state"));
        String::from(url)
    };
    let offered = GUESTS.map(|(name, email)| (name.to_owned(), email.to_owned()));
    let guests = own.into_iter().chain(offered).map(|(name, email)| {
        let code = json!({
            "name": name, "email": email, "nonce": said("nonce"), "challenge": said("code_challenge"),
            "redirect_uri": back.as_str(),
        });
        let link = to("code", &URL_SAFE_NO_PAD.encode(code.to_string()));
        Guest { name, email, link }
    });
    let guests = guests.collect();
    let denied = to("error", "access_denied");
    shown(&Page { guests, asked, denied })
}
