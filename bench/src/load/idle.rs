//! Connections that send one message and are then idle.

use std::io::Write;

use crate::load::opening::Offer;
use crate::load::script::{Kind, Script};
use crate::load::sockets::Sockets;
use crate::load::task::{Idle, Task};

/// The size of the one message, in bytes.
const PAYLOAD: usize = 20;

/// Opens the connections, and keeps them open until the process ends. See [`run`](super::run).
pub(super) fn run(task: &Task, plan: Idle) -> Result<f64, String> {
    let script = Script::new(Kind::Binary, PAYLOAD);
    let script = if task.is_websocket { script } else { script.without_websocket() };
    let compressed = Script::new(Kind::CompressedJson, PAYLOAD).sent;
    // The message is compressed if the connection is, because a plain message would not make the
    // server allocate what compression needs. The server decides how it compresses its answer, so
    // the answer is not compared: its first byte is enough.
    let (offer, sent, expected) = if plan.is_compressed {
        (Offer::Browser, &compressed[..], None)
    } else {
        let expected = &script.expected[..script.expected_each];
        (Offer::Plain, &script.sent[..script.sent_each], Some(expected))
    };
    let mut sockets = Sockets::new(task)?;
    let mut open = Vec::with_capacity(plan.connections);
    let mut answer = vec![0; script.expected_each];
    for number in 0..plan.connections {
        let with_number = |error: String| format!("connection {number}: {error}");
        let (mut socket, _) = sockets.open(&task.path, offer).map_err(with_number)?;
        // So few bytes always fit into the send buffer of a new connection.
        socket.write_all(sent).map_err(|error| with_number(error.to_string()))?;
        let due = expected.map_or(1, <[u8]>::len);
        let mut read = 0;
        while read < due {
            match sockets.read(&mut socket, &mut answer[read..]).map_err(with_number)? {
                0 => return Err(with_number("it has closed the connection".to_owned())),
                count => read += count,
            }
        }
        if expected.is_some_and(|expected| answer != expected) {
            return Err(with_number("a wrong answer".to_owned()));
        }
        open.push(socket);
    }
    // They stay open until the process ends.
    let count = u32::try_from(open.len()).unwrap_or(u32::MAX);
    std::mem::forget((open, sockets));
    Ok(count.into())
}
