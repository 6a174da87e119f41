//! What students and mentors may say of themselves, and how long it may be (`mentorship.md` §2).

use std::marker::PhantomData;

use app::details::{LONGEST_LINK, Links, Sent, elsewhere};
use app::uploads::FileSource;
use chrono::NaiveDate;
use domain::details::{Details, LONGEST_PHONE, born, phone};
use domain::facade::mentorship::hourly_rate;
use domain::ledger::Amount;
use domain::person::User;
use domain::{Instant, Sentence};
use edge::form::{
    FieldValue, Fields, FileOrText, Kind, Parse, comma_separated, date, file_or, integer, money, or_empty, text,
};
use edge::problem::Problem;

/// The signed link to a file of ours, which may come back, is longer than others may be.
const LONGEST_SHOWN_LINK: usize = 4096;

/// Whether a body may change the name too.
pub(super) trait NameRule {
    const STUDENT: &str;
    const MENTOR: &str;
    const HAS_NAME: bool;
}

pub(super) struct Named;
pub(super) struct Unnamed;

impl NameRule for Named {
    const STUDENT: &str = "StudentProfileChanges";
    const MENTOR: &str = "MentorProfileChanges";
    const HAS_NAME: bool = true;
}

impl NameRule for Unnamed {
    const STUDENT: &str = "StudentDetailChanges";
    const MENTOR: &str = "MentorDetailChanges";
    const HAS_NAME: bool = false;
}

const ABOUT: &str =
    "What is absent stays; null or an empty text clears it. The fields may stand inside `details` as well.";

/// What both may say.
struct Common {
    name: Option<String>,
    phone: Option<String>,
    bio: Option<String>,
    linkedin_url: Option<String>,
    github_url: Option<String>,
    portfolio_url: Option<String>,
    cv: Brought,
    picture: Brought,
}

/// A file, or a link to one.
#[derive(Clone)]
enum Brought {
    Nothing,
    File {
        name: String,
        bytes: Vec<u8>,
    },
    /// Empty: what is there goes.
    Link(String),
}

pub(super) struct StudentChanges<N> {
    common: Common,
    date_of_birth: Option<Option<NaiveDate>>,
    college: Option<String>,
    degree: Option<String>,
    field_of_study: Option<String>,
    year_of_study: Option<Option<u8>>,
    skills: Option<String>,
    interests: Option<String>,
    rule: PhantomData<N>,
}

pub(super) struct MentorChanges<N> {
    common: Common,
    company: Option<String>,
    designation: Option<String>,
    years_of_experience: Option<Option<u8>>,
    expertise: Option<String>,
    hourly_rate: Option<Option<Amount>>,
    rule: PhantomData<N>,
}

/// A text that is absent, or replaced; null clears it.
fn said(fields: &mut Fields<'_>, name: &'static str, kind: impl Kind<Out = String>) -> Option<Option<String>> {
    Some(fields.nullable(name, kind)?.change().map(Option::unwrap_or_default))
}

fn web_address(text: &str) -> Result<String, Sentence> {
    elsewhere(text).map(Option::unwrap_or_default)
}

fn small(number: i64) -> Result<u8, Sentence> {
    u8::try_from(number).map_err(|_| "This number is too large.")
}

/// Null and an empty text both clear.
fn cleared<T>(value: FieldValue<Option<T>>) -> Option<Option<T>> {
    value.change().map(Option::flatten)
}

impl Brought {
    fn parse(fields: &mut Fields<'_>, names: &[&'static str], about: &'static str) -> Option<Self> {
        let kind = file_or(text(..=LONGEST_SHOWN_LINK)).about(about);
        Some(match fields.nullable(names, kind)? {
            FieldValue::Absent => Self::Nothing,
            FieldValue::Null => Self::Link(String::new()),
            FieldValue::Value(FileOrText::Text(link)) => Self::Link(link),
            FieldValue::Value(FileOrText::File(file)) => Self::File { name: file.name, bytes: file.bytes.into() },
        })
    }

    fn parted(&self) -> (Option<FileSource>, Option<String>) {
        match self.clone() {
            Self::Nothing => (None, None),
            Self::File { name, bytes } => (Some(FileSource::Bytes { name, bytes }), None),
            Self::Link(link) => (None, Some(link)),
        }
    }
}

impl Common {
    fn parse(fields: &mut Fields<'_>, has_name: bool) -> Option<Self> {
        const CV: &str = "An http(s) URL of at most 1000 characters. In a form: a PDF, DOC or DOCX file.";
        const PICTURE: &str = "An http(s) URL of at most 1000 characters. In a form: a JPEG, PNG, GIF or WebP file.";
        let name = match has_name {
            true => fields.optional("name", text(1..=100).trimmed()),
            false => Some(None),
        };
        let number = text(..=LONGEST_PHONE).parse(phone).about("Digits, spaces and + - ( ).");
        let phone = said(fields, "phone", number);
        let bio = said(fields, "bio", text(..=5000));
        let link = || text(..=LONGEST_LINK).parse(web_address).about("An http(s) URL.");
        let linkedin_url = said(fields, "linkedin_url", link());
        let github_url = said(fields, "github_url", link());
        let portfolio_url = said(fields, "portfolio_url", link());
        let cv = Brought::parse(fields, &["cv"], CV);
        let picture = Brought::parse(fields, &["profile_picture", "profile_photo"], PICTURE);
        Some(Self {
            name: name?,
            phone: phone?,
            bio: bio?,
            linkedin_url: linkedin_url?,
            github_url: github_url?,
            portfolio_url: portfolio_url?,
            cv: cv?,
            picture: picture?,
        })
    }

    fn brought(&self) -> (Sent, Links) {
        let ((cv_file, cv_link), (picture_file, picture_link)) = (self.cv.parted(), self.picture.parted());
        (Sent { cv: cv_file, picture: picture_file }, Links { cv: cv_link, picture: picture_link })
    }

    fn apply(&self, user: &mut User, details: &mut Details) {
        if let Some(name) = self.name.as_ref().filter(|name| **name != user.name()) {
            user.rename(name);
        }
        set(&mut details.phone, &self.phone);
        set(&mut details.linkedin_url, &self.linkedin_url);
        set(&mut details.github_url, &self.github_url);
        set(&mut details.portfolio_url, &self.portfolio_url);
    }
}

fn set<T: Clone>(field: &mut T, value: &Option<T>) {
    if let Some(value) = value {
        *field = value.clone();
    }
}

impl<N: NameRule> Parse for StudentChanges<N> {
    const NAME: &str = N::STUDENT;
    const ABOUT: &str = ABOUT;
    const LIFTS: &str = "details";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let common = Common::parse(fields, N::HAS_NAME);
        let date_of_birth = fields.nullable("date_of_birth", or_empty(date()).about("In the past, not before 1900."));
        let college = said(fields, "college", text(..=255));
        let degree = said(fields, "degree", text(..=150));
        let field_of_study = said(fields, "field_of_study", text(..=150));
        let year_of_study = fields.nullable("year_of_study", or_empty(integer(1..=10).then(small)));
        let words = || comma_separated(text(..=2000)).about("Separated by commas; a list of texts is taken too.");
        let skills = said(fields, "skills", words());
        let interests = said(fields, "interests", words());
        Some(Self {
            common: common?,
            date_of_birth: cleared(date_of_birth?),
            college: college?,
            degree: degree?,
            field_of_study: field_of_study?,
            year_of_study: cleared(year_of_study?),
            skills: skills?,
            interests: interests?,
            rule: PhantomData,
        })
    }
}

impl<N> StudentChanges<N> {
    pub(super) fn brought(&self) -> (Sent, Links) {
        self.common.brought()
    }

    /// What can be judged only with the clock at hand.
    pub(super) fn check(&self, now: Instant) -> Result<(), Problem> {
        match self.date_of_birth.flatten().map(|date| born(date, now)) {
            Some(Err(sentence)) => Err(Problem::field("date_of_birth", sentence)),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    pub(super) fn apply(&self, user: &mut User, details: &mut Details) {
        self.common.apply(user, details);
        let learning = &mut details.learning;
        set(&mut learning.born, &self.date_of_birth);
        set(&mut learning.college, &self.college);
        set(&mut learning.degree, &self.degree);
        set(&mut learning.field_of_study, &self.field_of_study);
        set(&mut learning.year_of_study, &self.year_of_study);
        set(&mut learning.skills, &self.skills);
        set(&mut learning.interests, &self.interests);
        set(&mut learning.bio, &self.common.bio);
    }
}

const RATE: &str = "In INR: 0.00 (free), or 10.00 to 100000.00 with at most two decimals. Null: not bookable yet.";

impl<N: NameRule> Parse for MentorChanges<N> {
    const NAME: &str = N::MENTOR;
    const ABOUT: &str = ABOUT;
    const LIFTS: &str = "details";

    fn parse(fields: &mut Fields<'_>) -> Option<Self> {
        let common = Common::parse(fields, N::HAS_NAME);
        let company = said(fields, "company", text(..=255));
        let designation = said(fields, "designation", text(..=255));
        let years = fields.nullable("years_of_experience", or_empty(integer(0..=70).then(small)));
        let words = comma_separated(text(..=2000)).about("Separated by commas; a list of texts is taken too.");
        let expertise = said(fields, "expertise", words);
        let rate = fields.nullable("hourly_rate", or_empty(money().then(hourly_rate)).about(RATE));
        Some(Self {
            common: common?,
            company: company?,
            designation: designation?,
            years_of_experience: cleared(years?),
            expertise: expertise?,
            hourly_rate: cleared(rate?),
            rule: PhantomData,
        })
    }
}

impl<N> MentorChanges<N> {
    pub(super) fn brought(&self) -> (Sent, Links) {
        self.common.brought()
    }

    pub(super) fn apply(&self, user: &mut User, details: &mut Details) {
        self.common.apply(user, details);
        set(&mut user.bio, &self.common.bio);
        let practice = &mut details.practice;
        set(&mut practice.company, &self.company);
        set(&mut practice.designation, &self.designation);
        set(&mut practice.expertise, &self.expertise);
        if let Some(expert) = &mut user.expert {
            set(&mut expert.hourly, &self.hourly_rate);
            if let Some(years) = self.years_of_experience {
                practice.is_new = years == Some(0);
                expert.experience_years = years.unwrap_or_default();
            }
        }
    }
}
