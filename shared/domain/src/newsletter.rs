//! The newsletter: who asked for it, proved that they read the address, and may leave with one click.

use chrono::TimeDelta;

use crate::Instant;
use crate::ids::UserId;
use crate::text::Email;

/// No second mail to an address that waits to be confirmed, for so long.
const QUIET: TimeDelta = TimeDelta::minutes(10);

/// How long a link that confirms works.
pub const LINK_LIVES: TimeDelta = TimeDelta::days(7);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody asked for it; whether they read the address is not known.
    Waiting,
    Subscribed,
    Left,
}

impl State {
    pub const ALL: [State; 3] = [State::Waiting, State::Subscribed, State::Left];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Subscribed => "subscribed",
            State::Left => "left",
        }
    }
}

/// An address that gets the newsletter, or may. Whose it is nobody knows: it need not belong to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// Odd, where a person's is even, so that what is mailed to one is never the other's.
    pub id: UserId,
    pub email: Email,
    pub state: State,
    /// When it was last asked for with a mail.
    pub asked_at: Instant,
    pub version: u64,
}

impl Subscriber {
    fn now(&self, state: State) -> Self {
        Self { state, version: self.version + 1, ..self.clone() }
    }

    /// Somebody asks for it again; `None`: no mail goes out.
    #[must_use]
    pub fn asked(&self, now: Instant) -> Option<Self> {
        match self.state {
            State::Subscribed => None,
            State::Waiting if now < self.asked_at + QUIET => None,
            State::Waiting | State::Left => Some(Self { asked_at: now, ..self.now(State::Waiting) }),
        }
    }

    /// Whether the link of a letter of this time still works. Whoever left has to ask anew.
    pub fn takes_link(&self, asked_at: Instant, now: Instant) -> bool {
        self.state != State::Left && now < asked_at + LINK_LIVES
    }

    /// They read the address; `None`: that was known.
    #[must_use]
    pub fn confirmed(&self) -> Option<Self> {
        (self.state == State::Waiting).then(|| self.now(State::Subscribed))
    }

    /// They want it no more; `None`: that was known.
    #[must_use]
    pub fn left(&self) -> Option<Self> {
        (self.state != State::Left).then(|| self.now(State::Left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscriber(state: State) -> Subscriber {
        let email = Email::parse("ada@example.org").unwrap();
        let asked_at = "2027-03-01T08:00:00Z".parse().unwrap();
        Subscriber { id: UserId::new(3).unwrap(), email, state, asked_at, version: 1 }
    }

    #[test]
    fn a_waiting_address_gets_no_second_mail_within_ten_minutes_and_a_subscribed_one_none() {
        let waiting = subscriber(State::Waiting);
        let at = |minutes| waiting.asked_at + TimeDelta::minutes(minutes);
        assert_eq!(waiting.asked(at(9)), None);
        assert_eq!(waiting.asked(at(10)).map(|again| again.state), Some(State::Waiting));
        assert_eq!(subscriber(State::Subscribed).asked(at(1000)), None);
        assert_eq!(subscriber(State::Left).asked(at(0)).map(|again| again.state), Some(State::Waiting));
    }

    #[test]
    fn a_link_works_for_seven_days_and_not_for_whoever_left() {
        let waiting = subscriber(State::Waiting);
        let asked = waiting.asked_at;
        assert!(waiting.takes_link(asked, asked + LINK_LIVES - TimeDelta::seconds(1)));
        assert!(!waiting.takes_link(asked, asked + LINK_LIVES));
        assert!(subscriber(State::Subscribed).takes_link(asked, asked), "twice is as good as once");
        assert!(!subscriber(State::Left).takes_link(asked, asked));
    }

    #[test]
    fn what_is_said_twice_changes_nothing() {
        assert_eq!(subscriber(State::Subscribed).confirmed(), None);
        assert_eq!(subscriber(State::Left).left(), None);
        assert_eq!(subscriber(State::Waiting).confirmed().unwrap().left().unwrap().version, 3);
    }
}
