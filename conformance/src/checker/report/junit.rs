//! The report as JUnit XML, which grading tools and build servers read.

use std::fmt::Write as _;

use crate::checker::check::LEVELS;
use crate::checker::report::ruling::{Report, Ruling, Verdict, counts};

/// How many rows of bytes are shown of each failure.
const ROWS: usize = 20;

impl Report {
    /// Returns the report as JUnit XML: a suite a level, a test case a check.
    pub fn junit(&self) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let attributes = |name: &str, [passed, failed, skipped]: [usize; 3], seconds: f64| {
            let (name, tests) = (escaped(name), passed + failed + skipped);
            format!(
                "name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" \
                 skipped=\"{skipped}\" time=\"{seconds:.3}\""
            )
        };
        let all = attributes(&self.options.target.url, self.counts(), self.time.as_secs_f64());
        let _ = writeln!(out, "<testsuites {all}>");
        for (level, name) in LEVELS.iter().filter(|(level, _)| self.at(*level).count() > 0) {
            let seconds = self.at(*level).map(|ruling| ruling.time.as_secs_f64()).sum();
            let name = format!("level {level}, {name}");
            let suite = attributes(&name, counts(&self.at(*level)), seconds);
            let _ = writeln!(out, "  <testsuite {suite}>");
            out.extend(self.at(*level).map(case));
            out.push_str("  </testsuite>\n");
        }
        out + "</testsuites>\n"
    }
}

fn case(ruling: &Ruling) -> String {
    let Ruling { check, verdict, happened, time, .. } = ruling;
    let (id, seconds) = (escaped(check.id), time.as_secs_f64());
    let group = id.split('/').next().unwrap_or_default();
    let happened = escaped(happened);
    let outcome = match verdict {
        Verdict::Passed => String::new(),
        Verdict::Skipped => format!("<skipped message=\"{happened}\"/>"),
        Verdict::Failed => {
            let fault = check.fault.map_or_else(String::new, |fault| format!(" (fault {fault})"));
            let kind = escaped(&format!("{}{fault}", check.clause));
            let details = escaped(&ruling.details(ROWS, &|_, text| text.to_owned()));
            format!("<failure message=\"{happened}\" type=\"{kind}\">{details}</failure>")
        }
    };
    format!(
        "    <testcase name=\"{id}\" classname=\"{group}\" time=\"{seconds:.3}\">{outcome}\
         </testcase>\n"
    )
}

/// Text as XML may have it, between tags and within quotes.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(letter),
            // XML has no way to write these.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_can_be_written() {
        let text = "<a href=\"b\"> & 'c'\n\t€ \u{10ffff}";
        let xml = format!("<x y=\"{0}\">{0}</x>", escaped(text));
        let document = roxmltree::Document::parse(&xml).unwrap();
        assert_eq!(document.root_element().text(), Some(text));
        let xml = format!("<x>{}</x>", escaped("\0\u{1b}\u{ffff}\r"));
        assert_eq!(
            roxmltree::Document::parse(&xml).unwrap().root_element().text().unwrap(),
            "\u{fffd}".repeat(4)
        );
    }
}
