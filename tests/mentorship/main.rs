//! The stories of the mentorship façade (`spec/mentorship.md`), by subject.

mod accounts {
    mod costs;
    mod emails;
    mod logging_in;
    mod numbers;
    mod passwords;
    mod registering;
}

mod profiles {
    mod files;
    mod notes;
    mod saying;
}

mod community {
    mod clearing;
    mod costs;
    mod counting;
    mod feed;
    mod posts;
}

mod gatherings {
    mod coming;
    mod costs;
    mod events;
    mod newsletter;
    mod telling;
}
