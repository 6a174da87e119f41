//! While an administrator has switched maintenance on, nobody else writes anything, in any façade.

use bytes::Bytes;
use serde_json::json;

use crate::contract::{Contract, JSON, Operation, documented, resolved};

fn is_read(method: &str) -> bool {
    method == "GET"
}

/// Whether the layer lets it through.
fn asks_itself<T: Copy>(operation: &Operation<T>) -> bool {
    operation.documented()["x-maintenance"] == "let through"
}

pub(crate) async fn every_write_waits_for_maintenance_to_end_and_every_read_goes_on<C: Contract>() {
    let cast = C::gather().await;
    let admin = cast.world.admin().await;
    let switch = async |on: bool| {
        admin.put("/api/site-status/", json!({"maintenance_mode": on})).await.is(200);
    };
    switch(true).await;
    for operation in C::operations().filter(|operation| !is_read(operation.method())) {
        let is_let_through = asks_itself(operation);
        for person in &cast.people {
            let is_admin = person.username == admin.username;
            for body in ["{", "{}"] {
                let sent = (JSON, Bytes::from_static(body.as_bytes()));
                let person = if is_admin { admin.logs_in().await } else { person.clone() };
                let answer = cast.sends(&person, operation, "2000000001", sent).await;
                if is_admin || is_let_through {
                    assert_ne!(answer.code(), "maintenance", "{answer}");
                } else {
                    assert_eq!(answer.header("retry-after"), "60", "{answer}");
                    answer.refuses(503, "maintenance");
                }
            }
        }
    }
    // A sign-in that ends with a redirect is no read, whatever its method.
    let reads = C::operations().filter(|operation| is_read(operation.method()) && !asks_itself(operation));
    for operation in reads {
        switch(false).await;
        let thing = C::make(&cast, operation.thing).await;
        switch(true).await;
        for (column, person) in cast.people.iter().enumerate() {
            if operation.expected[column] < 300 && person.username != admin.username {
                let answer = cast.asks(person, operation, thing).await;
                assert_ne!(answer.status, 503, "{answer}");
            }
        }
    }
}

pub(crate) async fn every_write_says_that_maintenance_may_stop_it<C: Contract>() {
    assert_eq!(C::operations().count(), documented::<C>().len());
    for operation in C::operations().filter(|operation| !is_read(operation.method())) {
        let answer = &resolved(&operation.documented()["responses"]["503"])["description"];
        let answer = answer.as_str().unwrap_or_default();
        let is_provider = ["webhook", "unsubscribe"].iter().any(|sender| operation.name.contains(sender));
        assert_eq!(answer.contains("`maintenance`"), !is_provider, "{}: {answer}", operation.name);
    }
}
