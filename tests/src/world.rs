//! The whole system in the test's own process: a fresh table, a clock that moves when told, every function behind the
//! template's routes.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use app::capacity::Capacity;
use app::files::Files;
use app::metrics::Metrics;
use app::payments::{self, Razorpay, Stripe};
use app::tokens::Tokens;
use app::{App, Clock, Hashing, Keyring, Mint, Parts, Settings, openid, site};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::Request;
use serde_json::{Value as Json, json};
use store::signing::Keys;
use store::{Cursors, Store};

use crate::answer::Answer;
use crate::background::Crew;
use crate::bucket::Bucket;
use crate::forgetful::Forgotten;
use crate::gateway::Gateway;
use crate::issuer_double::Issuer;
use crate::pending::noted_and_real;
use crate::person::Person;
use crate::published;
use crate::scheduler::Scheduler;
use crate::table::{Place, Table, template};

/// Monday, eight o'clock in the morning, when every world begins.
pub const BEGINNING: &str = "2027-03-01T08:00:00Z";

/// Signs in every world.
pub const KEY: &str = "the key of every world in the tests";

fn keys(secrets: &[&str]) -> Keys {
    Keys::new(secrets[0].as_bytes(), secrets[1..].iter().map(|secret| secret.as_bytes()))
}

/// Every world calls Stripe with this.
pub const STRIPE_KEY: &str = "sk_test_world";

/// As whom every world calls Razorpay. What checkouts are signed with is the secret.
pub const RAZORPAY_KEY: (&str, &str) = ("rzp_test_world", "local-razorpay-secret");
/// As whom every world is known to its issuer.
pub const CLIENT_ID: &str = "world.apps.example.org";
pub const CLIENT_SECRET: &str = "GOCSPX-world";

/// How much one person may have pending.
pub const PENDING_CAPS: [&str; 2] = ["PENDING_BOOKINGS_PER_EXPERT", "PENDING_BOOKINGS_PER_PERSON"];

/// How a world differs from the usual one.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Makes ids repeat themselves.
    pub seed: Option<u64>,
    /// Who decides which call to the table goes on; ids, tokens and jitter then come from the seed, and time from the
    /// runtime, which has one thread and a clock that is paused.
    pub scheduler: Option<Scheduler>,
    /// A condition that the table forgets.
    pub forgets: Option<Forgotten>,
    /// Where its table is. Otherwise as [`Place::usual`].
    pub table: Option<Place>,
    /// Over the template's defaults. Limits are out of the way unless set here.
    pub env: HashMap<&'static str, String>,
    /// With the table's stream, for what goes on background.
    pub with_stream: bool,
    /// With a file store that answers. Otherwise links are only signed.
    pub with_files: bool,
    /// Where Stripe takes the money, and how long it may take to say so. Otherwise nobody is asked.
    pub stripe: Option<(String, Duration)>,
    /// The same of Razorpay.
    pub razorpay: Option<(String, Duration)>,
    /// Who vouches for people, and how long it may take to say so.
    pub issuer: Option<(String, Duration)>,
}

impl Setup {
    /// The limits as deployed.
    pub fn limited() -> Self {
        let template = template().environment();
        let limits = ["RATE_LIMIT_AUTH_PER_MINUTE", "RATE_LIMIT_PER_MINUTE"].into_iter().chain(PENDING_CAPS);
        Self { env: limits.map(|name| (name, template[name].clone())).collect(), ..Self::default() }
    }

    /// With everything that goes on background.
    pub fn live() -> Self {
        Self { with_stream: true, ..Self::default() }
    }

    /// The same, and a file store that answers.
    pub fn with_files() -> Self {
        Self { with_files: true, ..Self::live() }
    }
}

/// Cheap to clone; all clones are one world.
#[derive(Clone)]
pub struct World(Arc<Inside>);

pub struct Inside {
    pub app: App,
    pub background: Crew,
    pub table: Table,
    bucket: Option<Bucket>,
    gateway: Gateway,
    people: AtomicU32,
    counted: Arc<Mutex<Vec<Json>>>,
    /// Who vouches for people in a world that was set up with one.
    pub(crate) issuer: OnceLock<Issuer>,
}

/// Whatever story was told, all that it left in the table says of which shape it is.
impl Drop for Inside {
    fn drop(&mut self) {
        if !std::thread::panicking() && self.table.is_the_applications() {
            self.table.kinds();
        }
    }
}

impl Deref for World {
    type Target = Inside;

    fn deref(&self) -> &Inside {
        &self.0
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        show_errors();
        let scheduler = setup.scheduler;
        let clock = scheduler.as_ref().map_or_else(Clock::shifted, Scheduler::clock);
        let mut table = Table::fresh(setup.table.unwrap_or_else(Place::usual), clock.clone(), setup.with_stream);
        (table.scheduler, table.forgets) = (scheduler.clone(), setup.forgets);
        let mint = setup.seed.map_or_else(Mint::default, Mint::seeded);
        let mut store = Store::new(table.clone());
        if scheduler.is_some() {
            let mint = mint.clone();
            store = store.with_chance(move || mint.number());
            fastrand::seed(setup.seed.unwrap_or_default()); // jitter
        }
        let mut env = template().environment();
        for limit in ["RATE_LIMIT_AUTH_PER_MINUTE", "RATE_LIMIT_PER_MINUTE"] {
            env.insert(limit.to_owned(), "1000000".to_owned());
        }
        for cap in PENDING_CAPS {
            env.insert(cap.to_owned(), "10000".to_owned());
        }
        env.extend(setup.env.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let settings = Settings::read(|name| env.get(name).cloned()).expect("settings that make sense");
        for (name, secret) in local::WEBHOOK_SECRETS {
            env.entry(name.to_owned()).or_insert_with(|| secret.to_owned());
        }
        let keyring = Keyring::read(|name| env.get(name).cloned());
        let gateway = match (&setup.stripe, &setup.razorpay) {
            (Some((url, patience)), _) => Stripe::at(url, STRIPE_KEY, *patience).into(),
            (_, Some((url, patience))) => Razorpay::at(url, RAZORPAY_KEY.0, RAZORPAY_KEY.1, *patience).into(),
            _ => payments::Gateway::of(&settings, &keyring).expect("a provider with its keys"),
        };
        let issuer = setup.issuer.as_ref();
        let openid = issuer.map(|(url, patience)| openid::Client::at(url, CLIENT_ID, CLIENT_SECRET, *patience));
        let bucket = setup.with_files.then(|| Bucket::fresh(&settings.files_bucket));
        let files_client = bucket.as_ref().map_or_else(files, Bucket::client);
        let counted = Arc::default();
        let parts = Parts {
            store,
            files: Files::new(files_client, &settings.files_bucket).reached_by(settings.public_url.as_deref()),
            clock,
            mint,
            tokens: Tokens::new(&keys(&[KEY])),
            cursors: Cursors::new(&keys(&[KEY])),
            origin_key: None,
            keyring,
            gateway,
            openid,
            hashing: Hashing { memory_kib: 8, passes: 1, in_place: scheduler.is_some() },
            site: site::Known::default(),
            metrics: Metrics::Recorded(Arc::clone(&counted)),
            capacity: Some(Capacity::default()),
            settings,
        };
        let world = Self::open(App::assemble(parts), table, bucket, counted);
        world.set_clock(beginning());
        world
    }

    fn open(app: App, table: Table, bucket: Option<Bucket>, counted: Arc<Mutex<Vec<Json>>>) -> Self {
        let (gateway, background) = (Gateway::new(&app), Crew::new(&app));
        let (people, issuer) = (AtomicU32::new(0), OnceLock::new());
        Self(Arc::new(Inside { gateway, background, app, table, bucket, people, counted, issuer }))
    }

    /// The same table and files, served by functions that have started anew with these keys, of which the first signs.
    pub fn with_keys(&self, secrets: &[&str]) -> Self {
        let app = App::assemble(Parts {
            store: self.app.store.anew(),
            files: self.app.files.clone(),
            clock: self.app.clock.clone(),
            mint: self.app.mint.clone(),
            tokens: Tokens::new(&keys(secrets)),
            cursors: Cursors::new(&keys(secrets)),
            origin_key: None,
            keyring: self.app.keyring.clone(),
            gateway: payments::Gateway::of(&self.app.settings, &self.app.keyring).expect("a provider with its keys"),
            openid: self.app.openid.clone(),
            hashing: self.app.hashing,
            site: site::Known::default(),
            metrics: self.app.metrics.clone(),
            capacity: Some(Capacity::default()),
            settings: self.app.settings.clone(),
        });
        Self::open(app, self.table.clone(), self.bucket.clone(), Arc::clone(&self.counted))
    }

    /// A new account with its one credit.
    pub async fn register(&self, username: &str) -> Person {
        let person = Person::stranger(self, username);
        let body = json!({
            "username": username,
            "email": format!("{username}@example.org"),
            "password": Person::PASSWORD,
        });
        let account = person.post("/api/users/register/", body).await.is(201);
        person.signed(&account)
    }

    /// Several new accounts: `name0`, `name1` and so on.
    pub async fn crowd(&self, name: &str, how_many: usize) -> Vec<Person> {
        let mut crowd = Vec::new();
        for number in 0..how_many {
            crowd.push(self.register(&format!("{name}{number}")).await);
        }
        crowd
    }

    /// An address nobody used before.
    pub(crate) fn fresh_address(&self) -> IpAddr {
        let number = self.people.fetch_add(1, Ordering::Relaxed);
        Ipv4Addr::from_bits(0x0a00_0000 + number + 1).into()
    }

    pub async fn ask(&self, request: Request<Bytes>, from: IpAddr) -> Answer {
        self.ask_at(request, from, self.now()).await
    }

    /// The same with what the gateway's own clock says.
    pub async fn ask_at(&self, request: Request<Bytes>, from: IpAddr, arrived: DateTime<Utc>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let asked = format!("{method} {}", request.uri());
        let answer = Answer::read(asked, self.gateway.answer(request, from, arrived).await);
        if !self.table.is_tampered_with() {
            published::check(method.as_str(), &path, &answer);
        }
        answer
    }

    /// The file store of a world that was set up with one.
    pub fn bucket(&self) -> &Bucket {
        self.bucket.as_ref().expect("Setup::with_files")
    }

    /// Who vouches for people in a world of [`crate::issuer_double::with_issuer`].
    pub fn issuer(&self) -> &Issuer {
        self.issuer.get().expect("a world with an issuer")
    }

    /// Every count of what went on, as CloudWatch would read it.
    pub fn counted(&self) -> Vec<Json> {
        self.counted.lock().expect("nobody panics while holding it").clone()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    pub fn set_clock(&self, now: DateTime<Utc>) {
        assert!(self.app.clock.set(now), "the clock of a world can be moved");
    }

    pub fn advance(&self, by: TimeDelta) {
        assert!(self.app.clock.advance(by), "the clock of a world can be moved");
    }

    /// Asserts that no credit and no minute was lost, made or claimed twice; says how many credits there are.
    #[track_caller]
    pub fn is_sound(&self) -> impl Future<Output = i64> + '_ {
        let caller = std::panic::Location::caller();
        async move {
            let stock = self.app.store.stock().await.expect("the table reads");
            assert!(stock.is_sound(), "{caller}: {stock:#?}");
            let wrong = self.app.store.recount().await.expect("the table reads").wrong();
            assert!(wrong.is_empty(), "{caller}: {wrong:#?}");
            // Bookings that tests wrote past the application are not noted.
            let (noted, real) = noted_and_real(self);
            assert!(noted.iter().all(|id| real.contains(id)), "{caller}: {noted:?} of {real:?}");
            let credits = stock.owned.get(&store::reconcile::credit_unit()).copied().unwrap_or_default();
            i64::try_from(credits).expect("no test has so many")
        }
    }
}

fn beginning() -> DateTime<Utc> {
    BEGINNING.parse().expect("a time")
}

/// What a room logs as an error goes to the output of the test.
fn show_errors() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // The SDK reports that it cannot close the connection of a kit that has none.
        tracing_subscriber::fmt().with_env_filter("error,aws_smithy_runtime=off").with_test_writer().init();
    });
}

/// So many minutes after the world began.
pub fn minute(minutes: i64) -> DateTime<Utc> {
    beginning() + TimeDelta::minutes(minutes)
}

/// A client that signs links; nothing answers it.
fn files() -> aws_sdk_s3::Client {
    local::embedded::files::client("http://files.invalid", "secret")
}
