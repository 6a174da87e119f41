//! Who sends the request that is being answered: from where, and as whom they are signed in. It goes into the log of who did
//! what (`tutoring.md` §5.7).
//!
//! It is task-local, as what causes something is (`store::Cause`), so no function has a parameter for it.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use domain::audit::Sender;
use domain::ids::UserId;

tokio::task_local! {
    static CURRENT: Arc<Known>;
}

/// What is known of a sender by now.
#[derive(Default)]
struct Known {
    sender: Sender,
    signed_in: OnceLock<UserId>,
}

/// Does `work` for whoever sent a request.
pub async fn within<F: Future>(sender: Sender, work: F) -> F::Output {
    CURRENT.scope(Arc::new(Known { sender, ..Known::default() }), work).await
}

/// Does what the clock does, whoever's request it happens to be found in.
pub(crate) async fn nobody<F: Future>(work: F) -> F::Output {
    CURRENT.scope(Arc::default(), work).await
}

/// Their session was found valid.
pub(crate) fn signed_in(user: UserId) {
    // One request has one session, however often it is looked at.
    let _again = CURRENT.try_with(|known| known.signed_in.set(user));
}

/// Who sent the request; nobody, if none is being answered.
pub(crate) fn current() -> (Option<UserId>, Sender) {
    CURRENT.try_with(|known| (known.signed_in.get().copied(), known.sender.clone())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_the_clock_does_within_a_request_is_not_its_senders() {
        let (user, sender) = (UserId::new(2).unwrap(), Sender { address: "here".to_owned(), ..Sender::default() });
        within(sender.clone(), async {
            assert_eq!(current(), (None, sender.clone()));
            signed_in(user);
            signed_in(UserId::new(4).unwrap());
            assert_eq!(current(), (Some(user), sender));
            assert_eq!(nobody(async { current() }).await, (None, Sender::default()));
        })
        .await;
        signed_in(user);
        assert_eq!(current(), (None, Sender::default()), "outside of all requests");
    }
}
