//! What is measured, and for how long.

use clap::ValueEnum;

use crate::load::script::Kind;
use crate::load::task::{Echo, Fanout, Handshakes, Idle, Plan};
use crate::peers::{self, Peer};
use crate::results::Unit;

/// A part of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Messages that come back
    Echo,
    /// Messages from one member to many
    Fanout,
    /// Memory of idle connections
    Idle,
    /// Connections that are opened
    Handshakes,
    /// Echo, room and memory over HTTP/2, where WebSockets share connections: step 7 beside step 6
    Http2,
    /// Echo and room against payload, connections and receivers, to see where a curve bends
    Growth,
    /// Masking, headers and UTF-8 inside one process
    Inside,
}

/// How long and how often everything is measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// The number of rounds.
    pub rounds: usize,
    /// The length of a round in seconds.
    pub seconds: f64,
    /// The number of idle connections.
    pub idle: usize,
    /// The number of idle connections with compression. Each may need a few hundred kilobytes.
    pub idle_compressed: usize,
}

impl Part {
    /// Returns the peer that the ratios of this part compare with. In most parts it is `base`.
    pub fn base(self, base: &str) -> &str {
        if self == Self::Http2 { peers::STEP_6 } else { base }
    }
}

impl Effort {
    /// Enough for figures that are published. Many short rounds are better than a few long ones on
    /// a machine that other programs use too, because its speed changes often.
    pub const FULL: Self = Self { rounds: 12, seconds: 0.15, idle: 10_000, idle_compressed: 2_000 };
    /// Enough to see a serious problem.
    pub const QUICK: Self = Self { rounds: 1, seconds: 0.15, idle: 2_000, idle_compressed: 500 };
}

/// One thing to measure with several peers.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// What is measured, for people.
    pub title: String,
    /// For a point of a curve: the quantity that grows, and its value.
    pub grows: Option<(&'static str, u64)>,
    /// What is counted.
    pub unit: Unit,
    /// The number of rounds.
    pub rounds: usize,
    /// The servers that are measured.
    pub peers: Vec<Peer>,
    /// What the load does, except for what depends on the peer.
    pub plan: Plan,
}

/// Payload, window, connections.
const ECHO: [(usize, usize, usize); 11] = [
    (20, 1, 64),
    (20, 1, 500),
    (20, 16, 16),
    (1024, 1, 16),
    (1024, 16, 16),
    (16 * 1024, 1, 16),
    (16 * 1024, 16, 16),
    (64 * 1024, 1, 16),
    (64 * 1024, 16, 1),
    (1024 * 1024, 1, 4),
    (1024 * 1024, 16, 1),
];
/// Texts, with or without compression.
const TEXT: (usize, usize, usize) = (1024, 16, 16);
/// Receivers, window.
const FANOUT: [(usize, usize); 6] = [(10, 1), (100, 1), (1000, 1), (10, 16), (100, 16), (1000, 16)];
/// Over HTTP/2: payload, window, WebSockets. With a hundred streams on a connection, a hundred
/// WebSockets are one connection.
const HTTP2_ECHO: [(usize, usize, usize); 4] =
    [(20, 1, 100), (20, 1, 1000), (20, 16, 100), (16 * 1024, 1, 100)];
/// Over HTTP/2: receivers, window.
const HTTP2_FANOUT: [(usize, usize); 3] = [(100, 1), (100, 16), (1000, 16)];
/// Connections that are opened at the same time.
const AT_ONCE: usize = 16;

const GROWING_PAYLOADS: [usize; 8] =
    [20, 128, 1024, 4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024, 1024 * 1024];
const GROWING_CONNECTIONS: [usize; 6] = [1, 4, 16, 64, 256, 1000];
const GROWING_RECEIVERS: [usize; 5] = [3, 10, 30, 100, 300];
/// The fractions of all idle connections: a tenth, a third, all.
const GROWING_IDLE: [usize; 3] = [10, 3, 1];
/// The servers in the curves. More curves would hide each other.
const GROWING: [&str; 4] = ["step 5", peers::UWEBSOCKETS, peers::RAW, "fastwebsockets"];

/// Returns what a part measures, with the peers that are available.
pub fn measurements(
    part: Part,
    effort: Effort,
    there: &dyn Fn(&[Peer]) -> Vec<Peer>,
) -> Vec<Measurement> {
    let echo = there(&peers::ECHO);
    let fanout = there(&peers::FANOUT);
    match part {
        Part::Echo => {
            let rows = ECHO.into_iter().map(|row| (Kind::Binary, row));
            let texts = [(Kind::Text, TEXT), (Kind::CompressedJson, TEXT)];
            rows.chain(texts).map(|(kind, row)| echo_row(&echo, effort, kind, row)).collect()
        }
        Part::Fanout => FANOUT.map(|row| fanout_row(&fanout, effort, row)).to_vec(),
        Part::Idle => {
            vec![idle_row(&echo, effort.idle, false), idle_row(&echo, effort.idle_compressed, true)]
        }
        Part::Handshakes => {
            let plan = Handshakes { at_once: AT_ONCE, seconds: effort.seconds };
            let websockets: Vec<Peer> = echo.into_iter().filter(|peer| peer.is_websocket).collect();
            let title = format!("{AT_ONCE} at the same time");
            vec![row(title, Unit::Handshakes, effort, &websockets, Plan::Handshakes(plan))]
        }
        Part::Http2 => http2(&there(&peers::HTTP2_ECHO), &there(&peers::HTTP2_FANOUT), effort),
        Part::Growth => growth(&echo, &fanout, effort),
        Part::Inside => Vec::new(),
    }
}

fn http2(echo: &[Peer], fanout: &[Peer], effort: Effort) -> Vec<Measurement> {
    let echoes = HTTP2_ECHO.map(|(payload, window, count)| {
        let title = format!("echo: {}, window {window}, {count} WebSockets", bytes(payload));
        echo_row(echo, effort, Kind::Binary, (payload, window, count)).titled(title)
    });
    let rooms = HTTP2_FANOUT.map(|room| {
        let row = fanout_row(fanout, effort, room);
        let title = format!("room: {}", row.title);
        row.titled(title)
    });
    let title = format!("{} idle WebSockets", effort.idle);
    let idle = idle_row(echo, effort.idle, false).titled(title);
    [&echoes[..], &rooms, &[idle]].concat()
}

fn growth(echo: &[Peer], fanout: &[Peer], effort: Effort) -> Vec<Measurement> {
    let few = Effort { rounds: effort.rounds.min(4), ..effort };
    let growing: Vec<Peer> =
        echo.iter().filter(|peer| GROWING.contains(&peer.name)).copied().collect();
    let row =
        |payload, connections| echo_row(&growing, few, Kind::Binary, (payload, 1, connections));
    let payloads = GROWING_PAYLOADS.map(|payload| row(payload, 16).grown("payload", payload));
    let connections = GROWING_CONNECTIONS.map(|count| row(20, count).grown("connections", count));
    let receivers = GROWING_RECEIVERS
        .map(|count| fanout_row(fanout, few, (count, 1)).grown("receivers", count));
    let idle = GROWING_IDLE.map(|part| {
        let count = effort.idle / part;
        idle_row(&growing, count, false).grown("idle connections", count)
    });
    [&payloads[..], &connections, &receivers, &idle].concat()
}

/// Returns a measurement with all of these peers.
fn row(title: String, unit: Unit, effort: Effort, peers: &[Peer], plan: Plan) -> Measurement {
    Measurement { title, grows: None, unit, rounds: effort.rounds, peers: peers.to_vec(), plan }
}

fn echo_row(
    peers: &[Peer],
    effort: Effort,
    kind: Kind,
    (payload, window, connections): (usize, usize, usize),
) -> Measurement {
    let what = match kind {
        Kind::Binary => "",
        Kind::Text => " text",
        Kind::CompressedJson => " JSON, compressed",
    };
    let (size, plural) = (bytes(payload), if connections == 1 { "" } else { "s" });
    let title = format!("{size}{what}, window {window}, {connections} connection{plural}");
    let plan = Plan::Echo(Echo { kind, payload, window, connections, seconds: effort.seconds });
    let peers = taking_part(peers, connections, kind == Kind::CompressedJson);
    row(title, Unit::Messages, effort, &peers, plan)
}

fn fanout_row(peers: &[Peer], effort: Effort, (receivers, window): (usize, usize)) -> Measurement {
    let title = format!("{receivers} receivers, window {window}");
    let fanout = Fanout { receivers, window, is_greeted: false, seconds: effort.seconds };
    row(title, Unit::Deliveries, effort, peers, Plan::Fanout(fanout))
}

fn idle_row(peers: &[Peer], connections: usize, is_compressed: bool) -> Measurement {
    let how = if is_compressed { "compressed" } else { "plain" };
    let title = format!("{connections} connections, {how}");
    let plan = Plan::Idle(Idle { connections, is_compressed });
    // One round is enough: memory does not depend on other programs.
    let once = Effort { rounds: 1, ..Effort::FULL };
    row(title, Unit::Bytes, once, &taking_part(peers, connections, is_compressed), plan)
}

impl Measurement {
    fn titled(self, title: String) -> Self {
        Self { title, ..self }
    }

    /// Makes this measurement a point of a curve.
    fn grown(self, what: &'static str, how_far: usize) -> Self {
        Self { grows: Some((what, how_far as u64)), ..self }
    }
}

/// Returns the peers that can be measured. Without WebSocket there is no compression.
fn taking_part(peers: &[Peer], connections: usize, is_compressed: bool) -> Vec<Peer> {
    let can =
        |peer: &&Peer| connections <= peer.connections_max && (peer.compresses || !is_compressed);
    peers.iter().filter(can).copied().collect()
}

/// Writes a size in bytes for people.
pub fn bytes(count: usize) -> String {
    const KIB: usize = 1024;
    match count {
        0..KIB => format!("{count} B"),
        KIB..0x10_0000 => format!("{} KiB", count / KIB),
        _ => format!("{} MiB", count / KIB / KIB),
    }
}
