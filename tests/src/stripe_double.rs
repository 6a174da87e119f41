//! Stripe's documented API on loopback: payment intents and refunds, idempotency, and the ways in which it fails.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use crate::world::{STRIPE_KEY, Setup, World};

/// How the next request fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Fine,
    /// An error, without an effect.
    Says(u16, &'static str),
    /// The same, and it is remembered with the idempotency key.
    Keeps(u16),
    Garbage,
    /// Nothing is done, and no answer comes.
    Silent,
    /// It is done, and no answer comes.
    DoneSilently,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    pub key: String,
    pub form: BTreeMap<String, String>,
}

#[derive(Default)]
struct State {
    moods: VecDeque<Mood>,
    asked: Vec<Asked>,
    /// By idempotency key: what was asked under it, and the answer.
    kept: BTreeMap<String, (Asked, Answer)>,
    intents: BTreeMap<String, Json>,
    refunded: BTreeSet<String>,
    refunds: usize,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Double {
    pub url: String,
    state: Arc<Mutex<State>>,
}

type Answer = (u16, Json);

fn error(status: u16, kind: &str, code: &str) -> Answer {
    (status, json!({"error": {"type": kind, "code": code, "message": "on purpose"}}))
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Answer {
        if let Some((before, answer)) = self.kept.get(&asked.key) {
            return match before == asked {
                true => answer.clone(),
                false => error(400, "idempotency_error", "idempotency_key_in_use"),
            };
        }
        let made = match asked.path.as_str() {
            "/v1/payment_intents" => self.make(&asked.form),
            "/v1/refunds" => self.refund(&asked.form),
            _ => return error(404, "invalid_request_error", "resource_missing"),
        };
        if made.0 == 200 {
            self.kept.insert(asked.key.clone(), (asked.clone(), made.clone()));
        }
        made
    }

    fn make(&mut self, form: &BTreeMap<String, String>) -> Answer {
        let Some(amount) = form.get("amount").and_then(|amount| amount.parse::<u64>().ok()) else {
            return error(400, "invalid_request_error", "parameter_invalid_integer");
        };
        let currency = form.get("currency").cloned().unwrap_or_default();
        if currency.len() != 3 || currency.to_lowercase() != currency {
            return error(400, "invalid_request_error", "parameter_invalid");
        }
        let metadata: BTreeMap<_, _> = form
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("metadata[")?.strip_suffix(']')?, value)))
            .collect();
        let id = format!("pi_3Mtw{:04}LkdIwHu7ix", self.intents.len() + 1);
        let intent = json!({
            "id": id, "object": "payment_intent", "amount": amount, "currency": currency, "metadata": metadata,
            "client_secret": format!("{id}_secret_YrKJUKribcBjcG8HVhfZluoGH"), "status": "requires_payment_method",
        });
        self.intents.insert(id, intent.clone());
        (200, intent)
    }

    fn refund(&mut self, form: &BTreeMap<String, String>) -> Answer {
        let id = form.get("payment_intent").cloned().unwrap_or_default();
        if !self.intents.contains_key(&id) {
            return error(404, "invalid_request_error", "resource_missing");
        }
        if !self.refunded.insert(id.clone()) {
            return error(400, "invalid_request_error", "charge_already_refunded");
        }
        self.refunds += 1;
        (
            200,
            json!({"id": format!("re_{}", self.refunds), "object": "refund", "payment_intent": id, "status": "succeeded"}),
        )
    }
}

impl Double {
    pub async fn opens() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let double = Self { url, state: Arc::default() };
        let serving = double.clone();
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let double = serving.clone();
                tokio::spawn(async move {
                    let answer = service_fn(move |request| double.clone().serve(request));
                    // Whoever does not wait for the answer closes the connection.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
                });
            }
        });
        double
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How the next requests fare; those after them fare well.
    pub fn is(&self, moods: impl IntoIterator<Item = Mood>) {
        self.state().moods = moods.into_iter().collect();
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    pub fn intents(&self) -> Vec<Json> {
        self.state().intents.values().cloned().collect()
    }

    /// How much went back, in payments.
    pub fn refunds(&self) -> usize {
        self.state().refunds
    }

    /// A day later it knows no key any more.
    pub fn forgets_keys(&self) {
        self.state().kept.clear();
    }

    async fn serve(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let form = url::form_urlencoded::parse(&body).into_owned().collect();
        let asked = Asked { path: head.uri.path().to_owned(), key: header("idempotency-key").to_owned(), form };
        let mood = self.state().moods.pop_front().unwrap_or(Mood::Fine);
        self.state().asked.push(asked.clone());
        let mut is_replayed = false;
        let is_form = header("content-type") == "application/x-www-form-urlencoded" && head.method == "POST";
        let (status, json) = if header("authorization") != format!("Bearer {STRIPE_KEY}") {
            error(401, "invalid_request_error", "")
        } else if !is_form || asked.key.is_empty() {
            error(400, "invalid_request_error", "parameter_missing")
        } else {
            match mood {
                Mood::Fine => {
                    is_replayed = self.state().kept.contains_key(&asked.key);
                    self.state().answer(&asked)
                }
                Mood::Keeps(status) => {
                    let answer = error(status, "api_error", "");
                    self.state().kept.insert(asked.key.clone(), (asked, answer.clone()));
                    answer
                }
                Mood::Says(status, code) => error(status, "api_error", code),
                Mood::Garbage => return Ok(Response::new(Full::from("<html>502 Bad Gateway</html>"))),
                Mood::Silent => std::future::pending().await,
                Mood::DoneSilently => {
                    self.state().answer(&asked);
                    std::future::pending().await
                }
            }
        };
        let mut response = Response::builder().status(status).header("content-type", "application/json");
        if is_replayed {
            response = response.header("idempotent-replayed", "true");
        }
        Ok(response.body(Full::from(json.to_string())).unwrap())
    }
}

/// A world whose money Stripe takes, however crowded the machine.
pub async fn with_stripe(setup: Setup) -> (World, Double) {
    with_patience(setup, Duration::from_secs(20)).await
}

/// The same where Stripe does not always answer: not for long is it waited for.
pub async fn with_silent_stripe(setup: Setup) -> (World, Double) {
    with_patience(setup, Duration::from_millis(700)).await
}

async fn with_patience(setup: Setup, patience: Duration) -> (World, Double) {
    let double = Double::opens().await;
    let stripe = Some((double.url.clone(), patience));
    (World::with(Setup { stripe, ..setup }).await, double)
}
