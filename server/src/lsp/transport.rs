//! Where the client's messages come from, and how serving them ends.

use super::frames::{Frames, MALFORMED};
use super::outgoing::forward;
use super::server::Server;
use super::stdio::{Input, Output};
use crate::engine::{Engine, Message};
use crate::environment::Environment;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tower_lsp_server::LspService;

/// How many handlers there may be at once: they do nothing but wait.
const MOST_HANDLERS: usize = 256;

/// How the client is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// By the standard input and output.
    Stdio,
    /// By a connection to this port of this machine; the first one is served.
    Socket(u16),
}

/// Serves a client until it has had enough. Whether it has said so as it should.
///
/// # Errors
///
/// Where there can be no connection or no thread.
pub fn serve(environment: Arc<dyn Environment>, channel: Channel) -> io::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let ended = runtime.block_on(async {
        match channel {
            Channel::Stdio => serve_on(environment, Input::start()?, Output::start()?).await,
            Channel::Socket(port) => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
                let (stream, _) = listener.accept().await?;
                let _ = stream.set_nodelay(true);
                let (read, write) = stream.into_split();
                serve_on(environment, read, write).await
            }
        }
    });
    // The input may never end.
    runtime.shutdown_background();
    ended
}

async fn serve_on(
    environment: Arc<dyn Environment>,
    read: impl AsyncRead + Unpin,
    write: impl AsyncWrite,
) -> io::Result<bool> {
    let (engine, told) = Engine::start(environment.clone())?;
    let is_shut_down = Arc::new(AtomicBool::new(false));
    let new = |client| Server::new(client, engine.clone(), environment);
    let (service, socket) = LspService::build(new)
        .custom_method("window/workDoneProgress/cancel", Server::cancel_progress)
        .custom_method("$/setTrace", Server::set_trace)
        .custom_method(MALFORMED, Server::answer_malformed)
        .finish();
    tokio::spawn(forward(service.inner().clone(), told));
    let read = Frames::new(read, engine.clone(), is_shut_down.clone());
    tower_lsp_server::Server::new(read, write, socket).concurrency_level(MOST_HANDLERS).serve(service).await;
    engine.tell(Message::Stop);
    Ok(is_shut_down.load(Ordering::Relaxed))
}
