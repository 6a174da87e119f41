//! ExpertConnect's stories (`spec/expertconnect.md`), by subject.

mod accounts {
    mod me;
    mod pictures;
    mod registering;
    mod sessions;
}

mod bookings {
    mod lists;
    mod moves;
    mod reminders;
    mod requests;
    mod transitions;
}

mod chat {
    mod messages;
    mod notifications;
    mod sockets;
}

mod experts {
    mod availability;
    mod reviews;
    mod search;
    mod skills;
}

mod money {
    mod credits;
    mod transfers;
}
