//! What several stories about becoming an expert need.

use serde_json::{Value as Json, json};

use crate::consultations::c;
use crate::person::id;
use crate::{Answer, Person};

pub const PDF: &[u8] = b"%PDF-1.7\n1 0 obj and so on";
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01 and so on";
pub const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF and so on\xff\xc0\0\x0b\x08\0\x01\0\x01 and so on";
pub const GIF: &[u8] = b"GIF89a\x01\0\x01\0 and so on";

pub fn wish() -> Json {
    json!({
        "name": "Dr. Ada Lovelace",
        "email": "office@analytical.example",
        "phone": "+44 20 7946 0000",
        "specialty": "career",
        "experience_years": 12,
        "bio": "I have <b>counselled</b> engineers for twelve years.",
        "application_notes": "References on request.",
    })
}

/// Applies: the id of the application.
pub async fn applies(person: &Person) -> i64 {
    id(&person.post(&c("experts/apply/"), wish()).await.is(201))
}

pub async fn reviews(admin: &Person, application: i64, action: &str, notes: &str) -> Answer {
    let path = c(&format!("admin/applications/{application}/review/"));
    admin.post(&path, json!({"action": action, "notes": notes})).await
}

pub async fn suspends(admin: &Person, expert: &Person, reason: &str) -> Answer {
    admin.post(&c(&format!("admin/experts/{}/suspend/", expert.id)), json!({"reason": reason})).await
}

pub async fn reinstates(admin: &Person, expert: &Person) -> Answer {
    admin.post(&c(&format!("admin/experts/{}/reinstate/", expert.id)), json!({})).await
}

pub async fn status(person: &Person) -> Json {
    person.get(&c("experts/verification-status/")).await.is(200)
}

/// The titles of a person's notifications, newest first.
pub async fn told(person: &Person) -> Vec<String> {
    let notices = person.get("/api/notifications/").await.is(200);
    notices.as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
}

pub const APPLICATION: [&str; 16] = [
    "id",
    "user",
    "status",
    "name",
    "email",
    "phone",
    "specialty",
    "experience_years",
    "bio",
    "application_notes",
    "rejection_reason",
    "reviewed_by",
    "reviewed_at",
    "documents",
    "submitted_at",
    "updated_at",
];

pub const DOCUMENT: [&str; 10] = [
    "id",
    "expert",
    "application",
    "document_type",
    "document_name",
    "description",
    "file",
    "file_size",
    "is_verified",
    "uploaded_at",
];
