//! A person as an item.

use domain::calendar::{TimeOfDay, WeeklyHours};
use domain::category;
use domain::expert::{Expert, Specialty, Standing};
use domain::ids::{ApplicationId, HoursId, SkillId, UserId};
use domain::ledger::{Amount, Currency};
use domain::mailbox::{DeadEnd, Undelivered};
use domain::person::{HoursRow, Level, Picture, Roles, Skill, User};
use domain::review::Tally;
use domain::serial::{Serial, Serials};
use domain::text::{Email, Username};
use domain::zone::Zone;
use table::{Item, Value};

use crate::fault::Fault;
use crate::row::{Reader, Row, number, text, time};
use crate::{booking_codec, keys};

pub(crate) fn to_item(user: &User) -> Item {
    let (picture_url, picture_key) = match &user.picture {
        None => (None, None),
        Some(Picture::Link(url)) => (Some(url), None),
        Some(Picture::File { key }) => (None, Some(key)),
    };
    Row::at(&keys::user(user.id))
        .number("id", user.id)
        .text("username", user.username.as_str())
        .text("email", user.email.as_str())
        .flag("email_verified", user.email_verified)
        .maybe("dead_end", user.dead_end.as_ref(), |known| text(known.address.as_str()))
        .maybe("dead_end_why", user.dead_end.as_ref(), |known| text(known.why.as_str()))
        .maybe("dead_end_since", user.dead_end.as_ref(), |known| time(known.since))
        .text("first_name", &user.first_name)
        .text("last_name", &user.last_name)
        .text("bio", &user.bio)
        .text("headline", &user.headline)
        .text("timezone", user.timezone.name())
        .maybe("picture_url", picture_url, text)
        .maybe("picture_key", picture_key, text)
        .time("joined_at", user.joined_at)
        .time("updated_at", user.updated_at)
        .flag("admin", user.roles.admin)
        .flag("not_learner", !user.roles.learner)
        .flag("accepted_terms", user.accepted_terms)
        .flag("greeted_later", user.is_greeted_later)
        .maybe("learner_serial", user.serials.learner, number)
        .maybe("expert_serial", user.serials.expert, number)
        .maybe("expert", user.expert.as_ref(), |expert| Value::M(expert_row(expert).into_item()))
        .flag("suspended", user.is_suspended)
        .flag("two_factor", user.two_factor)
        .number("review_count", user.tally.count)
        .number("review_sum", user.tally.sum)
        .number("expert_count", user.tally_as_expert.count)
        .number("expert_sum", user.tally_as_expert.sum)
        .maybe("sessions_given", Some(user.sessions_given).filter(|count| *count > 0), number)
        .maybe("minutes_given", Some(user.minutes_given).filter(|count| *count > 0), number)
        .maybe("courses_given", Some(user.courses_given).filter(|count| *count > 0), number)
        .rows("skills", user.skills.iter().map(skill_row))
        .rows("hours", user.hours.iter().map(hours_row))
        .number("version", user.version)
        .into_item()
}

fn expert_row(expert: &Expert) -> Row {
    Row::nested()
        .text("standing", keys::standing_text(expert.standing))
        .maybe("application", expert.application, number)
        .text("specialty", expert.specialty.as_str())
        .text("known_for", &expert.known_for)
        .number("years", expert.experience_years)
        .maybe("unit", expert.price, |price| text(keys::unit_text(price.unit)))
        .maybe("price", expert.price, |price| number(price.minor))
        .maybe("hourly_unit", expert.hourly, |hourly| text(keys::unit_text(hourly.unit)))
        .maybe("hourly", expert.hourly, |hourly| number(hourly.minor))
        .maybe("currency", expert.currency, |currency| text(currency.code()))
        .flag("active", expert.is_active)
        .flag("instant", expert.instant)
        .flag("featured", expert.is_featured)
        .maybe("verified_at", expert.verified_at, time)
        .text("notes", &expert.notes)
        .time("created_at", expert.created_at)
        .time("updated_at", expert.updated_at)
}

fn expert(row: Reader<'_>) -> Result<Expert, Fault> {
    let (standing, specialty) = (row.text("standing")?, row.text("specialty")?);
    let amount = |unit: &'static str, minor: &'static str| match row.maybe_number(minor)? {
        Some(minor) => {
            Ok(Some(Amount { unit: booking_codec::unit(row.text(unit)?).ok_or_else(|| row.corrupt(unit))?, minor }))
        }
        None => Ok::<_, Fault>(None),
    };
    Ok(Expert {
        standing: Standing::ALL
            .into_iter()
            .find(|known| keys::standing_text(*known) == standing)
            .ok_or_else(|| row.corrupt("standing"))?,
        application: row.maybe_number("application")?.and_then(ApplicationId::new),
        specialty: Specialty::ALL
            .into_iter()
            .find(|known| known.as_str() == specialty)
            .ok_or_else(|| row.corrupt("specialty"))?,
        known_for: row.owned("known_for")?,
        experience_years: row.number("years")?,
        price: amount("unit", "price")?,
        hourly: amount("hourly_unit", "hourly")?,
        currency: currency(row, "currency")?,
        is_active: row.flag("active"),
        instant: row.flag("instant"),
        is_featured: row.flag("featured"),
        verified_at: row.maybe_time("verified_at")?,
        notes: row.owned("notes")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// The currency an attribute names, if there is one.
pub(crate) fn currency(row: Reader<'_>, name: &'static str) -> Result<Option<Currency>, Fault> {
    match row.text(name)? {
        "" => Ok(None),
        code => Currency::parse(code).map(Some).ok_or_else(|| row.corrupt(name)),
    }
}

fn skill_row(skill: &Skill) -> Row {
    Row::nested().number("id", skill.id).text("name", &skill.name).text("level", skill.level.as_str()).maybe(
        "category",
        skill.category,
        |category| crate::row::number(category.get()),
    )
}

fn hours_row(row: &HoursRow) -> Row {
    Row::nested()
        .number("id", row.id)
        .number("day", row.hours.day)
        .number("start", row.hours.start.seconds())
        .number("end", row.hours.end.seconds())
        .maybe("zone", row.hours.zone.as_ref(), |zone| text(zone.name()))
        .flag("closed", !row.hours.open)
}

pub(crate) fn from_item(item: &Item) -> Result<User, Fault> {
    let row = Reader(item);
    let picture = match (row.text("picture_url")?, row.text("picture_key")?) {
        ("", "") => None,
        ("", key) => Some(Picture::File { key: key.to_owned() }),
        (url, _) => Some(Picture::Link(url.to_owned())),
    };
    Ok(User {
        id: row.id("id", UserId::new)?,
        username: Username::parse(row.text("username")?).map_err(|_| row.corrupt("username"))?,
        email: Email::parse(row.text("email")?).map_err(|_| row.corrupt("email"))?,
        email_verified: row.flag("email_verified"),
        dead_end: dead_end(&row)?,
        first_name: row.owned("first_name")?,
        last_name: row.owned("last_name")?,
        bio: row.owned("bio")?,
        headline: row.owned("headline")?,
        timezone: Zone::parse(row.text("timezone")?).map_err(|_| row.corrupt("timezone"))?,
        picture,
        joined_at: row.time("joined_at")?,
        updated_at: row.maybe_time("updated_at")?.map_or_else(|| row.time("joined_at"), Ok)?,
        roles: Roles { admin: row.flag("admin"), learner: !row.flag("not_learner") },
        serials: Serials { learner: serial(&row, "learner_serial")?, expert: serial(&row, "expert_serial")? },
        expert: match item.get("expert") {
            Some(Value::M(nested)) => Some(expert(Reader(nested))?),
            Some(_) => return Err(row.corrupt("expert")),
            None => None,
        },
        accepted_terms: row.flag("accepted_terms"),
        is_greeted_later: row.flag("greeted_later"),
        is_suspended: row.flag("suspended"),
        two_factor: row.flag("two_factor"),
        tally: Tally { count: row.count("review_count")?, sum: row.count("review_sum")? },
        tally_as_expert: Tally { count: row.count("expert_count")?, sum: row.count("expert_sum")? },
        sessions_given: row.count("sessions_given")?,
        minutes_given: row.count("minutes_given")?,
        courses_given: row.count("courses_given")?,
        skills: row.rows("skills")?.into_iter().map(skill).collect::<Result<_, _>>()?,
        hours: row.rows("hours")?.into_iter().map(hours).collect::<Result<_, _>>()?,
        version: row.number("version")?,
    })
}

fn serial(row: &Reader<'_>, name: &'static str) -> Result<Option<Serial>, Fault> {
    row.maybe_number(name)?.map(|number| Serial::new(number).ok_or_else(|| row.corrupt(name))).transpose()
}

fn dead_end(row: &Reader<'_>) -> Result<Option<DeadEnd>, Fault> {
    let (address, why) = (row.text("dead_end")?, row.text("dead_end_why")?);
    if address.is_empty() {
        return Ok(None);
    }
    Ok(Some(DeadEnd {
        address: Email::parse(address).map_err(|_| row.corrupt("dead_end"))?,
        why: Undelivered::ALL
            .into_iter()
            .find(|known| known.as_str() == why)
            .ok_or_else(|| row.corrupt("dead_end_why"))?,
        since: row.time("dead_end_since")?,
    }))
}

fn skill(row: Reader<'_>) -> Result<Skill, Fault> {
    let category = row
        .maybe_number::<i64>("category")?
        .map(|id| category::find(id).map(|category| category.id).ok_or_else(|| row.corrupt("category")))
        .transpose()?;
    Ok(Skill {
        id: row.id("id", SkillId::new)?,
        name: row.owned("name")?,
        level: Level::parse(row.text("level")?).map_err(|_| row.corrupt("level"))?,
        category,
    })
}

fn hours(row: Reader<'_>) -> Result<HoursRow, Fault> {
    let time = |name| TimeOfDay::from_seconds(row.number(name)?).ok_or_else(|| row.corrupt(name));
    let zone = match row.text("zone")? {
        "" => None,
        name => Some(Zone::parse(name).map_err(|_| row.corrupt("zone"))?),
    };
    Ok(HoursRow {
        id: row.id("id", HoursId::new)?,
        hours: WeeklyHours {
            day: row.number("day")?,
            start: time("start")?,
            end: time("end")?,
            zone,
            open: !row.flag("closed"),
        },
    })
}
