//! Frames on standard input and output.
//!
//! Frames are read and written here rather than by the framework: a frame that is no JSON must not end the session, and
//! diagnostics leave as bytes that were made once, between two frames of the framework and never inside of one.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll};

use serde_json::Value;
use tokio::io::{AsyncWrite, AsyncWriteExt, DuplexStream};

use super::lenient::{self, Escaped, Refused};

/// Bytes of the largest frame that is read; a larger one is skipped.
const LARGEST_FRAME: usize = 256 * 1024 * 1024;
/// Bytes of a header line; a longer one is no header.
const LONGEST_HEADER: u64 = 4096;

/// Where frames go. Clones write to the same stream, whole frames in the order of the calls.
#[derive(Clone)]
pub struct Output {
    frames: Sender<Vec<u8>>,
}

impl Output {
    /// Starts the thread that writes; it ends when the stream is gone or with the last clone.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn start(stream: impl Write + Send + 'static) -> io::Result<(Output, std::thread::JoinHandle<()>)> {
        let (frames, queue) = channel();
        let writer = std::thread::Builder::new().name("output".to_owned()).spawn(move || write_all(&queue, stream))?;
        Ok((Output { frames }, writer))
    }

    /// Queues one message. With the client gone it goes nowhere.
    pub fn send(&self, json: &[u8]) {
        let mut frame = format!("Content-Length: {}\r\n\r\n", json.len()).into_bytes();
        frame.extend_from_slice(json);
        let _ = self.frames.send(frame);
    }

    /// Nothing is sent any more; the thread ends when all that was queued is written.
    pub fn close(&self) {
        let _ = self.frames.send(Vec::new());
    }

    /// Queues a notification whose parameters are JSON already.
    pub fn notify(&self, method: &str, params: &[u8]) {
        let head = format!("{{\"jsonrpc\":\"2.0\",\"method\":\"{method}\",\"params\":");
        self.send(&[head.as_bytes(), params, b"}"].concat());
    }
}

fn write_all(queue: &Receiver<Vec<u8>>, mut stream: impl Write) {
    while let Ok(frame) = queue.recv() {
        let mut is_last = frame.is_empty();
        let mut written = stream.write_all(&frame);
        // what waits already goes out with one flush
        while let (Ok(()), Ok(frame)) = (&written, queue.try_recv()) {
            is_last |= frame.is_empty();
            written = stream.write_all(&frame);
        }
        if written.and_then(|()| stream.flush()).is_err() || is_last {
            return;
        }
    }
}

/// The framework's side of an [`Output`]: collects what it writes into whole frames.
pub struct FrameWriter {
    output: Output,
    pending: Vec<u8>,
}

impl FrameWriter {
    pub fn new(output: Output) -> Self {
        FrameWriter { output, pending: Vec::new() }
    }

    fn send_whole_frames(&mut self) {
        while let Some((head, length)) = frame_head(&self.pending) {
            let Some(body) = self.pending.get(head..head + length) else {
                return;
            };
            self.output.send(&without_null_params(body));
            self.pending.drain(..head + length);
        }
    }
}

/// A request without parameters carries none: the framework writes null, which JSON-RPC does not allow.
fn without_null_params(body: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    const NULL: &[u8] = b"\"params\":null,";
    /// Bytes; a longer message has parameters.
    const SHORT: usize = 200;
    let found = (body.len() < SHORT).then(|| memchr::memmem::find(body, NULL)).flatten();
    match found {
        Some(at) => [&body[..at], &body[at + NULL.len()..]].concat().into(),
        None => body.into(),
    }
}

/// Bytes of the head of a frame and of its body, once the head is complete.
fn frame_head(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let length = head.lines().find_map(content_length)?;
    Some((end + 4, length))
}

fn content_length(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(':')?;
    let is_length = name.trim().eq_ignore_ascii_case("content-length");
    is_length.then(|| value.trim().parse().ok())?
}

impl AsyncWrite for FrameWriter {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.pending.extend_from_slice(bytes);
        self.send_whole_frames();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What stood at the front of the input.
#[derive(Debug, PartialEq, Eq)]
enum Frame {
    Message(Vec<u8>),
    /// Why it cannot be used.
    Broken(&'static str),
    End,
}

/// Reads frames until the input ends and hands on those that are JSON; the others are answered as the protocol says.
pub fn pump(
    input: impl Read,
    output: &Output,
    escaped: &Escaped,
    runtime: &tokio::runtime::Handle,
    mut server: DuplexStream,
) {
    let mut input = BufReader::with_capacity(64 * 1024, input);
    loop {
        let message = match read_frame(&mut input) {
            Ok(Frame::Message(message)) => message,
            Ok(Frame::Broken(why)) => {
                output.send(refusal(-32700, &Value::Null, why).as_bytes());
                continue;
            }
            Ok(Frame::End) | Err(_) => return,
        };
        let message = match lenient::message(message, escaped) {
            Ok(message) => lenient::initialize(message),
            Err(Refused::Silently) => continue,
            Err(Refused::With { code, id, why }) => {
                output.send(refusal(code, &id, &why).as_bytes());
                continue;
            }
        };
        let head = format!("Content-Length: {}\r\n\r\n", message.len());
        let sent = runtime.block_on(async {
            server.write_all(head.as_bytes()).await?;
            server.write_all(&message).await
        });
        if sent.is_err() {
            return;
        }
    }
}

fn refusal(code: i32, id: &Value, why: &str) -> String {
    let message = Value::from(why);
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":{message}}}}}"#)
}

fn read_frame(input: &mut impl BufRead) -> io::Result<Frame> {
    let mut length = None;
    let mut seen = false;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(Frame::End);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            match (length, seen) {
                (Some(length), _) => return read_body(input, length),
                (None, true) => return Ok(Frame::Broken("a frame needs a Content-Length header")),
                // blank lines between frames harm nobody
                (None, false) => continue,
            }
        }
        seen = true;
        length = content_length(line).or(length);
    }
}

fn read_body(input: &mut impl BufRead, length: usize) -> io::Result<Frame> {
    if length > LARGEST_FRAME {
        io::copy(&mut input.take(length as u64), &mut io::sink())?;
        return Ok(Frame::Broken("the frame is too large"));
    }
    let mut body = Vec::new();
    let read = input.take(length as u64).read_to_end(&mut body)?;
    Ok(if read < length { Frame::End } else { Frame::Message(body) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_whatever_stands_between() {
        let check = |input: &[u8], expected: &[Frame]| {
            let mut input = BufReader::with_capacity(3, input);
            for expected in expected {
                assert_eq!(&read_frame(&mut input).expect("bytes in memory can be read"), expected);
            }
            assert_eq!(read_frame(&mut input).expect("as above"), Frame::End);
        };
        let message = |text: &str| Frame::Message(text.as_bytes().to_vec());
        check(b"", &[]);
        check(b"Content-Length: 2\r\n\r\n{}", &[message("{}")]);
        check(b"content-length:2\n\n{}\r\nContent-Length: 1\r\n\r\n1", &[message("{}"), message("1")]);
        check(b"Content-Type: x\r\nContent-Length: 2\r\n\r\n{}", &[message("{}")]);
        check(
            b"nonsense\r\n\r\nContent-Length: 1\r\n\r\n1",
            &[Frame::Broken("a frame needs a Content-Length header"), message("1")],
        );
        check(
            b"Content-Length: -3\r\n\r\nContent-Length: 1\r\n\r\n1",
            &[Frame::Broken("a frame needs a Content-Length header"), message("1")],
        );
        check(b"Content-Length: 9\r\n\r\n{}", &[]);
    }

    #[test]
    fn frames_leave_whole() {
        let (frames, queue) = channel();
        let mut writer = FrameWriter::new(Output { frames });
        for byte in b"Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n" {
            writer.pending.push(*byte);
            writer.send_whole_frames();
        }
        assert_eq!(queue.try_iter().collect::<Vec<_>>(), [b"Content-Length: 2\r\n\r\n{}".to_vec()]);
    }
}
