//! The model's messages, notifications, blocks, published hours and free slots.

use std::collections::BTreeSet;

use super::calendar::Hours;
use super::command::{Answer, Expected, Heard, Span, fresh_id, no};
use super::oracle::{Model, Person};

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Chat {
    pub(crate) blocked_by: BTreeSet<usize>,
    /// Numbers of messages nobody has read yet.
    pub(crate) unread: BTreeSet<usize>,
}

pub(crate) fn pair(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

impl Model {
    pub(crate) fn is_blocked(&self, a: usize, b: usize) -> bool {
        self.chats.get(&pair(a, b)).is_some_and(|chat| !chat.blocked_by.is_empty())
    }

    pub(crate) fn chat(&mut self, a: usize, b: usize) -> &mut Chat {
        self.touched.chats.insert(pair(a, b));
        self.chats.entry(pair(a, b)).or_default()
    }

    pub(crate) fn say(&mut self, by: usize, to: Option<usize>, heard: &Heard) -> Expected {
        let Some(to) = to.filter(|to| *to != by) else {
            return no("receiver_id");
        };
        if self.is_blocked(by, to) {
            return no("blocked");
        }
        // A conversation is closed while its expert is suspended; who that is depends on how it began.
        let may_be_closed = self.is_suspended(by) || self.is_suspended(to);
        if may_be_closed && heard.as_ref().is_err_and(|no| no.word == "closed") {
            return no("closed");
        }
        let (number, fresh) = (self.messages.len(), fresh_id(heard));
        self.messages.push(Message { id: fresh, from: by, to });
        self.chat(by, to).unread.insert(number);
        self.tell(to, "New Message", Some(fresh));
        Ok(Answer::Made(fresh))
    }

    pub(crate) fn read(&mut self, by: usize, message: usize) -> Expected {
        let Some(Message { from, to, .. }) = self.messages.get(message).cloned() else {
            return no("not_found");
        };
        if by == to {
            self.chat(from, to).unread.remove(&message);
            return Ok(Answer::Nothing);
        }
        no(if by == from { "forbidden" } else { "not_found" })
    }

    pub(crate) fn read_all(&mut self, by: usize, from: usize) -> Expected {
        if by == from {
            return Ok(Answer::Count(0));
        }
        let messages = self.messages.clone();
        let chat = self.chat(by, from);
        let before = chat.unread.len();
        chat.unread.retain(|message| messages[*message].to != by);
        Ok(Answer::Count((before - chat.unread.len()) as i64))
    }

    /// Messages to `reader` in the conversation with `other` that they have not read.
    pub(crate) fn unread(&self, reader: usize, other: usize) -> usize {
        let chat = self.chats.get(&pair(reader, other));
        chat.map_or(0, |chat| chat.unread.iter().filter(|message| self.messages[**message].to == reader).count())
    }

    pub(crate) fn note(&mut self, by: usize, (owner, notice): (usize, usize), is_read: bool) -> Expected {
        let id = self.people[owner].notices.get(notice).and_then(|notice| notice.id);
        match self.people[by].notices.iter_mut().find(|mine| id.is_some() && mine.id == id) {
            Some(mine) => mine.is_read = is_read,
            None => return no("not_found"),
        }
        Ok(Answer::Nothing)
    }

    pub(crate) fn note_all(&mut self, by: usize) -> Expected {
        let unread = self.people[by].notices.iter_mut().filter(|notice| !notice.is_read);
        Ok(Answer::Count(unread.map(|notice| notice.is_read = true).count() as i64))
    }

    pub(crate) fn block(&mut self, by: usize, whom: usize, blocks: bool) -> Expected {
        let chat = self.chat(by, whom);
        if blocks {
            chat.blocked_by.insert(by)
        } else {
            chat.blocked_by.remove(&by)
        };
        Ok(Answer::Nothing)
    }

    pub(crate) fn open(&mut self, by: usize, row: Hours) -> Expected {
        let Person { zone, hours, .. } = &mut self.people[by];
        let kept = |hours: Hours| Hours { id: row.id, zone: Some(hours.zone.unwrap_or(*zone)), ..hours };
        if hours.iter().any(|other| kept(*other) == kept(row)) {
            return no("start_time");
        }
        hours.push(row);
        Ok(Answer::Made(row.id))
    }

    pub(crate) fn close(&mut self, by: usize, row: usize) -> Expected {
        let hours = &mut self.people[by].hours;
        if row >= hours.len() {
            return no("not_found");
        }
        hours.remove(row);
        Ok(Answer::Nothing)
    }

    /// Whatever was offered must be what could be requested now.
    pub(crate) fn slots(&self, by: usize, of: usize, (days, minutes): (u32, u32), heard: &Heard) -> Expected {
        let Ok(Answer::Slots(slots)) = heard else {
            return Ok(Answer::Slots(Vec::new()));
        };
        let until = self.now + 1 + i64::from(days) * 24 * 60;
        let are_right = slots.len() <= 200 && slots.iter().all(|slot| slot.0 < until);
        if are_right && self.could_be_asked_for((by, of), i64::from(minutes), slots, None) {
            return Ok(Answer::Slots(slots.clone()));
        }
        no("only times that are free")
    }

    /// Whether these are times of this length, ascending, ahead, free for both and inside the expert's hours.
    pub(crate) fn could_be_asked_for(
        &self,
        (learner, expert): (usize, usize),
        minutes: i64,
        times: &[Span],
        moving: Option<usize>,
    ) -> bool {
        times.windows(2).all(|two| two[0].0 < two[1].0)
            && times.iter().all(|time| {
                time.0 > self.now
                    && time.1 - time.0 == minutes
                    && self.is_free(&[learner, expert], *time, moving)
                    && self.published(expert).covers(*time)
            })
    }
}
