//! The client's messages before they are taken apart. What is no message must not end the server, as it would one layer above, nor must
//! a request stay without an answer: in its place goes another one that is answered with the error.

use crate::engine::{Engine, Message};
use serde_json::{Value as Json, json};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, ReadBuf};
use tower_lsp_server::jsonrpc::{Error, Id, Request, Response, Result};

/// The method of the request in place of what is no message.
pub(super) const MALFORMED: &str = "speclint/malformed";
/// What stands in front of a message's length.
const LENGTH: &[u8] = b"content-length:";
/// What ends the headers.
const END: &[u8] = b"\r\n\r\n";
/// The longest headers, in bytes.
const MOST_HEADERS: usize = 4096;
/// The longest message, in bytes.
const MOST_BYTES: usize = 256 << 20;
/// How much is read at once.
const CHUNK: usize = 16 << 10;

/// What starts so is a notification, or what no server needs to know. The layer above answers no such request, but it must be answered.
const OPTIONAL: &str = "$/";

/// What is wrong with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrong {
    /// It is no JSON.
    Text,
    /// It is no message.
    Message,
    /// Nobody answers it.
    Method,
}

/// Answers what is no message.
pub(super) fn malformed(why: &Json) -> Result<()> {
    Err(match why.as_str() {
        Some("Method") => Error::method_not_found(),
        Some("Message") => Error::invalid_request(),
        _ => Error::parse_error(),
    })
}

/// What of the input is read next.
#[derive(Default)]
enum State {
    /// Headers.
    #[default]
    Headers,
    /// A message of this length.
    Body(usize),
    /// So many bytes that nobody wants.
    Skipped(usize),
}

/// An input of which only messages come through. With its end the engine ends: whoever still waits for an answer then waits no longer.
pub(super) struct Frames<R> {
    read: R,
    engine: Engine,
    /// Whether the client has said that it has had enough: it may end the server before that is answered.
    is_shut_down: Arc<AtomicBool>,
    frames: Splitter,
    /// What has come through and was not taken yet, from an offset on.
    ready: (Vec<u8>, usize),
    chunk: Box<[u8]>,
}

impl<R> Frames<R> {
    pub(super) fn new(read: R, engine: Engine, is_shut_down: Arc<AtomicBool>) -> Self {
        let (frames, chunk) = (Splitter::default(), vec![0; CHUNK].into());
        Frames { read, engine, is_shut_down, frames, ready: (Vec::new(), 0), chunk }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Frames<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let (ready, taken) = &mut this.ready;
            if *taken < ready.len() {
                let count = (ready.len() - *taken).min(buffer.remaining());
                buffer.put_slice(&ready[*taken..*taken + count]);
                *taken += count;
                return Poll::Ready(Ok(()));
            }
            ready.clear();
            *taken = 0;
            let mut chunk = ReadBuf::new(&mut this.chunk);
            let result = match Pin::new(&mut this.read).poll_read(cx, &mut chunk) {
                Poll::Ready(result) => result,
                Poll::Pending => return Poll::Pending,
            };
            if result.is_err() || chunk.filled().is_empty() {
                this.engine.tell(Message::Stop);
                return Poll::Ready(result);
            }
            this.frames.input.extend_from_slice(chunk.filled());
            this.frames.split(ready);
            if this.frames.is_shut_down {
                this.is_shut_down.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// An input that is taken apart.
#[derive(Default)]
struct Splitter {
    /// What was read and not looked at yet.
    input: Vec<u8>,
    state: State,
    /// Whether one of the messages was that it is over.
    is_shut_down: bool,
}

impl Splitter {
    /// Appends all messages that have come as a whole.
    fn split(&mut self, ready: &mut Vec<u8>) {
        loop {
            match self.state {
                State::Headers => {
                    let Some(end) = find(&self.input, END) else {
                        // Whatever that is, it does not get better.
                        if self.input.len() > MOST_HEADERS {
                            self.input.clear();
                            frame(ready, &error(Wrong::Text, &Id::Null));
                        }
                        return;
                    };
                    self.state = match length(&self.input[..end]) {
                        Some(length) if length <= MOST_BYTES => State::Body(length),
                        Some(length) => {
                            frame(ready, &error(Wrong::Text, &Id::Null));
                            State::Skipped(length)
                        }
                        None => {
                            frame(ready, &error(Wrong::Text, &Id::Null));
                            State::Headers
                        }
                    };
                    self.input.drain(..end + END.len());
                }
                State::Body(length) => {
                    if self.input.len() < length {
                        return;
                    }
                    let body = &self.input[..length];
                    match check(body) {
                        Ok(is_shutdown) => {
                            self.is_shut_down |= is_shutdown;
                            frame(ready, body);
                        }
                        Err((wrong, id)) => frame(ready, &error(wrong, &id)),
                    }
                    self.input.drain(..length);
                    self.state = State::Headers;
                }
                State::Skipped(left) => {
                    let here = left.min(self.input.len());
                    self.input.drain(..here);
                    if here < left {
                        self.state = State::Skipped(left - here);
                        return;
                    }
                    self.state = State::Headers;
                }
            }
        }
    }
}

/// The length that headers say. What may stand in front of the header of an own line belongs to something broken before it.
fn length(headers: &[u8]) -> Option<usize> {
    let lower = headers.to_ascii_lowercase();
    let start = lower.windows(LENGTH.len()).rposition(|window| window == LENGTH)? + LENGTH.len();
    let line = headers[start..].split(|byte| *byte == b'\r' || *byte == b'\n').next()?;
    std::str::from_utf8(line).ok()?.trim().parse().ok()
}

/// Of a message, whether it says that it is over; of anything else, what is wrong with it, and what the answer is called.
fn check(body: &[u8]) -> std::result::Result<bool, (Wrong, Id)> {
    if let Ok(request) = serde_json::from_slice::<Request>(body) {
        return match request.id() {
            Some(id) if request.method().starts_with(OPTIONAL) => Err((Wrong::Method, id.clone())),
            _ => Ok(request.method() == "shutdown"),
        };
    }
    if serde_json::from_slice::<Response>(body).is_ok() {
        return Ok(false);
    }
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    Err((if is_json { Wrong::Message } else { Wrong::Text }, Id::Null))
}

/// The request in place of what is no message.
fn error(wrong: Wrong, id: &Id) -> Vec<u8> {
    let why = format!("{wrong:?}");
    json!({ "jsonrpc": "2.0", "id": id, "method": MALFORMED, "params": [why] }).to_string().into_bytes()
}

fn frame(ready: &mut Vec<u8>, body: &[u8]) {
    ready.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    ready.extend_from_slice(body);
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"jsonrpc":"2.0","method":"a"}"#;

    fn split<'i>(chunks: impl IntoIterator<Item = &'i [u8]>) -> Vec<u8> {
        let mut frames = Splitter::default();
        let mut ready = Vec::new();
        for chunk in chunks {
            frames.input.extend_from_slice(chunk);
            frames.split(&mut ready);
        }
        ready
    }

    fn framed(bodies: &[&[u8]]) -> Vec<u8> {
        let mut ready = Vec::new();
        bodies.iter().for_each(|body| frame(&mut ready, body));
        ready
    }

    #[test]
    fn what_is_no_message_becomes_an_error() {
        let good = format!("Content-Length: {}\r\n\r\n{GOOD}", GOOD.len());
        for (bad, wrong) in [
            ("Content-Length: 2\r\n\r\n{}", Wrong::Message),
            ("Content-Length: 3\r\n\r\n{a}", Wrong::Text),
            ("Content-Length: 0\r\n\r\n", Wrong::Text),
            ("Content-Length: -1\r\n\r\n", Wrong::Text),
            ("Content-Length: 99999999999999999999999\r\n\r\n", Wrong::Text),
            ("Nothing: 2\r\n\r\n", Wrong::Text),
            ("\r\n\r\n", Wrong::Text),
        ] {
            let all = format!("{bad}{good}");
            let expected = framed(&[&error(wrong, &Id::Null), GOOD.as_bytes()]);
            assert_eq!(split([all.as_bytes()]), expected, "{bad:?}");
        }
        let optional = framed(&[br#"{"jsonrpc":"2.0","method":"$/a","id":7}"#]);
        assert_eq!(split([&optional[..]]), framed(&[&error(Wrong::Method, &Id::Number(7))]));
        let other = format!("garbage content-length:  {} \r\nX: y\r\n\r\n{GOOD}", GOOD.len());
        assert_eq!(split([other.as_bytes()]), framed(&[GOOD.as_bytes()]));
        assert_eq!(
            split([&[b'x'; MOST_HEADERS + 1][..], good.as_bytes()]),
            framed(&[&error(Wrong::Text, &Id::Null), GOOD.as_bytes()])
        );
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(sizes in prop::collection::vec(1..20usize, 1..40), bytes: Vec<u8>) {
            let mut all = format!("Content-Length: {}\r\n\r\n", bytes.len()).into_bytes();
            all.extend(bytes);
            all.extend(framed(&[GOOD.as_bytes()]));
            let mut rest = &all[..];
            let mut chunks = Vec::new();
            for size in sizes.iter().cycle() {
                let (chunk, behind) = rest.split_at(rest.len().min(*size));
                chunks.push(chunk);
                rest = behind;
                if rest.is_empty() {
                    break;
                }
            }
            let ready = split(chunks);
            prop_assert!(ready.ends_with(GOOD.as_bytes()));
            prop_assert_eq!(ready, split([&all[..]]));
        }
    }
}
