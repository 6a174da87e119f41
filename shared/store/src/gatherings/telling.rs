//! Telling those who come to a gathering: each once, however often the job is begun.

use domain::Instant;
use domain::notice::Notice;
use table::{Item, Range, Returning, Update, absent, exists, less};

use super::*;
use crate::keys::SLOTS;
use crate::notices;
use crate::row::number;

/// What those who come have to hear, or that they need hear nothing and only go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatheringNews {
    /// Later news have a higher one.
    pub id: NoticeId,
    pub organiser: UserId,
    pub gathering: GatheringId,
    /// In whose words.
    pub facade: Facade,
    /// It takes place no more, and nobody comes.
    pub is_off: bool,
    /// What is told; `None`: nothing.
    pub words: Option<String>,
    pub at: Instant,
    /// Up to which of the slots all have been told.
    pub(crate) slot: u8,
}

impl GatheringNews {
    pub fn new(gathering: &Gathering, id: NoticeId, facade: Facade, words: Option<String>, at: Instant) -> Self {
        let (organiser, gathering) = (gathering.organiser.user, gathering.id);
        Self { id, organiser, gathering, facade, is_off: false, words, at, slot: 0 }
    }

    pub fn off(self) -> Self {
        Self { is_off: true, ..self }
    }
}

/// Longer than a queue keeps a job, and its dead letters after it.
const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

/// How many people of one slot are looked at in one step.
const STRETCH: usize = 500;

pub(super) fn to_item(news: &GatheringNews) -> Item {
    Row::at(&keys::gathering_news(news.organiser, news.id))
        .number("id", news.id)
        .number("organiser", news.organiser)
        .number("gathering", news.gathering)
        .text("facade", news.facade.rules().word)
        .flag("off", news.is_off)
        .text("content", news.words.as_deref().unwrap_or_default())
        .time("at", news.at)
        .number("slot", news.slot)
        .number("expires_at", news.at.timestamp() + KEPT_SECONDS)
        .into_item()
}

fn from_item(item: &Item) -> Result<GatheringNews, Fault> {
    let row = Reader(item);
    let (id, facade) = news_of(row)?;
    Ok(GatheringNews {
        id,
        facade,
        organiser: row.id("organiser", UserId::new)?,
        gathering: row.id("gathering", GatheringId::new)?,
        is_off: row.flag("off"),
        words: Some(row.owned("content")?).filter(|words| !words.is_empty()),
        at: row.time("at")?,
        slot: row.number("slot")?,
    })
}

impl Store {
    pub async fn gathering_news(&self, organiser: UserId, id: NoticeId) -> Result<Option<GatheringNews>, Fault> {
        self.get(&keys::gathering_news(organiser, id)).await?.as_ref().map(from_item).transpose()
    }

    /// Some who have not been told yet; `None` when there is nobody left in any slot.
    pub async fn gathering_untold(&self, news: &mut GatheringNews) -> Result<Option<Vec<UserId>>, Fault> {
        while news.slot < SLOTS {
            let mut after = String::new();
            loop {
                let range = Range {
                    partition: keys::gathering_spare(news.gathering, news.slot).pk,
                    from: Some(format!("{}{after}", keys::COMING)),
                    to: Some(format!("{}~", keys::COMING)),
                    limit: Some(STRETCH),
                    consistent: true,
                    ..Range::default()
                };
                let (items, more) = self.query(&range).await?;
                let mut untold = Vec::new();
                for item in &items {
                    let row = Reader(item);
                    let user = row.id("user", UserId::new)?;
                    if row.maybe_number::<i64>("told")?.is_none_or(|told| told < news.id.get()) {
                        untold.push(user);
                    }
                    after = format!("{} ", keys::id_text(user.get()));
                }
                if !untold.is_empty() {
                    return Ok(Some(untold));
                }
                if !more {
                    break;
                }
            }
            news.slot += 1;
            // Whoever goes on need not read what is done.
            let done = Update::of(keys::gathering_news(news.organiser, news.id))
                .set("slot", number(news.slot))
                .when(exists("pk").and(less("slot", number(news.slot))));
            match self.update(done, Returning::Nothing).await {
                Ok(_) | Err(Failed::Refused(_)) => {}
                Err(Failed::Fault(fault)) => return Err(fault),
            }
        }
        Ok(None)
    }

    /// Tells one person, who has then been told; `Stale`: they have been, or do not come any more.
    pub async fn gathering_tell(
        &self,
        news: &GatheringNews,
        person: UserId,
        notice: Option<&Notice>,
    ) -> Result<(), Failed<Denied>> {
        let mut transaction = Transaction::new();
        let coming = keys::coming(news.gathering, person);
        if news.is_off {
            transaction.delete_existing(&coming, Denied::Stale);
        } else {
            let told = Update::of(coming)
                .set("told", number(news.id))
                .when(exists("pk").and(absent("told").or(less("told", number(news.id)))));
            transaction.update(told, Some(Denied::Stale));
        }
        if let Some(notice) = notice {
            transaction.create(notices::to_item(notice), Denied::IdTaken);
        }
        self.commit(transaction).await
    }

    /// All have been told that it is off: what was counted goes, too.
    pub async fn gathering_forget(&self, gathering: GatheringId) -> Result<(), Fault> {
        let mut transaction = Transaction::<()>::new();
        for key in Subject::Gathering(gathering).spares().into_iter().chain([keys::gathering_counts(gathering)]) {
            transaction.delete(&key);
        }
        match self.commit(transaction).await {
            Ok(()) | Err(Failed::Refused(())) => Ok(()),
            Err(Failed::Fault(fault)) => Err(fault),
        }
    }
}
