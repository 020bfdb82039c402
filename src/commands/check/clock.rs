//! How long each stage takes.

use std::time::{Duration, Instant};

/// The stages in the order in which they were passed, with their times.
#[derive(Default)]
pub(super) struct Clock(Vec<(&'static str, Duration)>);

impl Clock {
    /// Passes a stage.
    pub(super) fn time<T>(&mut self, stage: &'static str, pass: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = pass();
        self.0.push((stage, start.elapsed()));
        result
    }

    /// All stages in one line; they are forgotten then.
    pub(super) fn told(&mut self) -> String {
        let stages = self.0.drain(..).map(|(stage, spent)| {
            let milliseconds = spent.as_secs_f64() * 1000.0;
            format!("{stage} {milliseconds:.1} ms")
        });
        stages.collect::<Vec<String>>().join(", ")
    }
}
