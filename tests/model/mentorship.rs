//! The model's mentorship façade (`mentorship.md` §1): who has which number in which role.

use super::command::Heard;
use super::command::{Answer, Expected, fresh_id, no};
use super::oracle::Model;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// Somebody is asked for their number as a student, or as a mentor.
    Number { by: usize, as_mentor: bool },
}

impl Model {
    /// The first need gives the next number, of which some may be skipped; later ones find the same.
    pub(crate) fn mentorship(&mut self, act: &Act, heard: &Heard) -> Expected {
        let Act::Number { by, as_mentor } = *act;
        if as_mentor && self.people[by].expert.is_none() {
            return no("role_required");
        }
        let role = usize::from(as_mentor);
        if let Some(known) = self.people[by].numbers[role] {
            return Ok(Answer::Made(known));
        }
        let last = self.people.iter().filter_map(|person| person.numbers[role]).max().unwrap_or_default();
        let given = fresh_id(heard).max(last + 1);
        self.people[by].numbers[role] = Some(given);
        Ok(Answer::Made(given))
    }
}
