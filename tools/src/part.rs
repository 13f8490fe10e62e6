//! A part of the test run: commands that run side by side, and what became of them.

use std::ffi::OsStr;
use std::fmt;
use std::process::Command;
use std::slice;
use std::sync::mpsc;
use std::thread;

use testkit::{Event, Process, show_progress};

/// The exit code of a command that cannot run on this machine.
const CANNOT_RUN: i32 = 2;
/// How the lines begin that say how much of the book is translated. They are shown, whatever the verdict is.
const TRANSLATION: &str = "book/po/";
/// How much of a line is shown as progress. A terminal may have only 80 columns.
const WIDTH: usize = 79;

/// A part of the test run.
pub(crate) struct Part {
    /// What it tests.
    pub(crate) name: String,
    /// How it does that.
    pub(crate) work: Work,
}

/// What a part does.
pub(crate) enum Work {
    /// Runs these commands side by side. All of them must succeed.
    Run(Vec<Command>),
    /// Runs a command that exits with 2 where it cannot run.
    RunIfPossible(Command),
    /// Nothing, because something is missing: this says what, and how to install it.
    Lack(String),
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All its commands succeeded, with this many tests in them.
    Passed(usize),
    /// Its command cannot run on this machine, for this reason.
    Skipped(String),
    /// It needs a program that is not installed; this says which, and how to install it.
    Lacking(String),
    /// A command failed. These are the lines of its output that tell why.
    Failed(Vec<String>),
}

impl Part {
    /// A part that runs one command.
    pub(crate) fn one(name: &str, command: Command) -> Self {
        Self { name: name.to_owned(), work: Work::Run(vec![command]) }
    }

    /// A part that cannot run without a program, and what installs that.
    pub(crate) fn lacks(name: &str, program: &str, how: &str) -> Self {
        let reason = format!("{program} is missing: {how}");
        Self { name: name.to_owned(), work: Work::Lack(reason) }
    }

    /// Sets a variable for the part's commands.
    pub(crate) fn sets(&mut self, name: &str, value: &OsStr) {
        let commands = match &mut self.work {
            Work::Run(commands) => commands.as_mut_slice(),
            Work::RunIfPossible(command) => slice::from_mut(command),
            Work::Lack(_) => &mut [],
        };
        for command in commands {
            command.env(name, value);
        }
    }

    /// Runs the part to its end. A terminal shows the newest line of what its commands print.
    pub(crate) fn run(self) -> Verdict {
        let verdict = match self.work {
            Work::Run(commands) => all(commands),
            Work::RunIfPossible(command) => {
                let (code, lines) = output_of(command);
                verdict_if_possible(code, lines)
            }
            Work::Lack(reason) => Verdict::Lacking(reason),
        };
        show_progress("");
        verdict
    }
}

/// Runs all commands side by side, and gives one verdict.
fn all(commands: Vec<Command>) -> Verdict {
    let run = |command| thread::spawn(|| output_of(command));
    let running: Vec<_> = commands.into_iter().map(run).collect();
    let mut tests = 0;
    let mut told = Vec::new();
    let mut has_failed = false;
    for one in running {
        let (code, lines) = one.join().unwrap_or_default();
        show_progress("");
        for line in lines.iter().filter(|line| line.starts_with(TRANSLATION)) {
            println!("      {line}");
        }
        match verdict(code, lines) {
            Verdict::Passed(count) => tests += count,
            Verdict::Skipped(_) | Verdict::Lacking(_) => {}
            Verdict::Failed(lines) => {
                has_failed = true;
                told.extend(lines);
            }
        }
    }
    if has_failed { Verdict::Failed(told) } else { Verdict::Passed(tests) }
}

/// Runs a command, and returns its exit code and the lines that it printed.
fn output_of(command: Command) -> (Option<i32>, Vec<String>) {
    let mut lines = vec![format!("$ {}", as_typed(&command))];
    let (sender, events) = mpsc::channel();
    let process = Process::start(command, move |event| drop(sender.send(event)));
    for event in events {
        if let Event::Line(_, line) = event {
            show_progress(&line.chars().take(WIDTH).collect::<String>());
            lines.push(line);
        }
    }
    let status = process.and_then(|mut process| process.wait());
    // `exit status: 1`, or the signal that ended it, or why it could not be started.
    let end = status.as_ref().map_or_else(String::clone, ToString::to_string);
    let code = status.ok().and_then(|status| status.code());
    if code != Some(0) && code != Some(CANNOT_RUN) {
        lines.push(end);
    }
    (code, lines)
}

fn verdict(code: Option<i32>, lines: Vec<String>) -> Verdict {
    if code == Some(0) {
        Verdict::Passed(lines.iter().map(|line| passed_tests(line)).sum())
    } else {
        Verdict::Failed(lines.into_iter().filter(|line| !is_about_success(line)).collect())
    }
}

fn verdict_if_possible(code: Option<i32>, lines: Vec<String>) -> Verdict {
    if code == Some(CANNOT_RUN) {
        let reason = lines.into_iter().rfind(|line| !line.is_empty());
        Verdict::Skipped(reason.unwrap_or_default())
    } else {
        verdict(code, lines)
    }
}

/// A command as somebody would type it, without its folder and variables.
fn as_typed(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// How many tests passed, if this is the line in which a test program counts them.
fn passed_tests(line: &str) -> usize {
    let count = line.strip_prefix("test result: ok. ").and_then(|rest| rest.split(' ').next());
    count.and_then(|count| count.parse().ok()).unwrap_or(0)
}

/// Whether somebody who wants to know why a part failed can skip this line.
fn is_about_success(line: &str) -> bool {
    let line = line.trim();
    let starts =
        ["Compiling ", "Checking ", "Running ", "Doc-tests ", "running ", "test result: ok"];
    line.is_empty()
        || starts.iter().any(|start| line.starts_with(start))
        || (line.starts_with("test ") && (line.ends_with("... ok") || line.contains("... ignored")))
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed(0) => write!(formatter, "passed"),
            Self::Passed(tests) => write!(formatter, "{tests} tests passed"),
            Self::Skipped(reason) | Self::Lacking(reason) => write!(formatter, "skipped: {reason}"),
            Self::Failed(_) => write!(formatter, "failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::cargo;

    use super::*;

    #[test]
    fn a_part_passes_if_all_its_commands_succeed() {
        let part = |commands: &[&str]| {
            let commands = commands.iter().map(|command| cargo(&[command])).collect();
            Part { name: "some".to_owned(), work: Work::Run(commands) }.run()
        };
        assert_eq!(part(&["--version", "--list"]), Verdict::Passed(0));
        let Verdict::Failed(lines) = part(&["--version", "no-such-command"]) else {
            panic!("cargo has no such command");
        };
        assert!(lines[0].starts_with("$ ") && lines[0].ends_with("no-such-command"), "{lines:?}");
        assert!(lines[1].contains("no-such-command"), "{lines:?}");
        assert!(lines.last().unwrap().ends_with("101"), "{lines:?}");
    }

    #[test]
    fn tests_are_counted_and_only_failures_are_printed() {
        let lines = |last: &str| {
            let lines =
                ["     Running tests/wire.rs", "", "running 2 tests", "test a ... ok", last];
            lines.map(str::to_owned).to_vec()
        };
        let good = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured";
        assert_eq!(verdict(Some(0), lines(good)), Verdict::Passed(12));
        let bad = "test b ... FAILED";
        assert_eq!(verdict(Some(101), lines(bad)), Verdict::Failed(vec![bad.to_owned()]));
    }

    #[test]
    fn a_command_that_cannot_run_is_skipped_with_its_last_line() {
        let lines = ["$ ws-judge autobahn", "no Docker, no wstest", "install Docker", ""];
        let lines = lines.map(str::to_owned).to_vec();
        let skipped = Verdict::Skipped("install Docker".to_owned());
        assert_eq!(verdict_if_possible(Some(2), lines.clone()), skipped);
        assert_eq!(verdict_if_possible(Some(0), lines.clone()), Verdict::Passed(0));
        assert_eq!(verdict_if_possible(Some(1), lines[..2].to_vec()), {
            Verdict::Failed(lines[..2].to_vec())
        });
    }
}
