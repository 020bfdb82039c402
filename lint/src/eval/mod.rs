//! Lazy evaluation of lowered expressions: call by need, with an honest *unknown* for what cannot be known without building.
//!
//! Unknown travels like an error ([`Stop::Unknown`]): an operation that needs an unknown operand is unknown too. The few
//! operations whose result does not depend on the unknown part catch it (see `ops`).

mod builtins;
mod coerce;
mod heap;
pub mod host;
mod machine;
mod ops;
pub mod paths;
mod positions;
pub mod prelude;
mod reads;
pub(crate) mod recorder;
mod releases;
pub mod show;
pub mod sources;
mod undecided;
mod value;

#[cfg(test)]
mod eval_tests;

pub use builtins::{Builtin, source_path};
pub use coerce::Coerce;
pub use heap::ThunkId;
pub use machine::{Eval, Unit};
pub use reads::{Asked, Met, Missed};
pub(crate) use reads::{ReadLog, Reads, Subject};
pub use releases::Release;
pub use value::*;
