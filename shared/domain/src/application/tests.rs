//! Applying, reviewing and suspending, state by state.

use super::*;
use crate::person::Roles;
use crate::review::Tally;
use crate::serial::Serials;
use crate::suspension::{reinstate, suspend};
use crate::text::Username;
use crate::zone::Zone;

fn now() -> Instant {
    Instant::default()
}

fn later() -> Instant {
    now() + chrono::TimeDelta::hours(1)
}

fn id(n: i64) -> ApplicationId {
    ApplicationId::new(n).unwrap()
}

fn admin() -> UserId {
    UserId::new(99).unwrap()
}

fn person(standing: Option<Standing>) -> User {
    User {
        id: UserId::new(2).unwrap(),
        username: Username::parse("ada").unwrap(),
        email: Email::parse("ada@example.org").unwrap(),
        first_name: String::new(),
        last_name: String::new(),
        bio: "before".to_owned(),
        headline: String::new(),
        timezone: Zone::utc(),
        picture: None,
        email_verified: false,
        dead_end: None,
        updated_at: now(),
        joined_at: now(),
        roles: Roles::default(),
        serials: Serials::default(),
        accepted_terms: false,
        expert: standing.map(|standing| Expert { standing, application: Some(id(1)), ..Expert::unknown(now()) }),
        is_suspended: false,
        tally: Tally::default(),
        tally_as_expert: Tally::default(),
        two_factor: false,
        sessions_given: 0,
        minutes_given: 0,
        courses_given: 0,
        skills: Vec::new(),
        hours: Vec::new(),
        version: 1,
    }
}

fn content() -> Content {
    Content {
        name: "Dr. Ada  King Lovelace".to_owned(),
        email: Email::parse("somebody.else@example.org").unwrap(),
        phone: String::new(),
        specialty: Specialty::Career,
        experience_years: 12,
        bio: "after".to_owned(),
        notes: String::new(),
    }
}

fn applied() -> Applied {
    apply(&person(None), content(), id(1), now()).unwrap()
}

#[test]
fn who_may_apply_depends_on_their_standing() {
    for (standing, expected) in [
        (None, None),
        (Some(Standing::Rejected), None),
        (Some(Standing::Pending), Some(Refusal::ApplicationPending)),
        (Some(Standing::UnderReview), Some(Refusal::ApplicationPending)),
        (Some(Standing::Approved), Some(Refusal::AlreadyExpert)),
        (Some(Standing::Suspended), Some(Refusal::Suspended)),
    ] {
        let applied = apply(&person(standing), content(), id(7), now());
        assert_eq!(applied.as_ref().err().copied(), expected, "{standing:?}");
        if let Ok(Applied { application, applicant }) = applied {
            let expert = applicant.expert.unwrap();
            assert_eq!((expert.standing, expert.application), (Standing::Pending, Some(id(7))));
            assert!(!expert.is_active && expert.specialty == Specialty::General && applicant.bio == "before");
            assert_eq!((application.state, application.user), (State::Pending, applicant.id));
        }
    }
}

#[test]
fn an_expert_whom_nobody_has_approved_may_apply_until_they_have() {
    let unapproved = User { expert: Some(Expert::unknown(now())), ..person(None) };
    let applicant = apply(&unapproved, content(), id(7), now()).unwrap().applicant;
    assert_eq!(apply(&applicant, content(), id(8), now()).err(), Some(Refusal::ApplicationPending));
}

#[test]
fn approval_makes_the_applicant_who_they_said_they_are() {
    let Applied { application, applicant } = applied();
    let reviewed = application.review(&applicant, Verdict::Approve, "fine", admin(), later()).unwrap();
    let expert = reviewed.applicant.expert.clone().unwrap();
    assert!(expert.standing == Standing::Approved && expert.is_active);
    assert_eq!((expert.specialty, expert.experience_years), (Specialty::Career, 12));
    assert_eq!((expert.verified_at, expert.notes.as_str()), (Some(later()), "fine"));
    assert_eq!((reviewed.applicant.name().as_str(), reviewed.applicant.bio.as_str()), (&*content().name, "after"));
    assert_eq!(reviewed.applicant.email.as_str(), "ada@example.org");
    assert_eq!((reviewed.application.state, reviewed.told), (State::Approved, Some(Topic::Approved)));
    assert_eq!((reviewed.application.reviewed_by, reviewed.application.reviewed_at), (Some(admin()), Some(later())));
    assert_eq!(reviewed.application.rejection_reason, "");
}

#[test]
fn rejection_says_why_and_leaves_the_profile() {
    let Applied { application, applicant } = applied();
    let reviewed = application.review(&applicant, Verdict::Reject, "too short", admin(), later()).unwrap();
    assert_eq!((reviewed.application.rejection_reason.as_str(), reviewed.told), ("too short", Some(Topic::Rejected)));
    assert_eq!((reviewed.applicant.standing(), reviewed.applicant.bio.as_str()), (Some(Standing::Rejected), "before"));
}

#[test]
fn a_review_may_begin_first_and_is_decided_once() {
    let Applied { application, applicant } = applied();
    let begun = application.review(&applicant, Verdict::UnderReview, "", admin(), later()).unwrap();
    assert_eq!(
        (begun.application.state, begun.applicant.standing()),
        (State::UnderReview, Some(Standing::UnderReview))
    );
    assert!(begun.is_changed && begun.told.is_none() && begun.application.reviewed_by.is_none());
    let again = begun.application.review(&begun.applicant, Verdict::UnderReview, "", admin(), later()).unwrap();
    assert!(!again.is_changed && again.application == begun.application);
    for verdict in [Verdict::Approve, Verdict::Reject] {
        let decided = begun.application.review(&begun.applicant, verdict, "", admin(), later()).unwrap();
        for more in [Verdict::Approve, Verdict::Reject, Verdict::UnderReview] {
            let refused = decided.application.review(&decided.applicant, more, "", admin(), later());
            assert_eq!(refused.err(), Some(Refusal::AlreadyReviewed));
        }
    }
}

#[test]
fn no_review_lifts_a_suspension_or_takes_an_approval_back() {
    let Applied { application, .. } = applied();
    for standing in [Standing::Suspended, Standing::Approved] {
        let applicant = person(Some(standing));
        for verdict in [Verdict::UnderReview, Verdict::Reject] {
            let reviewed = application.review(&applicant, verdict, "", admin(), later()).unwrap();
            assert_eq!(reviewed.applicant.standing(), Some(standing));
        }
        let approved = application.review(&applicant, Verdict::Approve, "", admin(), later());
        assert_eq!(approved.err(), (standing == Standing::Suspended).then_some(Refusal::Suspended));
    }
}

#[test]
fn only_who_is_approved_is_suspended_and_only_who_is_suspended_reinstated() {
    for standing in [None].into_iter().chain(Standing::ALL.map(Some)) {
        let user = person(standing);
        let suspended = suspend(&user, "complaints", later()).map(|user| user.expert.unwrap());
        match standing {
            Some(Standing::Approved) => {
                let expert = suspended.unwrap();
                assert_eq!((expert.standing, expert.notes.as_str()), (Standing::Suspended, "complaints"));
            }
            _ => assert_eq!(suspended.err(), Some(Refusal::NotApproved)),
        }
        let reinstated = reinstate(&user, later()).map(|user| user.standing());
        let expected = if standing == Some(Standing::Suspended) {
            Ok(Some(Standing::Approved))
        } else {
            Err(Refusal::NotSuspended)
        };
        assert_eq!(reinstated, expected);
    }
}
