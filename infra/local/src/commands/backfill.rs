//! `local backfill`: gives items of older shapes the newest, segment by segment, at a rate, and goes on where it stopped.
//!
//! Beside the recount and the reconciliation of `/_local/ledger` it is the only thing that scans the table.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::backfill::{Counts, Filled, Stretch};
use store::shapes::Shapes;
use store::{Kind, Store};
use tokio::time::Instant;

use super::Place;
use crate::Fault;

/// How a table is to be gone through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// So many parts of the table are read at the same time; 4 unless said otherwise.
    pub segments: Option<u32>,
    /// Items per second at most, over all segments.
    pub rate: Option<u32>,
    /// Only says what would be changed.
    pub dry_run: bool,
    /// Where it is noted how far this has come, and from where it goes on.
    pub progress: Option<PathBuf>,
}

const SEGMENTS: u32 = 4;

/// What one round trip reads at the most.
const PAGE: u32 = 200;

/// How often progress is shown and noted. What was done since is done again after a crash, which does no harm.
const EVERY: Duration = Duration::from_secs(1);

/// How often a stretch is tried again that the table does not answer, with pauses from half a second to eight.
const ATTEMPTS: u32 = 6;

/// How far a backfill has come; what the file of progress holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Progress {
    dry_run: bool,
    segments: Vec<Segment>,
    tally: Tally,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Segment {
    /// Behind this key; `None`: from the beginning.
    #[serde(rename = "after")]
    After(Option<(String, String)>),
    #[serde(rename = "done")]
    Done,
}

/// What became of the items, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    kinds: BTreeMap<String, Row>,
    /// What was left as it is, with the reason; the first hundred.
    left: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    seen: u64,
    renewed: u64,
    newer: u64,
    left: u64,
}

const MOST_LEFT_NAMED: usize = 100;

fn word(kind: Option<Kind>) -> &'static str {
    kind.map_or("unknown", Kind::word)
}

impl Tally {
    /// What became of the items of one kind; `None`: of those whose keys are not ours.
    pub fn of(&self, kind: Option<Kind>) -> Counts {
        let row = self.kinds.get(word(kind)).copied().unwrap_or_default();
        Counts { seen: row.seen, renewed: row.renewed, newer: row.newer, left: row.left }
    }

    /// What became of all items.
    pub fn all(&self) -> Counts {
        let mut all = Counts::default();
        for row in self.kinds.values() {
            all += Counts { seen: row.seen, renewed: row.renewed, newer: row.newer, left: row.left };
        }
        all
    }

    /// What was left as it is, with the reason.
    pub fn left(&self) -> &[String] {
        &self.left
    }

    fn add(&mut self, filled: &Filled) {
        for (kind, counts) in &filled.counts {
            let row = self.kinds.entry(word(*kind).to_owned()).or_default();
            row.seen += counts.seen;
            row.renewed += counts.renewed;
            row.newer += counts.newer;
            row.left += counts.left;
        }
        let room = MOST_LEFT_NAMED.saturating_sub(self.left.len());
        self.left.extend(filled.left.iter().take(room).cloned());
    }
}

/// A table: what was found and done, by kind.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:20} {:>10} {:>10} {:>10} {:>10}", "kind", "read", "renewed", "newer", "left")?;
        let all = self.all();
        let all = ("all", Row { seen: all.seen, renewed: all.renewed, newer: all.newer, left: all.left });
        let rows = self.kinds.iter().map(|(kind, row)| (kind.as_str(), *row)).chain([all]);
        for (kind, Row { seen, renewed, newer, left }) in rows {
            writeln!(f, "{kind:20} {seen:>10} {renewed:>10} {newer:>10} {left:>10}")?;
        }
        self.left.iter().try_for_each(|reason| writeln!(f, "left: {reason}"))
    }
}

impl Progress {
    /// What an earlier run noted, or the beginning.
    fn begin(plan: &Plan) -> Result<Self, Fault> {
        let noted = match plan.progress.as_ref().map(fs::read).transpose() {
            Ok(noted) => noted,
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let Some(noted) = noted else {
            let segments = plan.segments.unwrap_or(SEGMENTS).max(1) as usize;
            let segments = vec![Segment::After(None); segments];
            return Ok(Self { dry_run: plan.dry_run, segments, tally: Tally::default() });
        };
        let file = plan.progress.as_deref().unwrap_or(Path::new("")).display();
        let noted: Self = serde_json::from_slice(&noted).map_err(|error| format!("{file} is damaged: {error}"))?;
        if noted.dry_run != plan.dry_run {
            return Err(
                format!("{file} is of a run {} --dry-run", if noted.dry_run { "with" } else { "without" }).into()
            );
        }
        match plan.segments {
            Some(segments) if segments as usize != noted.segments.len() => {
                Err(format!("{file} is of a run with --segments {}", noted.segments.len()).into())
            }
            _ => Ok(noted),
        }
    }

    /// Renamed into place, so that whatever happens the file is whole. Keys have names in them.
    fn note(&self, path: &Path) -> Result<(), Fault> {
        let draft = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(draft, path)?;
        Ok(())
    }

    fn line(&self, since: Duration) -> String {
        let (all, done) = (self.tally.all(), self.segments.iter().filter(|segment| **segment == Segment::Done).count());
        let (of, seconds) = (self.segments.len(), since.as_secs());
        format!("{} items read, {} renewed, {done} of {of} segments done, {seconds} s", all.seen, all.renewed)
    }
}

/// One run.
struct Run<'a> {
    store: &'a Store,
    shapes: &'a Shapes,
    plan: &'a Plan,
    begun: Instant,
    /// How far it has come, and when that was last shown.
    progress: Mutex<(Progress, Instant)>,
    /// Items asked for so far.
    asked: Mutex<u64>,
}

/// Goes through the whole table, or what an earlier run has left of it.
///
/// # Errors
/// The table does not answer for half a minute, or the file of progress cannot be read or written. What was done is noted.
pub async fn backfill(store: &Store, shapes: &Shapes, plan: &Plan) -> Result<Tally, Fault> {
    let (begun, progress) = (Instant::now(), Progress::begin(plan)?);
    let segments = progress.segments.clone();
    let run = Run { store, shapes, plan, begun, progress: Mutex::new((progress, begun)), asked: Mutex::new(0) };
    let open = segments.iter().enumerate().filter_map(|(number, segment)| match segment {
        Segment::After(after) => Some((number, after.clone())),
        Segment::Done => None,
    });
    let of = segments.len();
    let worked = futures_util::future::try_join_all(open.map(|(number, after)| run.segment(number, of, after))).await;
    let progress = run.progress.into_inner().unwrap_or_else(|broken| broken.into_inner()).0;
    if let Some(path) = &plan.progress {
        progress.note(path)?;
    }
    eprintln!("{}", progress.line(begun.elapsed()));
    worked.map(|_| progress.tally)
}

impl Run<'_> {
    async fn segment(&self, number: usize, of: usize, mut after: Option<(String, String)>) -> Result<(), Fault> {
        let most = self.plan.rate.map_or(PAGE, |rate| rate.clamp(1, PAGE));
        let (segment, segments) = (u32::try_from(number)?, u32::try_from(of)?);
        loop {
            self.pace(most).await;
            let stretch = Stretch { segment, segments, after, most };
            let filled = self.stretch(&stretch).await?;
            self.done(number, &filled)?;
            match filled.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// Waits for as long as the rate wants before so many more items are read.
    async fn pace(&self, items: u32) {
        let Some(rate) = self.plan.rate else { return };
        let before = {
            let mut asked = self.asked.lock().unwrap_or_else(|broken| broken.into_inner());
            let before = *asked;
            *asked += u64::from(items);
            before
        };
        tokio::time::sleep_until(self.begun + Duration::from_secs_f64(before as f64 / f64::from(rate))).await;
    }

    async fn stretch(&self, stretch: &Stretch) -> Result<Filled, Fault> {
        let mut pause = Duration::from_millis(500);
        for attempt in 1.. {
            match self.store.backfill(self.shapes, stretch, !self.plan.dry_run).await {
                Ok(filled) => return Ok(filled),
                Err(store::Fault::Unavailable(why)) if attempt < ATTEMPTS => {
                    eprintln!("the table does not answer ({why}): once more in {} ms", pause.as_millis());
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        unreachable!("the last attempt ends it")
    }

    fn done(&self, number: usize, filled: &Filled) -> Result<(), Fault> {
        let mut guard = self.progress.lock().unwrap_or_else(|broken| broken.into_inner());
        let (progress, shown) = &mut *guard;
        progress.tally.add(filled);
        progress.segments[number] = filled.next.clone().map_or(Segment::Done, |next| Segment::After(Some(next)));
        if shown.elapsed() >= EVERY {
            eprintln!("{}", progress.line(self.begun.elapsed()));
            *shown = Instant::now();
            if let Some(path) = &self.plan.progress {
                progress.note(path)?;
            }
        }
        Ok(())
    }
}

/// Opens the table that is meant and goes through it.
pub(super) async fn run(place: &Place, plan: &Plan) -> Result<String, Fault> {
    let tally = place.with(async |store| backfill(&store, &Shapes::today(), plan).await).await?;
    let what = if plan.dry_run { "nothing was written: `renewed` says what would be\n" } else { "" };
    Ok(format!("{what}{tally}"))
}
