//! The newsletter: asked for, confirmed by a link that is mailed, left with one click. Its mails go the way of all others:
//! a letter is written with its cause, claimed, sent and noted.

use domain::Instant;
use domain::facade::Facade;
use domain::ids::UserId;
use domain::newsletter::{State, Subscriber};
use domain::notice::{Channel, Notice, Topic};
use domain::text::Email;

use crate::facades::letters;
use crate::idempotency::retry_stale;
use crate::mail::{self, Mail};
use crate::{App, Common, Error, Result};

/// Somebody asks for it. Whether the address is new, waits or gets it is nobody's business: the answer is one.
pub async fn ask(app: &App, email: &Email) -> Result<()> {
    let asked = retry_stale(|| async {
        let now = app.clock.now();
        match app.store.subscriber_by_email(email).await? {
            None => {
                let subscriber = Subscriber {
                    id: app.mint.subscriber(now),
                    email: email.clone(),
                    state: State::Waiting,
                    asked_at: now,
                    version: 1,
                };
                let letter = letter(app, subscriber.id, Topic::NewsletterAsked, now);
                Ok(app.store.subscriber_create(&subscriber, &letter).await?)
            }
            Some(known) => match known.asked(now) {
                None => Ok(()),
                Some(asked) => {
                    let letter = letter(app, asked.id, Topic::NewsletterAsked, now);
                    Ok(app.store.subscriber_change(&asked, Some(&letter)).await?)
                }
            },
        }
    })
    .await;
    match asked {
        // So many ask at once that a link is on its way already.
        Err(Error::Common(Common::Contended)) => Ok(()),
        asked => asked,
    }
}

fn letter(app: &App, to: UserId, topic: Topic, now: Instant) -> Notice {
    let (title, content) = match topic {
        Topic::NewsletterBegun => (letters::NEWSLETTER_BEGUN, letters::NEWSLETTER_BEGUN_LINES[0]),
        _ => (letters::NEWSLETTER_ASKED, letters::NEWSLETTER_ASKED_LINES[0]),
    };
    Notice {
        id: app.mint.notice(now),
        user: to,
        facade: Facade::SHARED,
        topic,
        title: title.to_owned(),
        content: content.to_owned(),
        related: None,
        conversation: None,
        peer: None,
        channel: Channel::Mail,
        invite: None,
        mails_peer: false,
        is_read: false,
        created_at: now,
        updated_at: now,
    }
}

/// Whoever has the link reads the address. Saying so again changes nothing.
pub async fn confirm(app: &App, token: &str) -> Result<()> {
    let (id, letter_id) = app.tokens.verify_newsletter(token)?;
    retry_stale(|| async {
        let now = app.clock.now();
        let known = app.store.subscriber(id).await?.ok_or(Error::LinkInvalid)?;
        if !known.takes_link(letter_id.minted_at(), now) {
            return Err(Error::LinkInvalid);
        }
        match known.confirmed() {
            None => Ok(()),
            Some(confirmed) => {
                let letter = letter(app, id, Topic::NewsletterBegun, now);
                Ok(app.store.subscriber_change(&confirmed, Some(&letter)).await?)
            }
        }
    })
    .await
}

/// Whoever has this link wants it no more. Saying so again changes nothing.
pub async fn leave(app: &App, token: &str) -> Result<()> {
    let (id, _) = app.tokens.verify_unsubscribe(token)?;
    retry_stale(|| async {
        let known = app.store.subscriber(id).await?.ok_or(Error::LinkInvalid)?;
        match known.left() {
            None => Ok(()),
            Some(left) => Ok(app.store.subscriber_change(&left, None).await?),
        }
    })
    .await
}

/// Mail does not reach them, or they called one unwanted: they get no more. Whether there was anybody.
pub(crate) async fn undelivered(app: &App, id: UserId) -> Result<bool> {
    retry_stale(|| async {
        let Some(known) = app.store.subscriber(id).await? else { return Ok(false) };
        if let Some(left) = known.left() {
            app.store.subscriber_change(&left, None).await?;
        }
        Ok(true)
    })
    .await
}

/// The mail of a letter to somebody who may have no account; `None` if it should not go out any more.
pub(crate) async fn compose(app: &App, to: UserId, letter: &Notice) -> Result<Option<Mail>> {
    let Some(subscriber) = app.store.subscriber(to).await? else { return Ok(None) };
    let is_wanted = match letter.topic {
        Topic::NewsletterAsked => {
            subscriber.state == State::Waiting && subscriber.takes_link(letter.created_at, app.clock.now())
        }
        Topic::NewsletterBegun => subscriber.state == State::Subscribed,
        _ => false,
    };
    let mail = || match letter.topic {
        Topic::NewsletterBegun => {
            let token = app.tokens.unsubscribe_link(to, letter.id);
            mail::newsletter_begun(&app.settings, letter, &subscriber.email, &token)
        }
        _ => {
            let token = app.tokens.newsletter_link(to, letter.id);
            mail::newsletter_asked(&app.settings, letter, &subscriber.email, &token)
        }
    };
    Ok(is_wanted.then(mail))
}

/// The page on which somebody says with a click of their own that they want it no more.
pub fn unsubscribe_page(app: &App, token: &str) -> String {
    mail::unsubscribe_page(&app.settings, token)
}
