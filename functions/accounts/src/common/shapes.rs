//! Account and session as these endpoints show them (`tutoring.md` §6).

use app::sessions::{self, Tokens};
use domain::Sentence;
use domain::expert::Standing;
use domain::password::opaque;
use edge::form::{Fields, Kind, text};
use edge::time::Stamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An account as its owner sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct User {
    id: i64,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    /// Both names; the username if both are empty.
    full_name: String,
    /// The strongest of `student`, `tutor` (an approved expert) and `admin`.
    #[schema(value_type = AccountRole)]
    role: &'static str,
    #[schema(value_type = Vec<AccountMembership>)]
    roles: Vec<&'static str>,
    /// Whoever reads this address has used a link that was mailed there.
    email_verified: bool,
    /// The same.
    is_verified: bool,
    two_factor_enabled: bool,
    is_active: bool,
    /// IANA name.
    timezone: String,
    /// Null for who never applied to be an expert.
    #[schema(required = true)]
    #[schema(value_type = Option<ApprovalStatus>)]
    approval_status: Option<&'static str>,
    created_at: Stamp,
    updated_at: Stamp,
}

pub(crate) const ROLES: [&str; 3] = ["student", "tutor", "admin"];

const MEMBERSHIPS: [&str; 3] = ["member", "expert", "admin"];

edge::words! {
    /// The strongest of somebody's roles; a `tutor` is an approved expert.
    pub(crate) AccountRole = ROLES
}

edge::words! {
    /// `member` has everybody, `expert` who is approved.
    pub(crate) AccountMembership = MEMBERSHIPS
}

edge::words! {
    /// How far somebody is on the way to be an expert.
    pub(crate) ApprovalStatus = Standing::ALL.map(approval)
}

impl From<domain::person::User> for User {
    fn from(user: domain::person::User) -> Self {
        let is_expert = user.is_verified();
        let is_admin = user.roles.admin;
        let roles = MEMBERSHIPS.into_iter().zip([true, is_expert, is_admin]);
        let expert_changed = user.expert.as_ref().map_or(user.updated_at, |expert| expert.updated_at);
        Self {
            id: user.id.get(),
            username: user.username.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            full_name: user.name(),
            role: match (is_admin, is_expert) {
                (true, _) => ROLES[2],
                (_, true) => ROLES[1],
                _ => ROLES[0],
            },
            roles: roles.filter(|(_, has)| *has).map(|(role, _)| role).collect(),
            email_verified: user.email_verified,
            is_verified: user.email_verified,
            two_factor_enabled: user.two_factor,
            is_active: !user.is_suspended,
            timezone: user.timezone.name().to_owned(),
            approval_status: user.standing().map(approval),
            created_at: user.joined_at.into(),
            updated_at: user.updated_at.max(expert_changed).into(),
            first_name: user.first_name,
            last_name: user.last_name,
        }
    }
}

fn approval(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending | Standing::UnderReview => "pending",
        Standing::Approved => "approved",
        Standing::Rejected | Standing::Suspended => "rejected",
    }
}

/// The tokens of a session, each under both of its names.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenPair)]
pub(crate) struct Pair {
    /// Valid for an hour, or until the session ends. For the header `Authorization: Bearer`.
    access: String,
    /// Opaque. Works once, for 7 days.
    refresh: String,
    access_token: String,
    refresh_token: String,
}

impl From<Tokens> for Pair {
    fn from(tokens: Tokens) -> Self {
        Self {
            access: tokens.access.clone(),
            refresh: tokens.refresh.clone(),
            access_token: tokens.access,
            refresh_token: tokens.refresh,
        }
    }
}

/// An account and a session of it.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountSession)]
pub(crate) struct SessionTokens {
    message: &'static str,
    user: User,
    /// Valid for an hour, or until the session ends. For the header `Authorization: Bearer`.
    access: String,
    /// Opaque. Works once, for 7 days.
    refresh: String,
    access_token: String,
    refresh_token: String,
}

impl SessionTokens {
    pub(crate) fn of(message: &'static str, opened: sessions::Opened) -> Self {
        let Pair { access, refresh, access_token, refresh_token } = opened.tokens.into();
        Self { message, user: opened.user.into(), access, refresh, access_token, refresh_token }
    }
}

/// A new account and its first session.
#[derive(Serialize, ToSchema)]
#[schema(as = NewAccountSession)]
pub(crate) struct Registered {
    message: &'static str,
    user_id: i64,
    email: String,
    user: User,
    /// Valid for an hour, or until the session ends. For the header `Authorization: Bearer`.
    access: String,
    /// Opaque. Works once, for 7 days.
    refresh: String,
    access_token: String,
    refresh_token: String,
}

impl Registered {
    pub(crate) fn of(message: &'static str, opened: sessions::Opened) -> Self {
        let SessionTokens { message, user, access, refresh, access_token, refresh_token } =
            SessionTokens::of(message, opened);
        Self {
            message,
            user_id: user.id,
            email: user.email.clone(),
            user,
            access,
            refresh,
            access_token,
            refresh_token,
        }
    }
}

/// That something was done.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountMessage)]
pub(crate) struct Message {
    pub(crate) message: &'static str,
}

const PASSWORD: &str = "Not all digits, not a common password, not your name, username or e-mail.";

/// A password that is sent twice; `judge` says whether it may be chosen.
pub(crate) fn password_twice<T>(
    fields: &mut Fields<'_>,
    names: &[&'static str],
    again: [&'static str; 2],
    judge: impl FnOnce(&str) -> Result<T, Sentence>,
) -> Option<T> {
    let mut first = None;
    let judged = |text: &str| {
        first = Some(opaque(text));
        judge(text)
    };
    let password = fields.required(names, text(..).password(judged).about(PASSWORD));
    let second = fields.required(again, text(..).secret().about("The same again."))?;
    if first.is_some_and(|first| first != opaque(&second)) {
        let sent = if fields.has(again[0]) { again[0] } else { again[1] };
        return fields.refuse(sent, "The two passwords are not the same.");
    }
    password
}
