//! One measurement: every peer in turn, in several rounds.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use testkit::{Program, Server};

use crate::load::script::Kind;
use crate::load::task::{Fanout, Plan, Task};
use crate::machine::{Cores, usage};
use crate::peers::{Peer, Programs};
use crate::plan::Measurement;
use crate::results::{Figures, Row, Unit};
use crate::statistics::Spread;

/// How long the load may take for a figure. To open ten thousand connections takes a few seconds.
const LOAD_TIME: Duration = Duration::from_mins(5);

/// Set when the user wants to end the measurement.
pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// One figure, and how busy server and load were.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    figure: f64,
    server_busy: f64,
    load_busy: f64,
}

/// The results of the rounds for one peer.
#[derive(Default)]
struct Rounds {
    samples: Vec<Option<Sample>>,
    problem: Option<String>,
}

/// Measures. Before each step, `tell` is called with a description of it.
///
/// The order of the peers is reversed from round to round, so that a disturbance does not always
/// hit the same peer.
///
/// # Errors
/// If the user ends the measurement.
pub fn measure(
    measurement: &Measurement,
    base: &str,
    programs: &Programs,
    tell: &dyn Fn(&str),
) -> Result<Row, String> {
    let mut all: Vec<Rounds> = measurement.peers.iter().map(|_| Rounds::default()).collect();
    let mut servers: Vec<_> = measurement.peers.iter().map(|_| None).collect();
    // An echo server has no state that grows, so it can go on running from round to round. Other
    // servers are started again.
    let goes_on = matches!(measurement.plan, Plan::Echo(_));
    for round in 0..measurement.rounds {
        let mut order: Vec<usize> = (0..measurement.peers.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            if INTERRUPTED.load(Ordering::Relaxed) {
                return Err("interrupted".to_owned());
            }
            let peer = &measurement.peers[index];
            tell(&format!("round {} of {}, {}", round + 1, measurement.rounds, peer.name));
            let server = servers[index].get_or_insert_with(|| programs.start(peer));
            let sample = match server {
                Ok(server) => sample(peer, measurement, programs, server),
                Err(problem) => Err(problem.clone()),
            };
            if !goes_on || sample.is_err() {
                servers[index] = None;
            }
            all[index].problem = sample.as_ref().err().cloned().or(all[index].problem.take());
            all[index].samples.push(sample.ok());
        }
    }
    let figures = |rounds: &Rounds| -> Vec<Option<f64>> {
        rounds.samples.iter().map(|sample| sample.map(|sample| sample.figure)).collect()
    };
    let base = measurement.peers.iter().position(|peer| peer.name == base);
    let base = base.map(|index| figures(&all[index])).unwrap_or_default();
    let peers = measurement.peers.iter().zip(all).map(|(peer, rounds)| {
        let all = figures(&rounds);
        let some: Vec<f64> = all.iter().copied().flatten().collect();
        let median = |of: fn(&Sample) -> f64| {
            let parts: Vec<f64> = rounds.samples.iter().flatten().map(of).collect();
            Spread::of(&parts).map(|spread| to_places(spread.median, 2))
        };
        Figures {
            peer: peer.name.to_owned(),
            figure: Spread::of(&some).map(|spread| spread.map(|figure| to_places(figure, 0))),
            ratio: Spread::of_ratios(&all, &base)
                .map(|spread| spread.map(|ratio| to_places(ratio, 3))),
            busy: median(|sample| sample.server_busy).zip(median(|sample| sample.load_busy)),
            problem: rounds.problem,
        }
    });
    let grows = measurement.grows.map(|(what, how_far)| (what.to_owned(), how_far));
    let (title, unit) = (measurement.title.clone(), measurement.unit);
    let mut row = Row { title, grows, unit, peers: peers.collect() };
    row.sort();
    Ok(row)
}

/// Puts the server of a peer under load.
fn sample(
    peer: &Peer,
    measurement: &Measurement,
    programs: &Programs,
    server: &Server,
) -> Result<Sample, String> {
    let is_compressed = match measurement.plan {
        Plan::Echo(echo) => echo.kind == Kind::CompressedJson,
        Plan::Idle(idle) => idle.is_compressed,
        Plan::Fanout(_) | Plan::Handshakes(_) => false,
    };
    let plan = match measurement.plan {
        Plan::Fanout(fanout) => Plan::Fanout(Fanout { is_greeted: peer.greets, ..fanout }),
        plan => plan,
    };
    let path = peer.path(is_compressed).to_owned();
    let (address, is_websocket, streams) = (server.address(), peer.is_websocket, peer.streams);
    let task = Task { address, path, is_websocket, streams, plan };
    let task = serde_json::to_string(&task).map_err(|error| error.to_string())?;
    let mut command = Command::new(programs.path("load")?);
    command.arg(task);

    let before = usage(server.pid());
    let start = Instant::now();
    let load = Cores::on(|cores| cores.load, || Program::start(command))?;
    let figure = load.first_line(LOAD_TIME)?;
    let time = start.elapsed().as_secs_f64();
    let (loaded, after) = (usage(load.process.id()), usage(server.pid()));
    let figure: f64 = figure.parse().map_err(|_| format!("the load printed {figure:?}"))?;
    #[expect(clippy::cast_precision_loss, reason = "below 2^52")]
    let memory = after.memory.saturating_sub(before.memory) as f64;
    Ok(Sample {
        figure: if measurement.unit == Unit::Bytes { memory / figure } else { figure },
        server_busy: (after.seconds - before.seconds) / time,
        load_busy: loaded.seconds / time,
    })
}

/// Rounds a figure to this number of decimal places, because further digits are noise.
fn to_places(figure: f64, places: i32) -> f64 {
    let factor = 10_f64.powi(places);
    (figure * factor).round() / factor
}
