//! The stories of the mentorship façade (`spec/mentorship.md`), by subject.

mod accounts {
    mod google;
    mod issuers;
    mod numbers;
}

mod site {
    mod maintenance;
    mod stats;
}
