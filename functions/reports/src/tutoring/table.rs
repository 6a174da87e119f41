//! The tables of the reports (`tutoring.md` §4.7).

use app::reports::report::{Form, Report, Subject};
use app::reports::{Earner, Emails, Rows};
use domain::booking::{Booking, Funds};
use domain::ids::UserId;
use domain::ledger::{Amount, Shares, Unit};
use domain::lifecycle::Status;
use domain::payment::{Intent, IntentStatus, Provider, Target};
use domain::withdrawal::{State, Withdrawal};
use edge::csv;
use edge::time::Stamp;
use sheet::Heading;
use tutoring::decimal;
use tutoring::money::{currency, shown};

const BOOKINGS: &[&str] = &[
    "id",
    "created_at",
    "student",
    "tutor",
    "course",
    "slot_start",
    "slot_end",
    "status",
    "currency",
    "amount",
    "platform_fee",
    "tutor_earnings",
];
const PAYMENTS: &[&str] = &[
    "id",
    "created_at",
    "user",
    "booking",
    "enrollment",
    "provider",
    "status",
    "currency",
    "amount",
    "transaction_id",
];
const EARNINGS: &[&str] = &["tutor", "currency", "bookings", "gross", "platform_fee", "net"];
const WITHDRAWALS: &[&str] =
    &["id", "created_at", "tutor", "status", "currency", "amount", "payout_method", "processed_at"];

fn columns(subject: Subject) -> &'static [&'static str] {
    match subject {
        Subject::Bookings => BOOKINGS,
        Subject::Payments => PAYMENTS,
        Subject::Earnings => EARNINGS,
        Subject::Withdrawals => WITHDRAWALS,
    }
}

/// Which columns have texts of people: what a spreadsheet must not compute.
const TEXTS: [&str; 5] = ["student", "tutor", "user", "course", "transaction_id"];

pub(super) fn cells(rows: &Rows) -> Vec<Vec<String>> {
    match rows {
        Rows::Bookings(rows, emails) => rows.iter().map(|row| booking(row, emails)).collect(),
        Rows::Payments(rows, emails) => rows.iter().map(|row| payment(row, emails)).collect(),
        Rows::Earnings(rows, emails) => rows.iter().map(|row| earner(row, emails)).collect(),
        Rows::Withdrawals(rows, emails) => rows.iter().map(|row| withdrawal(row, emails)).collect(),
    }
}

/// The file: the same rows in either form.
pub(super) fn file(report: Report, rows: &[Vec<String>]) -> Result<Vec<u8>, String> {
    let columns = columns(report.subject);
    match report.form {
        Form::Csv => {
            let is_text: Vec<_> = columns.iter().map(|column| TEXTS.contains(column)).collect();
            let cell = |(cell, is_text): (&String, &bool)| if *is_text { csv::text(cell) } else { cell.clone() };
            let rows = rows.iter().map(|row| row.iter().zip(&is_text).map(cell).collect::<Vec<_>>());
            csv::bytes(columns, rows).map_err(|error| error.to_string())
        }
        Form::Pdf => {
            let subject = report.subject.as_str();
            let title = format!("{}{}", subject[..1].to_uppercase(), &subject[1..]);
            let remark = format!("{} to {}, {} rows", report.days.first(), report.days.last(), rows.len());
            sheet::pdf(Heading { title: &title, remark: &remark }, columns, rows).map_err(|error| error.to_string())
        }
    }
}

fn email(emails: &Emails, of: UserId) -> String {
    emails.get(&of).cloned().unwrap_or_default()
}

fn booking(booking: &Booking, emails: &Emails) -> Vec<String> {
    let Shares { fee, net } = booking.shares();
    let part = |minor| shown(Amount { minor, ..booking.price });
    vec![
        booking.id.to_string(),
        Stamp(booking.created_at).to_string(),
        email(emails, booking.learner.id),
        email(emails, booking.expert.id),
        // What is booked for a course is called as it was then.
        booking.course.map(|_| booking.title.clone()).unwrap_or_default(),
        Stamp(booking.interval.start()).to_string(),
        Stamp(booking.interval.end()).to_string(),
        status(booking).to_owned(),
        currency(booking.price),
        part(booking.price.minor),
        part(fee),
        part(net),
    ]
}

/// The word for where a booking stands; what other products know has the nearest one.
fn status(booking: &Booking) -> &'static str {
    match (booking.status, booking.funds) {
        (Status::Pending, Funds::Due) => "pending",
        (Status::Pending, _) => "paid",
        (Status::Confirmed, _) => "confirmed",
        (Status::Completed, _) | (Status::NoShow, Funds::Captured) => "completed",
        (Status::Refunded, _) | (Status::NoShow, Funds::Released) => "refunded",
        (Status::Cancelled | Status::Expired | Status::Rescheduled | Status::NoShow, _) => "cancelled",
    }
}

fn payment(payment: &Intent, emails: &Emails) -> Vec<String> {
    let provider = match payment.provider {
        Provider::Simulated => "simulated",
        Provider::Stripe => "stripe",
        Provider::PayPal => "paypal",
        Provider::Wise => "wise",
        Provider::Razorpay => "razorpay",
    };
    let status = match payment.status {
        IntentStatus::Pending => "pending",
        IntentStatus::Processing => "processing",
        IntentStatus::Succeeded => "succeeded",
        IntentStatus::Failed => "failed",
        IntentStatus::Refunded => "refunded",
    };
    let (booking, enrolment) = match payment.target {
        Target::Booking { id, .. } => (id.to_string(), String::new()),
        Target::Enrolment { id, .. } => (String::new(), id.to_string()),
    };
    vec![
        payment.id.to_string(),
        Stamp(payment.created_at).to_string(),
        email(emails, payment.user),
        booking,
        enrolment,
        provider.to_owned(),
        status.to_owned(),
        currency(payment.amount),
        shown(payment.amount),
        payment.transaction.clone().unwrap_or_default(),
    ]
}

fn earner(earner: &Earner, emails: &Emails) -> Vec<String> {
    let Earner { by, unit, bookings, gross, fee, net } = *earner;
    // A credit is a whole one, as everywhere in this façade.
    let hundredths = if matches!(unit, Unit::Credit) { 100 } else { 1 };
    let sum = |minor: u128| decimal(minor.saturating_mul(hundredths));
    let code = currency(Amount { unit, minor: 0 });
    vec![email(emails, by), code, bookings.to_string(), sum(gross), sum(fee), sum(net)]
}

fn withdrawal(withdrawal: &Withdrawal, emails: &Emails) -> Vec<String> {
    let status = match withdrawal.state {
        State::Pending => "pending",
        State::Approved => "approved",
        State::Processed => "completed",
        State::Rejected => "rejected",
    };
    vec![
        withdrawal.id.to_string(),
        Stamp(withdrawal.asked_at).to_string(),
        email(emails, withdrawal.user),
        status.to_owned(),
        currency(withdrawal.wish.amount),
        shown(withdrawal.wish.amount),
        withdrawal.wish.way.as_str().to_owned(),
        withdrawal.ended_at.map(|at| Stamp(at).to_string()).unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::reports::report::Days;
    use domain::facade::Facade;

    fn report(subject: Subject, form: Form) -> Report {
        let day = "2026-11-30".parse().unwrap();
        Report { facade: Facade::Tutoring, subject, form, days: Days::new(day, day).unwrap() }
    }

    #[test]
    fn texts_of_people_are_no_formulas_and_amounts_stay_numbers() {
        let row = ["+a@b.example", "USD", "1", "-5.00", "0.75", "4.25"].map(str::to_owned).to_vec();
        let file = file(report(Subject::Earnings, Form::Csv), &[row]).unwrap();
        let text = "tutor,currency,bookings,gross,platform_fee,net\r\n'+a@b.example,USD,1,-5.00,0.75,4.25\r\n";
        assert_eq!(String::from_utf8(file).unwrap(), text);
    }

    #[test]
    fn every_report_has_both_forms_without_any_row() {
        for subject in Subject::ALL {
            let csv = file(report(subject, Form::Csv), &[]).unwrap();
            assert_eq!(String::from_utf8(csv).unwrap(), format!("{}\r\n", columns(subject).join(",")));
            assert!(file(report(subject, Form::Pdf), &[]).unwrap().starts_with(b"%PDF-"));
        }
    }
}
