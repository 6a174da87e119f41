//! Opening an account with its first session in one piece: as a learner, as somebody who applies to be an expert with their
//! papers, or, by an administrator, as another one. A link to prove the address is mailed to each.

use domain::Instant;
use domain::audit::{Action, Deed};
use domain::details::{Details, Paper};
use domain::expert::Expert;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::ledger::{Amount, Unit};
use domain::lifecycle::Seat;
use domain::notice::Notice;
use domain::person::{Role, User};
use store::PendingLink;
use store::roster::Wanted;

use crate::caller::Staff;
use crate::facades::accounts;
use crate::idempotency::SaveResponse;
use crate::people::{self, Opening, Origin, Registration};
use crate::seal::hash;
use crate::sessions::{self, Opened};
use crate::uploads::Taken;
use crate::{App, Result, audit_log};

/// What an applicant says of themselves.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    pub bio: String,
    /// Separated by commas, like the languages.
    pub skills: String,
    pub languages: String,
    /// Hundredths of the platform's own currency.
    pub hourly: Option<u64>,
    pub session: Option<u64>,
}

/// What an applicant shows.
#[derive(Clone, Debug)]
pub struct Papers {
    pub cv: Taken,
    pub certificate: Taken,
}

/// More administrators than this do not hear of an applicant: they are told in the applicant's own transaction.
const MOST_TOLD: usize = 50;

/// The letter that brings the link to prove an address, and what is kept of the link.
fn proving(app: &App, facade: Facade, user: &User, now: Instant) -> (Notice, PendingLink) {
    let letter = accounts::verification(facade, user.id, &app.mint, now);
    let hash = hash(&app.tokens.proof_once(user.id, letter.id));
    let pending = PendingLink { hash, made: now, minutes: facade.rules().proof.minutes };
    (letter, pending)
}

/// Opens an account that is no role's in particular.
pub async fn anybody(app: &App, registration: Registration, facade: Facade, origin: &Origin) -> Result<Opened> {
    let opening = |user: &mut User, now: Instant| {
        let (letter, proof) = proving(app, facade, user, now);
        Ok(Opening { notices: vec![letter], proof: Some(proof), ..Opening::default() })
    };
    sessions::open(app, registration, origin, opening).await
}

/// Opens an account of somebody who learns; they are greeted once their address is proven.
pub async fn learner(app: &App, registration: Registration, facade: Facade, origin: &Origin) -> Result<Opened> {
    let opening = |user: &mut User, now: Instant| {
        user.is_greeted_later = true;
        let (letter, proof) = proving(app, facade, user, now);
        Ok(Opening { notices: vec![letter], proof: Some(proof), ..Opening::default() })
    };
    sessions::open(app, registration, origin, opening).await
}

/// Opens an account of somebody who wants to be an expert; every administrator hears of it.
pub async fn expert(
    app: &App,
    registration: Registration,
    (offer, papers): (Offer, Papers),
    facade: Facade,
    origin: &Origin,
) -> Result<Opened> {
    let staff = staff(app).await?;
    let opening = |user: &mut User, now: Instant| {
        let details = apply(app, user, &offer, &papers, now);
        let (letter, proof) = proving(app, facade, user, now);
        let to_staff = staff.iter().map(|staff| accounts::applicant(facade, *staff, user, &app.mint, now));
        let notices =
            [letter, accounts::applied(facade, user.id, &app.mint, now)].into_iter().chain(to_staff).collect();
        Ok(Opening { notices, proof: Some(proof), details: Some(details), ..Opening::default() })
    };
    sessions::open(app, registration, origin, opening).await
}

/// Makes an applicant of somebody, and says what they say beside their profile.
fn apply(app: &App, user: &mut User, offer: &Offer, papers: &Papers, now: Instant) -> Details {
    let currency = app.settings.default_currency;
    let amount = |minor: u64| Amount { unit: Unit::Currency(currency), minor };
    let mut details = Details::of(Seat::Expert);
    details.cv = Some(Paper::File(papers.cv.attachment.clone()));
    details.certificate = Some(papers.certificate.attachment.clone());
    details.practice.expertise = offer.skills.clone();
    details.practice.languages = offer.languages.clone();
    user.bio = offer.bio.clone();
    user.is_greeted_later = true;
    user.expert = Some(Expert {
        known_for: details.practice.known_for(),
        price: offer.session.map(amount),
        hourly: offer.hourly.map(amount),
        currency: Some(currency),
        ..Expert::unknown(now)
    });
    details
}

/// Opens an account of another administrator.
pub async fn staff_member(
    app: &App,
    _: Staff,
    registration: Registration,
    facade: Facade,
    save: SaveResponse<'_, User>,
) -> Result<User> {
    let opening = |user: &mut User, now: Instant| {
        user.roles.admin = true;
        user.is_greeted_later = true;
        let (letter, proof) = proving(app, facade, user, now);
        let notices = vec![letter, accounts::appointed(facade, user.id, &app.mint, now)];
        Ok(Opening { notices, proof: Some(proof), ..Opening::default() })
    };
    let begin = |user: &User, (): &()| {
        let mut transaction = save.begin(user);
        let deed = Deed::of(Action::AdminCreated).on("user", user.id.get());
        audit_log::note(app, &mut transaction, deed, user.joined_at);
        transaction
    };
    let (user, ()) = people::open_saving(app, registration, None, opening, begin).await?;
    Ok(user)
}

/// All administrators, or as many as are told of something.
async fn staff(app: &App) -> Result<Vec<UserId>> {
    let wanted = Wanted { role: Some(Role::Admin), beginning: String::new() };
    let entries = app.store.roster(&wanted, None, MOST_TOLD).await?;
    Ok(entries.into_iter().map(|entry| entry.user).collect())
}
