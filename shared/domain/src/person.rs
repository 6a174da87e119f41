//! A person: account, profile, skills and weekly hours in one aggregate, because they are read together on every card.

use std::collections::BTreeSet;

pub use crate::calendar::MOST_ROWS;
use crate::calendar::{Week, WeeklyHours};
use crate::caseless::is_same;
use crate::category::CategoryId;
use crate::expert::{self, Expert, Standing};
use crate::ids::{HoursId, SkillId, UserId};
use crate::lifecycle::Seat;
use crate::mailbox::{DeadEnd, Undelivered};
use crate::review::Tally;
use crate::serial::Serials;
use crate::text::{Email, Username};
use crate::zone::Zone;
use crate::{Instant, Sentence};

#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub id: UserId,
    pub username: Username,
    pub email: Email,
    /// Somebody who reads this address has proven to know the account's secrets, by a link that was mailed there.
    pub email_verified: bool,
    /// That mail does not reach an address they had, or have.
    pub dead_end: Option<DeadEnd>,
    pub first_name: String,
    pub last_name: String,
    pub bio: String,
    pub headline: String,
    pub timezone: Zone,
    pub picture: Option<Picture>,
    pub joined_at: Instant,
    /// When names, zone or the rest of the account last changed.
    pub updated_at: Instant,
    pub roles: Roles,
    pub serials: Serials,
    /// They agreed to the terms of a product that asks for it.
    pub accepted_terms: bool,
    /// What they are as an expert; `None`: they never applied.
    pub expert: Option<Expert>,
    /// A suspended account can do nothing and is found by nobody.
    pub is_suspended: bool,
    /// Whoever logs in is asked for a one-time code. Written by switching it on and off only.
    pub two_factor: bool,
    /// Reviews received. Written by reviews only.
    pub tally: Tally,
    /// Those of them received as expert.
    pub tally_as_expert: Tally,
    /// Bookings that were completed with them as the expert. Written by completions only.
    pub sessions_given: u32,
    /// How many minutes those lasted. Counted since it is counted.
    pub minutes_given: u32,
    /// Courses of theirs that everybody may see. Written with the courses only.
    pub courses_given: u32,
    pub skills: Vec<Skill>,
    pub hours: Vec<HoursRow>,
    /// Rises with every change a person makes to it.
    pub version: u64,
}

/// What somebody may be beside an expert, which their profile as one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    pub admin: bool,
    /// Everybody but who came only to be an expert.
    pub learner: bool,
}

impl Default for Roles {
    fn default() -> Self {
        Self { admin: false, learner: true }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Somebody else's server.
    Link(String),
    /// An object in our file store, checked to be an image.
    File { key: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skill {
    pub id: SkillId,
    pub name: String,
    pub level: Level,
    pub category: Option<CategoryId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Beginner,
    Intermediate,
    Advanced,
    Expert,
}

impl Level {
    pub const ALL: [Level; 4] = [Level::Beginner, Level::Intermediate, Level::Advanced, Level::Expert];

    pub fn as_str(self) -> &'static str {
        match self {
            Level::Beginner => "beginner",
            Level::Intermediate => "intermediate",
            Level::Advanced => "advanced",
            Level::Expert => "expert",
        }
    }

    /// Any letter case.
    pub fn parse(text: &str) -> Result<Self, Sentence> {
        Self::ALL
            .into_iter()
            .find(|level| is_same(level.as_str(), text))
            .ok_or("Choose one of beginner, intermediate, advanced, expert.")
    }
}

/// A row of the weekly hours with its own id.
#[derive(Clone, Debug, PartialEq)]
pub struct HoursRow {
    pub id: HoursId,
    pub hours: WeeklyHours,
}

/// What a profile says no to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("This username is already taken.")]
    UsernameTaken,
    #[error("An account with this e-mail address already exists.")]
    EmailTaken,
    #[error("You already have a skill of this name.")]
    SkillNameTaken,
    #[error("A profile has at most 50 skills.")]
    TooManySkills,
    #[error("The end must be after the start.")]
    HoursEndBeforeStart,
    #[error("You already have exactly these hours.")]
    HoursTaken,
    #[error("A schedule has at most 50 rows.")]
    TooManyHours,
    /// The account is not of the kind this is for.
    #[error("Your account does not have the role this is for.")]
    RoleMissing,
    /// A skill or row of another person, or of nobody.
    #[error("Not found.")]
    NotFound,
    /// Nobody has shown yet that mail reaches them.
    #[error("Verify your e-mail address first.")]
    EmailUnverified,
    #[error("You cannot do this to your own account.")]
    OwnAccount,
}

/// First and last name of which [`User::name`] makes exactly this: parted at the last blank.
pub fn parted(full_name: &str) -> (String, String) {
    let (first, last) = full_name.rsplit_once(' ').unwrap_or((full_name, ""));
    (first.to_owned(), last.to_owned())
}

impl User {
    /// The week as published, read in the account's zone where a row has none of its own.
    pub fn weekly_hours(&self) -> Vec<WeeklyHours> {
        self.hours.iter().map(|row| row.hours.clone()).collect()
    }

    /// The zone in which hours of this person are kept: their own, else the account's.
    pub fn zone_of<'a>(&'a self, hours: &'a WeeklyHours) -> &'a Zone {
        hours.zone.as_ref().unwrap_or(&self.timezone)
    }

    /// First name, space, last name; the username if both are blank.
    pub fn name(&self) -> String {
        let full = match (self.first_name.as_str(), self.last_name.as_str()) {
            (first, "") => first.to_owned(),
            ("", last) => last.to_owned(),
            (first, last) => format!("{first} {last}"),
        };
        if full.trim().is_empty() { self.username.as_str().to_owned() } else { full }
    }

    /// Takes a name of one piece, so that [`User::name`] shows it as it was written.
    pub fn rename(&mut self, name: &str) {
        let parts = name.split_once(' ').filter(|(first, last)| !first.is_empty() && !last.is_empty());
        let (first, last) = parts.unwrap_or((name, ""));
        (self.first_name, self.last_name) = (first.to_owned(), last.to_owned());
    }

    /// Whether mails go out to the present address.
    pub fn takes_mail(&self) -> bool {
        self.dead_end.as_ref().is_none_or(|known| known.address != self.email)
    }

    /// The same person once it is known that mail to their present address does not arrive; `None` if it is known.
    #[must_use]
    pub fn undelivered(&self, why: Undelivered, now: Instant) -> Option<User> {
        let dead_end = Some(DeadEnd { address: self.email.clone(), why, since: now });
        self.takes_mail().then(|| User { dead_end, updated_at: now, ..self.clone() })
    }

    pub fn standing(&self) -> Option<Standing> {
        self.expert.as_ref().map(|expert| expert.standing)
    }

    /// An administrator approved this expert, and nobody suspended them since.
    pub fn is_verified(&self) -> bool {
        self.standing() == Some(Standing::Approved)
    }

    /// Everybody may look at this expert: approved, and the account is in good standing.
    pub fn is_shown_as_expert(&self) -> bool {
        self.is_verified() && !self.is_suspended
    }

    /// The expert of this person, if they take new bookings.
    pub fn is_listed(&self) -> bool {
        self.is_shown_as_expert() && self.expert.as_ref().is_some_and(|expert| expert.is_active)
    }

    /// What an approved expert is; somebody suspended may look but not act.
    pub fn practice(&self) -> Result<&Expert, expert::Refusal> {
        let expert = self.expert.as_ref().ok_or(expert::Refusal::NotExpert)?;
        match expert.standing {
            Standing::Approved => Ok(expert),
            Standing::Suspended => Err(expert::Refusal::Suspended),
            Standing::Pending | Standing::UnderReview | Standing::Rejected => Err(expert::Refusal::NotExpert),
        }
    }

    /// Whether this person may act in a role. Whoever has a profile as an expert may, as far as its standing lets them.
    pub fn has_role(&self, role: Seat) -> Result<(), Refusal> {
        let has = match role {
            Seat::Learner => self.roles.learner,
            Seat::Expert => self.expert.is_some(),
        };
        if has { Ok(()) } else { Err(Refusal::RoleMissing) }
    }

    pub fn skill(&self, id: SkillId) -> Result<&Skill, Refusal> {
        self.skills.iter().find(|skill| skill.id == id).ok_or(Refusal::NotFound)
    }

    /// Adds the skill, or replaces the one of the same id.
    pub fn put_skill(&mut self, skill: Skill) -> Result<(), Refusal> {
        let same_name = |other: &Skill| is_same(&other.name, &skill.name);
        if self.skills.iter().any(|other| other.id != skill.id && same_name(other)) {
            return Err(Refusal::SkillNameTaken);
        }
        match self.skills.iter().position(|other| other.id == skill.id) {
            Some(place) => self.skills[place] = skill,
            None if self.skills.len() >= MOST_ROWS => return Err(Refusal::TooManySkills),
            None => self.skills.push(skill),
        }
        Ok(())
    }

    pub fn remove_skill(&mut self, id: SkillId) -> Result<(), Refusal> {
        self.skill(id)?;
        self.skills.retain(|skill| skill.id != id);
        Ok(())
    }

    /// Takes the place of the whole schedule. The ids are made up here so that no two rows of it have the same, nor one
    /// of the old.
    pub fn replace_hours(&mut self, week: Week, mut mint: impl FnMut() -> HoursId) {
        let mut taken: BTreeSet<_> = self.hours.iter().map(|row| row.id).collect();
        let rows = week.into_rows().into_iter().map(|hours| {
            let id = std::iter::repeat_with(&mut mint).find(|id| taken.insert(*id));
            HoursRow { id: id.expect("an endless supply ends when one is new"), hours }
        });
        self.hours = rows.collect();
    }

    pub fn hours_row(&self, id: HoursId) -> Result<&HoursRow, Refusal> {
        self.hours.iter().find(|row| row.id == id).ok_or(Refusal::NotFound)
    }

    /// Adds the row, or replaces the one of the same id. Overlapping rows count as one window.
    pub fn put_hours(&mut self, row: HoursRow) -> Result<(), Refusal> {
        if row.hours.end.seconds() <= row.hours.start.seconds() {
            return Err(Refusal::HoursEndBeforeStart);
        }
        let kept = |hours: &WeeklyHours| WeeklyHours { zone: Some(self.zone_of(hours).clone()), ..hours.clone() };
        if self.hours.iter().any(|other| other.id != row.id && kept(&other.hours) == kept(&row.hours)) {
            return Err(Refusal::HoursTaken);
        }
        match self.hours.iter().position(|other| other.id == row.id) {
            Some(place) => self.hours[place] = row,
            None if self.hours.len() >= MOST_ROWS => return Err(Refusal::TooManyHours),
            None => self.hours.push(row),
        }
        Ok(())
    }

    pub fn remove_hours(&mut self, id: HoursId) -> Result<(), Refusal> {
        self.hours_row(id)?;
        self.hours.retain(|row| row.id != id);
        Ok(())
    }
}
