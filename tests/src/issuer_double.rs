//! An OpenID issuer on loopback, as Google's endpoints are seen from outside, and the ways in which one can be wrong.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use app::Clock;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use aws_lc_rs::{digest, hmac};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use url::Url;

use crate::world::{CLIENT_ID, CLIENT_SECRET, Setup, World};

/// How the next answer of a kind fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Fine,
    /// Nothing comes.
    Silent,
    /// It comes, after so many milliseconds.
    Slow(u64),
    /// The connection is closed.
    Closed,
    /// As a balancer in front of it says it.
    Html(u16),
    /// JSON, but too much of it.
    Huge,
    /// An error as OAuth has it.
    Says(u16, &'static str),
}

/// Which of its answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    Discovery,
    Token,
    Keys,
}

/// How a token is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signed {
    #[default]
    Well,
    /// By a key of somebody else's, under the name of the right one.
    ByAnother,
    /// `alg` is `none`, and there is no signature.
    Not,
    /// HS256, with what everybody can read of the key as the secret.
    WithThePublicKey,
    /// Well, but no `kid` says by which key.
    ByWhom,
    /// The claims were changed after.
    ThenChanged,
    /// Well, with a header that has to be understood and is not.
    Critically,
}

/// Somebody who has an account with the issuer.
#[derive(Clone, Debug)]
pub struct Guest {
    pub subject: String,
    pub email: String,
    pub name: String,
}

impl Guest {
    pub fn of(name: &str) -> Self {
        Self { subject: format!("1100{name}"), email: format!("{name}@example.org"), name: format!("{name} of Google") }
    }
}

/// What makes a token another than it should be: claims to be put in or, where `null`, left out.
pub type Claims = Json;

struct State {
    key: usize,
    kid: String,
    /// Under which names its keys are shown.
    shown: Vec<(String, usize)>,
    codes: BTreeMap<String, (Guest, BTreeMap<String, String>)>,
    made: u32,
    moods: BTreeMap<Door, VecDeque<Mood>>,
    signed: Signed,
    claims: Claims,
    discovery: Json,
    asked: Vec<(Door, BTreeMap<String, String>)>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    clock: Arc<Mutex<Clock>>,
    state: Arc<Mutex<State>>,
}

/// Making one takes a while.
static KEYS: LazyLock<[RsaKeyPair; 2]> =
    LazyLock::new(|| [(); 2].map(|()| RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")));

/// Modulus and exponent, out of `RSAPublicKey` (RFC 8017, A.1.1) of 2048 bits.
fn components(key: &RsaKeyPair) -> (String, String) {
    let der = key.public_key().as_ref();
    (BASE64URL_NOPAD.encode(&der[9..265]), BASE64URL_NOPAD.encode(&der[267..]))
}

fn merged(mut into: Json, over: &Json) -> Json {
    for (name, value) in over.as_object().into_iter().flatten() {
        match value {
            Json::Null => drop(into.as_object_mut().expect("an object").remove(name)),
            value => into[name] = value.clone(),
        }
    }
    into
}

impl Issuer {
    pub async fn opens() -> Self {
        // Not while somebody waits for an answer.
        LazyLock::force(&KEYS);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let kid = "5b2f…-first".replace('…', "");
        let state = State {
            key: 0,
            shown: vec![(kid.clone(), 0)],
            kid,
            codes: BTreeMap::new(),
            made: 0,
            moods: BTreeMap::new(),
            signed: Signed::Well,
            claims: json!({}),
            discovery: json!({}),
            asked: Vec::new(),
        };
        let issuer = Self { url, clock: Arc::new(Mutex::new(Clock::System)), state: Arc::new(Mutex::new(state)) };
        let serving = issuer.clone();
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let issuer = serving.clone();
                tokio::spawn(async move {
                    let answer = service_fn(move |request| issuer.clone().serve(request));
                    // Whoever does not wait for the answer closes the connection.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
                });
            }
        });
        issuer
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How the next answers of a kind fare; those after them fare well.
    pub fn is(&self, door: Door, moods: impl IntoIterator<Item = Mood>) {
        self.state().moods.insert(door, moods.into_iter().collect());
    }

    /// How tokens are made from now on.
    pub fn signs(&self, signed: Signed) {
        self.state().signed = signed;
    }

    /// What tokens say otherwise from now on.
    pub fn claims(&self, claims: Claims) {
        self.state().claims = claims;
    }

    /// What discovery says otherwise.
    pub fn describes_itself(&self, otherwise: Json) {
        self.state().discovery = otherwise;
    }

    /// Another key signs; both are shown.
    pub fn rotates(&self) {
        let mut state = self.state();
        state.key = 1;
        state.kid = "second".to_owned();
        let second = ("second".to_owned(), 1);
        state.shown.push(second);
    }

    /// Another key signs, and it is not shown.
    pub fn signs_secretly(&self) {
        self.state().kid = "never shown".to_owned();
    }

    /// How often a door was asked at.
    pub fn asked(&self, door: Door) -> usize {
        self.state().asked.iter().filter(|(asked, _)| *asked == door).count()
    }

    /// The forms the token endpoint got.
    pub fn forms(&self) -> Vec<BTreeMap<String, String>> {
        let asked = self.state().asked.clone();
        asked.into_iter().filter(|(door, _)| *door == Door::Token).map(|(_, form)| form).collect()
    }

    /// Somebody lets themselves be known to whoever sent them here: where they are sent back to.
    pub fn admits(&self, location: &str, guest: &Guest) -> Url {
        let url = Url::parse(location).expect("a URL");
        assert_eq!(format!("{}/authorize", self.url), location.split('?').next().unwrap());
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let is_asked_well = [
            ("client_id", CLIENT_ID),
            ("response_type", "code"),
            ("scope", "openid email profile"),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in is_asked_well {
            assert_eq!(asked[name], value, "{location}");
        }
        let mut state = self.state();
        state.made += 1;
        let code = format!("4/0AfJohX{:04}", state.made);
        let mut back = Url::parse(&asked["redirect_uri"]).expect("a URL");
        back.query_pairs_mut()
            .append_pair("state", &asked["state"])
            .append_pair("code", &code)
            .append_pair("iss", &self.url)
            .append_pair("scope", "email profile openid");
        state.codes.insert(code, (guest.clone(), asked));
        back
    }

    async fn serve(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
        let door = match head.uri.path() {
            "/.well-known/openid-configuration" => Door::Discovery,
            "/token" => Door::Token,
            "/keys" => Door::Keys,
            path => panic!("nobody asks for {path}"),
        };
        let mood = self.state().moods.get_mut(&door).and_then(VecDeque::pop_front).unwrap_or(Mood::Fine);
        self.state().asked.push((door, form.clone()));
        let answer = |status: u16, kind: &str, body: String| {
            Ok(Response::builder().status(status).header("content-type", kind).body(Full::from(body)).unwrap())
        };
        match mood {
            Mood::Fine => {}
            Mood::Silent => std::future::pending().await,
            Mood::Slow(milliseconds) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
            // A connection whose service panics is dropped.
            Mood::Closed => {
                return Ok(Response::builder()
                    .status(200)
                    .header("content-length", "99999")
                    .header("connection", "close")
                    .body(Full::from("{"))
                    .unwrap());
            }
            Mood::Html(status) => return answer(status, "text/html", "<html>Bad Gateway</html>".to_owned()),
            Mood::Huge => {
                return answer(200, "application/json", json!({"filling": "x".repeat(3_000_000)}).to_string());
            }
            Mood::Says(status, error) => {
                return answer(status, "application/json", json!({"error": error}).to_string());
            }
        }
        let (status, json) = match door {
            Door::Discovery => (200, self.discovery()),
            Door::Keys => (200, self.keys()),
            Door::Token => {
                assert_eq!(head.method, "POST");
                assert_eq!(head.headers["content-type"], "application/x-www-form-urlencoded");
                self.exchange(&form)
            }
        };
        answer(status, "application/json", json.to_string())
    }

    fn discovery(&self) -> Json {
        let url = &self.url;
        let all = json!({
            "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
            "userinfo_endpoint": format!("{url}/me"), "jwks_uri": format!("{url}/keys"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["plain", "S256"],
        });
        merged(all, &self.state().discovery)
    }

    /// Beside its own it shows keys of other kinds, as issuers do.
    fn keys(&self) -> Json {
        let own = self.state().shown.clone().into_iter().map(|(kid, key)| {
            let (n, e) = components(&KEYS[key]);
            json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e})
        });
        let others = [
            json!({"kty": "EC", "crv": "P-256", "kid": "curve", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}),
            json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "lattice", "pub": "AAAA"}),
            json!({"kty": "oct", "kid": "secret", "k": "AAAA"}),
            json!("no key at all"),
        ];
        json!({"keys": others.into_iter().chain(own).collect::<Vec<_>>()})
    }

    fn exchange(&self, form: &BTreeMap<String, String>) -> (u16, Json) {
        let said = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        if (said("client_id"), said("client_secret")) != (CLIENT_ID, CLIENT_SECRET) {
            return (401, json!({"error": "invalid_client"}));
        }
        // A code works once.
        let Some((guest, asked)) = self.state().codes.remove(said("code")) else {
            return (400, json!({"error": "invalid_grant"}));
        };
        let challenge =
            BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, said("code_verifier").as_bytes()).as_ref());
        let fits = said("grant_type") == "authorization_code"
            && said("redirect_uri") == asked["redirect_uri"]
            && challenge == asked["code_challenge"];
        if !fits {
            return (400, json!({"error": "invalid_grant"}));
        }
        let token = self.id_token(&guest, &asked["nonce"]);
        (
            200,
            json!({"access_token": "ya29.a0", "expires_in": 3599, "id_token": token, "token_type": "Bearer",
            "scope": "openid email profile"}),
        )
    }

    fn id_token(&self, guest: &Guest, nonce: &str) -> String {
        let now = self.clock.lock().unwrap().now().timestamp();
        let state = self.state();
        let claims = json!({
            "iss": self.url, "azp": CLIENT_ID, "aud": CLIENT_ID, "sub": guest.subject, "email": guest.email,
            "email_verified": true, "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "nonce": nonce, "name": guest.name,
            "iat": now, "exp": now + 3600,
        });
        let claims = merged(claims, &state.claims);
        let header = json!({"alg": "RS256", "kid": state.kid, "typ": "JWT"});
        let (key, signed) = (&KEYS[state.key], state.signed);
        let part = |json: &Json| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
        let header = match signed {
            Signed::Not => merged(header, &json!({"alg": "none"})),
            Signed::WithThePublicKey => merged(header, &json!({"alg": "HS256"})),
            Signed::ByWhom => merged(header, &json!({"kid": null})),
            Signed::Critically => merged(header, &json!({"crit": ["exp"]})),
            Signed::Well | Signed::ByAnother | Signed::ThenChanged => header,
        };
        let said = format!("{}.{}", part(&header), part(&claims));
        let rsa = |key: &RsaKeyPair, said: &str| {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature).expect("signed");
            signature
        };
        let signature = match signed {
            Signed::Not => Vec::new(),
            Signed::WithThePublicKey => {
                let secret = hmac::Key::new(hmac::HMAC_SHA256, key.public_key().as_ref());
                hmac::sign(&secret, said.as_bytes()).as_ref().to_vec()
            }
            Signed::ByAnother => rsa(&KEYS[1 - state.key], &said),
            Signed::ThenChanged => rsa(key, &format!("{said}x")),
            Signed::Well | Signed::ByWhom | Signed::Critically => rsa(key, &said),
        };
        format!("{said}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

/// A world people can sign in to by way of an issuer, however crowded the machine.
pub async fn with_issuer(setup: Setup) -> (World, Issuer) {
    with_patience(setup, Duration::from_secs(20)).await
}

/// The same where it is not waited for for long.
pub async fn with_slow_issuer(setup: Setup) -> (World, Issuer) {
    with_patience(setup, Duration::from_millis(700)).await
}

async fn with_patience(setup: Setup, patience: Duration) -> (World, Issuer) {
    let issuer = Issuer::opens().await;
    let of = Some((issuer.url.clone(), patience));
    let world = World::with(Setup { issuer: of, ..setup }).await;
    // What is signed is signed in the world's own time.
    *issuer.clock.lock().unwrap() = world.app.clock.clone();
    assert!(world.issuer.set(issuer.clone()).is_ok(), "it has one");
    (world, issuer)
}
