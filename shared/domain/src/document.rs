//! Papers of an applicant, who may become an expert with them.

use crate::Instant;
use crate::application::State;
use crate::file::Attachment;
use crate::ids::{ApplicationId, DocumentId, UserId};

/// An application, and a profile, have at most this many.
pub const MOST: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    pub owner: UserId,
    /// What it was sent with; `None`: its owner was an expert already.
    pub application: Option<ApplicationId>,
    pub kind: Kind,
    pub name: String,
    pub description: String,
    pub file: Attachment,
    /// An administrator has looked at it.
    pub is_verified: bool,
    pub uploaded_at: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Certificate,
    License,
    Education,
    Experience,
    IdProof,
    Other,
}

impl Kind {
    pub const ALL: [Kind; 6] =
        [Kind::Certificate, Kind::License, Kind::Education, Kind::Experience, Kind::IdProof, Kind::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Certificate => "certificate",
            Kind::License => "license",
            Kind::Education => "education",
            Kind::Experience => "experience",
            Kind::IdProof => "id_proof",
            Kind::Other => "other",
        }
    }
}

/// Where a document belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Application(ApplicationId),
    /// The profile of this expert.
    Profile(UserId),
}

impl Document {
    /// It lies where it was put: its application's state says whether it is its expert's by now.
    pub fn place(&self, state: Option<State>) -> Place {
        match self.application {
            Some(application) if state != Some(State::Approved) => Place::Application(application),
            _ => Place::Profile(self.owner),
        }
    }
}
