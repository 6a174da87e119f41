//! What was done and heard: the last of it for a world that fails, and how often each outcome came.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;

use super::command::{Command, Heard};

const REMEMBERED: usize = 25;

/// Of each answer, so many characters.
const SHOWN: usize = 300;

/// How often each command came out as what.
pub(crate) type Census = BTreeMap<(String, String), usize>;

#[derive(Debug)]
pub(crate) struct Journal {
    seed: u64,
    step: usize,
    last: VecDeque<String>,
    pub(crate) census: Census,
}

impl Journal {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, step: 0, last: VecDeque::new(), census: Census::new() }
    }

    /// A step is taken, whatever comes of it.
    pub(crate) fn begin(&mut self, command: &Command) {
        self.step += 1;
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(format!("{:>5}  {command:?}", self.step));
    }

    pub(crate) fn hear(&mut self, command: &Command, heard: &Heard) {
        if let Some(line) = self.last.back_mut() {
            let heard: String = format!("{heard:?}").chars().take(SHOWN).collect();
            line.push_str(&format!("\n       -> {heard}"));
        }
        let outcome = heard.as_ref().map_or_else(|no| no.word.clone(), word);
        *self.census.entry((command.name(), outcome)).or_default() += 1;
    }
}

/// The name of a variant.
fn word(variant: &impl Debug) -> String {
    let text = format!("{variant:?}");
    text.split([' ', '(']).next().unwrap_or_default().to_owned()
}

impl Drop for Journal {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (seed, step) = (self.seed, self.step);
            let last = Vec::from(std::mem::take(&mut self.last)).join("\n");
            println!("The last commands:\n{last}\nWorld {seed} went wrong at step {step}. To play it again:");
            println!("MODEL_SEED={seed} cargo test -p tests --test model");
        }
    }
}
