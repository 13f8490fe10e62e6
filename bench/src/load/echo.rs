//! Counts how many messages a server echoes, with a fixed number of messages in flight on each
//! connection.

use std::io::{ErrorKind, Read, Write};

use crate::load::compressed::answer_to;
use crate::load::opening::Offer;
use crate::load::script::{Kind, Script};
use crate::load::sockets::{Socket, Sockets};
use crate::load::task::{Echo, Task};
use crate::load::turns::{broken, count_a_second};

/// The size of one read.
const BUFFER: usize = 256 * 1024;

/// A connection and its progress.
struct Client {
    socket: Socket,
    /// Bytes that have been written and read, counted from the beginning of the script.
    written: u64,
    read: u64,
}

/// See [`run`](super::run).
pub(super) fn run(task: &Task, plan: Echo) -> Result<f64, String> {
    let mut script = Script::new(plan.kind, plan.payload);
    let mut offer = Offer::Plain;
    if !task.is_websocket {
        script = script.without_websocket();
    } else if plan.kind == Kind::CompressedJson {
        offer = Offer::Fresh;
        script.expected = answer_to(task, &script, plan.payload)?;
        script.expected_each = script.expected.len();
    }
    let mut sockets = Sockets::new(task)?;
    let mut clients = Vec::with_capacity(plan.connections);
    for number in 0..plan.connections {
        let (socket, rest) = sockets.open(&task.path, offer)?;
        if !rest.is_empty() {
            return Err("it sent something before it had received a message".to_owned());
        }
        // Each connection begins with another message, so that an answer on the wrong connection is
        // noticed.
        let first = (number % script.count()) as u64;
        let (written, read) =
            (first * script.sent_each as u64, first * script.expected_each as u64);
        clients.push(Client { socket, written, read });
    }

    let mut buffer = vec![0; BUFFER];
    let mut ready = Vec::new();
    let bytes_a_second = count_a_second(plan.seconds, || {
        sockets.wait(&mut ready)?;
        let mut bytes = 0;
        for socket in &ready {
            let client = &mut clients[socket.number];
            if socket.is_readable {
                bytes += client.read(&script, &mut buffer)?;
            }
            client.write(&script, plan.window)?;
        }
        Ok(bytes)
    })?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    Ok(bytes_a_second / script.expected_each as f64)
}

impl Client {
    /// Reads what has arrived, compares it, and returns the number of bytes.
    fn read(&mut self, script: &Script, buffer: &mut [u8]) -> Result<u64, String> {
        let before = self.read;
        loop {
            match self.socket.read(buffer) {
                Ok(0) => return Err("it has closed a connection".to_owned()),
                Ok(count) => {
                    self.compare(script, &buffer[..count])?;
                    // On other systems, mio reports new data only after a read has returned "would
                    // block".
                    if cfg!(unix) && count < buffer.len() {
                        return Ok(self.read - before);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(self.read - before);
                }
                Err(error) => return Err(broken(error)),
            }
        }
    }

    /// Compares bytes that have arrived with the script.
    fn compare(&mut self, script: &Script, mut bytes: &[u8]) -> Result<(), String> {
        let each = script.expected_each as u64;
        // A message that was written only in part cannot have been answered, except by a server
        // that does not know messages.
        let answered = if script.is_raw() {
            self.written
        } else {
            self.written / script.sent_each as u64 * each
        };
        if self.read + bytes.len() as u64 > answered {
            let more = self.read + bytes.len() as u64 - answered;
            return Err(format!("{more} bytes more came back than were due"));
        }
        while !bytes.is_empty() {
            let at = place(self.read, &script.expected);
            let count = bytes.len().min(script.expected.len() - at);
            let expected = &script.expected[at..at + count];
            if bytes[..count] != *expected {
                return Err(wrong_byte(&bytes[..count], expected, self.read, each));
            }
            self.read += count as u64;
            bytes = &bytes[count..];
        }
        Ok(())
    }

    /// Writes until a window of messages is in flight, or the socket takes no more.
    fn write(&mut self, script: &Script, window: usize) -> Result<(), String> {
        let due = self.read / script.expected_each as u64 + window as u64;
        let due = due * script.sent_each as u64;
        while self.written < due {
            let at = place(self.written, &script.sent);
            let missing = usize::try_from(due - self.written).unwrap_or(usize::MAX);
            let end = script.sent.len().min(at.saturating_add(missing));
            match self.socket.write(&script.sent[at..end]) {
                Ok(count) => self.written += count as u64,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(broken(error)),
            }
        }
        Ok(())
    }
}

/// Returns the position in a script that repeats.
fn place(count: u64, script: &[u8]) -> usize {
    usize::try_from(count % script.len() as u64).unwrap_or_default()
}

/// Says which byte is wrong, and where it arrived.
fn wrong_byte(got: &[u8], expected: &[u8], read: u64, each: u64) -> String {
    let differs = got.iter().zip(expected).position(|(got, expected)| got != expected);
    let index = differs.unwrap_or_default();
    let (place, got, expected) = (read + index as u64, got[index], expected[index]);
    format!(
        "a wrong answer: byte {} of {each} in message {} is {got:#04x} and should be {expected:#04x}",
        place % each,
        place / each,
    )
}
