//! `just reveal`: the solution of a stage, as the difference to the one before. It asks first.

use std::io::{BufRead, IsTerminal as _, stdin};

use clap::Args;
use conformance::terminal::{GREEN, RED, has_colours, painted, print};

use crate::course::difference::of_stage;
use crate::course::solution::files;
use crate::course::stage::LAST;
use crate::progress::Progress;
use crate::workshop::Workshop;

/// What must be answered to see a solution.
const YES: &str = "yes";

/// Which solution, and what to do with it.
#[derive(Args)]
pub struct Reveal {
    /// The stage [default: the one that was open when `just next` was run last]
    #[arg(value_name = "STAGE", value_parser = clap::value_parser!(u8).range(1..=i64::from(LAST)))]
    stage: Option<u8>,

    /// Do not ask
    #[arg(long)]
    yes: bool,

    /// Write the solution into workshop/ instead of printing it. What is there is kept beside it
    #[arg(long)]
    write: bool,
}

impl Reveal {
    /// Prints or writes a solution. Returns whether the reader wanted it.
    ///
    /// # Errors
    /// A sentence, if a file cannot be read or written.
    pub fn run(&self, workshop: &Workshop) -> Result<bool, String> {
        let open = match self.stage {
            Some(stage) => stage,
            None => Progress::read(&workshop.folder)?.of_last().open.min(LAST),
        };
        if !self.yes && !is_wanted(open, self.write, &mut stdin().lock()) {
            let how = format!("`just reveal {open} --yes` shows it without asking.");
            eprintln!("The solution of stage {open} stays hidden. {how}");
            return Ok(false);
        }
        if self.write {
            write(workshop, open).map(|()| true)
        } else {
            print(&coloured(&of_stage(open)?, has_colours())).map(|()| true)
        }
    }
}

/// Writes the solution into the reader's folder, and says where that was put which was there.
fn write(workshop: &Workshop, stage: u8) -> Result<(), String> {
    let kept = workshop.replace(&files(stage)?)?;
    let kept: Vec<String> = kept.iter().map(|path| path.display().to_string()).collect();
    let kept = match &kept[..] {
        [] => "nothing had to be moved".to_owned(),
        paths => format!("the earlier files are now in {}", paths.join(" and ")),
    };
    print(&format!("workshop/ has the solution of stage {stage}: {kept}.\n"))
}

/// Asks, if a person is there, and reads the answer.
fn is_wanted(stage: u8, writes: bool, input: &mut impl BufRead) -> bool {
    if stdin().is_terminal() {
        let what = if writes { "writes into workshop/" } else { "shows" };
        eprint!(
            "This {what} the solution of stage {stage}. A hint gives away less: `just hint`.\n\
                 Type `{YES}` to go on: "
        );
    }
    says_yes(input)
}

/// Whether the next line is `yes`.
fn says_yes(input: &mut impl BufRead) -> bool {
    let mut line = String::new();
    input.read_line(&mut line).is_ok() && line.trim() == YES
}

/// The difference with the lines that go in red, and those that come in green.
fn coloured(difference: &str, colours: bool) -> String {
    let line = |line: &str| match line.as_bytes().first() {
        Some(b'+') => painted(colours, GREEN, line),
        Some(b'-') => painted(colours, RED, line),
        _ => line.to_owned(),
    };
    difference.lines().map(|text| line(text) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        assert!(says_yes(&mut &b"yes\r\nno\n"[..]));
        for answer in ["", "\n", "y\n", "no\n", "YES\n", "yes, please\n"] {
            assert!(!says_yes(&mut answer.as_bytes()), "{answer}");
        }
    }

    #[test]
    fn without_colours_the_difference_stays_as_it_is() {
        let difference =
            "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+two\n\\ No newline at end of file\n";
        assert_eq!(coloured(difference, false), difference);
        assert!(coloured(difference, true).contains("\x1b[31m-one\x1b[0m\n\x1b[32m+two"));
    }
}
