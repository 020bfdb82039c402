//! The protocol: what the client sends becomes a message to the engine, what the engine says becomes what the client is sent.
//!
//! A handler sends its one message before it waits for anything: that is what keeps edits and questions in order. None waits for an
//! answer of the client's, which could be behind messages that wait for the handler.

mod actions;
mod capabilities;
mod commands;
mod completion;
mod convert;
mod diagnostics;
mod features;
mod frames;
mod outgoing;
mod overview;
mod pages;
mod server;
mod settings;
mod stdio;
mod transport;
mod types;

pub use transport::{Channel, serve};
