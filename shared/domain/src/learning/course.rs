//! Courses: what their owner says of them, and who may look at them.

use crate::Instant;
use crate::file::Attachment;
use crate::ids::{CourseId, UserId};
use crate::ledger::Amount;

/// Characters.
pub const LONGEST_TITLE: usize = 255;
pub const LONGEST_DESCRIPTION: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    Mathematics,
    Science,
    Language,
    Programming,
    Business,
    Arts,
    Music,
    Other,
}

impl Category {
    pub const ALL: [Category; 8] = [
        Category::Mathematics,
        Category::Science,
        Category::Language,
        Category::Programming,
        Category::Business,
        Category::Arts,
        Category::Music,
        Category::Other,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Category::Mathematics => "mathematics",
            Category::Science => "science",
            Category::Language => "language",
            Category::Programming => "programming",
            Category::Business => "business",
            Category::Arts => "arts",
            Category::Music => "music",
            Category::Other => "other",
        }
    }
}

/// What its owner says of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseDetails {
    pub title: String,
    pub description: String,
    pub category: Category,
    pub image: Option<Attachment>,
    /// In money; nothing for a free one.
    pub price: Amount,
    /// Or a draft.
    pub is_published: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub id: CourseId,
    pub owner: UserId,
    /// Name and address of the owner as they were when they last saved it.
    pub owner_name: String,
    pub owner_email: String,
    pub details: CourseDetails,
    /// How many it has. Written with lessons only.
    pub lessons: u32,
    pub created_at: Instant,
    pub updated_at: Instant,
    /// Rises with every change.
    pub version: u64,
}

/// Who looks at a course.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reader {
    pub user: Option<UserId>,
    pub is_admin: bool,
    /// In this course.
    pub is_enrolled: bool,
}

impl Course {
    pub fn is_free(&self) -> bool {
        self.details.price.minor == 0
    }

    /// Its owner and administrators may change it.
    pub fn is_edited_by(&self, reader: Reader) -> bool {
        reader.is_admin || reader.user == Some(self.owner)
    }

    /// A draft is there for those who edit it and those who are enrolled.
    pub fn may_be_seen(&self, reader: Reader) -> bool {
        self.details.is_published || reader.is_enrolled || self.is_edited_by(reader)
    }

    /// Whether its lessons are open, and not locked.
    pub fn is_open_to(&self, reader: Reader) -> bool {
        (self.is_free() && self.details.is_published) || reader.is_enrolled || self.is_edited_by(reader)
    }

    /// Others' addresses are for the other party of an enrolment, and administrators.
    pub fn shows_address_to(&self, reader: Reader) -> bool {
        reader.is_enrolled || self.is_edited_by(reader)
    }

    /// The course with other details.
    #[must_use]
    pub fn changed(&self, details: CourseDetails, now: Instant) -> Self {
        Self { details, updated_at: now, version: self.version + 1, ..self.clone() }
    }

    /// What lists hold against a question.
    pub fn entry(&self) -> CourseEntry {
        CourseEntry {
            id: self.id,
            owner: self.owner,
            title: self.details.title.clone(),
            category: self.details.category,
            minor: self.details.price.minor,
            is_published: self.details.is_published,
        }
    }
}

/// A course in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseEntry {
    pub id: CourseId,
    pub owner: UserId,
    pub title: String,
    pub category: Category,
    /// Hundredths of its currency.
    pub minor: u64,
    pub is_published: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Currency, Unit};

    fn course(minor: u64, is_published: bool) -> Course {
        Course {
            id: CourseId::new(7).unwrap(),
            owner: UserId::new(2).unwrap(),
            owner_name: "Ada".to_owned(),
            owner_email: "ada@example.org".to_owned(),
            details: CourseDetails {
                title: "Looms".to_owned(),
                description: String::new(),
                category: Category::Arts,
                image: None,
                price: Amount { unit: Unit::Currency(Currency::USD), minor },
                is_published,
            },
            lessons: 0,
            created_at: Instant::default(),
            updated_at: Instant::default(),
            version: 1,
        }
    }

    #[test]
    fn who_sees_a_course_and_to_whom_its_lessons_are_open() {
        let nobody = Reader::default();
        let stranger = Reader { user: UserId::new(4), ..nobody };
        let [enrolled, admin] = [Reader { is_enrolled: true, ..stranger }, Reader { is_admin: true, ..stranger }];
        let owner = Reader { user: UserId::new(2), ..nobody };
        for (minor, is_published, seen, open) in [
            (0, true, [true, true, true, true, true], [true, true, true, true, true]),
            (500, true, [true, true, true, true, true], [false, false, true, true, true]),
            (0, false, [false, false, true, true, true], [false, false, true, true, true]),
            (500, false, [false, false, true, true, true], [false, false, true, true, true]),
        ] {
            let course = course(minor, is_published);
            let readers = [nobody, stranger, enrolled, admin, owner];
            assert_eq!(readers.map(|reader| course.may_be_seen(reader)), seen, "{minor} {is_published}");
            assert_eq!(readers.map(|reader| course.is_open_to(reader)), open, "{minor} {is_published}");
            assert_eq!(readers.map(|reader| course.is_edited_by(reader)), [false, false, false, true, true]);
        }
    }
}
