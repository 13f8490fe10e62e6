//! The same bytes for our endpoint and for tungstenite: they deliver the same, with listed exceptions

use std::io::{self, Cursor, Read, Write};

use arbitrary::{Result, Unstructured};
use echo::{Limits, Role};
use testkit::{Frame, Opcode, shortest_form};
use tungstenite::error::ProtocolError;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{Role as TheirRole, WebSocketConfig};
use tungstenite::{Error, Message, WebSocket};

use crate::check::{Setup, run as run_ours};
use crate::plain::endpoint::Event;
use crate::settings::setup;

/// The known differences between tungstenite and ours. The bytes are cut before the first such frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    /// It accepts a length that is not in its shortest form, or whose first bit is set. RFC 6455 §5.2
    /// demands the shortest form, and that the bit is 0.
    Length,
    /// It checks a frame only when all of it has arrived. RFC 6455 §7.1.7 does not say when, and §8.1
    /// lets an endpoint fail as soon as it sees a fault. Ours does not wait.
    Unfinished,
    /// It refuses the status code 1014, which is in the registry of IANA (RFC 6455 §11.7) and was added
    /// after the RFC.
    BadGateway,
}

/// The input: five bytes of settings, and what the peer sends. There is no compression: tungstenite
/// has none.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let Setup { role, limits, .. } = setup(&mut input)?;
    let wire = input.take_rest();
    // tungstenite has the same limit for control frames, and none on fragments.
    let limits = Limits { message: limits.message.max(125), fragments: u32::MAX };
    let wire = &wire[..comparable(wire)];
    let (ours, _) = run_ours(Setup { role, agreed: None, limits }, &[wire]);
    let theirs = theirs(role, limits, wire);
    // Which status code belongs to the first of several faults in one frame is not compared.
    let ours: Vec<Event> = ours.into_iter().map(without_code).collect();
    assert_eq!(ours, theirs);
    Ok(())
}

fn without_code(event: Event) -> Event {
    if let Event::Failed(_) = event { Event::Failed(0) } else { event }
}

/// Returns the number of bytes before the first frame with a [`Difference`].
fn comparable(wire: &[u8]) -> usize {
    let mut end = 0;
    while let Ok(size) = difference(&wire[end..]) {
        end += size;
    }
    end
}

/// Returns the size of the first frame, or what tungstenite does with it in another way.
fn difference(wire: &[u8]) -> std::result::Result<usize, Difference> {
    let (frame, size) = Frame::read(wire).ok_or(Difference::Unfinished)?;
    let header = size - frame.payload.len() - if frame.is_masked() { 4 } else { 0 };
    let length = frame.payload.len() as u64;
    if header != 2 + shortest_form(length) {
        return Err(Difference::Length);
    }
    if frame.opcode == Opcode::Close && frame.close_code() == 1014 {
        return Err(Difference::BadGateway);
    }
    Ok(size)
}

/// Runs tungstenite.
fn theirs(role: Role, limits: Limits, wire: &[u8]) -> Vec<Event> {
    let most = Some(limits.message);
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .max_message_size(most)
        .max_frame_size(most);
    let role = if role == Role::Server { TheirRole::Server } else { TheirRole::Client };
    let stream = Stream(Cursor::new(wire.to_vec()));
    let mut socket = WebSocket::from_raw_socket(stream, role, Some(config));
    let mut events = Vec::new();
    loop {
        let event = match socket.read() {
            Ok(Message::Text(text)) => Event::Text(text.as_bytes().to_vec()),
            Ok(Message::Binary(payload)) => Event::Binary(payload.to_vec()),
            Ok(Message::Close(None)) => Event::Closed(None),
            // It answers a status code that must not be sent with 1002, and reports that.
            Ok(Message::Close(Some(close))) if is_failure(&close) => Event::Failed(0),
            Ok(Message::Close(Some(close))) => Event::Closed(Some(close.code.into())),
            Ok(_) => continue,
            // There are no more bytes.
            Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return events,
            Err(_) => Event::Failed(0),
        };
        let is_last = matches!(event, Event::Closed(_) | Event::Failed(_));
        events.push(event);
        if is_last {
            return events;
        }
    }
}

fn is_failure(close: &tungstenite::protocol::CloseFrame) -> bool {
    close.code == CloseCode::Protocol && close.reason.as_str() == "Protocol violation"
}

/// A peer that sends these bytes and reads all.
struct Stream(Cursor<Vec<u8>>);

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
