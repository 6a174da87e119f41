//! What was measured, and how it is printed.

use std::collections::HashMap;
use std::time::Duration;

/// Figures by their names, each as often as there were rounds.
#[derive(Default)]
pub(crate) struct Figures {
    names: Vec<String>,
    values: HashMap<String, Vec<f64>>,
}

impl Figures {
    pub(crate) fn note(&mut self, name: &str, value: f64) {
        if !self.values.contains_key(name) {
            self.names.push(name.to_owned());
        }
        self.values.entry(name.to_owned()).or_default().push(value);
    }

    /// How many a second there were, and how long the middle one and the hundredth slowest took.
    pub(crate) fn note_times(&mut self, what: &str, mut times: Vec<Duration>, within: Duration) {
        times.sort_unstable();
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).map_or(0.0, Duration::as_secs_f64);
        self.note(&format!("{what}, per second"), times.len() as f64 / within.as_secs_f64());
        self.note(&format!("{what}, p50 in ms"), at(0.5) * 1000.0);
        self.note(&format!("{what}, p99 in ms"), at(0.99) * 1000.0);
    }

    fn middle(&self, name: &str) -> Option<f64> {
        let mut values = self.values.get(name)?.clone();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }
}

/// The middle of each figure's rounds, and the second program's in relation to the first.
pub(crate) fn print(all: &[Figures]) {
    let Some(first) = all.first() else { return };
    for name in &first.names {
        let middles: Vec<_> = all.iter().map(|figures| figures.middle(name).unwrap_or_default()).collect();
        let columns: String = middles.iter().map(|middle| format!("{middle:>12.1}")).collect();
        match middles[..] {
            [one, other] if one > 0.0 => println!("{name:<44}{columns}{:>9.2} x", other / one),
            _ => println!("{name:<44}{columns}"),
        }
    }
}
