//! Reports of all there is, for administrators: the rows of some days, read by range and batch. A short one is written while
//! its reader waits, a long one by a job, into the file store.

mod rows;
mod writing;

use domain::audit::{Action, Deed};
use domain::report::{Commission, Days, Progress, Report, Subject};
use store::{AllOf, Made};

use crate::caller::Staff;
use crate::{App, Error, Result, audit_log};

pub use domain::report;
pub use rows::{Earner, Emails, Rows};
pub use writing::{write, writing_of};

/// Not more rows are written while somebody waits: a thousand are read in some ten batches at once, and drawn in a tenth
/// of a second.
pub const AT_ONCE: usize = 1_000;

/// Not more rows fit into one file: a hundred thousand are read and drawn in some minutes, in some 300 MB.
pub const MOST: usize = 100_000;

/// The cells of one row.
pub type Line = Vec<String>;

/// A file, or why there is none.
pub type Drawn = std::result::Result<Vec<u8>, String>;

/// How a façade writes reports.
#[derive(Clone, Copy)]
pub struct Pen {
    /// The lines of some rows.
    pub cells: fn(&Rows) -> Vec<Line>,
    /// The file with all lines.
    pub file: fn(Report, &[Line]) -> Drawn,
}

/// What somebody who asks for a report gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    File(Vec<u8>),
    /// It is being written.
    Writing,
    /// It lies behind this link for a while.
    Written(String),
    TooLong,
}

fn all_of(subject: Subject) -> AllOf {
    match subject {
        Subject::Bookings => AllOf::Bookings,
        Subject::Payments => AllOf::Payments,
        Subject::Earnings => AllOf::Earnings,
        Subject::Withdrawals => AllOf::Withdrawals,
    }
}

fn made(days: Days) -> Made {
    Made { from: Some(days.begin()), until: Some(days.end()), descending: false }
}

async fn has_more_than(app: &App, report: Report, most: usize) -> Result<bool> {
    Ok(app.store.made_count(all_of(report.subject), made(report.days), most + 1).await? > most)
}

fn drawn(pen: Pen, report: Report, cells: &[Vec<String>]) -> Result<Vec<u8>> {
    (pen.file)(report, cells)
        .map_err(|detail| Error::Common(crate::Common::Broken { what: "writing a report", detail }))
}

/// A report: at once if it is short. A long one is asked for, unless somebody has just done so. Whoever gets one is logged.
pub async fn get(app: &App, staff: Staff, report: Report, pen: Pen) -> Result<Answer> {
    let answer = find(app, report, pen).await?;
    if matches!(answer, Answer::File(_) | Answer::Written(_)) {
        let deed = Deed::of(Action::ReportExported).by(staff.caller().user());
        audit_log::write(app, deed.saying(file_name(report))).await?;
    }
    Ok(answer)
}

async fn find(app: &App, report: Report, pen: Pen) -> Result<Answer> {
    if !has_more_than(app, report, AT_ONCE).await? {
        let cells = rows::cells(app, report, pen).await?;
        return Ok(Answer::File(drawn(pen, report, &cells)?));
    }
    let now = app.clock.now();
    let known = app.store.commission(report).await?;
    match known.as_ref().filter(|known| known.stands(now)) {
        Some(Commission { progress: Progress::Written(key), .. }) => {
            Ok(Answer::Written(app.files.presign_attachment(key).await?))
        }
        Some(Commission { progress: Progress::TooLong, .. }) => Ok(Answer::TooLong),
        Some(Commission { progress: Progress::Asked, .. }) => Ok(Answer::Writing),
        // Of those who ask at the same moment one asks; all of them wait.
        None => {
            app.store.commission_ask(report, known.as_ref(), now).await.map(|_| Answer::Writing).map_err(Error::from)
        }
    }
}

/// The name of its file.
pub fn file_name(report: Report) -> String {
    let Report { subject, form, days, .. } = report;
    format!("{}_{}_{}.{}", subject.as_str(), days.first(), days.last(), form.as_str())
}
