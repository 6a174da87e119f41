//! Its operations on courses, and of those who take them.

use super::Thing;
use crate::contract::{Operation, op};

const ALL: &[u16] = &[200; 6];
const CREATES: &[u16] = &[401, 403, 403, 201, 201, 403];
const CHANGES: &[u16] = &[401, 403, 403, 200, 200, 403];
const DELETES: &[u16] = &[401, 403, 403, 204, 204, 403];

const SIGNED: &[u16] = &[401, 200, 200, 200, 200, 200];
/// Who takes the course, and whoever may name somebody who does.
const STUDENT: &[u16] = &[401, 403, 200, 400, 400, 403];

const COURSE: &str = r#"{"title": "Looms", "description": "From thread to cloth.", "category": "arts", "image": null,
    "price": "12.50", "is_published": true}"#;
const NEW_LESSON: &str = r#"{"course": $id, "title": "Warps", "content": "Thread it.",
    "video_url": "https://example.org/v", "file": null, "duration": 30, "order": 2}"#;
const LESSON: &str = r#"{"title": "Warps", "content": "Thread it.", "video_url": "https://example.org/v", "file": null,
    "duration": 30, "order": 2}"#;

pub(super) const COURSES: &[Operation<Thing>] = &[
    op("GET /api/v1/courses/", Thing::Nothing, "", ALL),
    op("POST /api/v1/courses/", Thing::Nothing, COURSE, CREATES),
    op("GET /api/v1/courses/{id}/", Thing::Course, "", ALL),
    op("PUT /api/v1/courses/{id}/", Thing::Course, COURSE, CHANGES),
    op("PATCH /api/v1/courses/{id}/", Thing::Course, COURSE, CHANGES),
    op("DELETE /api/v1/courses/{id}/", Thing::Course, "", DELETES),
];

pub(super) const LESSONS: &[Operation<Thing>] = &[
    op("GET /api/v1/lessons/", Thing::Nothing, "", ALL),
    op("POST /api/v1/lessons/", Thing::Course, NEW_LESSON, CREATES),
    op("GET /api/v1/lessons/{id}/", Thing::Lesson, "", ALL),
    op("PUT /api/v1/lessons/{id}/", Thing::Lesson, LESSON, CHANGES),
    op("PATCH /api/v1/lessons/{id}/", Thing::Lesson, LESSON, CHANGES),
    op("DELETE /api/v1/lessons/{id}/", Thing::Lesson, "", DELETES),
];

pub(super) const ENROLLMENTS: &[Operation<Thing>] = &[
    op("POST /api/v1/courses/{id}/enroll/", Thing::Course, "", &[401, 201, 201, 403, 201, 201]),
    op("GET /api/v1/courses/{id}/progress/", Thing::Taken, "", STUDENT).objects("validation"),
    op("GET /api/v1/enrollments/", Thing::Nothing, "", SIGNED),
    op("GET /api/v1/enrollments/{id}/", Thing::Enrollment, "", &[401, 404, 200, 200, 200, 404]),
    op("GET /api/v1/progress/", Thing::Nothing, "", SIGNED),
    op(
        "POST /api/v1/progress/",
        Thing::TakenLesson,
        r#"{"lesson": $id, "time_spent": 5, "is_completed": true}"#,
        &[401, 403, 201, 403, 403, 403],
    )
    .names_it_in_its_body(),
];
