//! Keys of posts, of gatherings and of courses, read back.

use super::super::{COMING, COMMENT, COURSE, LESSON, VIEW};
use super::{Kind, Named, Part, id, named, part};

pub(super) fn of_post(rest: &str, sk: &str) -> Option<Named> {
    match rest.split_once('#') {
        Some((post, slot)) if sk == "N" => named(Kind::PostSpare, [id("post", post)?, part("slot", slot)]),
        Some((post, _)) => named(Kind::PostView, [id("post", post)?, id("person", sk.strip_prefix(VIEW)?)?]),
        None => named(Kind::Comment, [id("post", rest)?, id("comment", sk.strip_prefix(COMMENT)?)?]),
    }
}

pub(super) fn of_gathering(rest: &str, sk: &str) -> Option<Named> {
    match (rest.split_once('#'), sk) {
        (Some((gathering, slot)), "N") => {
            named(Kind::GatheringSpare, [id("gathering", gathering)?, part("slot", slot)])
        }
        (Some((gathering, _)), _) => {
            named(Kind::Coming, [id("gathering", gathering)?, id("person", sk.strip_prefix(COMING)?)?])
        }
        (None, "EVENT") => named(Kind::Gathering, [id("gathering", rest)?]),
        (None, "LONG") => named(Kind::LongGathering, [id("gathering", rest)?]),
        (None, "N") => named(Kind::GatheringCounts, [id("gathering", rest)?]),
        _ => None,
    }
}

pub(super) fn of_course(course: Part, sk: &str) -> Option<Named> {
    match sk {
        COURSE => named(Kind::Course, [course]),
        "ENTRY" => named(Kind::CourseEntry, [course]),
        "N" => named(Kind::CourseCounts, [course]),
        _ => named(Kind::Lesson, [course, id("lesson", sk.strip_prefix(LESSON)?)?]),
    }
}
