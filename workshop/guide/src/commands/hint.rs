//! `just hint`: one more hint at each call.

use clap::Args;
use conformance::terminal::print;
use testkit::cargo;

use crate::course::chinese::in_readers_language;
use crate::course::stage::{LAST, Stage};
use crate::markdown::shown;
use crate::progress::Progress;
use crate::workshop::Workshop;

/// Which hint.
#[derive(Args)]
pub struct Hint {
    /// The number of a stage, or the name of an exercise. Without it, the stage that was open when
    /// `just next` was run last
    #[arg(value_name = "STAGE | EXERCISE")]
    of: Option<String>,
}

impl Hint {
    /// Shows one more hint of a stage, or the hint of an exercise. Returns whether that was possible.
    ///
    /// # Errors
    /// A sentence, if there is no such stage, or if a file cannot be read or written.
    pub fn run(&self, workshop: &Workshop) -> Result<bool, String> {
        let number = match self.of.as_deref().map(|of| (of, of.parse::<u8>())) {
            None => None,
            Some((_, Ok(number))) => Some(number),
            Some((name, Err(_))) => return of_exercise(name),
        };
        let mut progress = Progress::read(&workshop.folder)?;
        let standing = progress.of_last();
        let number = number.unwrap_or(standing.open);
        if self.of.is_none() && number > LAST {
            return print("All stages are green, so there are no more hints.\n").map(|()| true);
        }
        let stage = Stage::numbered(number)?;
        let seen = standing.hints.entry(number).or_default();
        *seen = (*seen + 1).min(stage.text.hints.len());
        print(&hints(&stage, *seen))?;
        progress.write(&workshop.folder).map(|()| true)
    }
}

/// The first `count` hints of a stage, and how to go on.
fn hints(stage: &Stage, count: usize) -> String {
    let Stage { number, title, text, .. } = stage;
    let mut out = in_readers_language(&format!("Stage {number}: {title}")) + "\n";
    for (index, hint) in text.hints[..count].iter().enumerate() {
        out.push('\n');
        out += &shown(&format!("{}. ", index + 1), &in_readers_language(hint));
    }
    out.push('\n');
    let more = match text.hints.len() - count {
        0 => format!("That was the last hint. `just reveal {number}` shows the solution.\n"),
        1 => "`just hint` again shows the last hint, which says exactly what to do.\n".to_owned(),
        more => format!("{more} more hints: `just hint` again shows the next one.\n"),
    };
    out + &more
}

/// Passes the name on to `rustlings`.
fn of_exercise(name: &str) -> Result<bool, String> {
    let mut command = cargo(&["run", "-q", "-p", "tools", "--", "exercises", "hint", name]);
    let status = command.status().map_err(|error| format!("cargo cannot be started: {error}"))?;
    Ok(status.success())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::stage::Text;

    #[test]
    fn each_call_shows_one_more_hint_and_says_how_to_go_on() {
        let text = Text::read(
            "## Bytes\nb\n## Look up\n- l\n## Question\nq\n\nAnswer: a\n## Hints\n1. First?\n\
             2. Second?\n3. Do it.\n## Compare\n`c`: c\n## Fails\nnone\n",
        );
        let [mut stage] = [stage(text.unwrap())];
        stage.title = "Title";
        let first = "Stage 3: Title\n\n1. First?\n\n2 more hints: `just hint` again shows the next \
                     one.\n";
        assert_eq!(hints(&stage, 1), first);
        let second = hints(&stage, 2);
        assert!(second.contains("2. Second?") && !second.contains("Do it"), "{second}");
        assert!(second.contains("the last hint, which says"), "{second}");
        let third = hints(&stage, 3);
        assert!(third.contains("3. Do it.") && third.contains("`just reveal 3`"), "{third}");
    }

    fn stage(text: Text) -> Stage {
        Stage { number: 3, title: "", task: "", chapter: "", checks: &[], cases: "", text }
    }
}
