//! `just bench`: this workspace's servers beside others, under the same load.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::Ordering;

use bench::machine::{Cores, Machine, open_files};
use bench::measure::{INTERRUPTED, measure};
use bench::peers::{Programs, RAW, UWEBSOCKETS};
use bench::plan::{Effort, Part, measurements};
use bench::results::{Results, Section};
use bench::{figures, terminal};
use clap::Parser;
use testkit::show_progress;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Files that one process has open besides its connections.
const OTHER_FILES: u64 = 100;

/// Compares steps 5, 6 and 7 with other servers, under the same load.
///
/// Every server has one thread, and on Linux a core of its own; the load has another core. The
/// servers take turns, in several rounds, and every answer is checked. A figure is the median of
/// the rounds. A ratio compares figures of the same round: with uWebSockets if it is measured,
/// otherwise with a server that echoes raw TCP. Step 7, over HTTP/2, is compared with step 6.
#[derive(Debug, Parser)]
#[command(name = "just bench")]
struct Options {
    /// What to measure [default: everything]
    parts: Vec<Part>,
    /// Measure for two minutes instead of fifteen, which is enough to see a serious problem
    #[arg(long)]
    quick: bool,
    /// Measure uWebSockets too: the path of the server that bench/uwebsockets/server.cpp explains
    /// how to build
    #[arg(long, value_name = "PROGRAM")]
    uwebsockets: Option<PathBuf>,
    /// Save the results in bench/results.json, and draw the book's figures from them
    #[arg(long)]
    save: bool,
    /// Measure nothing, and draw the book's figures again from bench/results.json
    #[arg(long, conflicts_with_all = ["parts", "quick", "uwebsockets", "save"])]
    redraw: bool,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, String> {
    let saved = Path::new(figures::RESULTS);
    if options.redraw {
        figures::draw(&Results::read(saved)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    // Whatever ends this program also ends the servers: they are killed when their handles are
    // dropped.
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))
        .map_err(|error| error.to_string())?;
    let parts = match &options.parts[..] {
        [] => <Part as clap::ValueEnum>::value_variants(),
        some => some,
    };
    let effort = limited(if options.quick { Effort::QUICK } else { Effort::FULL });
    let programs = Programs::build(options.uwebsockets.clone())?;
    let base = if options.uwebsockets.is_some() { UWEBSOCKETS } else { RAW };
    let machine = Machine::here();
    greet(&machine);

    let mut results = if saved.exists() { Results::read(saved)? } else { Results::default() };
    for part in parts.iter().filter(|part| **part != Part::Inside) {
        let section = section(*part, effort, &programs, part.base(base), &machine)?;
        let name = format!("{part:?}").to_lowercase();
        results.sections.insert(name, section);
        if options.save {
            // Results are saved after each part, so that an interruption loses only the part that
            // is running.
            results.write(saved)?;
            figures::draw(&results)?;
        }
    }
    if parts.contains(&Part::Inside) {
        inside(&programs, options.quick)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures a part, and prints each row as soon as it is complete.
fn section(
    part: Part,
    effort: Effort,
    programs: &Programs,
    base: &str,
    machine: &Machine,
) -> Result<Section, String> {
    println!("── {part:?} ── (ratios compare with {base})\n");
    let measurements = measurements(part, effort, &|peers| programs.there(peers));
    let mut versions = BTreeMap::new();
    let mut rows = Vec::new();
    for (number, measurement) in measurements.iter().enumerate() {
        let place = format!("{} of {}", number + 1, measurements.len());
        let tell = |what: &str| show_progress(&format!("{place}: {}: {what}", measurement.title));
        let row = measure(measurement, base, programs, &tell);
        show_progress("");
        let row = row?;
        println!("{}", terminal::row(&row, base));
        rows.push(row);
        for peer in &measurement.peers {
            versions.extend(peer.version().map(|version| (peer.name.to_owned(), version)));
        }
    }
    Ok(Section {
        machine: machine.clone(),
        versions,
        rounds: effort.rounds,
        seconds: effort.seconds,
        base: base.to_owned(),
        rows,
    })
}

/// Limits the number of idle connections to the number of files that may be open.
fn limited(effort: Effort) -> Effort {
    let files = open_files().saturating_sub(OTHER_FILES);
    let files = usize::try_from(files).unwrap_or(usize::MAX);
    if files < effort.idle {
        println!("This system allows {files} connections (see `ulimit -n`), so that is how many.");
    }
    let (idle, idle_compressed) = (effort.idle.min(files), effort.idle_compressed.min(files));
    Effort { idle, idle_compressed, ..effort }
}

/// Prints what the figures on this machine depend on.
fn greet(machine: &Machine) {
    println!("{}, {} cores, {}", machine.processor, machine.cores, machine.system);
    match Cores::find() {
        Some(cores) => {
            println!("servers on core {}, the load on core {}", cores.server, cores.load);
        }
        None => println!("servers and load share their cores here, so figures vary more"),
    }
    if machine.congestion_control.as_deref() == Some("bbr") {
        println!(
            "TCP paces its segments here (bbr), so figures with a window vary more than with reno"
        );
    }
    println!("in brackets, the range of the middle half of the rounds\n");
}

/// Runs the benchmarks inside one process, which are a program of their own.
fn inside(programs: &Programs, quick: bool) -> Result<(), String> {
    println!("── Inside ──\n");
    let seconds = if quick { "0.1" } else { "0.5" };
    let status = Command::new(programs.path("inside")?)
        .args(["--bench", "--max-time", seconds])
        .status()
        .map_err(|error| format!("the benchmarks inside cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err("the benchmarks inside have failed".to_owned()) }
}
