//! Workers: a few threads that do what the actor gives them. Whatever happens to a piece of work, the thread goes on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Why there is no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Halt {
    /// Nobody wants it any more: something that it depends on has changed, or whoever asked has gone.
    Cancelled,
    /// It went wrong.
    Panicked(String),
}

/// Does something that may be cancelled, or go wrong.
pub(crate) fn attempt<T>(work: impl FnOnce() -> T) -> Result<T, Halt> {
    // What is left half done is dropped: it works on a snapshot of its own.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| halt(&*payload))
}

fn halt(payload: &(dyn Any + Send)) -> Halt {
    match payload.downcast_ref::<salsa::Cancelled>() {
        Some(salsa::Cancelled::PropagatedPanic) => {
            Halt::Panicked("it waited for work that went wrong".into())
        }
        Some(_) => Halt::Cancelled,
        None => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Halt::Panicked(text.unwrap_or("for an unknown reason").to_owned())
        }
    }
}

/// A piece of work. It reports what came of it itself.
pub(super) type Work = Box<dyn FnOnce() + Send>;

/// The threads. They end when this is dropped.
pub(crate) struct Workers {
    sender: Sender<Work>,
    count: usize,
}

impl Workers {
    /// So many threads; fewer if the machine has no more.
    pub(crate) fn new(count: usize) -> Self {
        let (sender, receiver) = mpsc::channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let spawn = |number: usize| {
            let receiver = receiver.clone();
            let name = format!("worker-{number}");
            thread::Builder::new().name(name).spawn(move || work(&receiver)).is_ok()
        };
        let count = (0..count).filter(|number| spawn(*number)).count();
        Workers { sender, count }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Gives them something to do.
    pub(crate) fn give(&self, work: Work) {
        // They end after the actor.
        let _ = self.sender.send(work);
    }
}

fn work(receiver: &Mutex<Receiver<Work>>) {
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // What goes wrong has been reported: this is for what goes wrong in that.
        let _ = attempt(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_goes_wrong_ends_no_worker() {
        let workers = Workers::new(1);
        workers.give(Box::new(|| panic!("it went wrong")));
        let (sender, receiver) = mpsc::channel();
        workers.give(Box::new(move || {
            let _ = sender.send(attempt(|| panic!("once more")));
        }));
        assert_eq!(receiver.recv(), Ok(Err::<(), _>(Halt::Panicked("once more".into()))));
    }
}
