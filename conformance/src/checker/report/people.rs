//! The report for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::checker::check::LEVELS;
use crate::checker::report::bytes::{Paint, shown};
use crate::checker::report::ruling::{Report, Ruling, Verdict, counts};
use crate::checker::stages::{STAGES, Stage, chapter_name, numbered, stage_of};
use crate::terminal::{BOLD, DIM, GREEN, RED, painted};

/// How wide a line of prose is, with its label.
const PROSE: usize = 78;
/// How many rows a screen has for the first failure. The last one is for the prompt.
pub const SCREEN: usize = 23;
/// How many skipped checks are named for each reason. JSON has them all.
const NAMED: usize = 4;
/// How many letters are shown of what has happened.
const HAPPENED_MAX: usize = 200;
/// How many rows of bytes are shown of each failure if all are shown.
const ROWS: usize = 20;
/// The least number of rows of bytes.
const ROWS_MIN: usize = 5;

impl Report {
    /// Returns the report for people, in colours if they are wanted.
    pub fn for_people(&self, colours: bool) -> String {
        let paint = |way: &str, text: &str| painted(colours, way, text);
        let head = self.head(colours);
        let foot = self.foot(&paint);
        let failed: Vec<&Ruling> = self.with(Verdict::Failed).collect();
        if let (Some(ruling), true) = (failed.first(), self.options.first) {
            return on_a_screen(ruling, &(head + "\n"), &foot, colours);
        }
        let failures = failed.iter().map(|ruling| format!("\n{}", failure(ruling, ROWS, &paint)));
        head + &failures.collect::<String>() + "\n" + &foot
    }

    /// What was checked, and how each stage or level came out.
    fn head(&self, colours: bool) -> String {
        let paint: Paint = &|way, text| painted(colours, way, text);
        let mut head = format!("{}\n", paint(BOLD, &self.options.target.url));
        let Some(last) = self.options.stage.and_then(numbered) else {
            if !self.options.first {
                head.push('\n');
                for (level, name) in LEVELS {
                    head += &line(&format!("{level} {name:<24}"), self.at(level), paint);
                }
            }
            return head;
        };
        if !self.options.first {
            head.push('\n');
            for stage in STAGES.iter().filter(|stage| stage.number <= last.number) {
                let rulings = self.rulings.iter().filter(|ruling| is_in(ruling, stage));
                head += &line(&format!("{:>2} {:<39}", stage.number, stage.title), rulings, paint);
                if !stage.cases.is_empty() {
                    let by = format!("ws-judge conformance URL --only {}", stage.cases);
                    let _ = writeln!(head, "· {:>2} {by}", stage.number);
                }
            }
        }
        let failed = self.with(Verdict::Failed).filter_map(|ruling| stage_of(ruling.check.id));
        let open = failed.min_by_key(|stage| stage.number);
        head + &place(open, last, colours)
    }

    /// What to do next, and how many checks came out how.
    fn foot(&self, paint: Paint) -> String {
        let mut foot = String::new();
        let mut failed = self.ids(Verdict::Failed);
        failed.truncate(if self.options.first { 1 } else { failed.len() });
        if let Some(ruling) = self.with(Verdict::Failed).next() {
            if failed.len() > 1 {
                let _ = writeln!(foot, "Begin with {}:", ruling.check.id);
            }
            let chapter = stage_of(ruling.check.id).map(|stage| chapter_name(stage.chapter));
            let places = standard(ruling.check.clause).into_iter().chain(chapter);
            let _ = writeln!(foot, "  read      {}", places.collect::<Vec<_>>().join(" · "));
            let seed = self.options.seed;
            let _ = writeln!(foot, "  again     --seed {seed} --only {}", failed.join(","));
        }
        let [passed, failed, skipped] = self.counts();
        let sum = format!("{passed} passed, {failed} failed, {skipped} skipped");
        let way = if self.is_good() { GREEN } else { RED };
        let unasked = match self.total - self.rulings.len() {
            0 => String::new(),
            count => format!(", {count} not run"),
        };
        let seconds = self.time.as_secs_f32();
        let _ = writeln!(foot, "{}{unasked} in {seconds:.1} s", paint(way, &sum));
        foot
    }
}

/// A line for a level or a stage, and why some of it was skipped.
fn line<'a>(name: &str, rulings: impl Iterator<Item = &'a Ruling> + Clone, paint: Paint) -> String {
    let [passed, failed, skipped] = counts(&rulings);
    let sign = match (passed, failed, skipped) {
        (0, 0, 0) => return String::new(),
        (_, 1.., _) => paint(RED, "✗"),
        (0, 0, _) => "·".to_owned(),
        _ => paint(GREEN, "✓"),
    };
    let mut line = format!("{sign} {name}{passed:>3} passed");
    if failed > 0 {
        line += &paint(RED, &format!(", {failed} failed"));
    }
    if skipped > 0 {
        let _ = write!(line, ", {skipped} skipped");
    }
    line + "\n" + &paint(DIM, &reasons(rulings))
}

fn is_in(ruling: &Ruling, stage: &Stage) -> bool {
    stage_of(ruling.check.id).is_some_and(|other| other.number == stage.number)
}

/// Returns a sign for each stage: whether it `is_done`, is the one that is `open`, or is not known.
pub fn map(is_done: impl Fn(&Stage) -> bool, open: Option<u8>, colours: bool) -> String {
    let sign = |stage: &Stage| match stage.number {
        number if Some(number) == open => painted(colours, RED, "✗"),
        _ if is_done(stage) => painted(colours, GREEN, "✓"),
        _ => painted(colours, DIM, "·"),
    };
    STAGES.iter().map(sign).collect()
}

/// The map, and the task: that of the stage that is `open`, or of the next one.
fn place(open: Option<&Stage>, last: &Stage, colours: bool) -> String {
    let done = open.map_or(last.number, |stage| stage.number - 1);
    let is_done = |stage: &Stage| stage.number <= done && !stage.checks.is_empty();
    let map = map(is_done, open.map(|stage| stage.number), colours);
    let next = if open.is_some() { "" } else { "next: " };
    let Some(stage) = open.or_else(|| numbered(done + 1)) else {
        return map + "  All stages are done.\n";
    };
    let title = format!("{next}stage {}, {}", stage.number, stage.title);
    let judged = match stage.cases {
        "" => String::new(),
        cases => format!(" Judge it by `ws-judge conformance URL --only {cases}`."),
    };
    let task = prose("  ", &format!("{}{judged}", stage.task));
    format!("{map}  {}\n{task}", painted(colours, BOLD, &title))
}

/// Why checks of a level were skipped, with their names behind each reason.
fn reasons<'a>(rulings: impl Iterator<Item = &'a Ruling>) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for ruling in rulings.filter(|ruling| ruling.verdict == Verdict::Skipped) {
        reasons.entry(&ruling.happened).or_default().push(ruling.check.id);
    }
    let line = |(why, ids): (&&str, &Vec<&str>)| {
        let more = match ids.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let named = ids[..ids.len().min(NAMED)].join(", ");
        prose("      ", &format!("skipped, as {why}: {named}{more}"))
    };
    reasons.iter().map(line).collect()
}

/// A failed check, and all that is needed to find out why it failed.
fn failure(ruling: &Ruling, rows: usize, paint: Paint) -> String {
    let check = &ruling.check;
    let fault = check.fault.map_or_else(String::new, |fault| format!(" · fault {fault}"));
    let title = paint(BOLD, &paint(RED, &format!("✗ {}", check.id)));
    format!("{title}  {}{}\n{}", check.clause, paint(DIM, &fault), ruling.details(rows, paint))
}

/// Returns the failure between a head and a foot, with as many of its bytes as fit the screen.
pub fn on_a_screen(ruling: &Ruling, head: &str, foot: &str, colours: bool) -> String {
    let paint: Paint = &|way, text| painted(colours, way, text);
    let text = |rows| format!("{head}{}{foot}", failure(ruling, rows, paint));
    let room = SCREEN.saturating_sub(text(0).lines().count() - rows_of(ruling, 0));
    text(room.max(ROWS_MIN))
}

/// How many rows the bytes take if there is this much room.
fn rows_of(ruling: &Ruling, room: usize) -> usize {
    let plain: Paint = &|_, text| text.to_owned();
    ruling
        .finding
        .as_ref()
        .map_or(0, |finding| shown(&finding.record, finding.mark, room, plain).lines().count())
}

impl Ruling {
    /// What was expected, what happened, the bytes, and a hint.
    pub(crate) fn details(&self, rows: usize, paint: Paint) -> String {
        let mut out = prose("  expected  ", self.check.expected);
        out += &prose("  happened  ", &short(&self.happened));
        if let Some(finding) = &self.finding {
            out += &shown(&finding.record, finding.mark, rows, paint);
        }
        out + &prose("  hint      ", self.check.hint)
    }
}

/// The address of a clause of an RFC: `RFC 6455 §5.1`.
fn standard(clause: &str) -> Option<String> {
    let first = clause.split(',').next()?;
    let (number, section) = first.strip_prefix("RFC ")?.split_once(" §")?;
    Some(format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"))
}

/// Words of the server's own may be long, and may not control the terminal.
fn short(happened: &str) -> String {
    let harmless = |letter: char| if letter.is_control() { '·' } else { letter };
    let mut words: String = happened.chars().take(HAPPENED_MAX).map(harmless).collect();
    if happened.chars().nth(HAPPENED_MAX).is_some() {
        words.push('…');
    }
    words
}

/// Returns a sentence behind a label, in lines that fit a terminal.
pub fn prose(label: &str, words: &str) -> String {
    let indent = " ".repeat(label.chars().count());
    let room = PROSE - indent.len();
    let mut out = label.to_owned();
    let mut width = 0;
    for word in words.split(' ') {
        // A word that is longer than a line is cut into several.
        let pieces: Vec<Vec<char>> = pieces(word);
        let parts = pieces.iter().flat_map(|piece| piece.chunks(room.max(1)));
        for (index, part) in parts.enumerate() {
            let space = usize::from(index == 0 && width > 0);
            let length: usize = part.iter().copied().map(columns).sum();
            if width > 0 && width + space + length > room {
                let _ = write!(out, "\n{indent}");
                width = 0;
            } else if space > 0 {
                out += " ";
                width += 1;
            }
            out.extend(part);
            width += length;
        }
    }
    out + "\n"
}

/// Cuts a word where a line may end in it: between two Chinese characters, but not before a mark
/// that closes something, and not after one that opens something.
fn pieces(word: &str) -> Vec<Vec<char>> {
    let mut pieces: Vec<Vec<char>> = Vec::new();
    for letter in word.chars() {
        let last = pieces.last().and_then(|piece| piece.last()).copied();
        let is_border = last.is_some_and(|last| {
            columns(last) + columns(letter) > 2
                && !"（「『《".contains(last)
                && !"，。、；：？！）」』》…".contains(letter)
        });
        match pieces.last_mut() {
            Some(piece) if !is_border => piece.push(letter),
            _ => pieces.push(vec![letter]),
        }
    }
    pieces
}

/// The columns of a terminal that a letter takes: Chinese ones take two.
fn columns(letter: char) -> usize {
    if matches!(letter, '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}')
    {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_server_are_cut_and_do_not_control_the_terminal() {
        assert_eq!(short("a\u{1b}[31mb\n"), "a·[31mb·");
        let text = prose("  ", &short(&"x".repeat(1000)));
        assert!(text.lines().count() == 3 && text.ends_with("x…\n"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= PROSE), "{text}");
    }

    #[test]
    fn chinese_lines_end_at_the_margin_and_not_before_a_comma() {
        let sentence = "服务器读一帧，再读一帧，直到连接关闭。".repeat(5) + " `just next`";
        let text = prose("1. ", &sentence);
        let lines: Vec<&str> = text.lines().collect();
        let widths: Vec<usize> = lines.iter().map(|line| line.chars().map(columns).sum()).collect();
        assert!(widths.iter().all(|width| *width <= PROSE), "{text}");
        let full = &widths[..widths.len() - 1];
        assert!(full.len() > 1 && full.iter().all(|width| *width >= PROSE - 4), "{text}");
        assert!(lines[1..].iter().all(|line| !line.trim().starts_with(['，', '。'])), "{text}");
        assert_eq!(
            text.replace(['\n', ' '], ""),
            format!("1.{sentence}\n").replace(['\n', ' '], "")
        );
    }

    #[test]
    fn a_clause_has_an_address() {
        let address = "https://www.rfc-editor.org/rfc/rfc6455#section-5.5.1";
        assert_eq!(standard("RFC 6455 §5.5.1, §7.1").as_deref(), Some(address));
        assert_eq!(standard("steps/06-chat/README.md"), None);
    }
}
