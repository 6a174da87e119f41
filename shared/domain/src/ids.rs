//! Identifiers: 53-bit integers every JSON client can hold, ordered by the time they were minted.
//!
//! Milliseconds since 2025-01-01 shifted left by eleven, and eleven bits of chance. Two minted alike are told apart by
//! the store (`attribute_not_exists`, then another try).

use chrono::{DateTime, TimeZone, Utc};

/// The largest integer a JSON client holds exactly: 2^53.
pub const LARGEST: i64 = 1 << 53;

const EPOCH_MS: i64 = 1_735_689_600_000; // 2025-01-01T00:00:00Z
const CHANCE_BITS: u32 = 11;

/// An id minted at `now`. `chance` may be any number; its low eleven bits are used.
fn compose(now: DateTime<Utc>, chance: u16) -> i64 {
    let ms = (now.timestamp_millis() - EPOCH_MS).clamp(1, (LARGEST >> CHANCE_BITS) - 1);
    (ms << CHANCE_BITS) | i64::from(chance & ((1 << CHANCE_BITS) - 1))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// `None` unless `1 <= id <= 2^53`.
            pub fn new(id: i64) -> Option<Self> {
                (1..=LARGEST).contains(&id).then_some(Self(id))
            }

            /// A fresh id. The low eleven bits of `chance` tell apart what is minted in one millisecond.
            pub fn mint(now: DateTime<Utc>, chance: u16) -> Self {
                Self(compose(now, chance))
            }

            pub fn get(self) -> i64 {
                self.0
            }

            /// When this id was minted, to the millisecond.
            pub fn minted_at(self) -> DateTime<Utc> {
                Utc.timestamp_millis_opt((self.0 >> CHANCE_BITS) + EPOCH_MS)
                    .single()
                    .unwrap_or_default()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A person, whatever their roles.
    UserId,
    /// A booking, whatever its product calls it.
    BookingId,
    ReviewId,
    MessageId,
    NoticeId,
    /// A movement in the ledger.
    EntryId,
    PaymentId,
    SkillId,
    /// A row of weekly hours.
    HoursId,
    /// One login: what an access token belongs to.
    SessionId,
    /// Two people's conversation. Odd, where a person's is even.
    ConversationId,
    /// Somebody's wish to be an expert.
    ApplicationId,
    /// A paper of an applicant or an expert.
    DocumentId,
    /// A file on its way into the file store.
    UploadId,
    /// Dates on which an expert is away.
    BlockId,
    /// What somebody wrote down for themselves.
    NoteId,
    /// What somebody wrote for everybody.
    PostId,
    CommentId,
    /// Something that people gather for.
    GatheringId,
    /// Somebody's wish to take money out.
    WithdrawalId,
    /// What an expert has in one currency: [`crate::wallet`] says how it is made.
    WalletId,
    /// A dated opening of an expert.
    SlotId,
    /// What a stranger wants to say.
    ContactId,
    /// What somebody asks support for.
    TicketId,
    CourseId,
    /// A part of a course.
    LessonId,
    /// A row of the log of who did what.
    AuditId,
    /// That somebody takes a course.
    EnrolmentId,
    /// How far somebody is with a lesson.
    ProgressId,
}

impl ConversationId {
    /// The conversation a number names that may also name a person: people's are even.
    pub fn told_from(either: UserId) -> Option<Self> {
        (either.get() % 2 == 1).then_some(Self(either.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_minted_and_tell_it() {
        let early = Utc.with_ymd_and_hms(2026, 11, 20, 10, 0, 0).unwrap();
        let late = early + chrono::TimeDelta::milliseconds(1);
        assert!(UserId::mint(early, u16::MAX) < UserId::mint(late, 0));
        assert_eq!(UserId::mint(late, 7).minted_at(), late);
    }

    #[test]
    fn an_id_fits_a_json_number_for_any_clock() {
        for year in [1970, 2024, 2026, 2100, 9999] {
            let now = Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap();
            assert!(UserId::new(BookingId::mint(now, u16::MAX).get()).is_some(), "{year}");
        }
    }

    #[test]
    fn zero_negatives_and_numbers_above_2_pow_53_are_no_ids() {
        assert!([0, -1, LARGEST + 1, i64::MAX].iter().all(|n| UserId::new(*n).is_none()));
    }
}
