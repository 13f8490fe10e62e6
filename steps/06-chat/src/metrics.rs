//! What the server has done so far, in the text form of Prometheus.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts, all of them since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    opened: AtomicU64,
    over: AtomicU64,
    refused: AtomicU64,
    messages_in: AtomicU64,
    bytes_in: AtomicU64,
    messages_out: AtomicU64,
    bytes_out: AtomicU64,
    slow: AtomicU64,
    /// Connections that have ended, by status code; 1006 stands for those that vanished.
    closed: Mutex<BTreeMap<u16, u64>>,
}

impl Metrics {
    /// A connection was upgraded.
    pub(crate) fn opened(&self) {
        add(&self.opened, 1);
    }

    /// A handshake was refused.
    pub(crate) fn refused(&self) {
        add(&self.refused, 1);
    }

    /// A message of so many bytes came in.
    pub(crate) fn heard(&self, bytes: usize) {
        add(&self.messages_in, 1);
        add(&self.bytes_in, bytes as u64);
    }

    /// So many messages went out, with so many bytes.
    pub(crate) fn told(&self, messages: u64, bytes: u64) {
        add(&self.messages_out, messages);
        add(&self.bytes_out, bytes);
    }

    /// A peer did not keep up.
    pub(crate) fn slow(&self) {
        add(&self.slow, 1);
    }

    /// A connection has ended, with this status code.
    pub(crate) fn closed(&self, code: u16) {
        add(&self.over, 1);
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }

    /// All counts as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let open = get(&self.opened).saturating_sub(get(&self.over));
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
                "Messages heard in rooms and votes",
                get(&self.messages_in),
            ),
            ("bytes_in_total", "counter", "Bytes of these messages", get(&self.bytes_in)),
            (
                "messages_out_total",
                "counter",
                "Messages told in rooms and votes",
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
                get(&self.slow),
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
        for (code, count) in &*self.closed.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(text, "{name}{{code=\"{code}\"}} {count}");
        }
        text
    }
}

/// Counts are read one by one, so they need not agree with each other at any moment.
fn add(count: &AtomicU64, number: u64) {
    count.fetch_add(number, Ordering::Relaxed);
}
