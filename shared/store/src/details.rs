//! What somebody says of themselves in a role: an item of its own beside the profile, so that cards stay small.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::details::{Details, Learning, Paper, Practice};
use domain::file::Attachment;
use domain::ids::UserId;
use domain::lifecycle::Seat;
use domain::person::User;
use domain::presence::Presence;
use table::{Item, Key};

use crate::denied::Denied;
use crate::fault::Fault;
use crate::requests::Store;
use crate::row::{Reader, Row, text};
use crate::transaction::Transaction;
use crate::{keys, person_codec, presence};

fn to_item(user: UserId, details: &Details) -> Item {
    let Details { learning, practice, .. } = details;
    let (link, file) = match &details.cv {
        None => (None, None),
        Some(Paper::Link(link)) => (Some(link), None),
        Some(Paper::File(file)) => (None, Some(file)),
    };
    Row::at(&keys::details(user, details.role))
        .text("phone", &details.phone)
        .maybe("cv_link", link, text)
        .maybe("cv_key", file, |file| text(&file.key))
        .maybe("cv_file_name", file, |file| text(&file.name))
        .maybe("cv_content_type", file, |file| text(&file.content_type))
        .maybe("cv_size", file, |file| crate::row::number(file.size))
        .maybe("certificate_key", details.certificate.as_ref(), |file| text(&file.key))
        .maybe("certificate_file_name", details.certificate.as_ref(), |file| text(&file.name))
        .maybe("certificate_content_type", details.certificate.as_ref(), |file| text(&file.content_type))
        .maybe("certificate_size", details.certificate.as_ref(), |file| crate::row::number(file.size))
        .text("linkedin_url", &details.linkedin_url)
        .text("github_url", &details.github_url)
        .text("portfolio_url", &details.portfolio_url)
        .maybe("born", learning.born, |date| text(date.to_string()))
        .text("college", &learning.college)
        .text("degree", &learning.degree)
        .text("field_of_study", &learning.field_of_study)
        .maybe("year_of_study", learning.year_of_study, crate::row::number)
        .text("skills", &learning.skills)
        .text("interests", &learning.interests)
        .text("bio", &learning.bio)
        .text("language", &learning.language)
        .text("country", &learning.country)
        .maybe("currency", learning.currency, |currency| text(currency.code()))
        .text("company", &practice.company)
        .text("designation", &practice.designation)
        .text("expertise", &practice.expertise)
        .text("languages", &practice.languages)
        .flag("is_new", practice.is_new)
        .number("version", details.version)
        .into_item()
}

fn from_item(role: Seat, item: &Item) -> Result<Details, Fault> {
    let row = Reader(item);
    let cv = match (row.text("cv_link")?, row.text("cv_key")?) {
        ("", "") => None,
        ("", key) => Some(Paper::File(Attachment {
            key: key.to_owned(),
            name: row.owned("cv_file_name")?,
            content_type: row.owned("cv_content_type")?,
            size: row.number("cv_size")?,
        })),
        (link, _) => Some(Paper::Link(link.to_owned())),
    };
    let certificate = match row.text("certificate_key")? {
        "" => None,
        key => Some(Attachment {
            key: key.to_owned(),
            name: row.owned("certificate_file_name")?,
            content_type: row.owned("certificate_content_type")?,
            size: row.number("certificate_size")?,
        }),
    };
    let born = match row.text("born")? {
        "" => None,
        date => Some(date.parse::<NaiveDate>().map_err(|_| row.corrupt("born"))?),
    };
    Ok(Details {
        role,
        phone: row.owned("phone")?,
        cv,
        certificate,
        linkedin_url: row.owned("linkedin_url")?,
        github_url: row.owned("github_url")?,
        portfolio_url: row.owned("portfolio_url")?,
        learning: Learning {
            born,
            college: row.owned("college")?,
            degree: row.owned("degree")?,
            field_of_study: row.owned("field_of_study")?,
            year_of_study: row.maybe_number("year_of_study")?,
            skills: row.owned("skills")?,
            interests: row.owned("interests")?,
            bio: row.owned("bio")?,
            language: row.owned("language")?,
            country: row.owned("country")?,
            currency: person_codec::currency(row, "currency")?,
        },
        practice: Practice {
            company: row.owned("company")?,
            designation: row.owned("designation")?,
            expertise: row.owned("expertise")?,
            languages: row.owned("languages")?,
            is_new: row.flag("is_new"),
        },
        version: row.number("version")?,
    })
}

/// Writes details over the version they were decided on.
pub fn details_save(transaction: &mut Transaction<Denied>, user: UserId, seen: u64, details: &Details) {
    let item = to_item(user, &Details { version: seen + 1, ..details.clone() });
    if seen == 0 {
        transaction.create(item, Denied::Stale);
    } else {
        transaction.replace_version(item, seen, Denied::Stale);
    }
}

/// What somebody says of themselves in a role, and whether they are there.
#[derive(Clone, Debug)]
pub struct Description {
    pub details: Details,
    pub presence: Presence,
}

/// Where it lies. Only experts say that they are there.
fn keys_of(id: UserId, role: Seat) -> impl Iterator<Item = Key> {
    let presence = (role == Seat::Expert).then(|| keys::presence(id));
    [keys::details(id, role)].into_iter().chain(presence)
}

fn described(items: &HashMap<Key, Item>, id: UserId, role: Seat) -> Result<Description, Fault> {
    let details = items.get(&keys::details(id, role)).map(|item| from_item(role, item)).transpose()?;
    let presence = items.get(&keys::presence(id)).map(presence::from_item).transpose()?;
    Ok(Description { details: details.unwrap_or_else(|| Details::of(role)), presence: presence.unwrap_or_default() })
}

impl Store {
    /// A person and what they say of themselves in a role, in one round trip.
    pub async fn user_with_details(&self, id: UserId, role: Seat) -> Result<Option<(User, Description)>, Fault> {
        let profile = keys::user(id);
        let keys: Vec<_> = [profile.clone()].into_iter().chain(keys_of(id, role)).collect();
        let items = self.get_many(&keys, true).await?;
        let Some(user) = items.get(&profile).map(person_codec::from_item).transpose()? else { return Ok(None) };
        Ok(Some((user, described(&items, id, role)?)))
    }

    /// The same of several people, as of a moment ago; who does not exist is missing.
    pub async fn users_with_details(
        &self,
        ids: &[UserId],
        role: Seat,
    ) -> Result<HashMap<UserId, (User, Description)>, Fault> {
        let keys_of_one = |id: &UserId| [keys::user(*id)].into_iter().chain(keys_of(*id, role));
        let keys: Vec<_> = ids.iter().flat_map(keys_of_one).collect();
        let items = self.get_many(&keys, false).await?;
        let mut found = HashMap::new();
        for id in ids {
            if let Some(item) = items.get(&keys::user(*id)) {
                found.insert(*id, (person_codec::from_item(item)?, described(&items, *id, role)?));
            }
        }
        Ok(found)
    }

    /// What people say of themselves in a role; everybody who was asked about is there.
    pub async fn described(&self, ids: &[UserId], role: Seat) -> Result<HashMap<UserId, Description>, Fault> {
        let keys: Vec<_> = ids.iter().flat_map(|id| keys_of(*id, role)).collect();
        let items = self.get_many(&keys, true).await?;
        ids.iter().map(|id| Ok((*id, described(&items, *id, role)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ledger::Currency;

    fn said(role: Seat, cv: Option<Paper>) -> Details {
        Details {
            phone: "+91 80".to_owned(),
            cv,
            github_url: "https://example.org/ada".to_owned(),
            learning: Learning {
                born: NaiveDate::from_ymd_opt(1990, 2, 28),
                college: "Trinity".to_owned(),
                year_of_study: Some(3),
                skills: "Rust, sailing".to_owned(),
                currency: Currency::parse("EUR"),
                ..Learning::default()
            },
            practice: Practice { company: "Engines".to_owned(), is_new: true, ..Practice::default() },
            version: 4,
            ..Details::of(role)
        }
    }

    #[test]
    fn details_read_back_as_written() {
        let file = Attachment {
            key: "cvs/2/0".to_owned(),
            name: "a b.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 10,
        };
        let user = UserId::new(2).unwrap();
        for role in [Seat::Learner, Seat::Expert] {
            for cv in [None, Some(Paper::Link("https://example.org/cv".to_owned())), Some(Paper::File(file.clone()))] {
                let details = Details { certificate: Some(file.clone()), ..said(role, cv) };
                assert_eq!(from_item(role, &to_item(user, &details)).unwrap(), details);
            }
            let nothing = Details { version: 1, ..Details::of(role) };
            assert_eq!(from_item(role, &to_item(user, &nothing)).unwrap(), nothing);
        }
    }
}
