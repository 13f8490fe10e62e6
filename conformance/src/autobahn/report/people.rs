//! One case for people, on one screen.

use crate::autobahn::verdict::Outcome;
use crate::checker::report::people::{SCREEN, prose};
use crate::terminal::{BOLD, DIM, RED, painted};

/// How wide a line of the conversation is. A terminal has 80 columns.
const WIDTH: usize = 78;
/// The least number of lines of the conversation, whatever the head and the foot need.
const LINES_MIN: usize = 4;

/// Returns the outcome of a case between a head and a foot: what the judge does in it, what it
/// expects, what happened, and as many of the last frames as fit the screen.
pub fn on_a_screen(outcome: &Outcome, head: &str, foot: &str, colours: bool) -> String {
    let start = format!("{head}{}", sentences(outcome, colours));
    let room = SCREEN.saturating_sub(start.lines().count() + foot.lines().count());
    start + &conversation(&outcome.wire, room.max(LINES_MIN)) + foot
}

/// The number of the case, the verdicts, and their reasons.
fn sentences(outcome: &Outcome, colours: bool) -> String {
    let Outcome { case, behavior, behavior_close, result, result_close, .. } = outcome;
    let title = painted(colours, BOLD, &painted(colours, RED, &format!("✗ Autobahn {case}")));
    let verdicts = format!("behaviour {}, close {}", behavior.word(), behavior_close.word());
    let mut out = format!("{title}  {}\n", painted(colours, DIM, &verdicts));
    out += &prose("  sent      ", &outcome.description);
    out += &prose("  expected  ", &outcome.expectation);
    out + &prose("  happened  ", format!("{result} {result_close}").trim())
}

/// The last lines of the conversation: the fault is near the end.
fn conversation(wire: &[String], room: usize) -> String {
    let shown = &wire[wire.len().saturating_sub(room)..];
    let mut lines: Vec<String> = shown.iter().map(|line| format!("  {}", cut(line))).collect();
    if let (Some(first), true) = (lines.first_mut(), shown.len() < wire.len()) {
        *first = format!("  … {} lines before this", wire.len() - shown.len() + 1);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The start of a line, as much of it as a terminal shows in one row.
fn cut(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::verdict::{Verdict, example};

    #[test]
    fn a_case_fits_the_screen_and_shows_its_last_frames() {
        let mut outcome = example("6.4.3", Verdict::NonStrict, Verdict::Ok);
        let frame = |number| format!("→ text, 200 bytes: {number} {}", "x".repeat(100));
        outcome.wire = (1..=60).map(frame).collect();
        let (head, foot) = ("one\ntwo\nthree\n", "four\n");
        let text = on_a_screen(&outcome, head, foot, false);
        assert_eq!(text.lines().count(), SCREEN, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("bytes: 60 x") && !text.contains("bytes: 1 x"), "{text}");
    }

    #[test]
    fn a_case_says_what_was_sent_and_expected_and_what_happened() {
        let outcome = example("6.4.3", Verdict::NonStrict, Verdict::Ok);
        let expected = "\
head
✗ Autobahn 6.4.3  behaviour NON-STRICT, close OK
  sent      The judge sends a text.
  expected  The text comes back.
  happened  The peer sent <nothing>. The peer ended TCP.
  → text, 5 bytes: hello
foot
";
        assert_eq!(on_a_screen(&outcome, "head\n", "foot\n", false), expected);
    }
}
