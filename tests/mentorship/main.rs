//! The stories of the mentorship façade (`spec/mentorship.md`), by subject.

mod accounts {
    mod costs;
    mod elsewhere;
    mod emails;
    mod google;
    mod issuers;
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

mod sessions {
    mod attendance;
    mod booking;
    mod clock;
    mod costs;
    mod deaths;
    mod lists;
    mod steps;
}

mod money {
    mod checkout;
    mod events;
    mod late;
    mod races;
}

mod chat {
    mod conversations;
    mod costs;
    mod deaths;
    mod messages;
    mod notifications;
    mod pairs;
    mod sockets;
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

mod support {
    mod contact;
    mod tickets;
}

mod site {
    mod maintenance;
    mod stats;
}
