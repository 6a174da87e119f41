//! Messages, notifications, blocks, published hours and free times, by the real use-cases.

use app::{SaveResponse, chats, notices, profile, slots};
use domain::calendar::WeeklyHours;
use domain::chat::Pair;
use domain::facade::Facade;
use domain::ids::{HoursId, MessageId, NoticeId, UserId};
use store::{Claim, Transaction};

use super::experts::time_of_day;
use super::words::{refused, unknown_is};
use super::{NOBODY, Stage, done, keep, span, stored};
use crate::command::{Answer, Command, Heard};
use crate::oracle::Model;

/// Where people write to one another by who they are.
const SAID_IN: Facade = Facade::Meetings;

impl Stage {
    pub(super) async fn talk(&self, model: &Model, command: &Command, claim: Option<&Claim>) -> Heard {
        let app = self.app();
        match *command {
            Command::Say { by, to } => {
                let render = |told: &chats::MessageInConversation| stored(Answer::Made(told.message.id.get()));
                let text = "Good morning".to_owned();
                let sent =
                    chats::send(app, self.caller(by), SAID_IN, self.person(to), text, keep(claim, &render)).await;
                sent.map(|told| Answer::Made(told.message.id.get())).map_err(unknown_is("receiver_id"))
            }
            Command::Read { by, message } => {
                let id = MessageId::new(model.messages.get(message).map_or(NOBODY, |message| message.id));
                done(chats::mark_read(app, self.caller(by), id.expect("an id")).await)
            }
            Command::ReadAll { by, from } => {
                let marked = chats::mark_all_read(app, self.caller(by), self.people[from]).await;
                marked.map(|count| Answer::Count(count.into())).map_err(refused)
            }
            Command::Note { by, owner, notice, is_read } => {
                let notice = model.people[owner].notices.get(notice).and_then(|notice| notice.id);
                let id = NoticeId::new(notice.unwrap_or(NOBODY)).expect("an id");
                done(notices::mark(app, self.caller(by), id, is_read).await)
            }
            Command::NoteAll { by } => {
                let marked = notices::mark_all(app, self.caller(by)).await;
                marked.map(|count| Answer::Count(count as i64)).map_err(refused)
            }
            Command::Block { by, whom, blocks } => {
                let pair = Pair::new(self.people[by], self.people[whom]).expect("two people");
                self.meets(pair, self.people[by]).await;
                let blocked = app.store.conversation_block(pair, self.people[by], blocks, app.clock.now()).await;
                done(blocked.map_err(app::Error::from))
            }
            Command::Open { by, day, from, until } => {
                let (start, end) = (time_of_day(from), time_of_day(until));
                let hours = WeeklyHours { day, start, end, zone: None, open: true };
                let added = profile::hours_add(app, self.caller(by), hours, SaveResponse::nothing()).await;
                added.map(|added| Answer::Made(added.row.id.get())).map_err(refused)
            }
            Command::Close { by, row } => {
                let id = HoursId::new(model.people[by].hours.get(row).map_or(NOBODY, |row| row.id));
                done(profile::hours_remove(app, self.caller(by), id.expect("an id")).await)
            }
            Command::Slots { by, of, days, minutes } => {
                let free = slots::free(app, self.caller(by), self.people[of], None, days, minutes).await;
                free.map(|slots| Answer::Slots(slots.into_iter().map(span).collect())).map_err(refused)
            }
            ref other => unreachable!("{other:?} is carried out elsewhere"),
        }
    }

    /// Sees to it that the two have a conversation, in which somebody can be blocked.
    async fn meets(&self, pair: Pair, by: UserId) {
        let found = self.app().store.pair_with_conversation(pair, None).await.expect("the table reads");
        let mut transaction = Transaction::new();
        if found.conversation.is_none() {
            let after =
                chats::opened(self.app(), found.conversation.as_ref(), &found.users, pair, (by, Some(by)), None);
            store::conversation_open(&mut transaction, found.conversation.as_ref(), &after, by);
        }
        // Refused if somebody wrote meanwhile: then they have one.
        let _made = self.app().store.commit(transaction).await;
    }
}
