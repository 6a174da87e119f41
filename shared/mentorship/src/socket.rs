//! How this façade speaks over sockets (`mentorship.md` §3.8). None can be opened at an address of its own yet, so it has
//! no frames of its own either: what would go over one looks as ExpertConnect's does.

use app::sockets::Frame;
use domain::feed::Address;
use domain::ids::BookingId;
use edge::form::Form;
use edge::problem::Problem;
use edge::sockets::{Kind, Message, Refusal, SocketDialect};
use meetings::SOCKET as OTHER;
use serde_json::value::RawValue;

use crate::Mentorship;

pub const SOCKET: &dyn SocketDialect = &Mentorship;

impl SocketDialect for Mentorship {
    fn address(&self, _: &dyn Fn(&str) -> Option<String>) -> Option<Address> {
        None
    }

    fn reference(&self, form: &Form) -> Option<String> {
        OTHER.reference(form)
    }

    fn kind(&self, form: &Form) -> Result<Kind, Problem> {
        OTHER.kind(form)
    }

    fn message(&self, form: &Form) -> Result<Message, Problem> {
        OTHER.message(form)
    }

    fn resume(&self, form: &Form) -> Result<Option<String>, Problem> {
        OTHER.resume(form)
    }

    fn signal<'a>(&self, form: &Form, frame: &'a str) -> Result<(BookingId, &'a RawValue), Problem> {
        OTHER.signal(form, frame)
    }

    fn problem(&self, refusal: Refusal) -> Problem {
        OTHER.problem(refusal)
    }

    fn frame(&self, frame: &Frame<'_>) -> String {
        OTHER.frame(frame)
    }

    fn refused(&self, problem: &Problem, reference: Option<&str>) -> String {
        OTHER.refused(problem, reference)
    }
}
