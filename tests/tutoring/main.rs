//! The stories of the tutoring façade (`spec/tutoring.md`), by subject.

mod accounts;
mod inbox;
mod learning;
mod money;
mod paging;
mod testimonials;
mod tutors;
mod users;

mod bookings {
    mod annotating;
    mod booking;
    mod clock;
    mod costs;
    mod deaths;
    mod lists;
    mod moving;
    mod races;
    mod slots;
    mod slots_listed;
    mod steps;
    mod telling;
}
mod reports;
