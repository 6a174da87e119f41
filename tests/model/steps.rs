//! The model's status table (`expertconnect.md` §5), and how each hold ends.

use domain::booking::Step;

use super::command::{Expected, Status, no};
use super::oracle::{Hold, Model, PRICE};

/// How a step ends a meeting's life; what is confirmed goes on living.
enum Effect {
    Confirm,
    Capture(Status),
    Release(Status),
}

impl Model {
    /// A step taken by a person, or by the schedule.
    pub(crate) fn step(&mut self, by: Option<usize>, at: usize, step: Step) -> Expected {
        self.look_at(by, at);
        let Some(meeting) = self.meetings.get(at) else { return no("not_found") };
        if by.is_some_and(|by| !meeting.has(by)) {
            return no("not_found");
        }
        let is_theirs = match step {
            Step::Confirm => by == Some(meeting.expert),
            Step::Cancel | Step::ReportNoShow => by.is_some(),
            Step::Complete => true,
            Step::Expire => by.is_none(),
            Step::Pay | Step::Refund | Step::Replace | Step::Begin | Step::Move | Step::Dispute => false,
        };
        if !is_theirs {
            return no("forbidden");
        }
        let (now, (start, end)) = (self.now, meeting.span);
        let reporter = meeting.absent.map(|absent| meeting.other(absent));
        let effect = match (meeting.status, step) {
            (Status::Confirmed, Step::Confirm)
            | (Status::Cancelled, Step::Cancel)
            | (Status::Completed, Step::Complete)
            | (Status::Expired, Step::Expire) => return Ok(self.meeting_as_told(at)),
            (Status::NoShow, Step::ReportNoShow) if reporter == by => return Ok(self.meeting_as_told(at)),

            (Status::Pending, Step::Confirm) if now >= start => return no("too_late"),
            (Status::Pending, Step::Confirm) => Effect::Confirm,
            (Status::Pending | Status::Confirmed, Step::Cancel) => Effect::Release(Status::Cancelled),
            (Status::Pending, Step::Expire) if now < start => return no("too_early"),
            (Status::Pending, Step::Expire) => Effect::Release(Status::Expired),
            (Status::Confirmed, Step::Complete) if now < end => return no("too_early"),
            (Status::Confirmed, Step::Complete) if by.is_none() && now < end + 24 * 60 => return no("too_early"),
            (Status::Confirmed, Step::Complete) => Effect::Capture(Status::Completed),
            (Status::Confirmed, Step::ReportNoShow) if now < start + 10 => return no("too_early"),
            (Status::Confirmed, Step::ReportNoShow) if by == Some(meeting.requester) => Effect::Release(Status::NoShow),
            (Status::Confirmed, Step::ReportNoShow) => Effect::Capture(Status::NoShow),
            _ => return no("invalid_transition"),
        };
        self.take_effect(at, by, effect);
        Ok(self.meeting_as_told(at))
    }

    fn take_effect(&mut self, at: usize, by: Option<usize>, effect: Effect) {
        let meeting = self.meetings[at].clone();
        let (requester, expert) = (meeting.requester, meeting.expert);
        let status = match effect {
            Effect::Confirm => Status::Confirmed,
            Effect::Capture(status) | Effect::Release(status) => status,
        };
        self.meetings[at].status = status;
        match status {
            Status::Confirmed => self.tell(requester, "Meeting Confirmed", meeting.id),
            Status::Completed => {
                self.tell(requester, "Leave a Review", meeting.id);
                self.tell(expert, "Leave a Review", meeting.id);
            }
            Status::Cancelled => {
                let other = meeting.other(by.expect("a person cancels"));
                self.tell(other, "Meeting Cancelled", meeting.id);
            }
            Status::Expired => self.tell(requester, "Meeting Expired", meeting.id),
            Status::NoShow => {
                let absent = meeting.other(by.expect("a person reports"));
                self.meetings[at].absent = Some(absent);
                self.tell(absent, "Meeting Missed", meeting.id);
            }
            Status::Pending => unreachable!("no step leads back"),
        }
        match effect {
            Effect::Confirm => {}
            Effect::Capture(_) => {
                self.end_hold(at, Hold::Captured);
                self.pay_out(at, PRICE);
            }
            Effect::Release(_) => {
                self.end_hold(at, Hold::Released);
                self.people[requester].balance += PRICE;
                if status != Status::Cancelled {
                    self.tell(requester, "Credits Returned", meeting.id);
                }
            }
        }
        if matches!(status, Status::Cancelled | Status::Expired) {
            self.set_free(at);
        }
    }

    fn end_hold(&mut self, at: usize, how: Hold) {
        self.touched.purses.insert(self.meetings[at].requester);
        assert_eq!(self.meetings[at].hold, Hold::Held, "the model itself ended the hold of meeting {at} twice");
        self.meetings[at].hold = how;
        self.people[self.meetings[at].requester].held -= PRICE;
    }
}
