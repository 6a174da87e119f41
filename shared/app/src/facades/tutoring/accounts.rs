//! What this façade says of accounts (`tutoring.md` §8).

use crate::facades::accounts::{AccountVoice, USUAL};

pub(super) static ACCOUNTS: AccountVoice = AccountVoice {
    approval: |is_approved| match is_approved {
        true => ("Your tutor profile is approved", "You can publish courses and times now, and be booked."),
        false => ("Your tutor profile was not approved", "Nobody sees your profile or can book you."),
    },
    proven: Some(("Welcome to your lessons", "Your address is verified. Find a tutor, book a lesson, join a course.")),
    applied: (
        "Your tutor application has arrived",
        "An administrator will look at it, and we will tell you what comes of it. Until then nobody sees your profile.",
    ),
    applicant: |name, address| ("New tutor application", format!("{name} ({address}) has registered as a tutor.")),
    ..USUAL
};
