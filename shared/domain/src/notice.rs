//! Notifications: written in the transaction of their cause, in the words of the façade that caused them.

use crate::Instant;
use crate::facade::Facade;
use crate::ids::{ConversationId, NoticeId, UserId};

/// What a notification is about. Each façade shows the nearest word it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Requested,
    Confirmed,
    Cancelled,
    Rescheduled,
    Expired,
    NoShow,
    DayReminder,
    HourReminder,
    ReviewWanted,
    CreditUpdate,
    NewMessage,
    NewReview,
    /// Their own request has been made.
    Booked,
    /// What they owed was received.
    Paid,
    Completed,
    Applied,
    Approved,
    Rejected,
    Suspended,
    PasswordReset,
    /// Mail does not reach them.
    Undelivered,
    /// Their account is ready.
    Welcome,
    /// A link by which they prove that mail reaches them.
    EmailVerification,
    /// An administrator has taken their approval back.
    ApprovalWithdrawn,
    /// The other one says that it did not take place as agreed.
    Disputed,
    /// Money did not come, or did not go, as it should.
    PaymentTrouble,
    /// Somebody commented on what they wrote.
    Commented,
    /// What they wanted to come to is at another time or place, or off.
    GatheringMoved,
    GatheringOff,
    /// A link by which whoever reads an address says that they want the newsletter; and that they get it.
    NewsletterAsked,
    NewsletterBegun,
    /// A stranger has written to those who run the platform.
    Contacted,
    /// Somebody asks for help, and is answered.
    SupportWanted,
    SupportReplied,
    /// What they are here from now on; without a link.
    Greeted,
    /// Their account was signed in to.
    SignedIn,
    /// What becomes of money they take out.
    Withdrawal,
}

/// What kind of thing a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Of somebody who is, or wants to be, an expert.
    Approval,
    Booking,
    Payment,
    Message,
    Withdrawal,
    /// That a booking is over, and how it was.
    Completion,
    Reminder,
    /// Whatever else.
    General,
}

/// What [`Notice::related`] is the id of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Booking,
    Review,
    Message,
    Application,
    Withdrawal,
    Post,
    Gathering,
    Ticket,
}

impl Topic {
    pub const ALL: [Topic; 37] = [
        Topic::Requested,
        Topic::Confirmed,
        Topic::Cancelled,
        Topic::Rescheduled,
        Topic::Expired,
        Topic::NoShow,
        Topic::DayReminder,
        Topic::HourReminder,
        Topic::ReviewWanted,
        Topic::CreditUpdate,
        Topic::NewMessage,
        Topic::NewReview,
        Topic::Booked,
        Topic::Paid,
        Topic::Completed,
        Topic::Applied,
        Topic::Approved,
        Topic::Rejected,
        Topic::Suspended,
        Topic::PasswordReset,
        Topic::Undelivered,
        Topic::Welcome,
        Topic::EmailVerification,
        Topic::ApprovalWithdrawn,
        Topic::Disputed,
        Topic::PaymentTrouble,
        Topic::Commented,
        Topic::GatheringMoved,
        Topic::GatheringOff,
        Topic::NewsletterAsked,
        Topic::NewsletterBegun,
        Topic::Contacted,
        Topic::SupportWanted,
        Topic::SupportReplied,
        Topic::Greeted,
        Topic::SignedIn,
        Topic::Withdrawal,
    ];

    pub fn category(self) -> Category {
        match self {
            Topic::Applied | Topic::Approved | Topic::Rejected | Topic::Suspended | Topic::ApprovalWithdrawn => {
                Category::Approval
            }
            Topic::Requested
            | Topic::Booked
            | Topic::Confirmed
            | Topic::Cancelled
            | Topic::Rescheduled
            | Topic::Expired
            | Topic::NoShow
            | Topic::Disputed => Category::Booking,
            Topic::Paid | Topic::PaymentTrouble | Topic::CreditUpdate => Category::Payment,
            Topic::NewMessage => Category::Message,
            Topic::Withdrawal => Category::Withdrawal,
            Topic::Completed | Topic::ReviewWanted => Category::Completion,
            Topic::DayReminder | Topic::HourReminder => Category::Reminder,
            Topic::NewReview
            | Topic::Welcome
            | Topic::Undelivered
            | Topic::PasswordReset
            | Topic::EmailVerification
            | Topic::Commented
            | Topic::GatheringMoved
            | Topic::GatheringOff
            | Topic::NewsletterAsked
            | Topic::NewsletterBegun
            | Topic::Contacted
            | Topic::SupportWanted
            | Topic::SupportReplied
            | Topic::Greeted
            | Topic::SignedIn => Category::General,
        }
    }
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteState {
    Tentative,
    Confirmed,
    Cancelled,
    /// Nothing new for a calendar, only a time to be named.
    Reminder,
}

impl InviteState {
    pub const ALL: [InviteState; 4] =
        [InviteState::Tentative, InviteState::Confirmed, InviteState::Cancelled, InviteState::Reminder];
}

/// What a notification's invitation was at that moment: the booking may be elsewhere when the mail is composed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invite {
    pub start: Instant,
    pub end: Instant,
    /// Of two invitations to one booking, a calendar believes the higher.
    pub sequence: u32,
    pub state: InviteState,
}

/// How a person hears of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// In their list.
    List,
    /// In their list, and by e-mail.
    ListAndMail,
    /// By e-mail alone.
    Mail,
}

/// Something a person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub id: NoticeId,
    pub user: UserId,
    /// In whose words it is written.
    pub facade: Facade,
    pub topic: Topic,
    pub title: String,
    /// A sentence naming the booking's title or the other person.
    pub content: String,
    /// The booking, message, review, application or post it is about.
    pub related: Option<i64>,
    /// Where a message stands.
    pub conversation: Option<ConversationId>,
    /// The other person, where finding `related` needs them (a message lives under its pair).
    pub peer: Option<UserId>,
    pub channel: Channel,
    /// The other person is mailed of it too, in words of their own, and nothing stands in their list.
    pub mails_peer: bool,
    /// The time its mail names; a calendar file goes with it unless it only reminds.
    pub invite: Option<Invite>,
    pub is_read: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Notice {
    /// `None` where it is about nothing that has an id.
    pub fn subject(&self) -> Option<Subject> {
        self.related?;
        match self.topic {
            Topic::NewMessage => Some(Subject::Message),
            // The first façade names the review, the others what was reviewed.
            Topic::NewReview if self.facade == Facade::FIRST => Some(Subject::Review),
            Topic::Applied | Topic::Approved | Topic::Rejected => Some(Subject::Application),
            Topic::Withdrawal => Some(Subject::Withdrawal),
            Topic::Commented => Some(Subject::Post),
            Topic::GatheringMoved | Topic::GatheringOff => Some(Subject::Gathering),
            Topic::SupportWanted | Topic::SupportReplied => Some(Subject::Ticket),
            Topic::Requested
            | Topic::Booked
            | Topic::Paid
            | Topic::Confirmed
            | Topic::Cancelled
            | Topic::Rescheduled
            | Topic::Expired
            | Topic::NoShow
            | Topic::Disputed
            | Topic::PaymentTrouble
            | Topic::CreditUpdate
            | Topic::Completed
            | Topic::ReviewWanted
            | Topic::NewReview
            | Topic::DayReminder
            | Topic::HourReminder => Some(Subject::Booking),
            Topic::Suspended
            | Topic::ApprovalWithdrawn
            | Topic::Welcome
            | Topic::Undelivered
            | Topic::PasswordReset
            | Topic::EmailVerification
            | Topic::NewsletterAsked
            | Topic::NewsletterBegun
            | Topic::Contacted
            | Topic::Greeted
            | Topic::SignedIn => None,
        }
    }
}
