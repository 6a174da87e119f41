//! What has been written, carried out: to sockets, to the mail queue, into the search index, the statistics and the lists
//! of all there is.

use std::collections::BTreeMap;

use app::Cause;
use app::background::{Background, Order};
use app::outbox::{Happened, Listing, carry_out, list, reach_together, read_fact, read_listings, send};
use app::reports::writing_of;
use app::sockets::Render;
use app::stats;
use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use domain::ids::UserId;
use edge::batch::Failures;
use lambda_runtime::{Error, LambdaEvent};

/// How many people are served at the same time.
const AT_ONCE: usize = 32;

/// What happened to one person in a batch, and where in the stream that begins.
struct Lot {
    sequence: String,
    happened: Vec<Happened>,
}

pub async fn handle(background: Background, event: LambdaEvent<Event>) -> Result<Failures, Error> {
    Ok(handle_with(&background, event.payload, facades::frame).await)
}

/// All of one person in the order of the stream; people beside each other. What fails comes again from its first record
/// on, with everything behind it. `render` writes the frames of each socket's façade.
pub async fn handle_with(background: &Background, event: Event, render: Render) -> Failures {
    let mut lots: BTreeMap<UserId, Lot> = BTreeMap::new();
    let (mut unreadable, mut countings, mut listings, mut writings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for record in event.records {
        let sequence = record.change.sequence_number.clone().unwrap_or_default();
        match read_counting(&record) {
            Ok(counting) => countings.extend(counting.map(|counting| (sequence.clone(), counting))),
            Err(error) => unreadable.push((sequence.clone(), error)),
        }
        match new_rows(&record) {
            Ok(new) => listings.extend(new.into_iter().map(|listing| (sequence.clone(), listing))),
            Err(error) => unreadable.push((sequence.clone(), error)),
        }
        match read_writing(&record) {
            Ok(order) => writings.extend(order.map(|order| (sequence.clone(), order))),
            Err(error) => unreadable.push((sequence.clone(), error)),
        }
        match read(record) {
            Ok(Some(happened)) => {
                let lot = lots.entry(happened.person).or_insert_with(|| Lot { sequence, happened: Vec::new() });
                lot.happened.push(happened);
            }
            Ok(None) => {}
            Err(error) => unreadable.push((sequence, error)),
        }
    }
    let everybody = lots.iter().map(|(person, lot)| (*person, lot.happened.as_slice()));
    let reached = reach_together(&background.app, everybody).await;
    let reached = reached.as_ref();
    let readable = lots.into_iter().map(|(person, lot)| {
        let cause = lot.happened.iter().find_map(|happened| happened.cause.clone());
        let carried_out = work(async move { carry_out(background, person, &lot.happened, reached, render).await });
        (lot.sequence, cause, carried_out)
    });
    let unreadable =
        unreadable.into_iter().map(|(sequence, error)| (sequence, None::<Cause>, work(async move { Err(error) })));
    let counted = countings.into_iter().map(|(sequence, counting)| {
        (sequence, None, work(async move { stats::count(&background.app, &counting).await }))
    });
    let listed = listings
        .into_iter()
        .map(|(sequence, listing)| (sequence, None, work(async move { list(&background.app, &listing).await })));
    let asked = writings.into_iter().map(|(sequence, order)| {
        let cause = order.cause.clone();
        (sequence, cause, work(async move { send(background, &order).await }))
    });
    Failures::of(readable.chain(unreadable).chain(counted).chain(listed).chain(asked), AT_ONCE).await
}

type Work<'a> = std::pin::Pin<Box<dyn Future<Output = app::Result<()>> + Send + 'a>>;

fn work<'a>(work: impl Future<Output = app::Result<()>> + Send + 'a) -> Work<'a> {
    Box::pin(work)
}

/// What a record changes of the platform's statistics, if anything.
fn read_counting(record: &EventRecord) -> app::Result<Option<stats::Counting>> {
    if record.change.new_image.is_empty() {
        return Ok(None);
    }
    stats::read(record.change.new_image.clone(), record.change.old_image.clone())
}

/// The job to write a report, if a record asks for one.
fn read_writing(record: &EventRecord) -> app::Result<Option<Order>> {
    if record.change.new_image.is_empty() {
        return Ok(None);
    }
    writing_of(record.change.new_image.clone(), record.change.old_image.clone())
}

/// The rows of lists that a record brings, if anything is new.
fn new_rows(record: &EventRecord) -> app::Result<Vec<Listing>> {
    if record.event_name != "INSERT" || record.change.new_image.is_empty() {
        return Ok(Vec::new());
    }
    read_listings(record.change.new_image.clone())
}

fn read(record: EventRecord) -> app::Result<Option<Happened>> {
    if record.change.new_image.is_empty() {
        return Ok(None); // gone, or expired
    }
    read_fact(record.change.new_image, record.change.old_image, record.event_name == "INSERT")
}
