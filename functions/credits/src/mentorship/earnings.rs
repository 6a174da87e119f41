//! What a mentor has earned.

use app::earnings::{self, Filter};
use app::{App, Common};
use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use domain::facade::mentorship::currency;
use domain::ids::UserId;
use domain::ledger::{Entry, Unit};
use edge::body::QueryOf;
use edge::csv;
use edge::form::{Fields, Kind, Parse, one_of, text};
use edge::page::{Followed, Page};
use edge::reply::Json;
use edge::time::Stamp;
use mentorship::page::{USUAL, page};
use mentorship::session::decimals;
use mentorship::{AsMentor, Refused};
use serde::Serialize;
use utoipa::ToSchema;

/// What a mentor got for a session.
#[derive(Serialize, ToSchema)]
pub(crate) struct Earning {
    id: i64,
    booking_id: i64,
    /// The subject of the session.
    source: String,
    /// The price.
    #[schema(example = "500.00")]
    amount: String,
    /// The platform's share of it.
    #[schema(example = "75.00")]
    fee: String,
    /// What was credited.
    #[schema(example = "425.00")]
    net: String,
    /// Always "completed": it can be taken out.
    status: &'static str,
    date: Stamp,
}

/// All of it together, whatever the filter.
#[derive(Serialize, ToSchema)]
pub(crate) struct EarningStats {
    /// All that was ever credited.
    #[schema(example = "425.00")]
    total_earnings: String,
    /// Completed ones.
    total_sessions: u32,
    /// Different students of the newest thousand sessions that were completed.
    total_students: usize,
    #[schema(example = "425.00")]
    available_balance: String,
    /// What will be credited for sessions that are paid and not completed.
    #[schema(example = "0.00")]
    pending_balance: String,
    /// ISO-4217.
    currency: String,
}

/// One page of earnings, and the sums.
#[derive(Serialize, ToSchema)]
pub(crate) struct Earnings {
    earnings: Vec<Earning>,
    stats: EarningStats,
}

const COMPLETED: &str = "completed";

fn earning(entry: &Entry, mentor: UserId) -> Option<Earning> {
    let earned = entry.earned_by(mentor)?;
    Some(Earning {
        id: entry.id.get(),
        booking_id: earned.booking()?.get(),
        source: entry.description.clone(),
        amount: decimals(earned.price),
        fee: decimals(earned.fee),
        net: decimals(earned.net),
        status: COMPLETED,
        date: Stamp(entry.at),
    })
}

fn unit() -> Result<Unit, Refused> {
    Ok(currency().ok_or(app::Error::from(Common::NotFound))?)
}

const PERIODS: &[(&str, Option<TimeDelta>)] = &[
    ("all", None),
    ("7days", Some(TimeDelta::days(7))),
    ("30days", Some(TimeDelta::days(30))),
    ("3months", Some(TimeDelta::days(90))),
];

fn period(fields: &mut Fields<'_>) -> Option<Option<TimeDelta>> {
    fields.or("time_filter", one_of(PERIODS).about("How far back; three months are 90 days."), None::<TimeDelta>)
}

pub(crate) struct Asked(Option<TimeDelta>, Page);

impl Parse for Asked {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let within = period(fields);
        let page = page(fields, USUAL);
        Some(Self(within?, page?))
    }
}

/// List what I have earned
///
/// Newest first. The sums are of all time.
#[utoipa::path(
    get, path = "/api/mentor/earnings/",
    tag = "Mentorship: Money", operation_id = "mentorship_earnings",
    responses((status = 200, description = "One page, and the sums", body = Earnings))
)]
pub(crate) async fn list(
    State(app): State<App>,
    me: AsMentor,
    QueryOf(Asked(within, page)): QueryOf<Asked>,
) -> Result<Followed<Json<Earnings>>, Refused> {
    let unit = unit()?;
    let found = earnings::list(&app, me.caller, Filter { unit, within }, page.cursor.as_deref(), page.limit.into());
    let (found, stats) = futures_util::try_join!(found, earnings::stats(&app, me.caller, unit))?;
    let answer = Json(Earnings {
        earnings: found.items.iter().filter_map(|entry| earning(entry, me.user.id)).collect(),
        stats: EarningStats {
            total_earnings: decimals(stats.earned),
            total_sessions: me.user.sessions_given,
            total_students: stats.learners,
            available_balance: decimals(stats.available),
            pending_balance: decimals(stats.pending),
            currency: match unit {
                Unit::Currency(currency) => currency.code().to_owned(),
                Unit::Credit => String::new(),
            },
        },
    });
    Ok(Followed { answer, next: found.next })
}

/// As many rows as one file has: a page of DynamoDB's holds them, and no answer of a function is too large.
const MOST_ROWS: usize = 1000;

pub(crate) struct AskedToExport(Option<TimeDelta>, Option<String>);

impl Parse for AskedToExport {
    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let within = period(fields);
        let cursor = fields.optional("cursor", text(1..=2048).about("From the `Link` of the file before."));
        Some(Self(within?, cursor?))
    }
}

/// Get what I have earned as a file
///
/// Newest first, a thousand rows; of more than that a `Link` leads to the next file. UTF-8, RFC 4180, without a byte order
/// mark; texts that begin with `=`, `+`, `-` or `@` get a leading apostrophe.
#[utoipa::path(
    get, path = "/api/mentor/earnings/export/",
    tag = "Mentorship: Money", operation_id = "mentorship_earnings_export",
    responses((status = 200, description = "`date,booking_id,source,amount,fee,net,status`", body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(
    State(app): State<App>,
    me: AsMentor,
    QueryOf(AskedToExport(within, cursor)): QueryOf<AskedToExport>,
) -> Result<Followed<Response>, Refused> {
    let filter = Filter { unit: unit()?, within };
    let found = earnings::list(&app, me.caller, filter, cursor.as_deref(), MOST_ROWS).await?;
    let rows = found.items.iter().filter_map(|entry| earning(entry, me.user.id)).map(|earning| {
        let Earning { booking_id, source, amount, fee, net, status, date, .. } = earning;
        [date.to_string(), booking_id.to_string(), csv::text(&source), amount, fee, net, status.to_owned()]
    });
    let header = ["date", "booking_id", "source", "amount", "fee", "net", "status"];
    Ok(Followed { answer: csv::attachment("earnings.csv", header, rows)?, next: found.next })
}
