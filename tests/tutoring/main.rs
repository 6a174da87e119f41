//! The stories of the tutoring façade (`spec/tutoring.md`), by subject.

mod accounts;
mod audit_log;
mod inbox;
mod learning;
mod money;
mod paging;
mod reports;
mod statistics;
mod testimonials;
mod tutors;
mod users;

mod bookings {
    mod annotating;
    mod booking;
    mod clock;
    mod costs;
    mod course_prices;
    mod deaths;
    mod given;
    mod lists;
    mod moving;
    mod races;
    mod slots;
    mod slots_listed;
    mod steps;
    mod telling;
}
