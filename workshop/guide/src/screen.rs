//! What `just next` shows: where the reader is, what to do, and the first failure, on one screen.

use conformance::autobahn::verdict::Outcome;
use conformance::checker::report::people::{SCREEN, map, on_a_screen, prose};
use conformance::terminal::{BOLD, GREEN, RED, painted};

use crate::course::stage::{LAST, page};
use crate::judge::{Judgement, Open};

/// How many letters of a sentence of Autobahn's are shown.
const SENTENCE: usize = 200;
/// How wide a line of a case's wire is.
const WIDTH: usize = 76;

/// Returns the screen. `again` is the command that judges the same server again, and `end` what the
/// program itself has to say.
pub(crate) fn screen(
    judgement: &Judgement,
    again: &str,
    end: Option<&str>,
    colours: bool,
) -> String {
    let Some(open) = &judgement.open else {
        return all_done(colours);
    };
    let head = head(judgement, open, colours);
    let foot = foot(open, again, end);
    match (judgement.failure(), &open.cases) {
        (Some(ruling), _) => on_a_screen(ruling, &head, &foot, colours),
        (None, Some((failed, count))) => case(failed, *count, &head, &foot, colours),
        (None, None) => head + &foot,
    }
}

fn all_done(colours: bool) -> String {
    let map = map(|_| true, None, colours);
    let done = painted(colours, GREEN, &format!("All {LAST} stages are green."));
    let next = "You have built a WebSocket server. Compare it with the steps (`just step 5`), or \
                build the client's side of it, which the judge knows too: `just check --client \
                'PROGRAM {url}'`.";
    format!("{map}  {done}\n{}", prose("  ", next))
}

/// The map, the stage and its task.
fn head(judgement: &Judgement, open: &Open, colours: bool) -> String {
    let (stage, done) = (open.stage, judgement.done());
    let map = map(|stage| stage.number <= done, Some(stage.number), colours);
    let title = format!("stage {}: {}", stage.number, stage.title);
    let title = painted(colours, BOLD, &title);
    format!("{map}  {done} of {LAST} green · {title}\n{}\n", prose("  ", stage.task))
}

/// What the program says, where to read, and what to type.
fn foot(open: &Open, again: &str, end: Option<&str>) -> String {
    let stage = open.stage;
    let page = page(stage.chapter, stage.number);
    end.map_or_else(String::new, |end| prose("  program   ", end))
        + &format!("  page      {page} (`just book` shows it)\n")
        + &format!("  next      `{again}` · `just hint` · `just reveal {}`\n", stage.number)
}

/// The first of Autobahn's cases that has failed, with as much of its wire as fits the screen.
fn case(failed: &[Outcome], count: usize, head: &str, foot: &str, colours: bool) -> String {
    let Some(outcome) = failed.first() else { return format!("{head}{foot}") };
    let Outcome { case, behavior, behavior_close, result, result_close, .. } = outcome;
    let title = painted(colours, RED, &format!("✗ Autobahn {case}"));
    let (verdict, close) = (behavior.word(), behavior_close.word());
    let sum = format!("{} of {count} cases have failed", failed.len());
    let mut text = format!("{head}{title}  {verdict}, close {close} · {sum}\n");
    text += &prose("  case      ", &short(&outcome.description, SENTENCE));
    text += &prose("  expected  ", &short(&outcome.expectation, SENTENCE));
    text += &prose("  happened  ", &short(&format!("{result} {result_close}"), SENTENCE));
    let room = SCREEN.saturating_sub(text.lines().count() + foot.lines().count());
    // The end of a long conversation shows what went wrong.
    let wire = &outcome.wire[outcome.wire.len().saturating_sub(room)..];
    text.extend(wire.iter().map(|line| format!("  {}\n", short(line, WIDTH))));
    text + foot
}

/// A text that is not longer than this, and does not control the terminal.
fn short(text: &str, letters: usize) -> String {
    let harmless = |letter: char| if letter.is_control() { '·' } else { letter };
    let mut short: String = text.chars().take(letters).map(harmless).collect();
    if text.chars().nth(letters).is_some() {
        short.pop();
        short.push('…');
    }
    short
}
