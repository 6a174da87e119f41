//! Razorpay's documented API on loopback: orders, payments, capture and refunds, and the ways in which it fails.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE64;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use crate::world::{RAZORPAY_KEY, Setup, World};

/// How the next request fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Fine,
    /// An error of its own, without an effect.
    Says(u16, &'static str),
    /// What stands before it answers, in HTML.
    BadGateway,
    /// Not JSON, although it was done.
    DoneInHtml,
    /// The connection is closed instead of an answer.
    Closes,
    /// It is done, and the connection is closed.
    DoneAndCloses,
    /// Nothing is done, and no answer comes.
    Silent,
    /// It is done, and no answer comes.
    DoneSilently,
    /// A refund is agreed to, and comes later.
    Pending,
    /// A refund is agreed to, and has failed.
    Failed,
    /// The same key is still under way.
    UnderWay,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Method and path with its query.
    pub what: String,
    /// `X-Refund-Idempotency`
    pub key: String,
    pub body: Json,
}

type Answer = (u16, Json);

#[derive(Default)]
struct State {
    moods: VecDeque<Mood>,
    asked: Vec<Asked>,
    orders: Vec<Json>,
    payments: BTreeMap<String, Json>,
    refunds: Vec<Json>,
    /// By idempotency key: what was asked under it, and the answer.
    kept: BTreeMap<String, (Asked, Answer)>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Double {
    pub url: String,
    state: Arc<Mutex<State>>,
}

fn error(status: u16, code: &str, description: &str, field: Json) -> Answer {
    let error = json!({
        "code": code, "description": description, "source": "business", "step": "payment_initiation",
        "reason": "input_validation_failed", "metadata": {}, "field": field,
    });
    (status, json!({"error": error}))
}

fn bad(description: &str) -> Answer {
    error(400, "BAD_REQUEST_ERROR", description, Json::Null)
}

/// Whole, and at least one rupee.
fn amount(body: &Json) -> Option<u64> {
    body["amount"].as_u64().filter(|amount| *amount >= 100)
}

impl State {
    fn answer(&mut self, asked: &Asked, mood: Mood) -> Answer {
        let (method, path) = asked.what.split_once(' ').unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<_> = path.trim_start_matches("/v1/").split('/').collect();
        match (method, &parts[..]) {
            ("POST", ["orders"]) => self.place(&asked.body),
            ("GET", ["orders"]) => self.orders_with(query),
            ("GET", ["orders", id]) => match self.orders.iter().find(|order| order["id"] == **id) {
                Some(order) => (200, order.clone()),
                None => bad("The id provided does not exist"),
            },
            ("GET", ["orders", id, "payments"]) => {
                let items: Vec<_> = self.payments.values().filter(|payment| payment["order_id"] == **id).collect();
                (200, json!({"entity": "collection", "count": items.len(), "items": items}))
            }
            ("GET", ["payments", id]) => match self.payments.get(*id) {
                Some(payment) => (200, payment.clone()),
                None => bad("The id provided does not exist"),
            },
            ("POST", ["payments", id, "capture"]) => self.capture(id, &asked.body),
            ("POST", ["payments", id, "refund"]) => self.refund_once(id, asked, mood),
            _ => bad("The requested URL was not found on the server."),
        }
    }

    fn place(&mut self, body: &Json) -> Answer {
        let Some(amount) = amount(body) else {
            return error(400, "BAD_REQUEST_ERROR", "The amount must be at least INR 1.00", json!("amount"));
        };
        let receipt = body["receipt"].as_str().unwrap_or_default();
        if receipt.is_empty() || receipt.len() > 40 || body["currency"] != "INR" || !body["notes"].is_object() {
            return bad("The receipt may not be greater than 40 characters.");
        }
        let order = json!({
            "id": format!("order_Daz{:04}wtdcn9UNV", self.orders.len() + 1), "entity": "order", "amount": amount,
            "amount_paid": 0, "amount_due": amount, "currency": "INR", "receipt": receipt, "offer_id": null,
            "status": "created", "attempts": 0, "notes": body["notes"], "created_at": 1_572_502_745 + self.orders.len(),
        });
        self.orders.push(order.clone());
        (200, order)
    }

    fn orders_with(&self, query: &str) -> Answer {
        let receipt = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "receipt");
        let receipt = receipt.map(|(_, receipt)| receipt.into_owned()).unwrap_or_default();
        let mut items: Vec<_> = self.orders.iter().filter(|order| order["receipt"] == *receipt).cloned().collect();
        // What has no notes has a list of none.
        items.iter_mut().for_each(|order| order["notes"] = json!([]));
        (200, json!({"entity": "collection", "count": items.len(), "items": items}))
    }

    fn capture(&mut self, id: &str, body: &Json) -> Answer {
        let Some(payment) = self.payments.get_mut(id) else { return bad("The id provided does not exist") };
        if payment["status"] != "authorized" {
            return bad("This payment has already been captured");
        }
        if body["amount"] != payment["amount"] || body["currency"] != payment["currency"] {
            return bad("Capture amount must be equal to the amount authorized");
        }
        payment["status"] = json!("captured");
        payment["captured"] = json!(true);
        (200, payment.clone())
    }

    fn refund_once(&mut self, id: &str, asked: &Asked, mood: Mood) -> Answer {
        if mood == Mood::UnderWay {
            return error(409, "BAD_REQUEST_ERROR", "Request is already in progress.", Json::Null);
        }
        let is_key = |key: &str| {
            key.len() >= 10 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        if !is_key(&asked.key) {
            return bad("The idempotency key is not valid.");
        }
        if let Some((before, answer)) = self.kept.get(&asked.key) {
            return match before == asked {
                true => answer.clone(),
                false => bad("Different request with the same idempotency key has already been processed."),
            };
        }
        let answer = self.refund(id, &asked.body, mood);
        if answer.0 == 200 {
            self.kept.insert(asked.key.clone(), (asked.clone(), answer.clone()));
        }
        answer
    }

    /// Without an amount all is given back: whoever forgets it must hear so.
    fn refund(&mut self, id: &str, body: &Json, mood: Mood) -> Answer {
        let Some(amount) = body["amount"].as_u64() else { return bad("The amount must be an integer.") };
        let Some(payment) = self.payments.get_mut(id) else { return bad("The id provided does not exist") };
        if payment["status"] != "captured" {
            return bad("The payment status should be captured for action to be taken");
        }
        let (back, all) = (payment["amount_refunded"].as_u64().unwrap(), payment["amount"].as_u64().unwrap());
        if back + amount > all {
            return bad("The total refund amount is greater than the refund payment amount");
        }
        let status = match mood {
            Mood::Pending => "pending",
            Mood::Failed => "failed",
            _ => "processed",
        };
        if status != "failed" {
            payment["amount_refunded"] = json!(back + amount);
            if back + amount == all {
                payment["status"] = json!("refunded");
            }
        }
        let refund = json!({
            "id": format!("rfnd_FP8Q{:04}938haTz", self.refunds.len() + 1), "entity": "refund", "amount": amount,
            "receipt": body["receipt"], "currency": "INR", "payment_id": id, "notes": body["notes"],
            "acquirer_data": {"arn": null}, "created_at": 1_597_078_866, "batch_id": null, "status": status,
            "speed_processed": "normal", "speed_requested": body["speed"],
        });
        self.refunds.push(refund.clone());
        (200, refund)
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

    pub fn orders(&self) -> Vec<Json> {
        self.state().orders.clone()
    }

    /// What was agreed to be given back.
    pub fn refunds(&self) -> Vec<Json> {
        self.state().refunds.clone()
    }

    pub fn payment(&self, id: &str) -> Json {
        self.state().payments[id].clone()
    }

    /// Somebody pays an order at the checkout: the money is promised, and captured later.
    pub fn pays(&self, id: &str, order: &str) {
        let mut state = self.state();
        let order = state.orders.iter().find(|it| it["id"] == order).cloned().expect("an order");
        let payment = json!({
            "id": id, "entity": "payment", "amount": order["amount"], "currency": order["currency"],
            "status": "authorized", "order_id": order["id"], "captured": false, "amount_refunded": 0,
            "refund_status": null, "method": "upi", "email": "ada@example.org", "contact": "+919000090000", "notes": [],
            "error_code": null, "fee": null, "tax": null, "created_at": 1_691_735_748,
        });
        state.payments.insert(id.to_owned(), payment);
    }

    /// It stands otherwise now: captured by itself, given back by itself, failed.
    pub fn payment_is(&self, id: &str, status: &str) {
        let mut state = self.state();
        let payment = state.payments.get_mut(id).expect("a payment");
        payment["status"] = json!(status);
        payment["captured"] = json!(status == "captured");
    }

    /// Some time later it knows no key any more.
    pub fn forgets_keys(&self) {
        self.state().kept.clear();
    }

    async fn serve(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Gone> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let path = head.uri.path_and_query().map(|path| path.as_str()).unwrap_or_default();
        let asked = Asked {
            what: format!("{} {path}", head.method),
            key: header("x-refund-idempotency").to_owned(),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        };
        let mood = self.state().moods.pop_front().unwrap_or(Mood::Fine);
        self.state().asked.push(asked.clone());
        let is_json = head.method == "GET" || (header("content-type") == "application/json" && asked.body.is_object());
        let (id, secret) = RAZORPAY_KEY;
        let (status, json) =
            if header("authorization") != format!("Basic {}", BASE64.encode(format!("{id}:{secret}").as_bytes())) {
                error(401, "BAD_REQUEST_ERROR", "Authentication failed", Json::Null)
            } else if !is_json {
                bad("The request is not JSON.")
            } else {
                match mood {
                    Mood::Says(status, code) => error(status, code, "on purpose", Json::Null),
                    Mood::BadGateway => return Ok(html(502)),
                    Mood::DoneInHtml => {
                        self.state().answer(&asked, mood);
                        return Ok(html(200));
                    }
                    Mood::Closes => return Err(Gone),
                    Mood::DoneAndCloses => {
                        self.state().answer(&asked, mood);
                        return Err(Gone);
                    }
                    Mood::Silent => std::future::pending().await,
                    Mood::DoneSilently => {
                        self.state().answer(&asked, mood);
                        std::future::pending().await
                    }
                    Mood::Fine | Mood::Pending | Mood::Failed | Mood::UnderWay => self.state().answer(&asked, mood),
                }
            };
        let response = Response::builder().status(status).header("content-type", "application/json");
        Ok(response.body(Full::from(json.to_string())).unwrap())
    }
}

fn html(status: u16) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status).header("content-type", "text/html");
    response.body(Full::from("<html><h1>502 Bad Gateway</h1></html>")).unwrap()
}

/// The connection ends without an answer.
#[derive(Debug)]
struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("gone")
    }
}

impl std::error::Error for Gone {}

/// A world whose money Razorpay takes, however crowded the machine.
pub async fn with_razorpay(setup: Setup) -> (World, Double) {
    with_patience(setup, Duration::from_secs(20)).await
}

/// The same where Razorpay does not always answer: not for long is it waited for.
pub async fn with_silent_razorpay(setup: Setup) -> (World, Double) {
    with_patience(setup, Duration::from_millis(700)).await
}

async fn with_patience(setup: Setup, patience: Duration) -> (World, Double) {
    let double = Double::opens().await;
    let razorpay = Some((double.url.clone(), patience));
    (World::with(Setup { razorpay, ..setup }).await, double)
}
