//! A booking as an item.

use domain::booking::{Booking, Chain, Funds, Mode, Party, Policy, Seat, Status};
use domain::category;
use domain::facade::Facade;
use domain::ids::{BookingId, ConversationId, CourseId, PaymentId, SlotId, UserId};
use domain::interval::Interval;
use domain::ledger::{Amount, Currency, Unit};
use domain::serial::Serial;
use domain::slot::Taken;
use table::Item;

use crate::fault::Fault;
use crate::keys::{self, list};
use crate::row::{Reader, Row, number, text, time};

pub(crate) fn to_item(booking: &Booking) -> Item {
    let due = booking.due_at.map(|at| keys::due(booking.id, at));
    let (bucket, place) = due.unzip();
    let row = Row::at(&keys::booking(booking.id))
        .value("la", text(list::as_learner(booking.learner.id)))
        .value("lb", text(list::as_expert(booking.expert.id)))
        .value("rank", text(keys::id_text(booking.id.get())))
        .maybe("due_bucket", bucket, text)
        .maybe("due_at", place, text)
        .number("id", booking.id)
        .maybe("root", (booking.root != booking.id).then_some(booking.root), number)
        .maybe("replaces", booking.chain.replaces, number)
        .maybe("replaced_by", booking.chain.replaced_by, number)
        .text("facade", booking.rules().word)
        .maybe("mode", Some(booking.mode).filter(|mode| *mode != Mode::Video), |mode| text(mode_text(mode)))
        .text("title", &booking.title)
        .text("description", &booking.description)
        .maybe("service", Some(&booking.service).filter(|service| !service.is_empty()), text)
        .maybe("category", booking.category, |category| number(category.get()))
        .maybe("slot", booking.slot, |taken| number(taken.id))
        .maybe("slot_mark", booking.slot.filter(|taken| taken.mark != taken.id), |taken| number(taken.mark))
        .maybe("course", booking.course, number)
        .flag("first", booking.is_first)
        .time("start", booking.interval.start())
        .time("end", booking.interval.end())
        .text("status", status_text(booking.status))
        .number("start_version", booking.start_version)
        .text("unit", &keys::unit_text(booking.price.unit))
        .number("price", booking.price.minor)
        .text("funds", funds_text(booking.funds))
        .maybe("order", booking.order.as_deref(), text)
        .maybe("paid_with", booking.paid_with, number)
        .flag("paid_locally", booking.paid_locally)
        .maybe("returned", Some(booking.returned).filter(|returned| *returned > 0), number)
        .maybe("promised", Some(booking.promised).filter(|promised| *promised > 0), number)
        .maybe("pay_by", booking.pay_by, time)
        .text("room", booking.room.as_deref().unwrap_or_default())
        .maybe("link", booking.link.as_deref(), text)
        .maybe("conversation", booking.conversation, number)
        .maybe("started_at", booking.started_at, time)
        .maybe("ended_at", booking.ended_at, time)
        .text("reason", &booking.reason)
        .number("paid_out", booking.paid_out)
        .maybe("absent", booking.absent, |seat| text(seat_text(seat)))
        .flag("disputed", booking.is_disputed)
        .maybe("moved_by", booking.moved_by, |seat| text(seat_text(seat)))
        .maybe("moved_from", booking.moved_from, time)
        .text("move_reason", &booking.move_reason)
        .flag("been_confirmed", booking.has_been_confirmed)
        .flag("counts_later", booking.counts_later)
        .maybe("due", booking.due_at, time)
        .time("created_at", booking.created_at)
        .time("updated_at", booking.updated_at)
        .number("version", booking.version);
    let row = party(row, &LEARNER, &booking.learner);
    let row = party(row, &EXPERT, &booking.expert);
    policy(row, &booking.policy).into_item()
}

/// The attributes of one of the two.
struct Names {
    id: &'static str,
    name: &'static str,
    marks: &'static str,
    completed_at: &'static str,
    serial: &'static str,
    key: &'static str,
}

const LEARNER: Names = Names {
    id: "learner",
    name: "learner_name",
    marks: "learner_marks",
    completed_at: "learner_done",
    serial: "learner_serial",
    key: "learner_key",
};

const EXPERT: Names = Names {
    id: "expert",
    name: "expert_name",
    marks: "expert_marks",
    completed_at: "expert_done",
    serial: "expert_serial",
    key: "expert_key",
};

fn party(row: Row, names: &Names, party: &Party) -> Row {
    let written = match (party.completed, party.reviewed) {
        (false, false) => "",
        (true, false) => "c",
        (false, true) => "r",
        (true, true) => "cr",
    };
    row.number(names.id, party.id)
        .text(names.name, &party.name)
        .text(names.marks, written)
        .maybe(names.completed_at, party.completed_at, time)
        .maybe(names.serial, party.serial, number)
        .maybe(names.key, party.key.as_deref(), text)
}

fn policy(row: Row, policy: &Policy) -> Row {
    row.number("refund_cutoff", policy.refund_cutoff)
        .number("move_cutoff", policy.move_cutoff)
        .number("fee", policy.fee_percent)
        .flag("instant", policy.instant)
}

pub(crate) fn from_item(item: &Item) -> Result<Booking, Fault> {
    let row = Reader(item);
    let id = row.id("id", BookingId::new)?;
    let facade = row.text("facade")?;
    let status = row.text("status")?;
    let funds = row.text("funds")?;
    let category = row
        .maybe_number::<i64>("category")?
        .map(|id| category::find(id).map(|category| category.id).ok_or_else(|| row.corrupt("category")))
        .transpose()?;
    Ok(Booking {
        id,
        root: row.maybe_number("root")?.and_then(BookingId::new).unwrap_or(id),
        chain: Chain {
            replaces: row.maybe_number("replaces")?.and_then(BookingId::new),
            replaced_by: row.maybe_number("replaced_by")?.and_then(BookingId::new),
        },
        facade: Facade::of_word(facade).ok_or_else(|| row.corrupt("facade"))?,
        mode: match row.text("mode")? {
            "" => Mode::Video,
            mode => find(Mode::ALL, mode_text, mode).ok_or_else(|| row.corrupt("mode"))?,
        },
        title: row.owned("title")?,
        description: row.owned("description")?,
        service: row.owned("service")?,
        category,
        slot: read_slot(row)?,
        course: row.maybe_number("course")?.and_then(CourseId::new),
        is_first: row.flag("first"),
        learner: read_party(row, &LEARNER)?,
        expert: read_party(row, &EXPERT)?,
        interval: Interval::new(row.time("start")?, row.time("end")?).ok_or_else(|| row.corrupt("end"))?,
        status: find(Status::ALL, status_text, status).ok_or_else(|| row.corrupt("status"))?,
        start_version: row.number("start_version")?,
        price: Amount {
            unit: unit(row.text("unit")?).ok_or_else(|| row.corrupt("unit"))?,
            minor: row.number("price")?,
        },
        funds: find(Funds::ALL, funds_text, funds).ok_or_else(|| row.corrupt("funds"))?,
        order: Some(row.owned("order")?).filter(|order| !order.is_empty()),
        paid_with: row.maybe_number("paid_with")?.and_then(PaymentId::new),
        paid_locally: row.flag("paid_locally"),
        returned: row.amount("returned")?,
        promised: row.amount("promised")?,
        pay_by: row.maybe_time("pay_by")?,
        policy: read_policy(row)?,
        room: Some(row.owned("room")?).filter(|room| !room.is_empty()),
        link: Some(row.owned("link")?).filter(|link| !link.is_empty()),
        conversation: row.maybe_number("conversation")?.and_then(ConversationId::new),
        started_at: row.maybe_time("started_at")?,
        ended_at: row.maybe_time("ended_at")?,
        reason: row.owned("reason")?,
        paid_out: row.amount("paid_out")?,
        absent: find([Seat::Learner, Seat::Expert], seat_text, row.text("absent")?),
        is_disputed: row.flag("disputed"),
        moved_by: find([Seat::Learner, Seat::Expert], seat_text, row.text("moved_by")?),
        moved_from: row.maybe_time("moved_from")?,
        move_reason: row.owned("move_reason")?,
        has_been_confirmed: row.flag("been_confirmed"),
        counts_later: row.flag("counts_later"),
        due_at: row.maybe_time("due")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.number("version")?,
    })
}

fn read_slot(row: Reader<'_>) -> Result<Option<Taken>, Fault> {
    let Some(id) = row.maybe_number("slot")?.and_then(SlotId::new) else { return Ok(None) };
    let mark = row.maybe_number("slot_mark")?.and_then(SlotId::new).unwrap_or(id);
    Ok(Some(Taken { id, mark }))
}

fn read_party(row: Reader<'_>, names: &Names) -> Result<Party, Fault> {
    let marks = row.text(names.marks)?;
    Ok(Party {
        id: row.id(names.id, UserId::new)?,
        name: row.owned(names.name)?,
        completed: marks.contains('c'),
        completed_at: row.maybe_time(names.completed_at)?,
        reviewed: marks.contains('r'),
        serial: row.maybe_number(names.serial)?.and_then(Serial::new),
        key: Some(row.owned(names.key)?).filter(|key| !key.is_empty()),
    })
}

fn read_policy(row: Reader<'_>) -> Result<Policy, Fault> {
    Ok(Policy {
        refund_cutoff: row.number("refund_cutoff")?,
        move_cutoff: row.number("move_cutoff")?,
        fee_percent: row.number("fee")?,
        instant: row.flag("instant"),
    })
}

fn find<T: Copy, const N: usize>(all: [T; N], write: fn(T) -> &'static str, text: &str) -> Option<T> {
    all.into_iter().find(|value| write(*value) == text)
}

pub(crate) fn unit(text: &str) -> Option<Unit> {
    match text {
        "credit" => Some(Unit::Credit),
        code => Currency::parse(code).map(Unit::Currency),
    }
}

fn mode_text(mode: Mode) -> &'static str {
    match mode {
        Mode::Video => "video",
        Mode::Chat => "chat",
        Mode::Phone => "phone",
    }
}

fn seat_text(seat: Seat) -> &'static str {
    match seat {
        Seat::Learner => "learner",
        Seat::Expert => "expert",
    }
}

pub(crate) fn status_text(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Confirmed => "confirmed",
        Status::Completed => "completed",
        Status::Cancelled => "cancelled",
        Status::Rescheduled => "rescheduled",
        Status::Refunded => "refunded",
        Status::NoShow => "no_show",
        Status::Expired => "expired",
    }
}

pub(crate) fn funds_text(funds: Funds) -> &'static str {
    match funds {
        Funds::Free => "free",
        Funds::Due => "due",
        Funds::Held => "held",
        Funds::Captured => "captured",
        Funds::Released => "released",
        Funds::Moved => "moved",
    }
}
