//! What each route costs the table, added up since start. The local gateway shows it; tests hold it to its bounds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use store::meter::Usage;

#[derive(Clone, Debug, Default)]
pub struct Capacity(Arc<Mutex<BTreeMap<String, RouteCost>>>);

/// Sums over all requests to one route, the gate's part included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RouteCost {
    pub requests: u64,
    pub read_units: f64,
    pub write_units: f64,
    pub round_trips: u64,
}

impl Capacity {
    pub fn add(&self, route: &str, usage: Usage) {
        let mut routes = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        let cost = routes.entry(route.to_owned()).or_default();
        cost.requests += 1;
        cost.read_units += usage.read_units;
        cost.write_units += usage.write_units;
        cost.round_trips += u64::from(usage.round_trips);
    }

    pub fn snapshot(&self) -> BTreeMap<String, RouteCost> {
        self.0.lock().unwrap_or_else(|broken| broken.into_inner()).clone()
    }
}
