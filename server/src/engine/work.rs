//! Workers: a few threads that do what the actor gives them. Whatever happens to a piece of work, the thread goes on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// Why there is no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Halt {
    /// Nobody wants it any more: something that it depends on has changed, or whoever asked has gone.
    Cancelled,
    /// It waited for work of another thread, which was cancelled or went wrong: only the other one knows which.
    Waited,
    /// It went wrong.
    Panicked(String),
}

/// Does something that may be cancelled, or go wrong.
pub(crate) fn attempt<T>(work: impl FnOnce() -> T) -> Result<T, Halt> {
    // What is left half done is dropped: it works on a snapshot of its own.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| halt(&*payload))
}

impl Halt {
    /// What it comes to if what it depends on has changed meanwhile, or has not.
    pub(crate) fn after(self, is_changed: bool) -> Self {
        match self {
            Halt::Waited if is_changed => Halt::Cancelled,
            Halt::Waited => Halt::Panicked("it waited for work that went wrong".into()),
            other => other,
        }
    }
}

fn halt(payload: &(dyn Any + Send)) -> Halt {
    match payload.downcast_ref::<salsa::Cancelled>() {
        Some(salsa::Cancelled::PropagatedPanic) => Halt::Waited,
        Some(_) => Halt::Cancelled,
        None => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Halt::Panicked(text.unwrap_or("for an unknown reason").to_owned())
        }
    }
}

/// A piece of work. It reports what came of it itself, with the number of the worker that it was given to.
pub(super) type Work = Box<dyn FnOnce(usize) + Send>;

/// How much stack a worker has: enough for nearly all files, so that no other is made for each of them.
const STACK: usize = 16 << 20;

/// The threads. They end when this is dropped.
pub(crate) struct Workers {
    senders: Vec<Sender<Work>>,
    /// Those that have nothing to do. The last one that had is the next that has: what it worked with is still near to it.
    idle: Vec<usize>,
}

impl Workers {
    /// So many threads; fewer if the machine has no more.
    pub(crate) fn new(count: usize) -> Self {
        let mut senders = Vec::new();
        for number in 0..count {
            let (sender, receiver) = mpsc::channel();
            let thread = thread::Builder::new().name(format!("worker-{number}")).stack_size(STACK);
            if thread.spawn(move || work(number, &receiver)).is_ok() {
                senders.push(sender);
            }
        }
        let idle = (0..senders.len()).rev().collect();
        Workers { senders, idle }
    }

    /// Whether one of them has nothing to do.
    pub(crate) fn is_any_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    /// Gives one of them something to do.
    pub(crate) fn give(&mut self, work: Work) {
        if let Some(worker) = self.idle.pop() {
            // They end after the actor.
            let _ = self.senders[worker].send(work);
        }
    }

    /// One of them has done what it was given.
    pub(crate) fn rest(&mut self, worker: usize) {
        self.idle.push(worker);
    }
}

fn work(number: usize, receiver: &Receiver<Work>) {
    while let Ok(work) = receiver.recv() {
        // What goes wrong has been reported: this is for what goes wrong in that.
        let _ = attempt(|| work(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_goes_wrong_ends_no_worker() {
        let mut workers = Workers::new(1);
        workers.give(Box::new(|_| panic!("it went wrong")));
        assert!(!workers.is_any_idle());
        workers.rest(0);
        let (sender, receiver) = mpsc::channel();
        workers.give(Box::new(move |_| {
            let _ = sender.send(attempt(|| panic!("once more")));
        }));
        assert_eq!(receiver.recv(), Ok(Err::<(), _>(Halt::Panicked("once more".into()))));
    }
}
