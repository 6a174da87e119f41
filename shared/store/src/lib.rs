//! What the marketplace remembers: one DynamoDB table.
//!
//! [`keys`] is the only place that knows how items are named; [`requests`] the only one that asks the table; a command's
//! writes are one [`transaction`] whose legs each name the refusal they mean. Everything else maps one aggregate to items.

mod absences;
mod applications;
mod audits;
pub mod backfill;
mod booking_codec;
mod bookings;
pub mod browse;
mod card_lists;
mod cards;
mod cause;
mod chat_codec;
mod chats;
pub mod commissions;
mod community;
mod connections;
mod conversations;
mod counting;
mod courses;
mod credentials;
mod cursor;
mod days;
mod denied;
mod details;
mod directory;
mod documents;
pub mod due;
mod enrolments;
pub mod facts;
mod fault;
pub mod feed;
mod gate;
mod gatherings;
mod idempotency;
mod immutable_cache;
mod keys;
mod ledger;
mod lessons;
pub mod lines;
mod links;
pub mod listed;
mod lists;
mod mail_caps;
mod mails;
mod message_lists;
pub mod meter;
mod names;
mod notes;
mod notice_lists;
mod notices;
mod openid;
mod pages;
mod payments;
mod pending;
mod people;
mod person_codec;
mod presence;
mod progress;
pub mod pseudonyms;
mod reach;
pub mod reconcile;
pub mod recount;
mod requests;
mod reviews;
pub mod roster;
mod row;
mod search;
mod second_factor;
mod serials;
mod sessions;
pub mod shapes;
pub mod signing;
mod site;
mod slots;
mod sockets;
mod standings;
pub mod stats;
mod stretches;
mod subscribers;
mod support;
mod tally;
mod threads;
mod ties;
mod transaction;
mod two_factor;
mod uploads;
mod verifications;
mod withdrawals;
mod wrong_keys;

pub use absences::Absences;
pub use audits::{AuditList, audit_place, audited};
pub use bookings::{BookingWithReviews, ToBook, booking_link};
pub use card_lists::Beside;
pub use cause::Cause;
pub use chats::{Guard, MessageInConversation, MessagesAfter, PairFound};
pub use community::{Marked, NewPost, PostStand};
pub use connections::Socket;
pub use conversations::conversation_open;
pub use courses::{CourseEntries, CoursesAlong};
pub use credentials::{Attempt, Credential, NewPassword};
pub use cursor::{BadCursor, Cursors};
pub use days::Calendars;
pub use denied::Denied;
pub use details::{Description, details_save};
pub use directory::Found;
pub use enrolments::{Enrolling, enrolment_paid};
pub use fault::{Failed, Fault};
pub use gate::{Gate, Hit, Standing};
pub use gatherings::{GatheringList, GatheringNews, GatheringStand, When};
pub use idempotency::{Claim, Claimed, SavedResponse};
pub use keys::{AllOf, Kind, Named, read as key_in_words};
pub use links::{Link, LinksAsked, MailedLinks, PendingLink};
pub use listed::{Earned, Made};
pub use mails::{MailClaim, MailFound, MailOf};
pub use message_lists::Activity;
pub use notice_lists::NoticeFilter;
pub use notices::notice_told;
pub use openid::{Identity, identity_linked, spent};
pub use pages::{Along, Heading};
pub use payments::{IntentsOf, PaymentSeen, PaymentsOf, RefundOf, booking_noted};
pub use pending::{PendingCaps, booking_waits};
pub use people::NewAccount;
pub use progress::Studied;
pub use reach::{Awaited, Reach};
pub use requests::Store;
pub use reviews::{Hidden, ReviewAt, ReviewOfTwo, ReviewsAmong};
pub use second_factor::SecondFactor;
pub use sessions::{Next, Presented, Rotation, Session};
pub use slots::{AroundSlots, Between, SlotOf, SlotsChange, met_for_the_first_time};
pub use sockets::LiveSocket;
pub use stretches::{Span, Stretch};
pub use tally::{Counted, Measure, Noted};
pub use transaction::Transaction;
pub use two_factor::{Shown, code_used, session_opened};
pub use withdrawals::WithdrawalsOf;
pub use wrong_keys::MOST_WRONG_KEYS;

/// A page of a list, newest first unless said otherwise, and where the next one begins.
#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The position after which the next page begins; `None` at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
