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
        (operation, what): (&'static str, &(dyn Fn() -> String + Sync)),
        struck: impl Fn(Fault) -> Result<T, E>,
        carry_out: impl Fn() -> F,
    ) -> Result<T, E> {
        let mut attempt = 1;
        loop {
            let judged = self.judge(operation, what).await;
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

    /// Others may go first: without a pause a request would run from its first call to its last.
    async fn judge(&self, operation: &'static str, what: &(dyn Fn() -> String + Sync)) -> Option<(Fault, Moment)> {
        if let Some(scheduler) = &self.scheduler {
            return scheduler.turn(operation, what).await;
        }
        tokio::task::yield_now().await;
        self.faults.judge(operation)
    }

    /// What a transaction waits for on its way.
    async fn lets_others_meet(&self) {
        match &self.scheduler {
            Some(scheduler) => drop(scheduler.turn("Commit", &String::new).await),
            None => tokio::task::yield_now().await,
        }
    }

    /// What it is asked to write, less what it forgets.
    fn heeded(&self, writes: &[Write]) -> Vec<Write> {
        writes.iter().map(|write| self.forgets.map_or_else(|| write.clone(), |forgets| forgets.spared(write))).collect()
    }

    async fn fail<T, E>(&self, fault: Fault, struck: impl Fn(Fault) -> Result<T, E>) -> Result<T, E> {
        match (fault, &self.scheduler) {
            (Fault::Death, Some(scheduler)) => scheduler.die().await,
            (Fault::Death, None) => {
                self.faults.die();
                std::future::pending().await
            }
            _ => struck(fault),
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
            Inner::Engine(engine) => {
                self.call(("GetItem", &|| format!("{key:?}")), plainly, || async { engine.get(key) }).await
            }
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
                self.call(("BatchGetItem", &|| format!("{keys:?}")), struck, || async {
                    engine.get_many(keys, consistent)
                })
                .await
            }
            Inner::Dynoxide(_, asked) => asked.get_many(keys, consistent).await,
        }
    }

    async fn query(&self, range: &Range, after: Option<&Item>, select: Select) -> Result<Metered<Paged>, table::Fault> {
        match &self.inner {
            Inner::Engine(engine) => {
                self.call(("Query", &|| format!("{range:?} {after:?}")), plainly, || async {
                    engine.query(range, after, select)
                })
                .await
            }
            Inner::Dynoxide(_, asked) => asked.query(range, after, select).await,
        }
    }

    async fn scan(&self, scan: Scan, after: Option<&Item>) -> Result<Metered<Paged>, table::Fault> {
        match &self.inner {
            Inner::Engine(engine) => {
                self.call(("Scan", &|| format!("{after:?}")), plainly, || async { engine.scan(scan, after) }).await
            }
            Inner::Dynoxide(_, asked) => asked.scan(scan, after).await,
        }
    }

    async fn update(&self, update: &Update, returning: Returning) -> Result<Metered<Item>, Refused> {
        self.note(&Write::Update(update.clone()));
        match &self.inner {
            Inner::Engine(engine) => {
                let heeded = self.forgets.map(|forgets| Update {
                    condition: forgets.of(&update.key, update.condition.as_ref()),
                    ..update.clone()
                });
                let update = heeded.as_ref().unwrap_or(update);
                self.call(("UpdateItem", &|| format!("{update:?}")), plainly, || engine.update(update, returning)).await
            }
            Inner::Dynoxide(_, asked) => asked.update(update, returning).await,
        }
    }

    async fn delete(&self, key: &Key, condition: Option<&Condition>) -> Result<Metered<()>, Refused> {
        self.note(&Write::Delete { key: key.clone(), condition: condition.cloned() });
        match &self.inner {
            Inner::Engine(engine) => {
                let heeded = self.forgets.and_then(|forgets| forgets.of(key, condition));
                let condition = if self.forgets.is_some() { heeded.as_ref() } else { condition };
                let what = || format!("{key:?} {condition:?}");
                self.call(("DeleteItem", &what), plainly, || engine.delete(key, condition)).await
            }
            Inner::Dynoxide(_, asked) => asked.delete(key, condition).await,
        }
    }

    async fn transact(&self, writes: &[Write], token: &str) -> Result<Metered<()>, Cancelled> {
        writes.iter().for_each(|write| self.note(write));
        match &self.inner {
            Inner::Engine(engine) => {
                let struck = |fault| cancelled(fault, writes.len());
                let heeded = self.heeded(writes);
                let carry_out = || {
                    self.before(writes);
                    // Whoever comes meanwhile and wants one of its items conflicts.
                    engine.transact_when(&heeded, token, self.lets_others_meet())
                };
                let what = || format!("{token} {heeded:?}");
                self.call(("TransactWriteItems", &what), struck, carry_out).await
            }
            Inner::Dynoxide(_, asked) => {
                self.before(writes);
                asked.transact(writes, token).await
            }
        }
    }
}
