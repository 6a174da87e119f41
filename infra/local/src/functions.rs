//! Which service is behind which function of the template: the one place where the gateway meets the
//! application.

use std::collections::HashMap;

use app::background::{Background, Queues, Sockets};
use app::capacity::Capacity;
use app::files::Files;
use app::mail::Post;
use app::metrics::Metrics;
use app::payments::Gateway;
use app::tokens::Tokens;
use app::{Clock, Hashing, Keyring, Mint, Settings, openid, site};
use edge::service::{Handler, service};
use engine::Engine;
use serde_json::Value as Json;
use store::meter::Meter;
use store::reconcile::Audit;
use store::recount::Recount;
use store::signing::Keys;
use store::{Cursors, Store};
use table::Item;

use utoipa_axum::router::OpenApiRouter;

pub use app::App;

use crate::Fault;
use crate::data::Secrets;
use crate::invoke::Function;

/// What the application is built from.
pub(crate) struct Parts {
    pub store: Store,
    pub files: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub ses: aws_sdk_sesv2::Client,
    /// By the template's names, and `ADMIN_PASSWORD`, which is in no template because on AWS it
    /// is among the secrets.
    pub environment: HashMap<String, String>,
    pub secrets: Secrets,
}

/// The application with its administrator, and every function around it.
///
/// # Errors
/// A setting makes no sense, or the table cannot be reached.
pub(crate) async fn open(parts: Parts) -> Result<(App, HashMap<String, Function>), Fault> {
    let Parts { store, files, sqs, ses, environment, secrets } = parts;
    let settings = Settings::read(|name| environment.get(name).cloned())?;
    let keys = Keys::new(secrets.token_key.as_bytes(), secrets.token_key_previous.iter().map(String::as_bytes));
    let keyring = Keyring::read(|name| environment.get(name).cloned());
    let app = App::assemble(app::Parts {
        store,
        files: Files::new(files, &settings.files_bucket).reached_by(settings.public_url.as_deref()),
        // Movable in any case: the demo happened days ago. The flag guards the call.
        clock: Clock::shifted(),
        mint: Mint::default(),
        tokens: Tokens::new(&keys),
        cursors: Cursors::new(&keys),
        origin_key: None,
        gateway: Gateway::of(&settings, &keyring)?,
        openid: openid::Client::of(&settings, &keyring)?,
        keyring,
        hashing: Hashing::default(),
        site: site::Known::default(),
        // A laptop has no CloudWatch, and its standard output is for people.
        metrics: Metrics::Off,
        capacity: Some(Capacity::default()),
        settings,
    });
    app.ensure_admin(environment.get("ADMIN_PASSWORD").map(String::as_str)).await?;
    let url = |name: &str| environment.get(name).cloned().unwrap_or_default();
    let background = Background {
        app: app.clone(),
        sockets: Sockets::Live(crate::sockets::client(&url("SOCKETS_URL"))),
        queues: Queues::Live {
            client: sqs,
            due_url: url("DUE_QUEUE_URL"),
            mail_url: url("MAIL_QUEUE_URL"),
            report_url: url("REPORT_QUEUE_URL"),
        },
        post: Post::Live(ses),
    };
    let mut functions = functions(&app);
    functions.extend(background_functions(&background));
    Ok((app, functions))
}

/// The routes of every function, by its logical id in the template.
pub fn routes() -> [(&'static str, OpenApiRouter<App>); 10] {
    [
        ("AccountsFunction", accounts::routes()),
        ("ExpertsFunction", experts::routes()),
        ("BookingsFunction", bookings::routes()),
        ("CreditsFunction", credits::routes()),
        ("InboxFunction", inbox::routes()),
        ("CommunityFunction", community::routes()),
        ("GatheringsFunction", gatherings::routes()),
        ("LearningFunction", learning::routes()),
        ("ReportsFunction", reports::routes()),
        ("PlatformFunction", platform::routes()),
    ]
}

/// The services, by the logical ids of their functions.
pub(crate) fn functions(app: &App) -> HashMap<String, Function> {
    let hosted = |(id, routes): (&str, _)| {
        let handler = Handler::from(service(routes, app.clone()));
        (id.to_owned(), Function::hosting(handler))
    };
    routes().map(hosted).into()
}

/// The functions without an audience.
fn background_functions(background: &Background) -> [(String, Function); 6] {
    macro_rules! serving {
        ($id:literal, $function:ident) => {{
            let background = background.clone();
            let serve = move |event| counted(background.app.clone(), $id, $function::handle(background.clone(), event));
            ($id.to_owned(), Function::serving(serve))
        }};
    }
    [
        serving!("SocketFunction", socket),
        serving!("OutboxFunction", outbox),
        serving!("RemindersFunction", reminders),
        serving!("DeliveryFunction", delivery),
        serving!("FeedbackFunction", feedback),
        serving!("ReportingFunction", reporting),
    ]
}

/// Adds what an invocation costs the table to the function's sum.
async fn counted<T>(app: App, id: &'static str, work: impl Future<Output = T>) -> T {
    let meter = Meter::default();
    let result = meter.count(work).await;
    if let Some(capacity) = &app.capacity {
        capacity.add(id, meter.usage());
    }
    result
}

/// What all functions together offer: the document `infra/openapi.json` must be.
pub fn openapi() -> utoipa::openapi::OpenApi {
    edge::docs::document(routes().map(|(_, routes)| routes.into_openapi()))
}

/// What each route has cost since the start.
pub(crate) fn capacity(app: &App) -> Result<Json, Fault> {
    let costs = app.capacity.as_ref().map(Capacity::snapshot);
    Ok(serde_json::to_value(costs.unwrap_or_default())?)
}

/// Whether every credit and every minute is accounted for: as of one moment where the table is here, whatever goes on
/// meanwhile.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn ledger(app: &App, table: Option<Engine>) -> Result<Json, Fault> {
    let Some(table) = table else { return Ok(app::audit::ledger(app).await?) };
    let audit = taken_in(table, Audit::default(), Audit::add).await?;
    Ok(app::audit::told(&audit.finish()))
}

/// Whether the counters of the platform are what is there, likewise.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn stats(app: &App, table: Option<Engine>) -> Result<Json, Fault> {
    let Some(table) = table else { return Ok(app::stats::recounted(app).await?) };
    Ok(app::stats::told(&taken_in(table, Recount::default(), Recount::add).await?))
}

/// Every item as of one moment, one after the other.
async fn taken_in<T: Send + 'static>(
    table: Engine,
    mut by: T,
    take: fn(&mut T, &Item) -> Result<(), store::Fault>,
) -> Result<T, Fault> {
    let read = tokio::task::spawn_blocking(move || {
        let mut taken = Ok(());
        table.each(|item| {
            if taken.is_ok() {
                taken = take(&mut by, &item);
            }
        })?;
        taken?;
        Ok::<_, Fault>(by)
    });
    read.await?
}
