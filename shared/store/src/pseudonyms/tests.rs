//! Two spellings of a name become one, two names never do, and what is looked for is found again.

use domain::Instant;
use domain::calendar::{TimeOfDay, WeeklyHours};
use domain::expert::{Expert, Specialty, Standing};
use domain::ids::{HoursId, SkillId, UserId};
use domain::mailbox::{DeadEnd, Undelivered};
use domain::person::{HoursRow, Level, Picture, Roles, Skill, User};
use domain::review::Tally;
use domain::serial::Serials;
use domain::text::{Email, LoginName, Username};
use domain::zone::Zone;
use table::Value;

use super::*;

fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new(&[7; 32])
}

fn ada() -> User {
    let now = Instant::default();
    User {
        id: UserId::new(7).unwrap(),
        username: Username::parse("Ada.Lovelace").unwrap(),
        email: Email::parse("ada@lovelace.example.org").unwrap(),
        email_verified: true,
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        bio: "Writes programs for Charles; call +44 20 7946 0000.".to_owned(),
        headline: "Analyst".to_owned(),
        timezone: Zone::parse("Europe/London").unwrap(),
        picture: Some(Picture::File { key: "pictures/7/00ff".to_owned() }),
        joined_at: now,
        updated_at: now,
        roles: Roles::default(),
        serials: Serials::default(),
        accepted_terms: false,
        is_greeted_later: false,
        dead_end: Some(DeadEnd {
            address: Email::parse("ada@lovelace.example.org").unwrap(),
            why: Undelivered::Bounced,
            since: now,
        }),
        expert: Some(Expert {
            standing: Standing::Approved,
            application: None,
            specialty: Specialty::Health,
            experience_years: 3,
            price: None,
            hourly: None,
            is_active: true,
            instant: false,
            is_featured: false,
            currency: None,
            known_for: String::new(),
            verified_at: Some(now),
            notes: "Known to Mary".to_owned(),
            created_at: now,
            updated_at: now,
        }),
        is_suspended: false,
        tally: Tally::default(),
        tally_as_expert: Tally::default(),
        two_factor: false,
        sessions_given: 0,
        minutes_given: 0,
        courses_given: 0,
        skills: vec![Skill {
            id: SkillId::new(1).unwrap(),
            name: "Looms".to_owned(),
            level: Level::Expert,
            category: None,
        }],
        hours: vec![HoursRow {
            id: HoursId::new(2).unwrap(),
            hours: WeeklyHours {
                day: 1,
                start: TimeOfDay::from_seconds(0).unwrap(),
                end: TimeOfDay::from_seconds(3600).unwrap(),
                zone: None,
                open: true,
            },
        }],
        version: 4,
    }
}

#[test]
fn a_word_has_one_other_word_whatever_its_spelling_and_its_neighbours() {
    let pseudonyms = pseudonyms();
    let (ada, said) = (pseudonyms.word("ada"), pseudonyms.text("Hello (ÁDA), dear 漢字!"));
    assert!(said.to_lowercase().contains(&format!("({ada}),")), "{said}");
    assert!(said.is_ascii() && !said.contains("dear"), "{said}");
    assert_ne!(ada, pseudonyms.word("adb"));
    assert_ne!(ada, Pseudonyms::new(&[8; 32]).word("ada"), "another export has other words");
    assert!(pseudonyms.name(&"a.".repeat(75)).len() <= Username::LONGEST);
}

#[test]
fn an_address_is_one_again_and_a_hash_keeps_its_form() {
    let pseudonyms = pseudonyms();
    for old in ["ada@example.org", "δ@παράδειγμα.gr", "O'Neil@example.com"] {
        assert!(Email::parse(&pseudonyms.email(old)).is_ok(), "{old}");
    }
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA";
    let other = pseudonyms.password_hash(hash);
    assert!(other.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && other.split('$').count() == 6, "{other}");
    assert!(!other.contains("aGFzaA") && !pseudonyms.password_hash("plain").contains("plain"));
}

#[test]
fn a_profile_is_found_by_its_new_names_and_nothing_else_leads_to_it() {
    let user = ada();
    let mut pseudonyms = pseudonyms();
    let found = pseudonyms.replaced(StoredItem(person_codec::to_item(&user))).unwrap();
    let new = person_codec::from_item(&found[0].0).unwrap();
    assert_eq!((new.id, &new.timezone, new.version, &new.hours), (user.id, &user.timezone, user.version, &user.hours));
    assert_eq!(new.name(), pseudonyms.text(&user.name()));
    let keys: HashSet<_> = found.iter().map(|item| Reader(&item.0).text("pk").unwrap()).collect();
    for name in [LoginName::from(&new.username), LoginName::from(&new.email)] {
        assert!(keys.contains(keys::login(&name).pk.as_str()), "{}", name.as_str());
    }
    let kinds: Vec<_> = found.iter().map(|item| item.named().unwrap().kind).collect();
    for kind in [Kind::SearchTerm, Kind::ListedExpert, Kind::ExpertOfStanding, Kind::ExpertWord] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    let lines: String = found.iter().map(|item| item.to_line().unwrap().to_lowercase()).collect();
    for word in ["ada", "lovelace", "charles", "7946", "analyst", "looms", "mary", "00ff"] {
        let is_there = words::words(&lines).iter().any(|said| said == word);
        assert!(!is_there, "{word} in {lines}");
    }
    assert!(pseudonyms.replaced(StoredItem(person_codec::to_item(&user))).is_err(), "the same name twice");
}

#[test]
fn a_providers_word_is_the_same_in_a_key_and_in_an_item() {
    let mut pseudonyms = pseudonyms();
    let key = keys::provider_reference("stripe", "pi_123");
    let found = pseudonyms.replaced(StoredItem(Row::at(&key).number("id", 5).into_item())).unwrap();
    let new = keys::provider_reference("stripe", &pseudonyms.said("reference", "pi_123"));
    assert_eq!(found[0].0, Row::at(&new).number("id", 5).into_item());
}

#[test]
fn what_nobody_has_listed_is_replaced() {
    let mut pseudonyms = pseudonyms();
    let key = keys::inbox(UserId::new(7).unwrap());
    let item = Row::at(&key)
        .text("all_read_to", "00000000001")
        .text("news", "Ada")
        .value("said", Value::Ss(["Ada".to_owned()].into()))
        .value("seen", Value::B(b"Ada".to_vec()))
        .number("count", 3)
        .into_item();
    let found = pseudonyms.replaced(StoredItem(item)).unwrap().remove(0);
    let line = found.to_line().unwrap();
    assert!(line.contains("00000000001") && line.contains(r#""count":3"#), "{line}");
    assert!(!line.contains("Ada") && !line.contains("QWRh"), "{line}");
    assert_eq!(said_by_people(&found).len(), 2);
}
