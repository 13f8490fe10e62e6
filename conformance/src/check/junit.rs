//! The report as JUnit XML, which grading tools and build servers read.

use super::{
    catalogue::LEVELS,
    people::{bytes, prose},
    report::{Report, Ruling, Verdict},
};

impl Report {
    /// The report as JUnit XML: a suite a level, a test case a check.
    #[must_use]
    pub fn junit(&self) -> String {
        let suites: String = LEVELS.iter().map(|(level, name)| self.suite(*level, name)).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {}>\n{suites}</testsuites>\n",
            escaped(&self.options.judged.url),
            counts(&self.rulings.iter().collect::<Vec<_>>()),
        )
    }

    fn suite(&self, level: u8, name: &str) -> String {
        let rulings: Vec<&Ruling> =
            self.rulings.iter().filter(|ruling| ruling.check.level == level).collect();
        if rulings.is_empty() {
            return String::new();
        }
        let cases: String = rulings.iter().map(|ruling| case(ruling)).collect();
        format!(
            "  <testsuite name=\"level {level}, {name}\" {}>\n{cases}  </testsuite>\n",
            counts(&rulings)
        )
    }
}

fn counts(rulings: &[&Ruling]) -> String {
    let count = |verdict| rulings.iter().filter(|ruling| ruling.verdict == verdict).count();
    let time: f64 = rulings.iter().map(|ruling| ruling.time.as_secs_f64()).sum();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{time:.3}\"",
        rulings.len(),
        count(Verdict::Failed),
        count(Verdict::Skipped)
    )
}

fn case(ruling: &Ruling) -> String {
    let Ruling { check, verdict, happened, time, finding } = ruling;
    let group = check.id.split('/').next().unwrap_or_default();
    let inside = match verdict {
        Verdict::Passed => String::new(),
        Verdict::Skipped => format!("      <skipped message=\"{}\"/>\n", escaped(happened)),
        Verdict::Failed => {
            let fault = check.fault.map_or_else(String::new, |fault| format!(" (fault {fault})"));
            let plain = |_: &str, text: &str| text.to_owned();
            let mut text = prose("expected  ", check.expected) + &prose("happened  ", happened);
            for piece in finding.iter().flat_map(|finding| &finding.record.pieces) {
                text += &bytes(piece, finding.as_ref().and_then(|finding| finding.mark), &plain);
            }
            text += &prose("hint      ", check.hint);
            format!(
                "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                escaped(&format!("{}{fault}", check.clause)),
                escaped(happened),
                escaped(&text)
            )
        }
    };
    format!(
        "    <testcase classname=\"{group}\" name=\"{}\" time=\"{:.3}\">\n{inside}    </testcase>\n",
        check.id,
        time.as_secs_f64()
    )
}

/// Text as XML can hold it. What a server has said may hold anything.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(character),
            _ if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            _ => out.push(character),
        }
    }
    out
}
