//! Our own page about a run: what has come out, and each case that is not simply OK.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    case::{CaseId, GROUPS},
    expected::Outcome,
    judge::Report,
    report::Verdict,
};

/// What the page looks like.
const STYLE: &str = include_str!("page.css");

/// What Autobahn tells of one case, in its own file.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    description: String,
    expectation: String,
    result: String,
    result_close: String,
}

/// Writes the page as `index.html` into the folder `above` the reports' own. `expected` are the
/// cases that were to be run. Hands back its path.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn write(
    reports: &[Report],
    expected: &BTreeMap<CaseId, Outcome>,
    above: &Path,
) -> Result<PathBuf, String> {
    let path = above.join("index.html");
    let details = |report: &Report, verdict: &Verdict| {
        let text = fs::read_to_string(verdict.details(&report.folder)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    };
    fs::write(&path, page(reports, expected, &details))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    Ok(path)
}

fn page(
    reports: &[Report],
    expected: &BTreeMap<CaseId, Outcome>,
    details: &dyn Fn(&Report, &Verdict) -> Details,
) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Conformance</title>\n<style>\n{STYLE}</style>\n\
         <h1>Conformance</h1>\n\
         <p>What Autobahn 25.10.1 says. A case is passed if the peer behaves as it should, and \
         closes as it should, too.</p>\n"
    );
    page.push_str(&table(reports, expected));
    for report in reports {
        page.push_str(&section(report, expected, details));
    }
    page
}

/// A row for each group, a column for each peer.
fn table(reports: &[Report], expected: &BTreeMap<CaseId, Outcome>) -> String {
    let mut table = "<div class=\"wide\"><table>\n<tr><th>group".to_owned();
    // Writing to a String cannot fail.
    for report in reports {
        let folder = report.judged.folder();
        let _ = write!(table, "<th><a href=\"#{folder}\">{}</a>", report.judged.name);
    }
    for group in &GROUPS {
        let is_in = |case: &CaseId| case.group() == group.number;
        let all = expected.keys().filter(|case| is_in(case)).count();
        if all == 0 {
            continue;
        }
        let _ = write!(
            table,
            "\n<tr><th>{} {}<small>{}</small>",
            group.number, group.name, group.about
        );
        for report in reports {
            table.push_str(&cell(report, all, &is_in));
        }
    }
    table.push_str("\n<tr class=\"sum\"><th>all");
    for report in reports {
        table.push_str(&cell(report, expected.len(), &|_| true));
    }
    table.push_str("\n</table></div>\n");
    table
}

/// How many are passed of `all` the cases that are chosen by `is_in`.
fn cell(report: &Report, all: usize, is_in: &dyn Fn(&CaseId) -> bool) -> String {
    let seen = || report.seen.iter().filter(|(case, _)| is_in(case)).map(|(_, it)| &it.outcome);
    let passed = seen().filter(|outcome| outcome.is_ok()).count();
    let informational = seen().filter(|outcome| outcome.behavior == "INFORMATIONAL").count();
    let class = if passed + informational == all { "good" } else { "bad" };
    let and = match informational {
        0 => String::new(),
        some => format!("<small>and {some} that inform</small>"),
    };
    format!("<td class=\"{class}\">{passed} <span>of {all}</span>{and}")
}

/// Every case of one peer that is not simply OK.
fn section(
    report: &Report,
    expected: &BTreeMap<CaseId, Outcome>,
    details: &dyn Fn(&Report, &Verdict) -> Details,
) -> String {
    let folder = report.judged.folder();
    let mut section = format!(
        "<h2 id=\"{folder}\">{}</h2>\n<p><a href=\"{folder}/index.html\">Autobahn's own \
         report</a> has a page for each case, with what went over the wire.</p>\n",
        report.judged.name
    );
    let not_ok = report.seen.iter().filter(|(_, verdict)| !verdict.outcome.is_ok());
    for (case, verdict) in not_ok {
        let Details { description, expectation, result, result_close } = details(report, verdict);
        let class = if expected.get(case) == Some(&verdict.outcome) { "note" } else { "case" };
        let _ = write!(
            section,
            "<section class=\"{class}\"><h3><a href=\"{folder}/{}\">{case}</a> {}</h3>\n<p>{}</p>\n\
             <dl><dt>expected<dd>{}<dt>seen<dd>{}<dt>close<dd>{}</dl></section>\n",
            escaped(&verdict.page(Path::new("")).display().to_string()),
            escaped(&verdict.outcome.to_string()),
            plain(&description),
            plain(&expectation),
            plain(&result),
            plain(&result_close)
        );
    }
    let missing: Vec<String> = expected
        .keys()
        .filter(|case| !report.seen.contains_key(case))
        .map(CaseId::to_string)
        .collect();
    if !missing.is_empty() {
        let _ = writeln!(section, "<p class=\"bad\">Not run: {}.</p>", missing.join(", "));
    }
    section
}

/// Autobahn's words, which have HTML among them, without it.
fn plain(words: &str) -> String {
    let mut plain = words.to_owned();
    for tag in ["<br/>", "<br>", "<b>", "</b>", "<p>", "</p>"] {
        plain = plain.replace(tag, " ");
    }
    escaped(&plain.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The text with nothing in it that HTML could mistake for its own: a peer chooses some of it.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{expected::expected, judged::Judged, report::verdicts};

    #[test]
    fn a_case_that_failed_is_told_with_what_was_expected_and_seen() {
        let index = r#"{"echo": {
            "5.1": {"behavior": "FAILED", "behaviorClose": "OK", "reportfile": "echo_5_1.json"},
            "5.2": {"behavior": "OK", "behaviorClose": "OK", "reportfile": "echo_5_2.json"}}}"#;
        let judged = Judged::url("ws://127.0.0.1:1");
        let reports =
            [Report { judged: &judged, folder: "server".into(), seen: verdicts(index).unwrap() }];
        let expected = expected(&["5.1", "5.2", "5.3"].map(str::to_owned)).unwrap();
        let details = |_: &Report, _: &Verdict| Details {
            description: "Send ping<br/>in fragments".to_owned(),
            expectation: "Fails at once".to_owned(),
            result: "Got <script>".to_owned(),
            result_close: "Closed".to_owned(),
        };
        let page = page(&reports, &expected, &details);
        for part in [
            "<td class=\"bad\">1 <span>of 3</span>",
            "<a href=\"server/echo_5_1.html\">5.1</a> FAILED, close OK",
            "Send ping in fragments",
            "<dt>expected<dd>Fails at once<dt>seen<dd>Got &lt;script&gt;",
            "Not run: 5.3.",
            "<a href=\"server/index.html\">",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("echo_5_2.html"), "{page}");
    }
}
