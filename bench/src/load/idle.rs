//! Connections that send one message and are then idle.

use std::io::{Read, Write};

use crate::load::opening::{Offer, open};
use crate::load::script::{Kind, Script};
use crate::load::task::{Idle, Task};

/// The size of the one message, in bytes.
const PAYLOAD: usize = 20;

/// Opens the connections, and keeps them open until the process ends. See [`run`](super::run).
pub(super) fn run(task: &Task, plan: Idle) -> Result<f64, String> {
    let script = Script::new(Kind::Binary, PAYLOAD);
    let script = if task.is_websocket { script } else { script.without_websocket() };
    let compressed = Script::new(Kind::CompressedJson, PAYLOAD).sent;
    let offer = if plan.is_compressed { Offer::Browser } else { Offer::Plain };
    let mut connections = Vec::with_capacity(plan.connections);
    let mut answer = vec![0; script.expected_each];
    for number in 0..plan.connections {
        let with_number = |error: String| format!("connection {number}: {error}");
        let (mut stream, _) = open(task, &task.path, offer).map_err(with_number)?;
        // The message is compressed, because a plain message would not make the server allocate
        // what compression needs. The server decides how it compresses its answer, so the answer is
        // not compared.
        let said = if plan.is_compressed {
            stream.write_all(&compressed).and_then(|()| stream.read(&mut answer)).map(|_| true)
        } else {
            let written = stream.write_all(&script.sent[..script.sent_each]);
            let read = written.and_then(|()| stream.read_exact(&mut answer));
            read.map(|()| answer == script.expected[..script.expected_each])
        };
        match said {
            Ok(true) => connections.push(stream),
            Ok(false) => return Err(with_number("a wrong answer".to_owned())),
            Err(error) => return Err(with_number(error.to_string())),
        }
    }
    // They stay open until the process ends.
    let count = u32::try_from(connections.len()).unwrap_or(u32::MAX);
    std::mem::forget(connections);
    Ok(count.into())
}
