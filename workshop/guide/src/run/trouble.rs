//! What keeps a reader's program from being judged.

use std::fmt::Write as _;
use std::process::ExitStatus;

use conformance::checker::report::people::{SCREEN, prose};

/// What a program must print first.
pub(crate) const FIRST_LINE: &str = "listening on http://ADDR:PORT";
/// What prints it.
const PRINTS_IT: &str = "println!(\"listening on http://{}\", listener.local_addr()?);";

/// Why there is no server to judge.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The compiler found an error.
    DoesNotCompile {
        /// The output of cargo.
        errors: String,
    },
    /// There is no program, for another reason.
    NoProgram {
        /// A sentence.
        why: String,
    },
    /// The program ended before it listened.
    Ended {
        /// How.
        status: Option<ExitStatus>,
        /// What it printed last.
        last_words: Vec<String>,
    },
    /// The program prints another line first.
    OtherLine {
        /// That line.
        line: String,
    },
    /// The program runs, and does not say that it listens.
    Silent {
        /// What it has printed on standard error.
        last_words: Vec<String>,
    },
}

impl Trouble {
    /// Says what happened and what to do, on at most one screen.
    pub(crate) fn for_people(&self) -> String {
        match self {
            Self::DoesNotCompile { errors } => {
                let advice = "Your server does not compile. Fix the first error, then run `just \
                              next` again. `cargo build` in workshop/ shows all of them.";
                let advice = prose("", advice);
                let room = SCREEN - 1 - advice.lines().count();
                format!("{}\n{advice}", first_error(errors, room))
            }
            Self::NoProgram { .. } => prose("", &self.in_a_sentence()),
            Self::Ended { last_words, .. } => {
                let advice = format!(
                    "{} It must listen on the address in its first argument, print \
                     `{FIRST_LINE}`, and go on accepting connections.",
                    self.in_a_sentence()
                );
                prose("", &advice) + &words(last_words)
            }
            Self::OtherLine { line } => {
                prose("", &self.in_a_sentence())
                    + &prose("  printed   ", line)
                    + &prose("  expected  ", PRINTS_IT)
            }
            Self::Silent { last_words } => {
                let advice = format!(
                    "{} As soon as it listens, it must print `{FIRST_LINE}` on standard output:",
                    self.in_a_sentence()
                );
                prose("", &advice) + &prose("  expected  ", PRINTS_IT) + &words(last_words)
            }
        }
    }

    /// Says what happened.
    pub(crate) fn in_a_sentence(&self) -> String {
        match self {
            Self::DoesNotCompile { errors } => {
                let errors = first_error(errors, usize::MAX);
                let mut lines = errors.lines().take(2);
                let error = lines.next().unwrap_or("the compiler gave no reason");
                let place = lines.next().and_then(|line| line.trim().strip_prefix("--> "));
                let place = place.map_or_else(String::new, |place| format!(" (at {place})"));
                format!("The server does not compile: {error}{place}")
            }
            Self::NoProgram { why } => why.clone(),
            Self::Ended { status, .. } => {
                let status = status.map_or_else(String::new, |status| format!(" ({status})"));
                format!("The program ended{status} before it listened.")
            }
            Self::OtherLine { .. } => format!(
                "The first line on standard output must be `{FIRST_LINE}`, with the address that \
                 the first argument asks for."
            ),
            Self::Silent { .. } => {
                "The program runs, but has not printed the address that it listens on.".to_owned()
            }
        }
    }
}

/// The last words of a program, for people.
pub(crate) fn words(last_words: &[String]) -> String {
    let mut out = String::new();
    for (index, line) in last_words.iter().enumerate() {
        let label = if index == 0 { "  printed   " } else { "            " };
        out += &prose(label, line);
    }
    out
}

/// The first error and what follows it, in this many rows. Warnings before it are left out.
fn first_error(errors: &str, room: usize) -> String {
    let lines: Vec<&str> = errors.lines().collect();
    let is_error = |line: &&str| without_colours(line).starts_with("error");
    let begin = lines.iter().position(is_error).unwrap_or_default();
    let lines = &lines[begin..];
    if lines.len() <= room {
        return lines.iter().map(|line| format!("{line}\n")).collect();
    }
    let mut shown: String = lines[..room - 1].iter().map(|line| format!("{line}\n")).collect();
    let _ = writeln!(shown, "\x1b[0m… {} more lines", lines.len() - (room - 1));
    shown
}

/// The text without the codes of a terminal, each of which begins with ESC and ends with a letter.
pub(crate) fn without_colours(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = |part: &str| {
        let end = part.find(|letter: char| letter.is_ascii_alphabetic());
        end.map_or_else(String::new, |end| part[end + 1..].to_owned())
    };
    first + &parts.map(rest).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(text: &str) {
        assert!(text.lines().count() <= SCREEN, "{text}");
        assert!(text.lines().all(|line| without_colours(line).chars().count() <= 80), "{text}");
    }

    #[test]
    fn the_first_error_is_shown_and_the_warnings_before_it_are_not() {
        let more = "  | more\n".repeat(40);
        let errors = format!("warning: unused\n  | old\n\x1b[1m\x1b[91merror\x1b[0m: no\n{more}");
        let text = Trouble::DoesNotCompile { errors }.for_people();
        assert!(text.starts_with("\x1b[1m\x1b[91merror") && !text.contains("unused"), "{text}");
        assert!(text.contains("more lines") && text.ends_with("shows all of them.\n"), "{text}");
        assert_eq!(text.lines().count(), SCREEN);
        fits(&text);
    }

    #[test]
    fn a_short_error_is_shown_whole() {
        let errors = "error: no\n --> src/main.rs:1:1\n".to_owned();
        let trouble = Trouble::DoesNotCompile { errors };
        let text = trouble.for_people();
        assert!(text.starts_with("error: no\n --> src/main.rs:1:1\n\nYour server"), "{text}");
        let due = "The server does not compile: error: no (at src/main.rs:1:1)";
        assert_eq!(trouble.in_a_sentence(), due);
    }

    #[test]
    fn each_trouble_says_what_to_do() {
        let last_words = vec!["thread 'main' panicked at src/main.rs:3:5:".to_owned()];
        for (trouble, due) in [
            (Trouble::Ended { status: None, last_words: last_words.clone() }, "first argument"),
            (Trouble::OtherLine { line: "Hello, world!".to_owned() }, "println!"),
            (Trouble::Silent { last_words }, "println!"),
            (Trouble::NoProgram { why: "There is no cargo.".to_owned() }, "no cargo"),
        ] {
            let text = trouble.for_people();
            assert!(text.contains(due), "{text}");
            fits(&text);
        }
    }
}
