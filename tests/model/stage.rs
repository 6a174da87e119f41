//! Carries commands out with the real use-cases and says what was heard.

use std::sync::Mutex;

use app::bookings::{self, Changes, Command as BookingCommand, Request};
use app::caller::Caller;
use app::tokens::Claims;
use app::wallet::{Purchased, Transferred};
use app::{App, Error, SaveResponse, chats, notices, profile, reviews, slots, wallet};
use chrono::{DateTime, Utc};
use domain::booking::{self, Booking, Times};
use domain::calendar::{TimeOfDay, WeeklyHours};
use domain::chat::Pair;
use domain::facade::Facade;
use domain::ids::{BookingId, HoursId, MessageId, NoticeId, SessionId, UserId};
use domain::interval::Interval;
use domain::payment::Method;
use domain::person::{self, HoursRow};
use domain::review::Review;
use domain::{category, ledger};
use store::{Claim, Claimed, SavedResponse, Transaction};
use tests::World;

use super::command::{Answer, Command, Death, Heard, Minute, No, Span, Status};
use super::keys::kept;
use super::oracle::Model;

/// Somebody and something that do not exist.
const NOBODY: i64 = 2;

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) people: Vec<UserId>,
    /// Every claim ever made, per key.
    claims: Mutex<Vec<Vec<Claim>>>,
}

pub(crate) fn instant(minute: Minute) -> DateTime<Utc> {
    DateTime::from_timestamp(minute * 60, 0).expect("a time of this century")
}

pub(crate) fn span(interval: Interval) -> Span {
    (interval.start().timestamp() / 60, interval.end().timestamp() / 60)
}

pub(crate) fn status(booking: &Booking) -> Status {
    match booking.status {
        booking::Status::Pending => Status::Pending,
        booking::Status::Confirmed => Status::Confirmed,
        booking::Status::Completed => Status::Completed,
        booking::Status::Cancelled => Status::Cancelled,
        booking::Status::Expired => Status::Expired,
        booking::Status::NoShow => Status::NoShow,
        other => panic!("no meeting is ever {other:?}"),
    }
}

fn meeting(booking: &Booking) -> Answer {
    Answer::Meeting { id: booking.id.get(), status: status(booking), span: span(booking.interval) }
}

fn moved(transferred: &Transferred) -> Answer {
    Answer::Moved { credits: transferred.moved.into(), balance: transferred.new_balance.into() }
}

fn stored(answer: Answer) -> SavedResponse {
    SavedResponse { status: 200, body: kept(&Ok(answer)) }
}

fn refused(error: Error) -> No {
    let offered = match &error {
        Error::SlotTaken { alternatives, .. } => alternatives.iter().map(|interval| span(*interval)).collect(),
        _ => Vec::new(),
    };
    No { word: word(error), offered }
}

/// The specification's word for a refusal; for a field that is to blame, its name.
fn word(error: Error) -> String {
    let word = match error {
        Error::Booking(refusal) => match refusal {
            booking::Refusal::OwnBooking => "expert_id",
            booking::Refusal::StartNotAhead => "scheduled_start",
            booking::Refusal::EndNotAfterStart | booking::Refusal::TooLong => "scheduled_end",
            booking::Refusal::OutsideAvailability => "outside_availability",
            booking::Refusal::Blocked => "blocked",
            booking::Refusal::WrongParty => "forbidden",
            booking::Refusal::InvalidTransition => "invalid_transition",
            booking::Refusal::TooEarly => "too_early",
            booking::Refusal::TooLate => "too_late",
            booking::Refusal::NotCompleted => "not_completed",
            booking::Refusal::AlreadyReviewed => "already_reviewed",
            booking::Refusal::NotTheOtherParty => "reviewee_id",
            // Without alternatives this is the bare refusal, which no use-case lets out.
            other => return format!("{other:?}"),
        },
        Error::SlotTaken { .. } => "slot_taken",
        Error::Ledger(ledger::Refusal::InsufficientCredits) => "insufficient_credits",
        Error::Ledger(ledger::Refusal::NotCompleted) => "not_completed",
        Error::Ledger(ledger::Refusal::NotThePayer) | Error::Forbidden => "forbidden",
        Error::Person(person::Refusal::HoursTaken) => "start_time",
        Error::Person(person::Refusal::NotFound) | Error::NotFound => "not_found",
        Error::UnknownPerson => "unknown_person",
        Error::OwnMessage => "receiver_id",
        Error::InFlight => "in_flight",
        Error::KeyReused => "idempotency_mismatch",
        other => return format!("{other:?}"),
    };
    word.to_owned()
}

/// Reads somebody unknown as the field that named them.
fn unknown_is(field: &'static str) -> impl Fn(Error) -> No {
    move |error| match refused(error) {
        No { word, offered } if word == "unknown_person" => No { word: field.to_owned(), offered },
        no => no,
    }
}

fn keep<'a, T>(
    claim: Option<&'a Claim>,
    render: &'a (dyn Fn(&T) -> SavedResponse + Send + Sync),
) -> SaveResponse<'a, T> {
    claim.map_or_else(SaveResponse::nothing, |claim| SaveResponse::under(claim, render))
}

impl Stage {
    pub(crate) fn new(world: World, people: Vec<UserId>) -> Self {
        Self { world, people, claims: Mutex::default() }
    }

    pub(crate) fn app(&self) -> &App {
        &self.world.app
    }

    pub(crate) fn caller(&self, person: usize) -> Caller {
        let session = SessionId::new(1).expect("an id");
        Caller::presumed(&Claims { user: self.people[person], session })
    }

    fn person(&self, person: Option<usize>) -> UserId {
        person.map_or(UserId::new(NOBODY).expect("an id"), |person| self.people[person])
    }

    pub(crate) async fn perform(&self, model: &Model, command: &Command) -> Heard {
        match command {
            Command::Once { key, of, dies } => self.once(model, *key, of, *dies).await,
            Command::Late { key, claim } => {
                let claim = self.claims.lock().expect("nobody panics with it")[*key][*claim].clone();
                self.carry_out(model, &model.keys[*key].of, Some(&claim)).await
            }
            other => self.carry_out(model, other, None).await,
        }
    }

    /// As the edge does it: claims the key, carries the command out, keeps a final answer.
    async fn once(&self, model: &Model, key: usize, of: &Command, dies: Option<Death>) -> Heard {
        let (app, number) = (self.app(), self.app().mint.number());
        let claimed =
            app.store.idempotency_claim(&format!("key {key}"), &format!("{of:?}"), number, app.clock.now()).await;
        let claim = match claimed.map_err(|fault| refused(fault.into()))? {
            Claimed::Mine(claim) => claim,
            Claimed::Done(answer) => return Ok(Answer::Again(answer.body)),
            Claimed::InFlight => return Err(refused(Error::InFlight)),
            Claimed::Mismatch => return Err(refused(Error::KeyReused)),
        };
        {
            let mut claims = self.claims.lock().expect("nobody panics with it");
            let known = claims.len().max(key + 1);
            claims.resize(known, Vec::new());
            claims[key].push(claim.clone());
        }
        if dies == Some(Death::BeforeTheCommand) {
            return Ok(Answer::Nothing);
        }
        let heard = self.carry_out(model, of, Some(&claim)).await;
        let is_final = heard.as_ref().err().is_none_or(|no| no.word != "slot_taken");
        let settled = match dies {
            Some(_) => Ok(()),
            None if is_final => {
                app.store.idempotency_settle(&claim, &SavedResponse { status: 200, body: kept(&heard) }).await
            }
            None => app.store.idempotency_release(&claim).await,
        };
        settled.map_err(|fault| refused(fault.into()))?;
        heard
    }

    async fn carry_out(&self, model: &Model, command: &Command, claim: Option<&Claim>) -> Heard {
        let app = self.app();
        let id = |at: usize| model.meetings.get(at).map_or(NOBODY, |meeting| meeting.id);
        let booking = |at: usize| BookingId::new(id(at)).expect("an id");
        match *command {
            Command::Request { by, to, span: (start, end) } => {
                let times = Times { start: instant(start), end: instant(end) };
                let request = Request {
                    expert: self.person(to),
                    mode: booking::Mode::Video,
                    title: title(0),
                    description: String::new(),
                    category: category::find(1).map(|category| category.id),
                    times,
                };
                let render = |booking: &Booking| stored(meeting(booking));
                let save = keep(claim, &render);
                let requested = bookings::request(app, self.caller(by), Facade::Meetings, request, save).await;
                requested.map(|booking| meeting(&booking)).map_err(unknown_is("expert_id"))
            }
            Command::Step { by, at, step } => {
                let stepped = async {
                    let at = bookings::find(app, self.caller(by), booking(at)).await?;
                    let command = BookingCommand::Take(step);
                    bookings::take::<Booking>(app, Facade::Meetings, at, command, SaveResponse::nothing()).await
                };
                stepped.await.map(|booking| meeting(&booking)).map_err(refused)
            }
            Command::Schedule { at, step } => {
                let stepped = bookings::step_by_schedule(app, booking(at), step).await;
                stepped.map(|booking| meeting(&booking)).map_err(refused)
            }
            Command::Change { by, at, title: new, start, end } => {
                let changes = Changes {
                    title: new.map(title),
                    start: start.map(instant),
                    end: end.map(instant),
                    ..Changes::default()
                };
                let changed = async {
                    let at = bookings::find(app, self.caller(by), booking(at)).await?;
                    bookings::change(app, Facade::Meetings, at, changes).await
                };
                changed.await.map(|booking| meeting(&booking)).map_err(refused)
            }
            Command::Purchase { by, credits } => {
                let render = |bought: &Purchased| stored(Answer::Balance(bought.new_balance.into()));
                let caller = self.caller(by);
                let bought = wallet::purchase(app, caller, Method::CreditCard, credits, keep(claim, &render)).await;
                bought.map(|bought| Answer::Balance(bought.new_balance.into())).map_err(refused)
            }
            Command::Transfer { by, at, total } => {
                let render = |transferred: &Transferred| stored(moved(transferred));
                let caller = self.caller(by);
                let transferred = wallet::transfer_for(app, caller, booking(at), total, keep(claim, &render)).await;
                transferred.map(|transferred| moved(&transferred)).map_err(refused)
            }
            Command::Review { by, at, about, rating } => {
                let reviewee = self.people[about];
                let draft = reviews::ReviewDraft { reviewee, rating, text: String::new(), is_anonymous: false };
                let render = |review: &Review| stored(Answer::Made(review.id.get()));
                let given = async {
                    let at = bookings::find(app, self.caller(by), booking(at)).await?;
                    reviews::give(app, Facade::Meetings, at, draft, keep(claim, &render)).await
                };
                given.await.map(|review| Answer::Made(review.id.get())).map_err(refused)
            }
            _ => self.carry_on(model, command, claim).await,
        }
    }

    /// The commands that have nothing to do with a meeting.
    async fn carry_on(&self, model: &Model, command: &Command, claim: Option<&Claim>) -> Heard {
        let app = self.app();
        let done = |result: app::Result<()>| result.map(|()| Answer::Nothing).map_err(refused);
        match *command {
            Command::Say { by, to } => {
                let render = |told: &chats::MessageInConversation| stored(Answer::Made(told.message.id.get()));
                let text = "Good morning".to_owned();
                let sent =
                    chats::send(app, self.caller(by), Facade::Meetings, self.person(to), text, keep(claim, &render))
                        .await;
                sent.map(|told| Answer::Made(told.message.id.get())).map_err(unknown_is("receiver_id"))
            }
            Command::Read { by, message } => {
                let id = MessageId::new(model.messages.get(message).map_or(NOBODY, |message| message.id));
                done(chats::mark_read(app, self.caller(by), id.expect("an id")).await.map(|_| ()))
            }
            Command::ReadAll { by, from } => {
                let marked = chats::mark_all_read(app, self.caller(by), self.people[from]).await;
                marked.map(|count| Answer::Count(count.into())).map_err(refused)
            }
            Command::Note { by, owner, notice, is_read } => {
                let notice = model.people[owner].notices.get(notice).and_then(|notice| notice.id);
                let id = NoticeId::new(notice.unwrap_or(NOBODY)).expect("an id");
                done(notices::mark(app, self.caller(by), id, is_read).await.map(|_| ()))
            }
            Command::NoteAll { by } => {
                let marked = notices::mark_all(app, self.caller(by)).await;
                marked.map(|count| Answer::Count(count as i64)).map_err(refused)
            }
            Command::Block { by, whom, blocks } => {
                let pair = Pair::new(self.people[by], self.people[whom]).expect("two people");
                self.meets(pair, self.people[by]).await;
                let blocked = app.store.conversation_block(pair, self.people[by], blocks, app.clock.now()).await;
                done(blocked.map(|_| ()).map_err(Error::from))
            }
            Command::Open { by, day, from, until } => {
                let time = |minutes: u32| TimeOfDay::from_seconds(minutes * 60).expect("a time of day");
                let hours = WeeklyHours { day, start: time(from), end: time(until), zone: None, open: true };
                let added = profile::hours_add(app, self.caller(by), hours, SaveResponse::nothing()).await;
                added.map(|row: HoursRow| Answer::Made(row.id.get())).map_err(refused)
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
            let after = chats::opened(self.app(), found.conversation.as_ref(), &found.users, pair, (by, by), None);
            store::conversation_open(&mut transaction, found.conversation.as_ref(), &after, by);
        }
        // Refused if somebody wrote meanwhile: then they have one.
        let _made = self.app().store.commit(transaction).await;
    }
}

/// Titles by number.
pub(crate) fn title(number: u32) -> String {
    format!("Meeting, version {number}")
}
