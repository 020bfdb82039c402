//! What the tests share: configurations in memory, and the findings that are marked in them.

pub(crate) mod case;
pub(crate) mod json;
pub(crate) mod judge;
pub(crate) mod marks;
mod tables;
pub(crate) mod truth;
