//! The stories of Consultations (`spec/consultations.md`), by subject; with the accounts and payments that the newer
//! façades share.

mod accounts {
    mod guessing;
    mod names;
    mod password_races;
    mod passwords;
    mod registering;
    mod sessions;
    mod undelivered;
    mod undelivered_post;
}

mod bookings {
    mod booking;
    mod courses;
    mod letters;
    mod lists;
    mod races;
}

mod chat {
    mod conversations;
    mod costs;
    mod files;
    mod messages;
    mod messages_crossing;
    mod notifications;
    mod realtime;
    mod states;
}

mod experts {
    mod admin;
    mod applications;
    mod away;
    mod costs;
    mod crowd;
    mod directory;
    mod documents;
    mod hours;
    mod profile;
    mod reviews;
    mod slots;
    mod suspension;
    mod uploads;
    mod vetting_cost;
    mod zones;
}

mod money {
    mod chains;
    mod costs;
    mod dearest;
    mod payments;
    mod prices;
    mod razorpay;
    mod refunds;
    mod signatures;
    mod stripe;
    mod webhooks;
}
