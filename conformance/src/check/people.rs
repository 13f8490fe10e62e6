//! The report for people.

use std::fmt::Write as _;

use super::{
    catalogue::LEVELS,
    record::{Direction, Mark, Piece},
    report::{Report, Ruling, Verdict},
};

/// How many bytes stand in a row.
const ROW: usize = 16;
/// How many rows are shown of one piece.
const ROWS_MAX: usize = 5;
/// How wide a line of prose is, without what stands in front of it.
const PROSE: usize = 66;

/// The colours, as a terminal knows them.
const BOLD: &str = "1";
const RED: &str = "31";
const GREEN: &str = "32";
const DIM: &str = "2";

impl Report {
    /// The report for people, in colours if they are wanted.
    #[must_use]
    pub fn for_people(&self, colours: bool) -> String {
        let paint = |way: &str, text: &str| {
            if colours { format!("\x1b[{way}m{text}\x1b[0m") } else { text.to_owned() }
        };
        let mut out = format!("{}\n\n", paint(BOLD, &self.options.judged.url));
        for (level, name) in LEVELS {
            out += &self.level(level, name, &paint);
        }
        for ruling in self.with(Verdict::Failed) {
            out += "\n";
            out += &failure(ruling, &paint);
        }
        let count = |verdict| self.with(verdict).count();
        let (passed, failed, skipped) =
            (count(Verdict::Passed), count(Verdict::Failed), count(Verdict::Skipped));
        let sum = format!("{passed} passed, {failed} failed, {skipped} skipped");
        let way = if self.is_good() { GREEN } else { RED };
        out + &format!("\n{} in {:.1} s\n", paint(way, &sum), self.time.as_secs_f32())
    }

    /// A line for a level, and why some of it could not be seen.
    fn level(&self, level: u8, name: &str, paint: &dyn Fn(&str, &str) -> String) -> String {
        let rulings: Vec<&Ruling> =
            self.rulings.iter().filter(|ruling| ruling.check.level == level).collect();
        if rulings.is_empty() {
            return String::new();
        }
        let count = |verdict| rulings.iter().filter(|ruling| ruling.verdict == verdict).count();
        let (failed, skipped) = (count(Verdict::Failed), count(Verdict::Skipped));
        let sign = match (failed, count(Verdict::Passed)) {
            (1.., _) => paint(RED, "✗"),
            (0, 0) => "·".to_owned(),
            _ => paint(GREEN, "✓"),
        };
        let mut line = format!("{sign} {level} {name:<24}{:>3} passed", count(Verdict::Passed));
        if failed > 0 {
            line += &paint(RED, &format!(", {failed} failed"));
        }
        if skipped > 0 {
            let _ = write!(line, ", {skipped} skipped");
        }
        line + "\n" + &paint(DIM, &reasons(&rulings))
    }
}

/// Why checks of a level were skipped, with their names behind each reason.
fn reasons(rulings: &[&Ruling]) -> String {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for ruling in rulings.iter().filter(|ruling| ruling.verdict == Verdict::Skipped) {
        let why = ruling.happened.as_str();
        match reasons.iter_mut().find(|(other, _)| *other == why) {
            Some((_, ids)) => ids.push(ruling.check.id),
            None => reasons.push((why, vec![ruling.check.id])),
        }
    }
    let line = |(why, ids): &(&str, Vec<&str>)| {
        prose("      ", &format!("skipped, as {why}: {}", ids.join(", ")))
    };
    reasons.iter().map(line).collect()
}

/// What failed, and all that is needed to find out why.
fn failure(ruling: &Ruling, paint: &dyn Fn(&str, &str) -> String) -> String {
    let check = &ruling.check;
    let fault = check.fault.map_or_else(String::new, |fault| format!(" · fault {fault}"));
    let title = paint(BOLD, &paint(RED, &format!("✗ {}", check.id)));
    let mut out = format!("{title}  {}{}\n", check.clause, paint(DIM, &fault));
    out += &prose("  expected  ", check.expected);
    out += &prose("  happened  ", &ruling.happened);
    for piece in ruling.finding.iter().flat_map(|finding| &finding.record.pieces) {
        out += &bytes(piece, ruling.finding.as_ref().and_then(|finding| finding.mark), paint);
    }
    out + &prose("  hint      ", check.hint)
}

/// A sentence behind a label, in lines that fit a terminal.
pub(super) fn prose(label: &str, words: &str) -> String {
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
pub(super) fn bytes(
    piece: &Piece,
    mark: Option<Mark>,
    paint: &dyn Fn(&str, &str) -> String,
) -> String {
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
