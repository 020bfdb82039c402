//! Lazy evaluation of lowered expressions.
