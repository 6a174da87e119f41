//! What a route asks of the table: round trips, read units and write units, the gate's own taken off.

use app::capacity::RouteCost;

use crate::world::World;

/// The count of an address without a session: one update, on top of every route that has no check of a session.
const ADDRESS: RouteCost = RouteCost { requests: 1, read_units: 0.0, write_units: 1.0, round_trips: 1 };

/// What a world asked of the table so far, and what of it checked sessions.
#[derive(Clone, Copy)]
pub struct Asked {
    all: RouteCost,
    gate: RouteCost,
}

fn less(more: RouteCost, less: RouteCost) -> RouteCost {
    RouteCost {
        requests: more.requests - less.requests,
        read_units: more.read_units - less.read_units,
        write_units: more.write_units - less.write_units,
        round_trips: more.round_trips - less.round_trips,
    }
}

impl Asked {
    pub fn of(world: &World) -> Self {
        let capacity = world.app.capacity.as_ref().expect("a world counts");
        // Reads once in a while, for all routes together, belong to none.
        let routes = capacity.snapshot().into_iter().filter(|(route, _)| route != app::site::CAPACITY);
        let all = routes.map(|(_, cost)| cost).fold(RouteCost::default(), |sum, cost| RouteCost {
            requests: sum.requests + cost.requests,
            read_units: sum.read_units + cost.read_units,
            write_units: sum.write_units + cost.write_units,
            round_trips: sum.round_trips + cost.round_trips,
        });
        Self { all, gate: capacity.gate() }
    }

    /// What one request took since `before`, beside the check of its session, which takes one round trip, or the count of
    /// its address: round trips, read units, write units.
    ///
    /// # Panics
    /// If there was no request, or more than one, or its gate took more.
    pub fn beside_the_gate(self, before: Self) -> (u64, f64, f64) {
        let (all, gate) = (less(self.all, before.all), less(self.gate, before.gate));
        assert_eq!(all.requests, 1, "one request at a time");
        assert!(
            gate.round_trips <= gate.requests && gate.read_units + gate.write_units <= gate.requests as f64,
            "{gate:?}"
        );
        let rest = less(all, RouteCost { requests: 0, ..if gate.requests == 0 { ADDRESS } else { gate } });
        (rest.round_trips, rest.read_units, rest.write_units)
    }

    /// What one request took that no gate was in the way of.
    pub fn without_a_gate(self, before: Self) -> (u64, f64, f64) {
        let (all, gate) = (less(self.all, before.all), less(self.gate, before.gate));
        assert_eq!((all.requests, gate.requests), (1, 0), "one request, and no session");
        (all.round_trips, all.read_units, all.write_units)
    }
}

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

    /// Holds one request to its bounds: round trips, read units, write units.
    pub async fn of<T>(
        &mut self,
        what: &str,
        (trips, reads, writes): (u64, f64, f64),
        request: impl Future<Output = T>,
    ) -> T {
        let before = Asked::of(&self.world);
        let result = request.await;
        let cost = Asked::of(&self.world).beside_the_gate(before);
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
