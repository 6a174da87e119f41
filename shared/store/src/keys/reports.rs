//! Keys of reports that are written by a job.

use domain::facade::Facade;
use domain::report::{Days, Form, Report, Subject};

use super::{Key, key};

/// A report in one word: `facade#bookings.csv#2026-11-01#2026-11-30`.
pub(crate) fn report_word(report: Report) -> String {
    let Report { facade, subject, form, days } = report;
    let file = format!("{}.{}", subject.as_str(), form.as_str());
    format!("{}#{file}#{}#{}", facade.rules().word, days.first(), days.last())
}

/// The report behind such a word.
pub(crate) fn report_of(word: &str) -> Option<Report> {
    let [facade, file, first, last] = word.split('#').collect::<Vec<_>>().try_into().ok()?;
    let (subject, form) = file.split_once('.')?;
    Some(Report {
        facade: Facade::of_word(facade)?,
        subject: Subject::ALL.into_iter().find(|known| known.as_str() == subject)?,
        form: Form::ALL.into_iter().find(|known| known.as_str() == form)?,
        days: Days::new(first.parse().ok()?, last.parse().ok()?).ok()?,
    })
}

/// How far it is.
pub(crate) fn commission(report: Report) -> Key {
    key(format!("REPORT#{}", report_word(report)), COMMISSION)
}

pub(crate) const COMMISSION: &str = "REPORT";
