//! Counts for operators, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts since the start of the server.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    opened: AtomicU64,
    ended: AtomicU64,
    refused: AtomicU64,
    messages_in: AtomicU64,
    bytes_in: AtomicU64,
    messages_out: AtomicU64,
    bytes_out: AtomicU64,
    slow_readers: AtomicU64,
    /// Connections that have ended, by status code. 1006 means without a close frame.
    ended_by_code: Mutex<BTreeMap<u16, u64>>,
}

impl Metrics {
    /// Counts a connection that was upgraded.
    pub(crate) fn connection_opened(&self) {
        add(&self.opened, 1);
    }

    /// Counts an opening handshake that was refused.
    pub(crate) fn handshake_refused(&self) {
        add(&self.refused, 1);
    }

    /// Counts a message of this length from a client.
    pub(crate) fn message_received(&self, bytes: usize) {
        add(&self.messages_in, 1);
        add(&self.bytes_in, bytes as u64);
    }

    /// Counts messages to a client, and their bytes with the frame headers.
    pub(crate) fn messages_sent(&self, messages: u64, bytes: u64) {
        add(&self.messages_out, messages);
        add(&self.bytes_out, bytes);
    }

    /// Counts a client that did not read fast enough.
    pub(crate) fn slow_reader(&self) {
        add(&self.slow_readers, 1);
    }

    /// Counts a connection that has ended, with this status code.
    pub(crate) fn connection_ended(&self, code: u16) {
        add(&self.ended, 1);
        *self
            .ended_by_code
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(code)
            .or_default() += 1;
    }

    /// Returns all counts as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let open = get(&self.opened).saturating_sub(get(&self.ended));
        let counts = [
            ("connections", "gauge", "WebSocket connections that are open", open),
            ("connections_total", "counter", "Connections that were upgraded", get(&self.opened)),
            (
                "refused_total",
                "counter",
                "Opening handshakes that were refused",
                get(&self.refused),
            ),
            (
                "messages_in_total",
                "counter",
                "Messages received in rooms and votes",
                get(&self.messages_in),
            ),
            ("bytes_in_total", "counter", "Bytes of these messages", get(&self.bytes_in)),
            (
                "messages_out_total",
                "counter",
                "Messages sent in rooms and votes",
                get(&self.messages_out),
            ),
            (
                "bytes_out_total",
                "counter",
                "Bytes of these, with their frame headers",
                get(&self.bytes_out),
            ),
            (
                "slow_readers_total",
                "counter",
                "Connections closed with 1013: they did not keep up",
                get(&self.slow_readers),
            ),
        ];
        for (name, kind, help, value) in counts {
            let _ =
                writeln!(text, "# HELP websocket_{name} {help}.\n# TYPE websocket_{name} {kind}");
            let _ = writeln!(text, "websocket_{name} {value}");
        }
        let name = "websocket_closed_total";
        let _ = writeln!(text, "# HELP {name} Connections that ended, by status code.");
        let _ = writeln!(text, "# TYPE {name} counter");
        for (code, count) in &*self.ended_by_code.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(text, "{name}{{code=\"{code}\"}} {count}");
        }
        text
    }
}

/// Adds to a count. Counts are read one after the other, so at any moment they may disagree.
fn add(count: &AtomicU64, number: u64) {
    count.fetch_add(number, Ordering::Relaxed);
}
