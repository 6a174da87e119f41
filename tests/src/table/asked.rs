//! What the store asks of the table. Calls to the engine fail as those through the SDK do.

use async_trait::async_trait;
use table::{
    Backend, Batch, Cancelled, Condition, Item, Key, Metered, Paged, Range, Reason, Refused, Returning, Scan, Select,
    Update, Write,
};

use super::{Inner, Table};
use crate::faults::{Fault, Moment};

/// How often the SDK makes a call in all before it gives up.
const ATTEMPTS: usize = 3;

impl Table {
    /// A call to the engine, with what goes wrong; what the SDK would try again is tried again.
    async fn call<T, E: From<table::Fault>, F: Future<Output = Result<T, E>>>(
        &self,
        operation: &'static str,
        struck: impl Fn(Fault) -> Result<T, E>,
        carry_out: impl Fn() -> F,
    ) -> Result<T, E> {
        let mut attempt = 1;
        loop {
            // Others may go first, here and below: without a pause a request would run from its first call to its last.
            tokio::task::yield_now().await;
            let judged = self.faults.judge(operation);
            let result = match judged {
                Some((Fault::Stall, Moment::Before)) => {
                    self.faults.stall().await;
                    carry_out().await
                }
                Some((fault, Moment::Before)) => self.fail(fault, &struck).await,
                None => carry_out().await,
                Some((fault, Moment::After)) => {
                    let done = carry_out().await;
                    if fault == Fault::Stall {
                        self.faults.stall().await;
                        done
                    } else {
                        self.fail(fault, &struck).await
                    }
                }
            };
            let is_tried_again = matches!(judged, Some((Fault::Lost | Fault::Down | Fault::Throttled, _)));
            if !is_tried_again || attempt == ATTEMPTS {
                tokio::task::yield_now().await;
                return result;
            }
            attempt += 1;
        }
    }

    async fn fail<T, E>(&self, fault: Fault, struck: impl Fn(Fault) -> Result<T, E>) -> Result<T, E> {
        if fault == Fault::Death {
            self.faults.die();
            std::future::pending().await
        } else {
            struck(fault)
        }
    }
}

/// How a fault is told, but to a transaction.
fn plainly<T, E: From<table::Fault>>(fault: Fault) -> Result<T, E> {
    Err(match fault {
        Fault::Conflict => table::Fault::Contended,
        other => table::Fault::Unavailable(format!("{other:?}, on purpose")),
    }
    .into())
}

/// How a fault is told to a transaction: that its last leg was the cause, or none.
fn cancelled<T>(fault: Fault, legs: usize) -> Result<T, Cancelled> {
    let last = match fault {
        Fault::Conflict => Reason::Conflict,
        Fault::ThrottledLeg => Reason::Passing("ThrottlingError".to_owned()),
        other => return plainly(other),
    };
    let mut reasons = vec![Reason::None; legs.saturating_sub(1)];
    reasons.push(last);
    Err(Cancelled::Because(reasons))
}

#[async_trait]
impl Backend for Table {
    async fn get(&self, key: &Key) -> Result<Metered<Option<Item>>, table::Fault> {
        match &self.inner {
            Inner::Engine(engine) => self.call("GetItem", plainly, || async { engine.get(key) }).await,
            Inner::Dynoxide(_, asked) => asked.get(key).await,
        }
    }

    async fn get_many(&self, keys: &[Key], consistent: bool) -> Result<Metered<Batch>, table::Fault> {
        let struck = |fault| match fault {
            Fault::Partial => {
                let nothing = Batch { items: Vec::new(), unprocessed: keys.to_vec() };
                Ok(Metered { answer: nothing, units: 0.0 })
            }
            other => plainly(other),
        };
        match &self.inner {
            Inner::Engine(engine) => {
                self.call("BatchGetItem", struck, || async { engine.get_many(keys, consistent) }).await
            }
            Inner::Dynoxide(_, asked) => asked.get_many(keys, consistent).await,
        }
    }

    async fn query(&self, range: &Range, after: Option<&Item>, select: Select) -> Result<Metered<Paged>, table::Fault> {
        match &self.inner {
            Inner::Engine(engine) => self.call("Query", plainly, || async { engine.query(range, after, select) }).await,
            Inner::Dynoxide(_, asked) => asked.query(range, after, select).await,
        }
    }

    async fn scan(&self, scan: Scan, after: Option<&Item>) -> Result<Metered<Paged>, table::Fault> {
        match &self.inner {
            Inner::Engine(engine) => self.call("Scan", plainly, || async { engine.scan(scan, after) }).await,
            Inner::Dynoxide(_, asked) => asked.scan(scan, after).await,
        }
    }

    async fn update(&self, update: &Update, returning: Returning) -> Result<Metered<Item>, Refused> {
        self.note(&Write::Update(update.clone()));
        match &self.inner {
            Inner::Engine(engine) => self.call("UpdateItem", plainly, || engine.update(update, returning)).await,
            Inner::Dynoxide(_, asked) => asked.update(update, returning).await,
        }
    }

    async fn delete(&self, key: &Key, condition: Option<&Condition>) -> Result<Metered<()>, Refused> {
        self.note(&Write::Delete { key: key.clone(), condition: condition.cloned() });
        match &self.inner {
            Inner::Engine(engine) => self.call("DeleteItem", plainly, || engine.delete(key, condition)).await,
            Inner::Dynoxide(_, asked) => asked.delete(key, condition).await,
        }
    }

    async fn transact(&self, writes: &[Write], token: &str) -> Result<Metered<()>, Cancelled> {
        writes.iter().for_each(|write| self.note(write));
        match &self.inner {
            Inner::Engine(engine) => {
                let struck = |fault| cancelled(fault, writes.len());
                let carry_out = || {
                    self.before(writes);
                    // Whoever comes meanwhile and wants one of its items conflicts.
                    engine.transact_when(writes, token, tokio::task::yield_now())
                };
                self.call("TransactWriteItems", struck, carry_out).await
            }
            Inner::Dynoxide(_, asked) => {
                self.before(writes);
                asked.transact(writes, token).await
            }
        }
    }
}
