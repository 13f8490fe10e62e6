//! The core as an echo server without a socket: bytes in, and what it says and hears of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use echo::{Event, Failure, Inbound, Limits, Message, Outbound, Role};

/// What the core has heard, without the buffer it heard it from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<(u16, String)>),
    Failed(Failure),
}

/// Feeds `pieces` to a core that echoes; returns what it heard, and what it said.
pub(crate) fn converse<'a>(
    role: Role,
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Heard>, Vec<u8>) {
    let mut inbound = Inbound::new(role, limits, Vec::new());
    let mut outbound = Outbound::new(Role::Server);
    let (mut heard, mut said) = (Vec::new(), Vec::new());
    for piece in pieces {
        inbound.push(piece);
        loop {
            match inbound.next_event() {
                Ok(None) => break,
                Ok(Some(event)) => heard.push(answer(&event, &mut outbound)),
                Err(failure) => {
                    outbound.fail(&failure);
                    heard.push(Heard::Failed(failure));
                }
            }
        }
        // As the driver does when there is nothing to read: the buffer goes, what is in it stays.
        inbound.rest();
        said.extend_from_slice(outbound.pending());
        outbound.written(outbound.pending().len());
    }
    (heard, said)
}

fn answer(event: &Event<'_>, outbound: &mut Outbound) -> Heard {
    match event {
        Event::Message(message) => {
            outbound.message(*message);
            match message {
                // A text that is delivered is UTF-8: this is what the core promises.
                Message::Text(text) => Heard::Text(String::from_utf8(text.to_vec()).unwrap()),
                Message::Binary(payload) => Heard::Binary(payload.to_vec()),
            }
        }
        Event::Ping(payload) => {
            outbound.pong(payload);
            Heard::Ping(payload.to_vec())
        }
        Event::Pong(payload) => Heard::Pong(payload.to_vec()),
        Event::Close(close) => {
            outbound.close(close.map(|close| close.code), "");
            Heard::Close(close.map(|close| (close.code.number(), close.reason.to_owned())))
        }
    }
}
