//! The report for people: one page without a script, which a browser opens from the disk.

use std::fmt::Write;

use crate::autobahn::report::judged::Judged;
use crate::autobahn::row::Row;
use crate::autobahn::suite::group;
use crate::autobahn::verdict::{Outcome, Verdict};

const STYLE: &str = include_str!("page.css");
/// The groups, and what each of them is about.
const GROUPS: [(u8, &str); 11] = [
    (1, "texts and binary messages of different lengths"),
    (2, "pings and pongs"),
    (3, "reserved bits"),
    (4, "reserved opcodes"),
    (5, "fragments"),
    (6, "UTF-8"),
    (7, "the closing handshake"),
    (9, "large and many messages"),
    (10, "a message in automatic fragments"),
    (12, "compression of different data, with fragments"),
    (13, "compression with different parameters"),
];

/// Draws the page.
pub(crate) fn draw(judged: &[Judged]) -> String {
    let names: Vec<&str> = judged.iter().map(|peer| peer.name.as_str()).collect();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Conformance of {names}</title>\n<style>\n{STYLE}</style>\n\
         <h1>Conformance</h1>\n\
         <p>The cases are those of Autobahn 25.10.1. A case has two verdicts: one on what the peer \
         did, and one on how the connection was closed. The table counts the cases in which both \
         are OK.</p>\n{table}\
         <input type=\"checkbox\" id=\"only\"> <label for=\"only\">Show only cases that are not \
         OK</label>\n",
        names = escaped(&names.join(", ")),
        table = table(judged),
    );
    for (number, about) in GROUPS {
        let cases = cases(judged, number);
        if !cases.is_empty() {
            let cases: String = cases.iter().map(|case| details(judged, case)).collect();
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "<section id=\"group-{number}\">\n<h2>Group {number}: {about}</h2>\n{cases}</section>\n"
            );
        }
    }
    page + "</html>\n"
}

/// The cases of a group in which at least one peer was judged, in the order of the suite.
fn cases(judged: &[Judged], number: u8) -> Vec<&str> {
    let mut cases = Vec::new();
    for outcome in judged.iter().flat_map(|peer| &peer.outcomes) {
        if group(&outcome.case) == number && !cases.contains(&outcome.case.as_str()) {
            cases.push(outcome.case.as_str());
        }
    }
    cases
}

/// The number of cases in which each peer is OK, by group.
fn table(judged: &[Judged]) -> String {
    let of = |number: u8, peer: &Judged| {
        peer.outcomes.iter().filter(|outcome| group(&outcome.case) == number).count()
    };
    let groups: Vec<u8> = GROUPS
        .iter()
        .map(|(number, _)| *number)
        .filter(|number| judged.iter().any(|peer| of(*number, peer) > 0))
        .collect();
    let heads: String = groups
        .iter()
        .map(|number| format!("<th><a href=\"#group-{number}\">{number}</a></th>"))
        .collect();
    let row = |peer: &Judged| {
        let row = Row::new(&peer.name, &peer.outcomes);
        let cells: String = groups
            .iter()
            .map(|number| format!("<td>{}/{}</td>", row.groups[number], of(*number, peer)))
            .collect();
        let name = escaped(&peer.name);
        let Row { passed, informational, .. } = row;
        format!("<tr><th>{name}</th><td>{passed}</td><td>{informational}</td>{cells}</tr>\n")
    };
    let rows: String = judged.iter().map(row).collect();
    format!(
        "<div class=\"scroll\"><table>\n<tr><th>group</th><th>OK</th>\
         <th>informs</th>{heads}</tr>\n{rows}</table></div>\n"
    )
}

/// One case: a line with the verdicts, and what is behind it.
fn details(judged: &[Judged], case: &str) -> String {
    let outcomes: Vec<(&str, &Outcome)> = judged
        .iter()
        .filter_map(|peer| {
            let outcome = peer.outcomes.iter().find(|outcome| outcome.case == case);
            outcome.map(|outcome| (peer.name.as_str(), outcome))
        })
        .collect();
    let Some((_, first)) = outcomes.first() else { return String::new() };
    let all_right = outcomes.iter().all(|(_, outcome)| outcome.is(Verdict::Ok));
    let class = if all_right { "right" } else { "wrong" };
    let verdicts: String = outcomes
        .iter()
        .map(|(name, outcome)| {
            format!("<span title=\"{}\">{}</span>", escaped(name), verdicts(outcome))
        })
        .collect();
    let more: String = outcomes.iter().map(|(name, outcome)| more(name, outcome)).collect();
    format!(
        "<details class=\"{class}\"><summary><span class=\"number\">{case}</span>\
         <span class=\"what\">{}</span>{verdicts}</summary>\n\
         <div class=\"more\"><p><b>Expected:</b> {}</p>\n{more}</div></details>\n",
        escaped(&first.description),
        escaped(&first.expectation),
    )
}

/// The verdicts on one peer in one case: one word if both are the same.
fn verdicts(outcome: &Outcome) -> String {
    let word = |verdict: Verdict| {
        let class = match verdict {
            Verdict::Ok => "ok",
            other if other.is_failure() => "bad",
            _ => "other",
        };
        format!("<span class=\"verdict {class}\">{}</span>", verdict.word())
    };
    let Outcome { behavior, behavior_close, .. } = outcome;
    if behavior == behavior_close {
        return word(*behavior);
    }
    format!("{} <span class=\"verdict\">close:</span> {}", word(*behavior), word(*behavior_close))
}

/// Returns the details of one peer in one case, with the frames if the case has failed.
fn more(name: &str, outcome: &Outcome) -> String {
    let wire = if outcome.is(Verdict::Ok) || outcome.wire.is_empty() {
        String::new()
    } else {
        format!("<pre>{}</pre>\n", escaped(&outcome.wire.join("\n")))
    };
    format!(
        "<p><b>{}</b> ({} ms): {} {}</p>\n{wire}",
        escaped(name),
        outcome.duration,
        escaped(&outcome.result),
        escaped(&outcome.result_close),
    )
}

/// A text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
