//! The protocol as an echo server without a socket: bytes in, messages and bytes out.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use echo::{Agreement, Ending, Endpoint, Failure, Limits, Message, Progress, Role};

// ANCHOR: delivered
/// What an endpoint delivered, copied out of its buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    Text(String),
    Binary(Vec<u8>),
    Closed(Option<u16>),
    Failed(Failure),
}
// ANCHOR_END: delivered

// ANCHOR: converse
/// Feeds `pieces` to an endpoint that echoes. Returns what it delivered, and what it sent.
pub(crate) fn converse<'a>(
    role: Role,
    limits: Limits,
    agreed: Option<Agreement>,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Delivered>, Vec<u8>) {
    let mut endpoint = Endpoint::new(role, limits, Vec::new(), agreed);
    let (mut delivered, mut sent) = (Vec::new(), Vec::new());
    for piece in pieces {
        endpoint.receive(piece);
        loop {
            match endpoint.advance() {
                Ok(Progress::NeedsBytes) => break,
                Ok(Progress::Message) => {
                    let (message, outbound) = endpoint.message();
                    outbound.message(message);
                    delivered.push(copy(message));
                }
                Err(Ending::Closed(code)) => {
                    delivered.push(Delivered::Closed(code.map(echo::CloseCode::number)));
                }
                Err(Ending::Failed(failure)) => delivered.push(Delivered::Failed(failure)),
            }
        }
        // A driver does this when nothing has arrived: it gives the buffer back, without losing bytes.
        endpoint.rest();
        sent.extend(written(&mut endpoint));
    }
    (delivered, sent)
}
// ANCHOR_END: converse

/// Writes all that is pending, as a driver does, and returns it.
pub(crate) fn written(endpoint: &mut Endpoint) -> Vec<u8> {
    let mut written = Vec::new();
    while !endpoint.outbound().pending().is_empty() {
        written.extend_from_slice(endpoint.outbound().pending());
        let count = endpoint.outbound().pending().len();
        endpoint.outbound().written(count);
    }
    written
}

fn copy(message: Message<'_>) -> Delivered {
    match message {
        // A text that is delivered is UTF-8: this is what the protocol promises.
        Message::Text(text) => Delivered::Text(String::from_utf8(text.to_vec()).unwrap()),
        Message::Binary(payload) => Delivered::Binary(payload.to_vec()),
    }
}
