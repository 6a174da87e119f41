//! The whole system in one process: API Gateway, every function, the table and the files.
//!
//! Routes, table, queues, event sources and environment are read from `template.yaml`; requests
//! become the events that API Gateway sends and go through the adapter that runs on AWS. [`start`] is the program
//! without its command line, for tests.

mod bring_over;
mod commands;
mod controls;
mod data;
mod demo;
mod edge_function;
pub mod embedded;
mod envelope;
mod flags;
mod functions;
mod gateway;
mod import;
mod invoke;
mod journal;
mod pages;
pub mod payload;
mod program;
mod random;
pub mod routing;
mod server;
mod services;
pub mod sockets;
pub mod sources;
pub mod template;

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::{Durability, Engine};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

pub use bring_over::BringOver;
pub use commands::{Plan, Report, Tally, backfill, export};
pub use functions::{App, openapi, routes};
pub use program::run;

use crate::controls::Background;
use crate::data::Home;
use crate::embedded::stream::Stream;
use crate::embedded::table::{self, Table};
use crate::functions::Parts;
use crate::gateway::Gateway;
use crate::import::Imported;
use crate::pages::issuer::Issuer;
use crate::server::{House, Listeners};
use crate::services::Services;
use crate::sockets::{Connections, Registry, SocketLimits, Sockets};
use crate::sources::Sources;
use crate::template::Template;

/// The sender of mails where nobody was named.
const MAIL_FROM: &str = "ExpertConnect <no-reply@localhost>";
/// What the embedded services are called is the template's business, whatever else this machine
/// calls so.
const OWN_NAMES: [&str; 4] = ["FILES_BUCKET", "DUE_QUEUE_URL", "MAIL_QUEUE_URL", "REPORT_QUEUE_URL"];

/// What went wrong with the machinery, in words for whoever started it.
pub type Fault = Box<dyn Error + Send + Sync>;

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Gone with the process.
    Memory,
    Dir(PathBuf),
}

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// 0 takes any free port.
    pub port: u16,
    pub data: Data,
    /// A write is answered only when it survives a power cut, not just the end of this process.
    pub sync: bool,
    /// Lines of an export that an empty data directory begins with: a file, or a directory of some.
    pub import: Option<PathBuf>,
    /// Lets `POST /_local/clock` move the time.
    pub test_clock: bool,
    pub demo: bool,
    /// Stream, queues and schedules run by themselves; otherwise only `POST /_local/tick` moves
    /// them.
    pub pollers: bool,
    /// Settings by the names in `template.yaml`, over the template's defaults. `TABLE_NAME` and
    /// `FILES_BUCKET` among them mean real services.
    pub env: HashMap<String, String>,
    /// What a WebSocket may do.
    pub sockets: SocketLimits,
    /// How long the body of a request may take to come.
    pub body_within: Duration,
}

/// Long enough for ten megabytes over a poor line; on AWS a connection that says nothing ends sooner.
pub(crate) const BODY_WITHIN: Duration = Duration::from_secs(30);

/// For tests: any port, nothing kept, a clock that can be moved.
impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            data: Data::Memory,
            sync: false,
            import: None,
            test_clock: true,
            demo: false,
            pollers: true,
            env: HashMap::new(),
            sockets: SocketLimits::default(),
            body_within: BODY_WITHIN,
        }
    }
}

/// What providers' events and checkouts are signed with, unless it is set. On AWS without such a secret none is believed.
pub const WEBHOOK_SECRETS: [(&str, &str); 6] = [
    ("STRIPE_WEBHOOK_SECRET", "local-stripe-webhook-secret"),
    ("PAYPAL_WEBHOOK_SECRET", "local-paypal-webhook-secret"),
    ("WISE_WEBHOOK_SECRET", "local-wise-webhook-secret"),
    ("SIMULATED_WEBHOOK_SECRET", "local-simulated-webhook-secret"),
    ("RAZORPAY_WEBHOOK_SECRET", "local-razorpay-webhook-secret"),
    ("RAZORPAY_KEY_SECRET", "local-razorpay-secret"),
];

/// A running system. Dropping it ends it at once; [`Running::stop`] lets requests finish first.
pub struct Running {
    /// `http://localhost:PORT`, without a trailing slash.
    pub base_url: String,
    /// The `@connections` endpoint: how functions reach open WebSockets.
    pub connections_url: String,
    pub app: App,
    /// What to tell a visitor of the demo.
    pub playbill: Option<String>,
    files: (aws_sdk_s3::Client, String),
    queues: aws_sdk_sqs::Client,
    mail: aws_sdk_sesv2::Client,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    sources: Option<(Arc<Sources>, JoinSet<()>)>,
    // In the order in which they must end: the table is closed before its directory is let go.
    table: Option<Table>,
    _home: Home,
}

impl Running {
    /// The table, unless it is on AWS.
    #[must_use]
    pub fn table(&self) -> Option<Engine> {
        self.table.as_ref().map(Table::engine)
    }

    /// A client for the files, and the bucket they are in.
    #[must_use]
    pub fn files(&self) -> (aws_sdk_s3::Client, String) {
        self.files.clone()
    }

    /// A client for the queues, whose URLs are in the template's environment.
    #[must_use]
    pub fn queues(&self) -> aws_sdk_sqs::Client {
        self.queues.clone()
    }

    /// A client that mails are sent with.
    #[must_use]
    pub fn mail(&self) -> aws_sdk_sesv2::Client {
        self.mail.clone()
    }

    /// Stops accepting, lets requests and event sources under way finish, closes the table.
    pub async fn stop(self) {
        // Without a receiver the server has ended already.
        let _ = self.stop.send(true);
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the server did not end well");
        }
        if let Some((sources, running)) = self.sources {
            sources.stop(running).await;
        }
        // The file gets its last bytes; the runtime must not wait for that.
        let table = self.table;
        let _ = tokio::task::spawn_blocking(move || drop(table)).await;
    }
}

/// Starts everything and returns once requests are answered.
///
/// # Errors
/// The port or the directory is taken, a setting makes no sense, or the template asks for what
/// cannot be made here.
pub async fn start(options: Options) -> Result<Running, Fault> {
    launch(options, &Template::parse(template::WORKSPACE)?, HashMap::new()).await
}

/// `instead` replaces functions of the application, or adds some, by logical id.
async fn launch(
    options: Options,
    template: &Template,
    instead: HashMap<String, invoke::Function>,
) -> Result<Running, Fault> {
    let listeners = Listeners::bind(options.port).await?;
    let port = listeners.port;
    let base_url = format!("http://localhost:{port}");

    let (home, secrets) = Home::open(&options.data)?;
    let is_real = options.env.contains_key("TABLE_NAME");
    let imported = match &options.import {
        Some(_) if is_real => return Err("--import is for the embedded table: unset TABLE_NAME".into()),
        Some(from) => Some(import::items(from)?),
        None => None,
    };
    let mut environment = environment(template, options.env, is_real);
    // Wherever the table is: who talks to this process hangs on its own sockets.
    let connections = Connections::bind().await?;
    let connections_url = connections.url.clone();
    environment.insert("SOCKETS_URL".to_owned(), connections_url.clone());
    let issuer = if options.demo { Issuer::instead_of_google(&base_url, &mut environment) } else { None };
    let name = |variable: &str| environment.get(variable).cloned().ok_or_else(|| format!("{variable} is not set"));
    let bucket = name("FILES_BUCKET")?;

    let services = if is_real {
        Services::real(&name("TABLE_NAME")?).await
    } else {
        let table = open(&home, options.sync, template, imported).await?;
        Services::embedded(template, table, &home, &secrets, &environment, &base_url).await?
    };
    let Services { store, s3, sqs, ses, table, files, queues, mail } = services;
    let parts = Parts { store, files: s3.clone(), sqs: sqs.clone(), ses: ses.clone(), environment, secrets };
    let (app, mut functions) = functions::open(parts).await?;
    functions.extend(instead);
    let background = match (&table, queues, mail) {
        (Some(table), Some(queues), Some(mail)) => {
            let stream = Stream::of(table.engine(), template)?;
            let sources = template.event_sources()?;
            mail.tell_time_by(app.clock.clone());
            let (clock, directory) = (app.clock.clone(), home.path());
            let parts = sources::Parts { sources, functions: &functions, stream, queues, clock, directory };
            Some(Background { sources: Sources::open(parts)?, mail, table: table.engine() })
        }
        _ => None,
    };
    let registry = Registry::new(options.sockets, app.clock.clone());
    let sockets = Sockets::new(template.socket_routes(), &functions, registry.clone(), app.clock.clone(), port)?;
    let reaching = tokio::spawn(connections.serve(registry));
    let gateway = Gateway::new(template.routes(), functions, port)?;

    // Before anybody else is served: the demo moves the clock.
    let playbill = if options.demo { Some(play(&gateway, &app, &base_url).await) } else { None };

    let running = background
        .as_ref()
        .filter(|_| options.pollers)
        .map(|Background { sources, .. }| (sources.clone(), sources.run()));
    let house = House {
        gateway,
        sockets: sockets.clone(),
        files,
        app: app.clone(),
        test_clock: options.test_clock,
        background,
        base_url: base_url.clone(),
        issuer,
        body_within: options.body_within,
    };
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(async move {
        let mut asked = stopping.clone();
        let closing = async {
            // An error means that the owner is gone: stop as well.
            let _ = asked.wait_for(|stop| *stop).await;
            sockets.close().await;
        };
        futures_util::future::join(listeners.serve(Arc::new(house), stopping), closing).await;
        // Functions may have had something to send until now.
        reaching.abort();
    });
    Ok(Running {
        base_url,
        connections_url,
        app,
        playbill,
        files: (s3, bucket),
        queues: sqs,
        mail: ses,
        stop,
        serving,
        sources: running,
        table,
        _home: home,
    })
}

/// The embedded table, begun with items that were imported.
async fn open(home: &Home, sync: bool, template: &Template, imported: Option<Imported>) -> Result<Table, Fault> {
    let durability = if sync { Durability::Power } else { Durability::Process };
    match (home, imported) {
        (Home::Kept(_), imported) => {
            if let Some(items) = imported {
                import::is_bare(home.path())?;
                table::make(home.path(), items, |_| ()).await?;
            }
            Table::in_directory(home.path(), durability, template)
        }
        (Home::Forgotten(_), imported) => {
            let table = Table::in_memory(template)?;
            if let Some(items) = imported {
                table::fill(&table.engine(), items, |_| ()).await?;
            }
            Ok(table)
        }
    }
}

/// The template's, under what was set for this start.
fn environment(template: &Template, set: HashMap<String, String>, is_real: bool) -> HashMap<String, String> {
    let mut environment: HashMap<_, _> = template.environment().into_iter().collect();
    environment.extend(set.into_iter().filter(|(name, _)| is_real || !OWN_NAMES.contains(&name.as_str())));
    let from = environment.entry("MAIL_FROM".into()).or_default();
    if from.is_empty() {
        MAIL_FROM.clone_into(from);
    }
    if !is_real {
        // Of no worth to anybody: whoever can reach a laptop's own address may say that something was paid.
        for (name, secret) in WEBHOOK_SECRETS {
            environment.entry(name.to_owned()).or_insert_with(|| secret.to_owned());
        }
    }
    environment
}

/// An incomplete demo is no reason not to start.
async fn play(gateway: &Gateway, app: &App, base_url: &str) -> String {
    match demo::play(gateway, app, base_url).await {
        Ok(playbill) => playbill,
        Err(fault) => format!("The demo is incomplete: {fault}"),
    }
}
