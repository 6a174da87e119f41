//! Becoming an expert: applying, and what administrators say to it.

use std::collections::HashMap;

use domain::application::{Application, Applied, Content, State, Verdict, apply as applying};
use domain::audit::{Action, Deed};
use domain::expert::{Refusal, Standing};
use domain::ids::{ApplicationId, DocumentId, UserId};
use domain::person::User;

use crate::caller::{Caller, Staff};
use crate::documents::{self, Paper};
use crate::facades::vetting;
use crate::first::First;
use crate::idempotency::{SaveResponse, retry_stale};
use crate::{App, Common, Error, Result, audit_log, people};

/// An application with its papers.
#[derive(Clone, Debug)]
pub struct Dossier {
    pub application: Application,
    /// Oldest first.
    pub papers: Vec<Paper>,
}

/// An application that was reviewed.
#[derive(Clone, Debug)]
pub struct Review {
    pub dossier: Dossier,
    /// Who is an expert by it.
    pub expert: Option<UserId>,
}

/// Somebody who may apply, as they were read.
#[derive(Clone, Debug)]
pub struct Applicant {
    caller: Caller,
    user: User,
}

/// The caller, unless they are a suspended expert.
pub async fn applicant(app: &App, caller: Caller) -> Result<Applicant> {
    let user = people::me(app, caller).await?;
    match user.standing() {
        Some(Standing::Suspended) => Err(Refusal::Suspended.into()),
        _ => Ok(Applicant { caller, user }),
    }
}

/// Applies. Of several applications at once one is made.
pub async fn apply(
    app: &App,
    Applicant { caller, user }: Applicant,
    content: Content,
    save: SaveResponse<'_, Dossier>,
) -> Result<Dossier> {
    let first = First::new(user);
    retry_stale(|| async {
        let before = match first.take() {
            Some(user) => user,
            None => people::me(app, caller).await?,
        };
        let now = app.clock.now();
        let applied: Applied = applying(&before, content.clone(), app.mint.application(now), now)?;
        let notice = vetting::applied(&applied.application, &app.mint);
        let dossier = Dossier { application: applied.application.clone(), papers: Vec::new() };
        app.store.application_open(save.begin(&dossier), &before, &applied, &notice).await?;
        Ok(dossier)
    })
    .await
}

/// The caller and their newest application.
pub async fn standing(app: &App, caller: Caller) -> Result<(User, Option<Application>)> {
    let user = people::me(app, caller).await?;
    let application = match user.expert.as_ref().and_then(|expert| expert.application) {
        Some(id) => app.store.application(id).await?,
        None => None,
    };
    Ok((user, application))
}

/// The caller's newest application.
pub async fn mine(app: &App, caller: Caller) -> Result<Dossier> {
    let (_, application) = standing(app, caller).await?;
    dossier(app, application.ok_or(Common::NotFound)?).await
}

/// Applications in these states, newest first, at most so many.
pub async fn list(app: &App, _: Staff, states: &[State], limit: usize) -> Result<Vec<Application>> {
    Ok(app.store.applications(states, limit).await?)
}

/// An application, for administrators.
pub async fn find(app: &App, _: Staff, id: ApplicationId) -> Result<Application> {
    app.store.application(id).await?.ok_or(Error::Common(Common::NotFound))
}

/// The same with its papers.
pub async fn look(app: &App, staff: Staff, id: ApplicationId) -> Result<Dossier> {
    dossier(app, find(app, staff, id).await?).await
}

async fn dossier(app: &App, application: Application) -> Result<Dossier> {
    dossiers(app, vec![application]).await?.pop().ok_or(Error::Common(Common::NotFound))
}

/// Applications with their papers, read together.
pub async fn dossiers(app: &App, applications: Vec<Application>) -> Result<Vec<Dossier>> {
    let ids: Vec<DocumentId> =
        applications.iter().flat_map(|application| application.documents.iter().copied()).collect();
    let found = if ids.is_empty() { Vec::new() } else { app.store.documents(&ids).await? };
    let mut by_application: HashMap<_, Vec<_>> = HashMap::new();
    for document in found {
        by_application.entry(document.application).or_default().push(document);
    }
    let mut dossiers = Vec::with_capacity(applications.len());
    for application in applications {
        let mut papers = Vec::new();
        for document in by_application.remove(&Some(application.id)).unwrap_or_default() {
            papers.push(documents::paper(app, document, Some(application.state)).await?);
        }
        dossiers.push(Dossier { application, papers });
    }
    Ok(dossiers)
}

/// An administrator's verdict. Of two at once one is given, and the other hears that it is decided.
pub async fn review(
    app: &App,
    staff: Staff,
    application: Application,
    verdict: Verdict,
    notes: &str,
    save: SaveResponse<'_, Review>,
) -> Result<Review> {
    let (id, first) = (application.id, First::new(application));
    retry_stale(|| async {
        let application = match first.take() {
            Some(application) => application,
            None => find(app, staff, id).await?,
        };
        let applicant = app.store.user(application.user).await?.ok_or(Common::NotFound)?;
        let now = app.clock.now();
        let reviewed = application.review(&applicant, verdict, notes, staff.caller().user(), now)?;
        let review = Review {
            dossier: dossier(app, reviewed.application.clone()).await?,
            expert: (reviewed.application.state == State::Approved).then_some(applicant.id),
        };
        if reviewed.is_changed {
            let notice = vetting::reviewed(&reviewed.application, reviewed.told, &app.mint, now);
            let before = (&application, &applicant);
            let mut transaction = save.begin(&review);
            let action = match reviewed.application.state {
                State::Approved => Some(Action::ExpertApproved),
                State::Rejected => Some(Action::ExpertRejected),
                _ => None,
            };
            if let Some(action) = action {
                audit_log::note(app, &mut transaction, Deed::of(action).on("expert", applicant.id.get()), now);
            }
            app.store.application_review(transaction, before, &reviewed, notice.as_ref()).await?;
        }
        Ok(review)
    })
    .await
}
