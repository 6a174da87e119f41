//! Who asks, looked up before query and body are read: so 403 and 404 come before 400.

use app::caller::{Caller, Staff};
use app::withdrawals::{self, Owned};
use app::{App, Common, people};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ids::WithdrawalId;
use domain::person::{Refusal, User};
use edge::auth::{AdminOnly, Authenticated, DeferredAuth, SignedFirst};
use edge::operation::{Describe, Described};
use edge::path::PathId;
use tutoring::{AsTutor, Refused};

/// Whose money is looked at.
#[derive(Clone, Debug)]
pub(super) enum Purse {
    Own(Box<User>),
    /// An administrator looks at everybody's.
    Any(Staff),
}

impl FromRequestParts<App> for Purse {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let user = people::me(app, caller).await?;
        if user.roles.admin {
            let door = DeferredAuth::from_request_parts(parts, app).await?;
            if let Some(staff) = door.staff().await? {
                return Ok(Self::Any(staff));
            }
        }
        if user.expert.is_some() && user.serials.expert.is_none() {
            // A number is given only to whom the gate lets in.
            SignedFirst::from_request_parts(parts, app).await?;
        }
        Ok(Self::Own(Box::new(user)))
    }
}

/// A tutor who may take money out: approved, and mail reaches them.
#[derive(Clone, Debug)]
pub(super) struct Withdrawing(pub(super) Caller, pub(super) User);

impl FromRequestParts<App> for Withdrawing {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let AsTutor(caller, user) = AsTutor::from_request_parts(parts, app).await?;
        match user.email_verified {
            true => Ok(Self(caller, user)),
            false => Err(app::Error::from(Refusal::EmailUnverified).into()),
        }
    }
}

/// A withdrawal of the caller's, or any before an administrator.
#[derive(Clone, Debug)]
pub(super) struct SeenWithdrawal(pub(super) Owned);

impl FromRequestParts<App> for SeenWithdrawal {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<WithdrawalId>::from_request_parts(parts, app).await?;
        match withdrawals::own(app, caller, id).await {
            Ok(withdrawal) => Ok(Self(Owned { withdrawal, owner: people::me(app, caller).await? })),
            Err(app::Error::Common(Common::NotFound)) => {
                let door = DeferredAuth::from_request_parts(parts, app).await?;
                let staff = door.staff().await?.ok_or(Common::NotFound)?;
                Ok(Self(withdrawals::find_owned(app, staff, id).await?))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A withdrawal before an administrator, who decides. It is read where the decision is made, and looked for here only so
/// that one that does not exist is 404 whatever the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deciding(pub(super) Staff, pub(super) WithdrawalId);

impl FromRequestParts<App> for Deciding {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let AdminOnly(staff) = AdminOnly::from_request_parts(parts, app).await?;
        let PathId(id) = PathId::<WithdrawalId>::from_request_parts(parts, app).await?;
        Ok(Self(staff, id))
    }
}

edge::asks_for! {
    Purse: Authenticated;
    SeenWithdrawal: Authenticated, PathId<WithdrawalId>;
    Deciding: AdminOnly, PathId<WithdrawalId>;
}

impl Describe for Withdrawing {
    fn describe(operation: &mut Described) {
        AsTutor::describe(operation);
        operation.refuses(403, "`email_unverified`: the e-mail address has to be verified first");
    }
}
