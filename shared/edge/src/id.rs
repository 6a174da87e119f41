//! What a number in a path, a query or a body may identify.

use domain::ids;

/// A number that identifies something.
pub trait Id: Sized {
    /// What it identifies, as the API document says it.
    const WHAT: &str = "thing";

    /// `None` if no `T` can have this number.
    fn from_number(number: i64) -> Option<Self>;
}

macro_rules! ids {
    ($($name:ident: $what:literal),* $(,)?) => {$(
        impl Id for ids::$name {
            const WHAT: &str = $what;

            fn from_number(number: i64) -> Option<Self> {
                Self::new(number)
            }
        }
    )*};
}

ids!(UserId: "person", BookingId: "booking", ReviewId: "review", MessageId: "message", NoticeId: "notification");
ids!(EntryId: "ledger entry", PaymentId: "payment", SkillId: "skill", HoursId: "row of weekly hours");
ids!(SessionId: "session", ApplicationId: "application", DocumentId: "document", UploadId: "upload");
ids!(ConversationId: "conversation", BlockId: "absence", NoteId: "note");
ids!(WalletId: "wallet", SlotId: "slot");
ids!(PostId: "post", CommentId: "comment", GatheringId: "event", WithdrawalId: "withdrawal", TicketId: "ticket");
ids!(CourseId: "course", LessonId: "lesson", EnrolmentId: "enrollment");
ids!(AuditId: "row of the log");

/// For small fixed tables, such as the categories.
impl Id for i64 {
    const WHAT: &str = "entry";

    fn from_number(number: i64) -> Option<Self> {
        (1..=ids::LARGEST).contains(&number).then_some(number)
    }
}
