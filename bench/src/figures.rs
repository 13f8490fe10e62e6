//! The figures of the book: charts and a table, all made from `results.json`.

use std::fmt::Write as _;
use std::path::Path;

use testkit::grouped;

use crate::chart::dots::{Shows, dots};
use crate::chart::lines::lines;
use crate::chart::style::{is_ours, peers};
use crate::peers::RAW;
use crate::results::{Results, Row, Section, Unit};
use crate::terminal::is_load_bound;

/// The file with the results.
pub const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/results.json");
/// The folder of the figures.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../book/src/figures");

/// A ratio below this is a loss, which the text names.
const LOSS: f64 = 0.98;

/// Returns all figures, by the names of their files. A figure whose part has not been measured yet
/// says so.
pub fn figures(results: &Results) -> Vec<(&'static str, String)> {
    let part = |name: &str, draw: &dyn Fn(&Section) -> String| {
        let absent = || format!("*Not measured yet: `just bench {name} --save` does.*\n");
        results.sections.get(name).map_or_else(absent, draw)
    };
    let chart = |name: &str, draw: &dyn Fn(&Section) -> String| {
        let absent = || dots(&format!("Not measured yet: just bench {name}"), &[], Shows::Ratio);
        results.sections.get(name).map_or_else(absent, draw)
    };
    let ratios = |what: &str, section: &Section| {
        dots(&format!("{what} a second, {} = 1", section.base), &section.rows, Shows::Ratio)
    };
    let memory = "Idle: bytes of memory a connection";
    vec![
        ("bench-echo.svg", chart("echo", &|echo| ratios("Echo: messages", echo))),
        ("bench-echo.md", part("echo", &table)),
        ("bench-fanout.svg", chart("fanout", &|fanout| ratios("Fan-out: deliveries", fanout))),
        ("bench-fanout.md", part("fanout", &table)),
        ("bench-idle.svg", chart("idle", &|idle| dots(memory, &idle.rows, Shows::Figure))),
        ("bench-idle.md", part("idle", &table)),
        ("bench-handshakes.md", part("handshakes", &table)),
        ("bench-http2.md", part("http2", &http2)),
        ("bench-growth.svg", chart("growth", &|growth| lines("Growth", &growth.rows))),
    ]
}

/// Writes all figures.
///
/// # Errors
/// If a file cannot be written.
pub fn draw(results: &Results) -> Result<(), String> {
    std::fs::create_dir_all(FOLDER).map_err(|error| format!("{FOLDER}: {error}"))?;
    for (name, content) in figures(results) {
        let file = Path::new(FOLDER).join(name);
        std::fs::write(&file, content).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// Returns a section as a table, followed by our losses in words.
fn table(section: &Section) -> String {
    format!("{}\n{}\n", rows(section), losses(section))
}

/// Returns the section about HTTP/2 as two tables, because memory is not a ratio. Between them are
/// the rows in which the load was the limit.
fn http2(section: &Section) -> String {
    let (memory, speed): (Vec<Row>, Vec<Row>) =
        section.rows.iter().cloned().partition(|row| row.unit == Unit::Bytes);
    let with = |rows| Section { rows, ..section.clone() };
    let (memory, speed) = (with(memory), with(speed));
    format!("{}\n{}\n{}", rows(&speed), load_bound(&speed), rows(&memory))
}

/// Returns a section as a table, followed by what the figures depend on.
fn rows(section: &Section) -> String {
    let mut names = peers(&section.rows);
    // Ours and the base come first. The others are sorted by name.
    names.sort_by_key(|name| (!is_ours(name), *name != section.base));
    let is_memory = section.rows.iter().any(|row| row.unit == Unit::Bytes);
    let mut heads: Vec<String> = names.iter().map(|name| with_version(name, section)).collect();
    if !is_memory {
        heads.insert(0, format!("{} a second", section.base));
    }
    let mut text = format!("| | {} |\n|---|{}\n", heads.join(" | "), "--:|".repeat(heads.len()));
    for row in &section.rows {
        let mut cells: Vec<String> = names.iter().map(|name| cell(row, name)).collect();
        if !is_memory {
            let base = row.of(&section.base).and_then(|figures| figures.figure);
            cells.insert(0, base.map_or("–".to_owned(), |figure| grouped(figure.median)));
        }
        let _ = writeln!(text, "| {} | {} |", row.title, cells.join(" | "));
    }
    let what = if is_memory { "bytes of memory a connection" } else { "ratios, median and spread" };
    let machine = &section.machine;
    let _ = write!(
        text,
        "\n*{what}; {}, {} cores, {}, {}; {}",
        machine.processor,
        machine.cores,
        machine.system,
        machine.date,
        if machine.pinned { "a core for the server and one for the load" } else { "not pinned" },
    );
    if let Some(control) = &machine.congestion_control {
        let _ = write!(text, "; TCP with {control}");
    }
    text.push_str("*\n");
    text
}

fn with_version(name: &str, section: &Section) -> String {
    section.versions.get(name).map_or(name.to_owned(), |version| format!("{name} {version}"))
}

fn cell(row: &Row, name: &str) -> String {
    let Some(figures) = row.of(name) else { return "–".to_owned() };
    match (figures.ratio, figures.figure) {
        (_, Some(figure)) if row.unit == Unit::Bytes => grouped(figure.median),
        (Some(ratio), _) => {
            format!("{:.2} <small>({:.2}–{:.2})</small>", ratio.median, ratio.lower, ratio.upper)
        }
        (None, Some(figure)) => grouped(figure.median),
        (None, None) => "failed".to_owned(),
    }
}

/// Returns a sentence about the rows in which the load was busier than the server.
fn load_bound(section: &Section) -> String {
    let of_row = |row: &Row| {
        let bound = row.peers.iter().filter(|figures| is_load_bound(figures));
        bound.map(|figures| format!("{} ({})", figures.peer, row.title)).collect::<Vec<_>>()
    };
    let bound: Vec<String> = section.rows.iter().flat_map(of_row).collect();
    match &bound[..] {
        [] => {
            "In no row was the load the limit: it used less of its core than the server, or left \
               at least a tenth of it idle.\n"
                .to_owned()
        }
        some => format!(
            "Here the load was busier than the server, which may be faster than that: {}.\n",
            some.join("; ")
        ),
    }
}

/// Returns a sentence about the rows in which a WebSocket server is faster than ours.
fn losses(section: &Section) -> String {
    let mut ours = None;
    let mut losses = Vec::new();
    for row in &section.rows {
        let Some(own) = row.peers.iter().find(|figures| is_ours(&figures.peer)) else { continue };
        ours = Some(&own.peer);
        // The peers are sorted, the best first. Raw TCP is not a competitor.
        let best = row.peers.iter().find(|figures| figures.peer != RAW);
        let Some(best) = best else { continue };
        let Some((figure, best_figure)) = own.standing().zip(best.standing()) else { continue };
        let (peer, title) = (&best.peer, &row.title);
        if row.unit == Unit::Bytes {
            if figure * LOSS > best_figure
                && let (Some(own), Some(best)) = (own.figure, best.figure)
            {
                let more = grouped(own.median - best.median);
                losses.push(format!("{more} bytes over {peer} ({title})"));
            }
        } else if figure < best_figure * LOSS {
            let percent = (1.0 - figure / best_figure) * 100.0;
            losses.push(format!("{percent:.0} % behind {peer} ({title})"));
        }
    }
    let Some(ours) = ours else { return String::new() };
    match &losses[..] {
        [] => format!("In every row, {ours} is ahead of the others or within 2 % of the best."),
        some => format!("Where we lose: {ours} is {}.", some.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Figures;
    use crate::statistics::Spread;

    fn row(peers: &[(&str, f64)]) -> Row {
        let figures = |(peer, figure): &(&str, f64)| Figures {
            peer: (*peer).to_owned(),
            figure: Spread::of(&[*figure]),
            ratio: Spread::of(&[*figure / 100.0]),
            busy: None,
            problem: None,
        };
        let peers = peers.iter().map(figures).collect();
        let mut row = Row { title: "20 B".to_owned(), grows: None, unit: Unit::Messages, peers };
        row.sort();
        row
    }

    fn section(rows: Vec<Row>) -> Section {
        Section {
            machine: crate::machine::Machine::here(),
            versions: [("yawc".to_owned(), "0.5.0".to_owned())].into(),
            rounds: 1,
            seconds: 1.0,
            base: "raw TCP".to_owned(),
            rows,
        }
    }

    #[test]
    fn over_http2_memory_has_a_table_of_its_own_and_the_limit_of_the_load_is_said() {
        let mut echo = row(&[("step 6", 100.0), ("step 7, 1 stream", 60.0)]);
        echo.peers[1].busy = Some((0.8, 0.95));
        let idle = Row { unit: Unit::Bytes, ..row(&[("step 6", 1500.0)]) };
        let text = http2(&section(vec![echo, idle]));
        assert!(text.contains("may be faster than that: step 7, 1 stream (20 B).\n"), "{text}");
        let (speed, memory) = text.split_once("may be faster").unwrap();
        assert!(speed.contains("| 20 B | – | 1.00"), "{text}");
        assert!(memory.contains("| 20 B | 1,500 |"), "{text}");
    }

    #[test]
    fn a_loss_is_said_in_words_and_raw_tcp_is_no_competitor() {
        let behind = section(vec![row(&[("step 5", 80.0), ("yawc", 100.0), ("raw TCP", 120.0)])]);
        assert_eq!(losses(&behind), "Where we lose: step 5 is 20 % behind yawc (20 B).");
        let ahead = section(vec![row(&[("step 5", 99.0), ("yawc", 100.0), ("raw TCP", 120.0)])]);
        assert!(losses(&ahead).starts_with("In every row, step 5 is ahead"));
        let table = table(&behind);
        assert!(table.contains("| yawc 0.5.0 |"), "{table}");
        assert!(table.contains("| 20 B | 120 | 0.80 <small>(0.80–0.80)</small> |"), "{table}");
    }
}
