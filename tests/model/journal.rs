//! What a failing world leaves behind: its seed, the step, and the last commands with what was heard.

use std::collections::VecDeque;
use std::fmt::Debug;

const REMEMBERED: usize = 25;

#[derive(Debug)]
pub struct Journal {
    seed: u64,
    pub step: usize,
    last: VecDeque<String>,
}

impl Journal {
    pub fn new(seed: u64) -> Self {
        Self { seed, step: 0, last: VecDeque::new() }
    }

    pub fn note(&mut self, command: &impl Debug) {
        self.step += 1;
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(format!("{:>5}  {command:?}", self.step));
    }

    pub fn hears(&mut self, heard: &impl Debug) {
        if let Some(line) = self.last.back_mut() {
            line.push_str(&format!("\n       -> {heard:?}"));
        }
    }
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
