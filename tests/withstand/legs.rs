//! Every condition of every transaction has a refusal of its own (a label). Each is made to fail alone: between what a
//! story has read and what it writes, the table is brought to where exactly that condition does not hold. The list of
//! labelled writes is read from the store's sources, so that a new one without a story fails here.

mod labels;
mod stories;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use store::Kind;
use tests::Spoiler;
use tracing_subscriber::util::SubscriberInitExt;

use labels::Label;
use stories::Story;

/// What the store says of its refusals.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// All of it since the last call.
    fn taken(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().expect("nobody panics while holding it"));
        String::from_utf8(bytes).expect("text")
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panics while holding it").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Where the first refusal came from, as `file:line`.
fn refused(text: &str) -> Option<String> {
    let place = text.lines().find_map(|line| line.split_once("leg="))?.1;
    let mut parts = place.split(':');
    Some(format!("{}:{}", parts.next()?, parts.next()?))
}

/// In this story an issuer vouches for somebody: their address is looked for anew, and a name is made for them.
const BY_AN_ISSUER: &str = "comes_from_elsewhere";

/// Whether an outcome is what a label promises: another id and another try, or a refusal with its word.
fn is_meant(label: &str, story: &str, outcome: &str) -> bool {
    let is_by_an_issuer = story == BY_AN_ISSUER;
    let promises: [(&str, &[&str]); 6] = [
        ("Refusal::InsufficientCredits", &["credits", "insufficient_funds"]),
        ("Refusal::AlreadyReviewed", &["400 already_reviewed"]),
        // A name that nobody chose is made anew.
        ("Refusal::UsernameTaken", if is_by_an_issuer { &["200"] } else { &["400 validation", "201"] }),
        ("Refusal::EmailTaken", if is_by_an_issuer { &["409 conflict"] } else { &["400 validation"] }),
        ("Refusal::BadUpload", &["400 bad_upload"]),
        ("Some(lost)", &["409 in_flight"]),
    ];
    let keeps =
        |(refusal, told): &(&str, &[&str])| !label.contains(refusal) || told.iter().any(|told| outcome.contains(told));
    promises.iter().all(keeps)
}

/// For every labelled write: what its failure led to, over all stories.
async fn outcomes(labels: &[Label]) -> BTreeMap<String, BTreeSet<String>> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_env_filter("store=debug").with_ansi(false);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let _until_the_end = subscriber.set_default();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for story in Story::all() {
        let watched = Spoiler::of(None);
        let told = story.is_told(&watched).await;
        println!("{}: {told:?}, {} conditions", story.name(), watched.conditions().len());
        // A third attempt is as the second.
        for place in watched.conditions().into_iter().filter(|(transaction, _)| *transaction < 3) {
            let spoiler = Spoiler::of(Some(place));
            log.taken();
            let told = std::panic::AssertUnwindSafe(story.is_told(&spoiler)).catch_unwind().await;
            let (status, code) = told.unwrap_or_else(|_| (500, "see above".to_owned()));
            let Some(at) = refused(&log.taken()).filter(|_| spoiler.has_spoiled()) else {
                println!("{}: {place:?} was not spoiled: {status} {code}", story.name());
                continue;
            };
            let outcome = format!("{status} {code}").trim_end().to_owned();
            match labels.iter().find(|label| label.place == at) {
                Some(label) => {
                    println!("{} | {} | {outcome}", label.name, story.name());
                    assert!(is_meant(&label.name, &story.name(), &outcome), "{}: {outcome}", label.name);
                    found.entry(label.name.clone()).or_default().insert(outcome);
                }
                None => panic!("{at} is no labelled write, says the reader of the sources"),
            }
        }
    }
    found
}

/// What is not told here, but elsewhere: every world looks through its table at its end.
const UNTOLD: [Kind; 11] = [
    Kind::Documents,
    Kind::DueMark,
    Kind::GatheringSpare,
    Kind::Listed,
    Kind::Mail,
    Kind::MailedOf,
    Kind::Muted,
    Kind::PostSpare,
    Kind::ProviderReference,
    Kind::Refund,
    Kind::Report,
];

/// Every write of every story, as DynamoDB is sent it: a change of what the store writes, or of how it is rendered, is seen
/// in this file. Compiled with `UPDATE_WRITES=1` the test writes it anew.
const WRITES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/withstand/legs/writes.txt");

fn hold_written(written: &BTreeSet<String>) {
    let lines: String = written.iter().map(|line| format!("{line}\n")).collect();
    if option_env!("UPDATE_WRITES").is_some() {
        std::fs::write(WRITES, &lines).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(WRITES).expect("the file is there");
    let kept: BTreeSet<String> = kept.lines().map(str::to_owned).collect();
    let (gone, new): (Vec<_>, Vec<_>) = (kept.difference(written).collect(), written.difference(&kept).collect());
    assert!(gone.is_empty() && new.is_empty(), "not written any more: {gone:#?}\nnew: {new:#?}");
}

#[tokio::test]
async fn every_item_of_every_story_says_of_which_shape_it_is_and_has_a_key_that_reads() {
    let (mut met, mut written) = (BTreeSet::new(), BTreeSet::new());
    for story in Story::all() {
        let watched = Spoiler::of(None);
        story.is_told(&watched).await;
        met.extend(watched.world().table.kinds());
        written.extend(watched.world().table.writes_asked());
    }
    hold_written(&written);
    let missed: Vec<_> = Kind::ALL.iter().filter(|kind| !met.contains(kind) && !UNTOLD.contains(kind)).collect();
    assert!(missed.is_empty(), "no story makes these: {missed:?}");
}

#[tokio::test]
async fn every_labelled_write_fails_alone_and_means_what_its_label_says() {
    let labels = labels::all();
    let found = outcomes(&labels).await;
    let without: Vec<_> =
        labels.iter().filter(|label| !found.contains_key(&label.name)).map(|label| &label.name).collect();
    assert!(without.is_empty(), "no story makes these fail: {without:#?}");
}
