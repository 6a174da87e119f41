//! What each route costs the table, added up since start. The local gateway shows it; tests hold it to its bounds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use store::meter::Usage;

#[derive(Clone, Debug, Default)]
pub struct Capacity {
    routes: Arc<Mutex<BTreeMap<String, RouteCost>>>,
    gate: Arc<Mutex<RouteCost>>,
}

/// Sums over all requests to one route, the gate's part included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RouteCost {
    pub requests: u64,
    pub read_units: f64,
    pub write_units: f64,
    pub round_trips: u64,
}

impl RouteCost {
    fn add(&mut self, usage: Usage) {
        self.requests += 1;
        self.read_units += usage.read_units;
        self.write_units += usage.write_units;
        self.round_trips += u64::from(usage.round_trips);
    }
}

impl Capacity {
    pub fn add(&self, route: &str, usage: Usage) {
        let mut routes = self.routes.lock().unwrap_or_else(|broken| broken.into_inner());
        routes.entry(route.to_owned()).or_default().add(usage);
    }

    /// What one check of a session took of what its route takes.
    pub(crate) fn add_gate(&self, usage: Usage) {
        self.gate.lock().unwrap_or_else(|broken| broken.into_inner()).add(usage);
    }

    /// Sums over all checks of sessions. They are in those of the routes, too.
    pub fn gate(&self) -> RouteCost {
        *self.gate.lock().unwrap_or_else(|broken| broken.into_inner())
    }

    pub fn snapshot(&self) -> BTreeMap<String, RouteCost> {
        self.routes.lock().unwrap_or_else(|broken| broken.into_inner()).clone()
    }
}
