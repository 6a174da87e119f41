//! Where ids are minted, and the only place that rolls dice for them.

use std::sync::{Arc, Mutex};

use domain::Instant;
use domain::ids::{
    ApplicationId, AuditId, BlockId, BookingId, CommentId, ContactId, ConversationId, CourseId, DocumentId,
    EnrolmentId, EntryId, GatheringId, HoursId, LessonId, MessageId, NoteId, NoticeId, PaymentId, PostId, ProgressId,
    ReviewId, SessionId, SkillId, SlotId, TicketId, UploadId, UserId, WithdrawalId,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Without letters and digits that look like others.
const UNMISTAKABLE: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Mints ids. Seeded, it repeats itself.
#[derive(Clone, Debug)]
pub struct Mint(Arc<Mutex<StdRng>>);

impl Default for Mint {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(rand::make_rng())))
    }
}

macro_rules! minting {
    ($($name:ident: $id:ident),* $(,)?) => {
        impl Mint {$(
            pub fn $name(&self, now: Instant) -> $id {
                $id::mint(now, self.chance())
            }
        )*}
    };
}

minting! {
    booking: BookingId, review: ReviewId, message: MessageId, notice: NoticeId, entry: EntryId,
    payment: PaymentId, skill: SkillId, hours: HoursId, session: SessionId,
    application: ApplicationId, document: DocumentId, upload: UploadId, block: BlockId, note: NoteId,
    post: PostId, comment: CommentId, gathering: GatheringId, withdrawal: WithdrawalId, contact: ContactId,
    ticket: TicketId, course: CourseId, lesson: LessonId, slot: SlotId, audit: AuditId, enrolment: EnrolmentId,
    progress: ProgressId,
}

impl Mint {
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    fn chance(&self) -> u16 {
        self.number() as u16
    }

    /// What one of the two shows the other at a booking: eight letters, and nobody guesses forty bits with five tries an
    /// hour.
    pub(crate) fn attendance_key(&self) -> String {
        let number = self.number();
        (0..8).map(|place| char::from(UNMISTAKABLE[(number >> (place * 5)) as usize & 31])).collect()
    }

    /// Of fifty bits.
    pub(crate) fn recovery_code(&self) -> String {
        let number = self.number();
        (0..10).map(|place| char::from(UNMISTAKABLE[(number >> (place * 5)) as usize & 31])).collect()
    }

    /// Persons have even ids and conversations odd ones, so that neither is ever mistaken for the other.
    pub fn user(&self, now: Instant) -> UserId {
        UserId::mint(now, self.chance() & !1)
    }

    pub fn conversation(&self, now: Instant) -> ConversationId {
        ConversationId::mint(now, self.chance() | 1)
    }

    /// Subscribers have odd ids: what is mailed to one is never a person's.
    pub fn subscriber(&self, now: Instant) -> UserId {
        UserId::mint(now, self.chance() | 1)
    }

    /// What makes two hashes of one password differ.
    pub(crate) fn salt(&self) -> [u8; 16] {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner()).random()
    }

    /// Any number: the owner of a claim, the secret part of a file's name.
    pub fn number(&self) -> u64 {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner()).random()
    }
}
