//! The standard input and output, each with a thread of its own: tokio's take two turns for each message, as they wait for a line's end.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::{self, Receiver};

/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;
/// How many chunks wait to be taken in.
const MOST_CHUNKS: usize = 16;
/// How much waits to be written, in bytes, before whoever writes waits.
const MOST_WAITING: usize = 1 << 20;
/// How long the client has to take what was written when it is over.
const PATIENCE: Duration = Duration::from_secs(1);

/// The standard input.
pub(super) struct Input {
    chunks: Receiver<io::Result<Vec<u8>>>,
    /// What has come and was not taken yet, from an offset on.
    current: (Vec<u8>, usize),
}

impl Input {
    /// Starts to read.
    ///
    /// # Errors
    ///
    /// Where there can be no thread.
    pub(super) fn start() -> io::Result<Self> {
        let (sender, chunks) = mpsc::channel(MOST_CHUNKS);
        let read = move || {
            let mut input = io::stdin().lock();
            let mut chunk = vec![0; CHUNK];
            loop {
                let next = match input.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(count) => Ok(chunk[..count].to_vec()),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let is_over = next.is_err();
                if sender.blocking_send(next).is_err() || is_over {
                    return;
                }
            }
        };
        thread::Builder::new().name("input".into()).spawn(read)?;
        Ok(Input { chunks, current: (Vec::new(), 0) })
    }
}

impl AsyncRead for Input {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.current.1 == this.current.0.len() {
            match this.chunks.poll_recv(cx) {
                Poll::Ready(Some(Ok(chunk))) => this.current = (chunk, 0),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
        }
        let (chunk, taken) = &mut this.current;
        let count = (chunk.len() - *taken).min(buffer.remaining());
        buffer.put_slice(&chunk[*taken..*taken + count]);
        *taken += count;
        Poll::Ready(Ok(()))
    }
}

/// The standard output.
pub(super) struct Output(Arc<Shared>);

/// What whoever writes and the thread share.
#[derive(Default)]
struct Shared {
    state: Mutex<Waiting>,
    /// Something has been written, or it is over.
    written: Condvar,
    /// Everything has been passed on, or can no longer be.
    passed_on: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// Whether the thread passes something on.
    is_busy: bool,
    is_over: bool,
    /// Whether nobody reads any more.
    is_broken: bool,
    waker: Option<Waker>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Output {
    /// Starts to write.
    ///
    /// # Errors
    ///
    /// Where there can be no thread.
    pub(super) fn start() -> io::Result<Self> {
        // A line's end means nothing here.
        let output = std::fs::File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        thread::Builder::new().name("output".into()).spawn(move || pass_on(&theirs, output))?;
        Ok(Output(shared))
    }
}

fn pass_on(shared: &Shared, mut output: std::fs::File) {
    loop {
        let mut state = shared.state();
        while state.bytes.is_empty() && !state.is_over {
            state = shared.written.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let bytes = std::mem::take(&mut state.bytes);
        if bytes.is_empty() {
            return;
        }
        state.is_busy = true;
        drop(state);
        let result = output.write_all(&bytes);
        let mut state = shared.state();
        state.is_busy = false;
        state.is_broken = result.is_err();
        let waker = state.waker.take();
        let is_broken = state.is_broken;
        if is_broken || state.bytes.is_empty() {
            shared.passed_on.notify_all();
        }
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        if is_broken {
            return;
        }
    }
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut state = self.0.state();
        if state.is_broken {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if state.bytes.len() >= MOST_WAITING {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.bytes.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.written.notify_one();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

impl Drop for Output {
    /// Waits until everything has been passed on, but not for ever: the client may have stopped reading.
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.is_over = true;
        self.0.written.notify_one();
        let waits = |state: &mut Waiting| !state.is_broken && (state.is_busy || !state.bytes.is_empty());
        drop(self.0.passed_on.wait_timeout_while(state, PATIENCE, waits));
    }
}
