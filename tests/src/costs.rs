//! What a route asks of the table: round trips, read units and write units, the gate's own taken off.

use app::capacity::RouteCost;

use crate::world::World;

/// The check of the session and of the limit, in one update: on top of every route, beside the first read.
const GATE: RouteCost = RouteCost { requests: 0, read_units: 0.0, write_units: 1.0, round_trips: 1 };

/// Holds requests to what they may ask of the table.
pub struct Costs {
    pub world: World,
    lines: Vec<String>,
    broken: Vec<String>,
}

impl Costs {
    pub fn new(world: &World) -> Self {
        Self { world: world.clone(), lines: Vec::new(), broken: Vec::new() }
    }

    fn total(&self) -> RouteCost {
        let capacity = self.world.app.capacity.as_ref().expect("a world counts");
        // Reads once in a while, for all routes together, belong to none.
        let routes = capacity.snapshot().into_iter().filter(|(route, _)| route != app::site::CAPACITY);
        routes.map(|(_, cost)| cost).fold(RouteCost::default(), |sum, cost| RouteCost {
            requests: sum.requests + cost.requests,
            read_units: sum.read_units + cost.read_units,
            write_units: sum.write_units + cost.write_units,
            round_trips: sum.round_trips + cost.round_trips,
        })
    }

    /// Holds one request to its bounds: round trips, read units, write units.
    pub async fn of<T>(
        &mut self,
        what: &str,
        (trips, reads, writes): (u64, f64, f64),
        request: impl Future<Output = T>,
    ) -> T {
        let before = self.total();
        let result = request.await;
        let after = self.total();
        assert_eq!(after.requests, before.requests + 1, "{what}: one request at a time");
        let cost = (
            after.round_trips - before.round_trips - GATE.round_trips,
            after.read_units - before.read_units,
            after.write_units - before.write_units - GATE.write_units,
        );
        let line = format!(
            "{what:<44} {:>2} of {trips:>2} round trips  {:>5} of {reads:>5} read units  {:>3} of {writes:>3} write units",
            cost.0, cost.1, cost.2
        );
        if cost.0 > trips || cost.1 > reads || cost.2 > writes {
            self.broken.push(line.clone());
        }
        self.lines.push(line);
        result
    }

    /// Prints what was measured.
    ///
    /// # Panics
    /// If anything was dearer than it may be.
    pub fn hold(self) {
        println!("{}", self.lines.join("\n"));
        assert!(self.broken.is_empty(), "dearer than it may be:\n{}", self.broken.join("\n"));
    }
}
