//! An export without people: names, addresses, texts, hashes and tokens are replaced, each always by the same made-up one,
//! so that what belonged together still does. What is derived from a profile (login names, search, directory) is derived
//! anew from what the profile says now.
//!
//! A text is replaced unless its attribute is known to be ours to name: what somebody adds to an item is replaced until
//! it is listed here.

use std::collections::HashSet;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::person::User;
use domain::text::Username;
use domain::{directory, search as finding, words};
use table::{Item, Value};

use crate::keys::{self, Kind};
use crate::lines::StoredItem;
use crate::row::{Reader, Row, text};
use crate::{cards, names, person_codec, roster, search};

/// Replaces what says who somebody is. The key is made for one export and kept nowhere: whoever had it could try names.
pub struct Pseudonyms {
    key: hmac::Key,
    /// Login names given out: two people must not become one.
    names: HashSet<String>,
}

impl Pseudonyms {
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key), names: HashSet::new() }
    }

    /// What stands for an item: nothing for one that is of no use without its people (sockets, sessions, counters of
    /// addresses, records of requests) or is made from a profile; for a profile all that is made from it.
    pub fn replaced(&mut self, item: StoredItem) -> Result<Vec<StoredItem>, String> {
        let Some(kind) = item.named().map(|named| named.kind) else { return Ok(Vec::new()) };
        if is_left_out(kind) {
            return Ok(Vec::new());
        }
        let mut replaced = self.attributes(kind, item.0);
        match kind {
            Kind::ProviderReference | Kind::ProviderEvent => self.rename_key(&mut replaced),
            Kind::Profile => {
                let user = person_codec::from_item(&replaced).map_err(|fault| fault.to_string())?;
                let derived = self.derived(&user)?;
                return Ok([replaced].into_iter().chain(derived).map(StoredItem).collect());
            }
            _ => {}
        }
        Ok(vec![StoredItem(replaced)])
    }

    /// Everything that leads to a profile.
    fn derived(&mut self, user: &User) -> Result<Vec<Item>, String> {
        let mut items = Vec::new();
        for guard in names::guards(user) {
            if !self.names.insert(Reader(&guard).owned("pk").map_err(|fault| fault.to_string())?) {
                return Err("two names became one, which happens once in a very long while: run it again".to_owned());
            }
            items.push(guard);
        }
        for term in finding::terms(user) {
            let mut entry = search::new_entry(&term, user);
            if search::is_copied(user) {
                entry.insert("card".to_owned(), Value::M(person_codec::to_item(user)));
            }
            items.push(entry);
        }
        let places = directory::places(user).into_iter().map(|place| keys::directory_entry(place, user.id));
        items.extend(places.map(|key| Row::at(&key).into_item()));
        items.extend(cards::new_item(user));
        items.push(roster::new_item(user));
        let words = directory::indexed_words(user).into_iter().map(|word| keys::directory_word(&word, user.id));
        items.extend(words.map(|key| Row::at(&key).number("version", user.version).into_item()));
        Ok(items)
    }

    fn attributes(&self, kind: Kind, item: Item) -> Item {
        let replaced = item.into_iter().map(|(name, value)| {
            let value = if is_ours(kind, &name) { value } else { self.value(kind, &name, value) };
            (name, value)
        });
        replaced.collect()
    }

    fn value(&self, kind: Kind, name: &str, value: Value) -> Value {
        match value {
            Value::S(old) => text(self.said(name, &old)),
            Value::Ss(set) => Value::Ss(set.iter().map(|old| self.said(name, old)).collect()),
            Value::B(bytes) => Value::B(self.bytes(&bytes)),
            Value::Bs(set) => Value::Bs(set.iter().map(|bytes| self.bytes(bytes)).collect()),
            Value::L(list) => Value::L(list.into_iter().map(|value| self.value(kind, name, value)).collect()),
            Value::M(map) => Value::M(self.attributes(kind, map)),
            other => other,
        }
    }

    /// What an attribute says instead.
    fn said(&self, attribute: &str, old: &str) -> String {
        match attribute {
            _ if old.is_empty() => String::new(),
            "email" | "dead_end" => self.email(old),
            "hash" => self.password_hash(old),
            "picture_url" | "cv_link" | "video_url" => format!("https://{}.example/", self.word(old)),
            "key" | "picture_key" | "cv_key" | "file_key" | "certificate_key" => self.file_key(old),
            "reset" | "proof" | "refresh" | "otp" | "provider_id" | "reference" | "order" | "client_secret"
            | "transaction" | "room" | "learner_key" | "expert_key" | "connection" => self.token(old),
            "username" | "first_name" | "last_name" => self.name(old),
            name if name.ends_with("_name") => self.name(old),
            _ => self.text(old),
        }
    }

    /// Another word for each word; what stands between them stays.
    fn text(&self, old: &str) -> String {
        let is_of_a_word = |c: char| c.is_alphanumeric() || !(c.is_ascii() || c.is_whitespace());
        let mut new = String::with_capacity(2 * old.len());
        let mut rest = old;
        while let Some(next) = rest.chars().next() {
            let end = rest.find(|c| is_of_a_word(c) != is_of_a_word(next)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            if is_of_a_word(next) {
                new.push_str(&self.word(run))
            } else {
                new.push_str(run)
            }
            rest = behind;
        }
        new
    }

    /// A name, which has fewer letters than a text may have.
    fn name(&self, old: &str) -> String {
        let new = self.text(old);
        if new.chars().count() <= Username::LONGEST { new } else { self.word(old) }
    }

    fn email(&self, old: &str) -> String {
        let (local, domain) = old.rsplit_once('@').unwrap_or((old, ""));
        format!("{}@{}.example", self.word(local).to_lowercase(), self.word(domain).to_lowercase())
    }

    /// A made-up word, the same for all spellings of one, with a capital where the old one has one.
    fn word(&self, old: &str) -> String {
        const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
        const VOWELS: &[u8; 4] = b"aiou";
        let digest = self.digest("word", words::fold(old).as_bytes());
        let syllable = |byte: &u8| [CONSONANTS[usize::from(byte >> 4)], VOWELS[usize::from(byte & 3)]];
        let new: String = digest.as_ref()[..SYLLABLES].iter().flat_map(syllable).map(char::from).collect();
        if old.starts_with(char::is_uppercase) { new[..1].to_uppercase() + &new[1..] } else { new }
    }

    fn token(&self, old: &str) -> String {
        data_encoding::HEXLOWER.encode(&self.digest("token", old.as_bytes()).as_ref()[..16])
    }

    fn bytes(&self, old: &[u8]) -> Vec<u8> {
        self.digest("bytes", old).as_ref().to_vec()
    }

    /// A file is named after its folder and its owner's number; the rest is what nobody could guess.
    fn file_key(&self, old: &str) -> String {
        match old.rsplit_once('/') {
            Some((folder, file))
                if folder.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase() || c == '/') =>
            {
                format!("{folder}/{}", self.token(file))
            }
            _ => self.token(old),
        }
    }

    /// One in the same form, so that it reads, and which no password has.
    fn password_hash(&self, old: &str) -> String {
        let parts: Vec<_> = old.split('$').collect();
        let Some((parameters, [_salt, _hash])) = parts.split_last_chunk() else { return self.token(old) };
        let digest = self.digest("hash", old.as_bytes());
        let (salt, hash) = (STANDARD_NO_PAD.encode(&digest.as_ref()[..16]), STANDARD_NO_PAD.encode(digest.as_ref()));
        format!("{}${salt}${hash}", parameters.join("$"))
    }

    /// A key that says a provider's word: the same word for it as in the intent.
    fn rename_key(&self, item: &mut Item) {
        let part = |name: &str| item.get(name).and_then(|value| value.as_s()).cloned().unwrap_or_default();
        let Some(named) = keys::read(&part("pk"), &part("sk")) else { return };
        let [(_, provider), (_, word)] = named.of.as_slice() else { return };
        let key = match named.kind {
            Kind::ProviderReference => keys::provider_reference(provider, &self.token(word)),
            _ => keys::provider_event(provider, &self.token(word)),
        };
        item.extend(key.item());
    }

    fn digest(&self, what: &str, old: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(what.as_bytes());
        context.update(&[0]);
        context.update(old);
        context.sign()
    }
}

/// Enough that two words hardly ever become one.
const SYLLABLES: usize = 7;

fn is_left_out(kind: Kind) -> bool {
    use Kind::*;
    match kind {
        // Its address is its key.
        Subscriber | Subscription => true,
        Address | Ask | FailedLogins | Connection | Ended | Once | Reference | Session | Socket | Spent | Upload => {
            true
        }
        // Its file is in no export.
        Report => true,
        // Whoever knows whom an issuer means could tell who it is.
        Identity => true,
        // Made anew from the profiles.
        LoginName | SearchTerm | ListedExpert | ExpertOfStanding | ExpertWord | ExpertCard | RosterEntry => true,
        // Its words are its key, and lead to a text that says others by then.
        CourseWord => true,
        _ => false,
    }
}

/// Whether the texts of an attribute are ours and not somebody's: one of a few words, an id, a time.
fn is_ours(kind: Kind, attribute: &str) -> bool {
    // Keys hold ids; where they hold somebody's words, the item is left out or made anew.
    if matches!(attribute, "pk" | "sk" | "la" | "lb" | "rank" | "due_bucket" | "due_at") {
        return true;
    }
    let ours: &[&str] = match kind {
        // A search term carries a copy of a profile.
        Kind::Profile | Kind::SearchTerm => {
            &["timezone", "zone", "level", "standing", "specialty", "unit", "hourly_unit", "currency", "dead_end_why"]
        }
        Kind::Details => &["born", "cv_content_type", "certificate_content_type", "currency"],
        Kind::Absences => &["from", "to", "zone", "slots"],
        // With rows of the audit log.
        Kind::Notice => &["facade", "topic", "state", "action"],
        Kind::Letter => &["facade", "topic", "state"],
        Kind::Inbox => &["all_read_to"],
        Kind::DueMark => &["day"],
        Kind::Booking => {
            &["facade", "mode", "status", "unit", "funds", "learner_marks", "expert_marks", "absent", "moved_by"]
        }
        Kind::Application => &["state", "specialty"],
        Kind::Document => &["kind", "content_type"],
        Kind::Entry => &["cause", "unit", "account"],
        Kind::Listed => &["unit"],
        Kind::Withdrawal => &["facade", "unit", "way", "state"],
        Kind::Payment => &["method", "status"],
        Kind::Intent => &["provider", "unit", "status"],
        Kind::Message => &["kind", "type"],
        Kind::Post | Kind::Comment | Kind::Gathering | Kind::Ticket => &["handle", "role"],
        Kind::AuditRow => &["action"],
        Kind::FeedNewest | Kind::FeedWindow => &["window", "before"],
        Kind::GatheringNews => &["facade"],
        Kind::LongGathering => &["from"],
        Kind::Enrolment => &["facade", "status", "unit"],
        Kind::Course | Kind::CourseEntry => &["category", "unit", "content_type"],
        Kind::Lesson => &["content_type"],
        Kind::Day => return attribute.starts_with(crate::days::EXPIRY),
        _ => &[],
    };
    ours.contains(&attribute)
}

/// The texts of an item that are somebody's, each with its attribute: what must not be found in an export without people.
pub fn said_by_people(item: &StoredItem) -> Vec<(String, String)> {
    let Some(kind) = item.named().map(|named| named.kind) else { return Vec::new() };
    fn collect(kind: Kind, name: &str, value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::S(text) => found.push((name.to_owned(), text.clone())),
            Value::Ss(texts) => found.extend(texts.iter().map(|text| (name.to_owned(), text.clone()))),
            Value::L(list) => list.iter().for_each(|value| collect(kind, name, value, found)),
            Value::M(map) => of_all(kind, map, found),
            _ => {}
        }
    }
    fn of_all(kind: Kind, map: &Item, found: &mut Vec<(String, String)>) {
        let theirs = map.iter().filter(|(name, _)| !is_ours(kind, name));
        theirs.for_each(|(name, value)| collect(kind, name, value, found));
    }
    let mut found = Vec::new();
    of_all(kind, &item.0, &mut found);
    found
}

#[cfg(test)]
mod tests;
