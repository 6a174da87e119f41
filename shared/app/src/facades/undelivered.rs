//! What a person is told whom mail does not reach: in their list alone, for they cannot be mailed.

use domain::Instant;
use domain::facade::Facade;
use domain::mailbox::Undelivered;
use domain::notice::{Channel, Notice, Topic};
use domain::person::User;

use crate::Mint;

pub(crate) fn told(user: &User, why: Undelivered, mint: &Mint, now: Instant) -> Notice {
    let address = user.email.as_str();
    let content = match why {
        Undelivered::Bounced => format!(
            "A mail to {address} came back: there is no such mailbox. We write to it no more until your address changes; \
             what we have to say stands here."
        ),
        Undelivered::Unwanted => format!(
            "A mail to {address} was reported as unwanted. We write to it no more until your address changes; what we \
             have to say stands here."
        ),
    };
    Notice {
        id: mint.notice(now),
        user: user.id,
        facade: Facade::SHARED,
        topic: Topic::Undelivered,
        title: "Mail does not reach you".to_owned(),
        content,
        related: None,
        conversation: None,
        peer: None,
        channel: Channel::List,
        invite: None,
        mails_peer: false,
        is_read: false,
        created_at: now,
        updated_at: now,
    }
}
