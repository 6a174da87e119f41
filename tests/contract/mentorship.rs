//! The mentorship façade's contract: which of the paths below `/api/` are its own.

/// Its groups of paths; ExpertConnect has the others.
const GROUPS: [&str; 10] = [
    "auth",
    "student",
    "mentor",
    "chat",
    "community",
    "events",
    "platform-stats",
    "newsletter",
    "site-status",
    "admin",
];

pub(crate) fn has(path: &str) -> bool {
    let group = path.trim_start_matches("/api/").split('/').next().unwrap_or_default();
    GROUPS.contains(&group)
}
