//! Links that are mailed to whoever asks for one: to a new password, or to prove an address.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::Instant;
use domain::facade::Facade;
use domain::ids::{NoticeId, UserId};
use domain::notice::Notice;
use domain::person::User;
use domain::text::Email;
use store::{Link, LinksAsked};

use crate::facades::accounts;
use crate::idempotency::retry_stale;
use crate::people::Origin;
use crate::seal::hash;
use crate::tokens::Tokens;
use crate::{App, Common, Error, Mint, Result};

/// More mails than this of a kind in an hour nobody gets, whoever asks for them. Strangers are counted apart: they use up
/// nobody's own.
const MOST_LINKS: usize = 5;
const COUNTED_FOR: TimeDelta = TimeDelta::hours(1);

/// A kind of link.
pub(crate) struct Mailed {
    link: Link,
    letter: fn(Facade, UserId, &Mint, Instant) -> Notice,
    token: fn(&Tokens, UserId, NoticeId) -> String,
    minutes: fn(Facade) -> i64,
    /// Who has use for one.
    is_for: fn(&User) -> bool,
}

pub(crate) const NEW_PASSWORD: Mailed = Mailed {
    link: Link::NewPassword,
    letter: accounts::reset,
    token: Tokens::link,
    minutes: |facade| facade.rules().reset_minutes,
    is_for: |user| !user.is_suspended,
};

pub(crate) const PROOF: Mailed = Mailed {
    link: Link::Proof,
    letter: accounts::verification,
    token: Tokens::proof_once,
    minutes: |facade| facade.rules().proof.minutes,
    is_for: |user| !user.is_suspended && !user.email_verified,
};

/// Mails a link, if there is an account of this address that has use for one. Older ones are dead. The caller learns nothing
/// of that, neither by the answer nor by the time it takes: the same is read and written for nobody.
pub(crate) async fn ask(app: &App, kind: &Mailed, email: &Email, facade: Facade, origin: &Origin) -> Result<()> {
    let asked = retry_stale(|| async {
        let now = app.clock.now();
        let known = app.store.credential_by_email(email, now).await?.filter(|known| (kind.is_for)(&known.user));
        let since = (now - COUNTED_FOR).timestamp_millis();
        let is_known = known.as_ref().is_some_and(|known| origin.is_known_to(known));
        let links = known.as_ref().map(|known| known.links(kind.link));
        let all = links.map(|links| if is_known { &links.asked_known } else { &links.asked });
        let mut asked: BTreeSet<_> = all.into_iter().flatten().copied().filter(|asked| *asked > since).collect();
        match known.filter(|_| asked.len() < MOST_LINKS) {
            Some(known) => {
                let letter = (kind.letter)(facade, known.user.id, &app.mint, now);
                let token = (kind.token)(&app.tokens, letter.user, letter.id);
                // Two of one millisecond are two.
                let now = now.timestamp_millis();
                asked.insert(asked.last().map_or(now, |last| now.max(last + 1)));
                let asked = LinksAsked { asked: &asked, minutes: (kind.minutes)(facade), is_known };
                let newest = known.links(kind.link).pending.as_ref();
                Ok(app.store.link_begin(kind.link, newest, &hash(&token), asked, &letter).await?)
            }
            None => {
                let letter = (kind.letter)(facade, app.mint.user(now), &app.mint, now);
                let token = (kind.token)(&app.tokens, letter.user, letter.id);
                Ok(app.store.link_pretend(kind.link, &hash(&token), &letter).await?)
            }
        }
    })
    .await;
    match asked {
        // So many ask for this account at once that a link is on its way already, and nobody need know.
        Err(Error::Common(Common::Contended)) => Ok(()),
        asked => asked,
    }
}
