//! Counts for operators.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use event_log::{LogStatus, NotEntered};
use handshake::Refusal;
use web::server::{Denial, HttpCounts};

use crate::exposition::Exposition;

/// Counts since the start of the server.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    opened: AtomicU64,
    ended: AtomicU64,
    messages_in: AtomicU64,
    bytes_in: AtomicU64,
    messages_out: AtomicU64,
    bytes_out: AtomicU64,
    slow_readers: AtomicU64,
    messages_refused: AtomicU64,
    /// Opening handshakes that were refused, by reason.
    refused: Mutex<BTreeMap<&'static str, u64>>,
    /// Visitors who were not let into a room, by reason.
    not_admitted: Mutex<BTreeMap<&'static str, u64>>,
    /// Connections that have ended, by status code. 1006 means without a close frame.
    ended_by_code: Mutex<BTreeMap<u16, u64>>,
}

/// What is counted elsewhere, at the moment in which somebody asks.
#[derive(Debug)]
pub(crate) struct Gauges<'a> {
    pub(crate) rooms: usize,
    pub(crate) members: usize,
    pub(crate) voters: usize,
    /// Bytes that wait until members and voters read them.
    pub(crate) bytes_waiting: usize,
    pub(crate) log: &'a LogStatus,
    pub(crate) http: &'a HttpCounts,
}

impl Metrics {
    /// Counts a connection that was upgraded.
    pub(crate) fn connection_opened(&self) {
        add(&self.opened, 1);
    }

    /// Counts an opening handshake that was refused.
    pub(crate) fn handshake_refused(&self, refusal: &Refusal) {
        count(&self.refused, word_for(refusal));
    }

    /// Counts a visitor who was not let in because of the name, or of the room's.
    pub(crate) fn name_refused(&self) {
        count(&self.not_admitted, "name");
    }

    /// Counts a visitor whom the log did not let in.
    pub(crate) fn not_admitted(&self, problem: NotEntered) {
        let reason = match problem {
            NotEntered::NameTaken => "taken",
            NotEntered::LooksTaken => "looks_taken",
            NotEntered::TooManyRooms => "rooms",
            NotEntered::Unreachable => "unreachable",
        };
        count(&self.not_admitted, reason);
    }

    /// Counts messages from a client, and their bytes.
    pub(crate) fn messages_received(&self, messages: usize, bytes: usize) {
        add(&self.messages_in, messages as u64);
        add(&self.bytes_in, bytes as u64);
    }

    /// Counts a message or a vote that was refused.
    pub(crate) fn message_refused(&self) {
        add(&self.messages_refused, 1);
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
        count(&self.ended_by_code, code);
    }

    /// Returns all counts as text.
    pub(crate) fn text(&self, gauges: &Gauges<'_>) -> String {
        let Gauges { rooms, members, voters, bytes_waiting, log, http } = gauges;
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let mut text = Exposition::default();
        let open = get(&self.opened).saturating_sub(get(&self.ended));
        text.gauge("connections", "WebSocket connections that are open", open);
        text.counter("connections_total", "Connections that were upgraded", get(&self.opened));
        let refused = locked(&self.refused).clone();
        let help = "Opening handshakes that were refused";
        text.counter("refused_total", help, refused.values().sum());
        let help = "Opening handshakes that were refused, by reason";
        text.counters("refused_by_reason_total", help, "reason", refused);
        let help = "Visitors who were not let into a room, by reason";
        text.counters("not_admitted_total", help, "reason", locked(&self.not_admitted).clone());
        let help = "HTTP requests and connections that were turned down, by reason";
        let denied = Denial::ALL.map(|denial| (denial.word(), http.denied(denial)));
        text.counters("http_denied_total", help, "reason", denied);
        text.gauge("rooms", "Rooms that have members on this server", rooms);
        text.gauge("members", "Members of rooms on this server", members);
        text.gauge("voters", "WebSockets of the vote on this server", voters);
        let help = "Messages received in rooms and votes";
        text.counter("messages_in_total", help, get(&self.messages_in));
        text.counter("bytes_in_total", "Bytes of these messages", get(&self.bytes_in));
        let help = "Messages and votes that were refused";
        text.counter("messages_refused_total", help, get(&self.messages_refused));
        let help = "Messages sent in rooms and votes";
        text.counter("messages_out_total", help, get(&self.messages_out));
        let help = "Bytes of these, with their frame headers";
        text.counter("bytes_out_total", help, get(&self.bytes_out));
        let help = "Bytes that wait until members and voters read them";
        text.gauge("bytes_waiting", help, bytes_waiting);
        let help = "Connections closed with 1013: they did not keep up";
        text.counter("slow_readers_total", help, get(&self.slow_readers));
        let help = "Whether messages and votes can be stored now: 1 or 0";
        text.gauge("log_writable", help, u8::from(log.is_writable));
        text.gauge("log_events_waiting", "Messages and votes that wait to be stored", log.waiting);
        let help = "How long the oldest of them has waited, in seconds";
        text.gauge("log_lag_seconds", help, log.lag.as_secs_f64());
        let help = "Connections to Redis that were opened after the first one";
        text.counter("log_reconnects_total", help, log.reconnects);
        let help = "Connections that ended, by status code";
        text.counters("closed_total", help, "code", locked(&self.ended_by_code).clone());
        text.into_text()
    }
}

/// The word for a refusal in the list of counts.
fn word_for(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Malformed(_) => "malformed",
        Refusal::TooLarge(..) => "too_large",
        Refusal::HttpVersion => "http_version",
        Refusal::Method(_) => "method",
        Refusal::Host => "host",
        Refusal::Body => "body",
        Refusal::PlainRequest => "plain",
        Refusal::Upgrade => "upgrade",
        Refusal::Connection => "connection",
        Refusal::WebSocketVersion => "version",
        Refusal::Key => "key",
        Refusal::Origin(_) => "origin",
        Refusal::Subprotocol => "subprotocol",
        Refusal::Extensions => "extensions",
        Refusal::Late => "late",
        Refusal::Busy => "busy",
    }
}

/// Adds to a count. Counts are read one after the other, so at any moment they may disagree.
fn add(count: &AtomicU64, number: u64) {
    count.fetch_add(number, Ordering::Relaxed);
}

/// Adds one to the count for a key.
fn count<Key: Ord>(counts: &Mutex<BTreeMap<Key, u64>>, key: Key) {
    *locked(counts).entry(key).or_default() += 1;
}

fn locked<Key>(counts: &Mutex<BTreeMap<Key, u64>>) -> MutexGuard<'_, BTreeMap<Key, u64>> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}
