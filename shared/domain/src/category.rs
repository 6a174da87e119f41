//! The seven categories of the ExpertConnect document: fixed, so that reading them costs nothing.

/// A subject area. Its `id` is what clients store.
#[derive(Debug, PartialEq, Eq)]
pub struct Category {
    pub id: CategoryId,
    pub name: &'static str,
    pub description: &'static str,
    /// A word a frontend maps to a picture.
    pub icon: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategoryId(u8);

impl CategoryId {
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }

    /// The category of this id.
    pub fn category(self) -> &'static Category {
        &ALL[usize::from(self.0) - 1]
    }
}

/// `None` for an id that names no category.
pub fn find(id: i64) -> Option<&'static Category> {
    ALL.iter().find(|category| category.id.get() == id)
}

const fn category(id: u8, name: &'static str, icon: &'static str, description: &'static str) -> Category {
    Category { id: CategoryId(id), name, description, icon }
}

/// All categories, by ascending id, counted from 1.
pub static ALL: [Category; 7] = [
    category(1, "Software Development", "code", "Programming, architecture, data and operations."),
    category(2, "Career Development", "briefcase", "Applications, interviews, growth and leadership."),
    category(3, "Legal Advice", "scale", "Contracts, companies, employment and property."),
    category(4, "Financial Consulting", "chart", "Budgets, taxes, investing and funding."),
    category(5, "Marketing Strategy", "megaphone", "Brands, campaigns, content and sales."),
    category(6, "Health and Wellness", "heart", "Fitness, nutrition, sleep and mental health."),
    category(7, "Education and Tutoring", "book", "Lessons, languages, exams and study skills."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_is_found_by_its_id_and_by_no_other() {
        for category in &ALL {
            assert_eq!(find(category.id.get()), Some(category));
            assert_eq!(category.id.category(), category);
        }
        assert!([0, 8, -1, i64::MAX].iter().all(|id| find(*id).is_none()));
    }
}
