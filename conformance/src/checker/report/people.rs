//! The report for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::checker::check::LEVELS;
use crate::checker::report::ruling::{Report, Ruling, Verdict, counts};
use crate::checker::wire::record::{Direction, Mark, Piece};
use crate::terminal::{BOLD, DIM, GREEN, RED, painted};

/// How many bytes are shown in a row.
const ROW: usize = 16;
/// How many rows are shown of one piece.
const ROWS_MAX: usize = 5;
/// How wide a line of prose is, without its label.
const PROSE: usize = 66;

/// Puts a text in one of the ways of a terminal, or leaves it plain.
type Paint<'a> = &'a dyn Fn(&str, &str) -> String;

impl Report {
    /// Returns the report for people, in colours if they are wanted.
    pub fn for_people(&self, colours: bool) -> String {
        let paint = |way: &str, text: &str| painted(colours, way, text);
        let mut out = format!("{}\n\n", paint(BOLD, &self.options.target.url));
        for (level, name) in LEVELS {
            out += &self.level(level, name, &paint);
        }
        for ruling in self.with(Verdict::Failed) {
            let _ = write!(out, "\n{}", failure(ruling, &paint));
        }
        let [passed, failed, skipped] = self.counts();
        let sum = format!("{passed} passed, {failed} failed, {skipped} skipped");
        let way = if self.is_good() { GREEN } else { RED };
        out + &format!("\n{} in {:.1} s\n", paint(way, &sum), self.time.as_secs_f32())
    }

    /// A line for a level, and why some of it was skipped.
    fn level(&self, level: u8, name: &str, paint: Paint) -> String {
        let [passed, failed, skipped] = counts(&self.at(level));
        let sign = match (passed, failed, skipped) {
            (0, 0, 0) => return String::new(),
            (_, 1.., _) => paint(RED, "✗"),
            (0, 0, _) => "·".to_owned(),
            _ => paint(GREEN, "✓"),
        };
        let mut line = format!("{sign} {level} {name:<24}{passed:>3} passed");
        if failed > 0 {
            line += &paint(RED, &format!(", {failed} failed"));
        }
        if skipped > 0 {
            let _ = write!(line, ", {skipped} skipped");
        }
        line + "\n" + &paint(DIM, &reasons(self.at(level)))
    }
}

/// Why checks of a level were skipped, with their names behind each reason.
fn reasons<'a>(rulings: impl Iterator<Item = &'a Ruling>) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for ruling in rulings.filter(|ruling| ruling.verdict == Verdict::Skipped) {
        reasons.entry(&ruling.happened).or_default().push(ruling.check.id);
    }
    let line = |(why, ids): (&&str, &Vec<&str>)| {
        prose("      ", &format!("skipped, as {why}: {}", ids.join(", ")))
    };
    reasons.iter().map(line).collect()
}

/// A failed check, and all that is needed to find out why it failed.
fn failure(ruling: &Ruling, paint: Paint) -> String {
    let check = &ruling.check;
    let fault = check.fault.map_or_else(String::new, |fault| format!(" · fault {fault}"));
    let title = paint(BOLD, &paint(RED, &format!("✗ {}", check.id)));
    format!("{title}  {}{}\n{}", check.clause, paint(DIM, &fault), ruling.details(paint))
}

impl Ruling {
    /// What was expected, what happened, the bytes, and a hint.
    pub(crate) fn details(&self, paint: Paint) -> String {
        let mut out = prose("  expected  ", self.check.expected);
        out += &prose("  happened  ", &self.happened);
        if let Some(finding) = &self.finding {
            for piece in &finding.record.pieces {
                out += &bytes(piece, finding.mark, paint);
            }
        }
        out + &prose("  hint      ", self.check.hint)
    }
}

/// A sentence behind a label, in lines that fit a terminal.
fn prose(label: &str, words: &str) -> String {
    let indent = " ".repeat(label.chars().count());
    let mut out = label.to_owned();
    let mut width = 0;
    for word in words.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > PROSE {
            let _ = write!(out, "\n{indent}");
            width = 0;
        } else if width > 0 {
            out += " ";
            width += 1;
        }
        out += word;
        width += length;
    }
    out + "\n"
}

/// The bytes of one piece, in rows, with a caret under the first wrong one.
fn bytes(piece: &Piece, mark: Option<Mark>, paint: Paint) -> String {
    let arrow = match piece.direction {
        Direction::Sent => "→",
        Direction::Received => "←",
    };
    let marked = mark
        .filter(|mark| mark.direction == piece.direction)
        .and_then(|mark| mark.offset.checked_sub(piece.offset))
        .and_then(|index| usize::try_from(index).ok())
        .filter(|index| *index < piece.bytes.len());
    // The rows around the mark, and else the first ones.
    let rows = piece.bytes.chunks(ROW).enumerate();
    let skip = marked.map_or(0, |index| (index / ROW).saturating_sub(ROWS_MAX - 2));
    let mut out = String::new();
    let mut shown = 0;
    if skip > 0 {
        let _ = writeln!(out, "  {arrow} … {} bytes before", skip * ROW);
        shown = skip * ROW;
    }
    for (number, row) in rows.skip(skip).take(ROWS_MAX) {
        let hex: Vec<String> = row.iter().map(|byte| format!("{byte:02x}")).collect();
        let seen = |byte: &u8| if (b' '..=b'~').contains(byte) { char::from(*byte) } else { '·' };
        let ascii: String = row.iter().map(seen).collect();
        let arrow = if number == 0 { arrow } else { " " };
        let _ = writeln!(out, "  {arrow} {:<47}  {}", hex.join(" "), paint(DIM, &ascii));
        if let Some(index) = marked.filter(|index| index / ROW == number) {
            let caret = format!("{}^^", " ".repeat(4 + 3 * (index % ROW)));
            let _ = writeln!(out, "{}", paint(RED, &caret));
        }
        shown += row.len();
    }
    let rest = piece.length - shown as u64;
    if rest > 0 { out + &format!("    … and {rest} more\n") } else { out }
}
