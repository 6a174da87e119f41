//! Long reports, written by a job: delivered twice, it leaves one file.

use domain::file::Attachment;
use domain::report::{Commission, Progress, Report};

use super::{MOST, Pen, drawn, file_name, has_more_than, rows};
use crate::background::{Job, Order};
use crate::{App, Result};

/// The job that an item of the stream asks for.
pub fn writing_of(new: store::facts::StreamItem, old: store::facts::StreamItem) -> Result<Option<Order>> {
    let found = store::commissions::read(new, old)?;
    Ok(found.map(|(Commission { report, asked_at, .. }, cause)| Order { job: Job::Write(report, asked_at), cause }))
}

/// Nobody guesses it: whoever may read reports gets a link.
fn key(report: Report, commission: &Commission) -> String {
    let facade = report.facade.rules().word;
    format!("documents/reports/{facade}/{}/{}", commission.asked_at.timestamp_millis(), file_name(report))
}

/// Writes a report that was asked for at this moment, unless that is done, or it was asked for anew.
pub async fn write(app: &App, report: Report, asked_at: domain::Instant, pen: Pen) -> Result<()> {
    let known = app.store.commission(report).await?;
    let is_open = |known: &Commission| known.asked_at == asked_at && known.progress == Progress::Asked;
    let Some(commission) = known.filter(is_open) else { return Ok(()) };
    if has_more_than(app, report, MOST).await? {
        return Ok(app.store.commission_end(&Commission { progress: Progress::TooLong, ..commission }).await?);
    }
    let cells = rows::cells(app, report, pen).await?;
    let bytes = drawn(pen, report, &cells)?;
    let file = Attachment {
        key: key(report, &commission),
        name: file_name(report),
        content_type: report.form.content_type().to_owned(),
        size: bytes.len() as u64,
    };
    let key = file.key.clone();
    app.files.put_attachment(&file, bytes).await?;
    tracing::info!(rows = cells.len(), bytes = file.size, subject = report.subject.as_str(), "a report was written");
    Ok(app.store.commission_end(&Commission { progress: Progress::Written(key), ..commission }).await?)
}
