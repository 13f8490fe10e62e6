//! The screen of `just next`: the position of the reader, the task, and the first failure.

use conformance::autobahn::report::people::on_a_screen as case_on_a_screen;
use conformance::checker::report::people::{map, on_a_screen, prose};
use conformance::checker::stages::{Stage, numbered};
use conformance::terminal::{BOLD, GREEN, painted};

use crate::course::chinese::in_readers_language;
use crate::course::stage::{LAST, page};
use crate::judge::{Judgement, Open};

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
    match (judgement.failure(), &open.case) {
        (Some(ruling), _) => on_a_screen(ruling, &head, &foot, colours),
        (None, Some(case)) => case_on_a_screen(case, &head, &foot, colours),
        (None, None) => head + &foot,
    }
}

/// Returns the first line of the screen: a map of the stages, how many are `done`, and which one is
/// open.
pub fn place(done: u8, colours: bool) -> String {
    let open = numbered(done + 1);
    let map = map(|stage| stage.number <= done, open.map(|stage| stage.number), colours);
    let Some(stage) = open else {
        let all = format!("All {LAST} stages are green.");
        return format!("{map}  {}\n", painted(colours, GREEN, &all));
    };
    let title = format!("stage {}: {}", stage.number, stage.title);
    format!("{map}  {done} of {LAST} · {}\n", painted(colours, BOLD, &title))
}

/// Returns what the stage with this number asks for, and where the book describes it.
pub(crate) fn to_do(number: u8) -> String {
    numbered(number).map_or_else(String::new, |stage| {
        let title = in_readers_language(&format!("Stage {number}: {}", stage.title));
        let task = prose("  ", &in_readers_language(stage.task));
        format!("\n{title}\n{task}{}", page_of(stage))
    })
}

/// The line that names the page of the book.
fn page_of(stage: &Stage) -> String {
    format!("  page      {} (`just book` shows it)\n", page(stage.chapter, stage.number))
}

fn all_done(colours: bool) -> String {
    let next = "You have built a WebSocket server. Compare it with the steps (`just step 5`), or \
                build the client's side of it, which the judge knows too: `just check --client \
                'PROGRAM {url}'`.";
    place(LAST, colours) + &prose("  ", next)
}

/// Where the reader is, and the task.
fn head(judgement: &Judgement, open: &Open, colours: bool) -> String {
    place(judgement.done(), colours) + &prose("  ", &in_readers_language(open.stage.task)) + "\n"
}

/// What the program says, where to read, and what to type.
fn foot(open: &Open, again: &str, end: Option<&str>) -> String {
    let number = open.stage.number;
    end.map_or_else(String::new, |end| prose("  program   ", end))
        + "\n"
        + &page_of(open.stage)
        + &format!("  next      `{again}` · `just hint` · `just reveal {number}`\n")
}
