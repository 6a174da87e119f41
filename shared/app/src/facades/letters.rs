//! The platform's words around a notification in its mail; the notification itself says the rest.

use domain::booking::Seat;

pub(crate) const PLATFORM: &str = "ExpertConnect";
pub(crate) const OPEN_PLATFORM: &str = "Open ExpertConnect";
pub(crate) const OPEN_CONVERSATION: &str = "Open the conversation";
pub(crate) const WELCOME: &str = "Welcome to ExpertConnect";

pub(crate) const WELCOME_LINES: [&str; 3] = [
    "Your account is ready.",
    "Your first credit is already in your wallet: it pays for one hour with an expert of your choice.",
    "Whoever shares what they know earns credits: add your skills and your weekly hours to be booked.",
];

pub(crate) const CHOOSE_PASSWORD: &str = "Choose a new password";
pub(crate) const RESET_NOT_ASKED: &str = "If it was not you, there is nothing to do: your password stays as it is.";

pub(crate) const VERIFY_EMAIL: &str = "Verify your e-mail address";

pub(crate) const NEWSLETTER_ASKED: &str = "Confirm your subscription";
pub(crate) const CONFIRM_NEWSLETTER: &str = "Yes, send me the newsletter";

pub(crate) const NEWSLETTER_ASKED_LINES: [&str; 2] = [
    "Somebody, probably you, asked for our newsletter. The link below confirms it; it works for seven days.",
    "If it was not you, there is nothing to do: without it, no newsletter comes.",
];

pub(crate) const NEWSLETTER_BEGUN: &str = "You get our newsletter";

pub(crate) const NEWSLETTER_BEGUN_LINES: [&str; 2] =
    ["Thank you: from now on you get our newsletter.", "You can leave at any time, with the link below."];

pub(crate) const NEWSLETTER_REASON: &str =
    "You get this mail because somebody asked for our newsletter with this address.";
pub(crate) const UNSUBSCRIBE: &str = "Unsubscribe";

pub(crate) const CONTACT_REASON: &str =
    "You get this mail because you run ExpertConnect. An answer goes to whoever wrote.";

pub(crate) const MAIL_REASON: &str = "You get this mail because you have an account with ExpertConnect.";
pub(crate) const SETTINGS: &str = "Notification settings";

pub(crate) fn role(seat: Seat) -> &'static str {
    match seat {
        Seat::Learner => "Requested by",
        Seat::Expert => "Expert",
    }
}
