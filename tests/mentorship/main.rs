//! The stories of the mentorship façade (`spec/mentorship.md`), by subject.

mod accounts {
    mod costs;
    mod emails;
    mod logging_in;
    mod numbers;
    mod passwords;
    mod registering;
}

mod mentors {
    mod approval;
    mod public;
}

mod profiles {
    mod files;
    mod notes;
    mod saying;
}
