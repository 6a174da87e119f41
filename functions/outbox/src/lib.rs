//! What has been written, carried out: to sockets, to the mail queue, into the search index.

use std::collections::BTreeMap;

use app::backstage::Backstage;
use app::outbox::carry_out;
use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use domain::ids::UserId;
use edge::batch::Failures;
use inbox::frames;
use lambda_runtime::{Error, LambdaEvent};
use store::facts::{self, Fact, Happened};

/// What happened to one person in a batch, and where in the stream that begins.
struct Lot {
    sequence: String,
    facts: Vec<Fact>,
}

/// All of one person in the order of the stream; people beside each other. What fails comes again from its first record
/// on, with everything behind it.
pub async fn handle(stage: Backstage, event: LambdaEvent<Event>) -> Result<Failures, Error> {
    let mut lots: BTreeMap<UserId, Lot> = BTreeMap::new();
    let mut unreadable = Vec::new();
    for record in event.payload.records {
        let sequence = record.change.sequence_number.clone().unwrap_or_default();
        match read(record) {
            Ok(Some(Happened { person, fact })) => {
                lots.entry(person).or_insert_with(|| Lot { sequence, facts: Vec::new() }).facts.push(fact);
            }
            Ok(None) => {}
            Err(fault) => unreadable.push((sequence, fault)),
        }
    }
    let readable = lots.into_iter().map(|(person, lot)| {
        let stage = &stage;
        (lot.sequence, work(async move { carry_out(stage, person, &lot.facts, frames::of_feed).await }))
    });
    let unreadable = unreadable.into_iter().map(|(sequence, fault)| (sequence, work(async move { Err(fault.into()) })));
    Ok(Failures::of(readable.chain(unreadable)).await)
}

type Work<'a> = std::pin::Pin<Box<dyn Future<Output = app::Result<()>> + Send + 'a>>;

fn work<'a>(work: impl Future<Output = app::Result<()>> + Send + 'a) -> Work<'a> {
    Box::pin(work)
}

fn read(record: EventRecord) -> Result<Option<Happened>, store::Fault> {
    if record.change.new_image.is_empty() {
        return Ok(None); // gone, or expired
    }
    facts::read(record.change.new_image, record.event_name == "INSERT")
}
