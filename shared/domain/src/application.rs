//! Somebody's wish to be an expert, and what becomes of it.
//!
//! The applicant's own profile is the guard: it says whether an application is open, so of several at once one wins.

use std::collections::BTreeSet;

use crate::Instant;
use crate::expert::{Expert, Refusal, Specialty, Standing};
use crate::ids::{ApplicationId, DocumentId, UserId};
use crate::notice::Topic;
use crate::person::User;
use crate::text::Email;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub id: ApplicationId,
    /// Who becomes an expert by it, whatever address is written in it.
    pub user: UserId,
    pub state: State,
    pub content: Content,
    /// What its reviewer had to say when they refused it.
    pub rejection_reason: String,
    /// Who decided.
    pub reviewed_by: Option<UserId>,
    pub reviewed_at: Option<Instant>,
    pub documents: BTreeSet<DocumentId>,
    pub submitted_at: Instant,
    pub updated_at: Instant,
    pub version: u64,
}

/// What an applicant says of themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub name: String,
    pub email: Email,
    pub phone: String,
    pub specialty: Specialty,
    /// 0..=80
    pub experience_years: u8,
    pub bio: String,
    pub notes: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Pending,
    UnderReview,
    Approved,
    Rejected,
}

impl State {
    pub const ALL: [State; 4] = [State::Pending, State::UnderReview, State::Approved, State::Rejected];
    pub const OPEN: [State; 2] = [State::Pending, State::UnderReview];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::UnderReview => "under_review",
            State::Approved => "approved",
            State::Rejected => "rejected",
        }
    }

    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

/// What an administrator says to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    UnderReview,
    Approve,
    Reject,
}

/// An application that was made, and its maker with it.
#[derive(Clone, Debug)]
pub struct Applied {
    pub application: Application,
    pub applicant: User,
}

/// What a verdict changes; nothing, if it was given before and can be repeated.
#[derive(Clone, Debug)]
pub struct Reviewed {
    pub application: Application,
    pub applicant: User,
    /// What the applicant is told.
    pub told: Option<Topic>,
    pub is_changed: bool,
}

/// Makes an application. The rest of the profile stays what it is until somebody approves.
pub fn apply(user: &User, content: Content, id: ApplicationId, now: Instant) -> Result<Applied, Refusal> {
    let has_applied = user.expert.as_ref().is_some_and(|expert| expert.application.is_some());
    match user.standing() {
        None | Some(Standing::Rejected) => {}
        // They became an expert whom nobody has approved without an application.
        Some(Standing::Pending) if !has_applied => {}
        Some(Standing::Pending | Standing::UnderReview) => return Err(Refusal::ApplicationPending),
        Some(Standing::Approved) => return Err(Refusal::AlreadyExpert),
        Some(Standing::Suspended) => return Err(Refusal::Suspended),
    }
    let mut applicant = user.clone();
    let before = applicant.expert.take();
    applicant.expert = Some(Expert {
        standing: Standing::Pending,
        application: Some(id),
        is_active: false,
        instant: false,
        // What was said of an earlier application is no word on this one.
        notes: String::new(),
        updated_at: now,
        ..before.unwrap_or_else(|| Expert::unknown(now))
    });
    let application = Application {
        id,
        user: user.id,
        state: State::Pending,
        content,
        rejection_reason: String::new(),
        reviewed_by: None,
        reviewed_at: None,
        documents: BTreeSet::new(),
        submitted_at: now,
        updated_at: now,
        version: 1,
    };
    Ok(Applied { application, applicant })
}

/// Whether notes say something that does not stand in the profile yet.
fn is_news(applicant: &User, notes: &str) -> bool {
    !notes.is_empty() && applicant.expert.as_ref().is_none_or(|expert| expert.notes != notes)
}

impl Application {
    /// Takes an administrator's verdict. `applicant` is whose application it is.
    pub fn review(
        &self,
        applicant: &User,
        verdict: Verdict,
        notes: &str,
        by: UserId,
        now: Instant,
    ) -> Result<Reviewed, Refusal> {
        if !self.state.is_open() {
            return Err(Refusal::AlreadyReviewed);
        }
        let mut reviewed =
            Reviewed { application: self.clone(), applicant: applicant.clone(), told: None, is_changed: true };
        match verdict {
            Verdict::UnderReview if self.state == State::UnderReview && !is_news(applicant, notes) => {
                reviewed.is_changed = false;
            }
            Verdict::UnderReview => reviewed.move_to(State::UnderReview, Standing::UnderReview, notes, now),
            // Only reinstating lifts a suspension.
            Verdict::Approve if applicant.standing() == Some(Standing::Suspended) => return Err(Refusal::Suspended),
            Verdict::Approve => {
                reviewed.move_to(State::Approved, Standing::Approved, notes, now);
                reviewed.decide(by, now, Topic::Approved);
                reviewed.take_over(now);
            }
            Verdict::Reject => {
                reviewed.move_to(State::Rejected, Standing::Rejected, notes, now);
                reviewed.decide(by, now, Topic::Rejected);
                reviewed.application.rejection_reason = notes.to_owned();
            }
        }
        Ok(reviewed)
    }
}

impl Reviewed {
    fn move_to(&mut self, state: State, standing: Standing, notes: &str, now: Instant) {
        self.application.state = state;
        self.application.updated_at = now;
        self.application.version += 1;
        let expert = self.applicant.expert.get_or_insert_with(|| Expert::unknown(now));
        // Who became an expert another way meanwhile, or was suspended, stays it.
        if !matches!(expert.standing, Standing::Approved | Standing::Suspended) {
            expert.standing = standing;
            expert.notes = notes.to_owned();
        }
        expert.updated_at = now;
    }

    fn decide(&mut self, by: UserId, now: Instant, told: Topic) {
        self.application.reviewed_by = Some(by);
        self.application.reviewed_at = Some(now);
        self.told = Some(told);
    }

    /// The expert is who the applicant said they are.
    fn take_over(&mut self, now: Instant) {
        let content = &self.application.content;
        self.applicant.rename(&content.name);
        self.applicant.bio = content.bio.clone();
        if let Some(expert) = &mut self.applicant.expert {
            expert.application = Some(self.application.id);
            expert.specialty = content.specialty;
            expert.experience_years = content.experience_years;
            expert.is_active = true;
            expert.verified_at.get_or_insert(now);
        }
    }
}

#[cfg(test)]
mod tests;
