//! Students and mentors by their numbers: `S000001`, `M000001` (`mentorship.md` §1).

use app::serials::Reference;
use domain::ids::{LARGEST, UserId};
use domain::lifecycle::Seat;
use edge::form::{Kind, Node};
use edge::problem::Text;
use utoipa::openapi::{Object, ObjectBuilder, Type};

pub use domain::facade::mentorship::{read, shown};

/// Somebody by their id in a role, or by the number of their account.
pub fn reference(text: &str) -> Option<Reference> {
    if let Some((role, serial)) = read(text) {
        return Some(Reference::Serial(role, serial));
    }
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain).and_then(UserId::new).map(Reference::Account)
}

/// A field that names somebody: an id of this role, of any where none is said, or the number of an account.
pub fn person(role: Option<Seat>) -> PersonKind {
    PersonKind(role)
}

#[derive(Clone, Copy, Debug)]
pub struct PersonKind(Option<Seat>);

impl Kind for PersonKind {
    type Out = Reference;

    fn read(self, node: &Node, _: bool) -> Result<Reference, Text> {
        const BAD: &str = "This must be an id such as S000001 or M000001, or the number of an account.";
        let found = match node {
            Node::Text(text) => reference(text),
            // As JSON has integers, in whatever form.
            Node::Number(_) => edge::form::id::<UserId>().read(node, false).ok().map(Reference::Account),
            _ => None,
        };
        match found {
            Some(Reference::Serial(role, _)) if self.0.is_some_and(|wanted| wanted != role) => Err(BAD.into()),
            found => found.ok_or(BAD.into()),
        }
    }

    fn schema(&self) -> Object {
        let letters = match self.0 {
            Some(Seat::Learner) => "[Ss]",
            Some(Seat::Expert) => "[Mm]",
            None => "[SsMm]",
        };
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^{letters}?[0-9]+$")))
            .description(Some(format!("An id of at least six digits, or the number of an account, at most {LARGEST}.")))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::lifecycle::Seat::Expert;
    use domain::serial::Serial;

    fn serial(number: i64) -> Serial {
        Serial::new(number).unwrap_or_else(|| unreachable!())
    }

    #[test]
    fn somebody_is_named_by_an_id_or_by_a_number() {
        let account = UserId::new(12).map(Reference::Account);
        assert_eq!(reference("12"), account);
        for text in ["", "0", "-1", "+1", " 1", "1e1", "9007199254740993"] {
            assert_eq!(reference(text), None, "{text}");
        }
        let kind = person(Some(Expert));
        assert_eq!(kind.read(&Node::Number("12".to_owned()), false).ok(), account);
        assert_eq!(kind.read(&Node::Text("M7".to_owned()), false).ok(), Some(Reference::Serial(Expert, serial(7))));
        assert!(kind.read(&Node::Text("S7".to_owned()), false).is_err(), "another role's");
        assert!(person(None).read(&Node::Text("S7".to_owned()), false).is_ok());
        assert!(kind.read(&Node::Bool(true), false).is_err());
    }
}
