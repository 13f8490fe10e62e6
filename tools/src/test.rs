//! `test`: everything there is to test, in parts, each of which runs whatever became of the others.

use std::env;
use std::process::{ExitCode, Stdio};

use testkit::{Chromium, Redis, Step, cargo, find_program};

use crate::exercises;
use crate::outcome::succeeds;

/// Runs the judges, both our own and Autobahn.
const CONFORMANCE: [&str; 6] = ["run", "-q", "--release", "-p", "conformance", "--"];

/// What became of the parts.
#[derive(Default)]
struct Summary {
    passed: Vec<String>,
    failed: Vec<String>,
    skipped: Vec<String>,
}

/// Runs all parts and sums up.
pub(crate) fn test() -> ExitCode {
    let mut summary = Summary::default();
    summary.runs("format", &["fmt", "--all", "--check"]);
    summary.runs("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    summary.tests();
    summary.course();
    summary.checker();
    summary.judges();
    summary.tells()
}

impl Summary {
    fn runs(&mut self, part: &str, arguments: &[&str]) {
        println!("\n== {part}: cargo {}", arguments.join(" "));
        self.counts(part, succeeds(&mut cargo(arguments)));
    }

    fn counts(&mut self, part: &str, has_passed: bool) {
        let parts = if has_passed { &mut self.passed } else { &mut self.failed };
        parts.push(part.to_owned());
    }

    /// The tests. Those that need another program are marked as ignored; they are in files that are
    /// named after it, or, where a browser shows what a fault comes to, in `break_it`.
    fn tests(&mut self) {
        let others = [
            ("Chromium", &["browser", "break_it"][..], Chromium::find().is_there(), {
                Chromium::packages().install_command()
            }),
            ("Redis", &["redis"], Redis::find().is_some(), Redis::PACKAGES.install_command()),
            ("Python 3", &["python"], find_program(&["python3"]).is_some(), {
                "install it as `python3`".to_owned()
            }),
        ];
        let tests = ["test", "--workspace", "--no-fail-fast"];
        if others.iter().all(|(_, _, is_there, _)| *is_there) {
            let all = [&tests[..], &["--", "--include-ignored"]].concat();
            return self.runs("tests, with Chromium, Redis and Python", &all);
        }
        self.runs("tests that need no other program", &tests);
        for (program, files, is_there, command) in others {
            let part = format!("tests with {program}");
            if is_there {
                let files = files.iter().flat_map(|file| ["--test", file]);
                let arguments = tests.into_iter().chain(files).chain(["--", "--ignored"]);
                self.runs(&part, &arguments.collect::<Vec<_>>());
            } else {
                self.lacks(&part, program, &command);
            }
        }
    }

    /// The exercises, as `rustlings` sees them. What they teach is tested with the other tests.
    fn course(&mut self) {
        const PART: &str = "exercises";
        if !exercises::is_there() {
            return self.lacks(PART, "rustlings", &exercises::install_command());
        }
        println!("\n== {PART}: rustlings dev check --require-solutions");
        let mut check = exercises::rustlings(&["dev", "check", "--require-solutions"]);
        self.counts(PART, succeeds(&mut check));
    }

    /// Our own judge from outside: every step passes at its level, 5 and 6 under attack.
    fn checker(&mut self) {
        let steps = Step::all().unwrap_or_default();
        self.counts("the list of the steps", !steps.is_empty());
        for step in steps {
            let check = [&CONFORMANCE[..], &check_of(&step)].concat();
            self.runs(&format!("the checker, step {}", step.label), &check);
        }
    }

    /// The judge from outside, if it is there: steps 5 and 6 in all cases, and how far the others
    /// come, as the scorecard has it.
    fn judges(&mut self) {
        const PART: &str = "conformance";
        const NOTHING_FOUND: i32 = 2;
        let mut find = cargo(&[&CONFORMANCE[..], &["find"]].concat());
        let Ok(output) = find.stderr(Stdio::piped()).output() else {
            return self.counts(PART, false);
        };
        match output.status.code() {
            Some(0) => self.runs(
                "conformance of steps 5 and 6, and the scorecard of all",
                &[&CONFORMANCE[..], &["scorecard", "--check"]].concat(),
            ),
            Some(NOTHING_FOUND) => {
                let command = String::from_utf8_lossy(&output.stderr);
                self.lacks(PART, "Autobahn", command.lines().last().unwrap_or_default());
            }
            _ => self.counts(PART, false),
        }
    }

    /// A part cannot run, as its counterpart is missing. Where nobody is there to install it, that
    /// is a failure.
    fn lacks(&mut self, part: &str, missing: &str, command: &str) {
        let told = format!("{part}: {missing} is missing: {command}");
        if env::var("CI").is_ok_and(|value| value == "true") {
            self.failed.push(told);
        } else {
            self.skipped.push(told);
        }
    }

    fn tells(&self) -> ExitCode {
        println!();
        for (verdict, parts) in
            [("passed", &self.passed), ("skipped", &self.skipped), ("failed", &self.failed)]
        {
            for part in parts {
                println!("{verdict}: {part}");
            }
        }
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// What the checker is told to check a step.
fn check_of(step: &Step) -> Vec<&str> {
    // A program that leads to step 5 has no limits to attack yet.
    let is_attacked = step.number >= 5 && step.label == step.number.to_string();
    let hostile: &[&str] = if is_attacked { &["--hostile"] } else { &[] };
    [&["check", &step.label], hostile].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_checked_and_5_and_6_are_attacked() {
        let steps = Step::all().unwrap();
        let checks: Vec<String> = steps.iter().map(|step| check_of(step).join(" ")).collect();
        let quiet = ["0", "1", "2", "3", "4", "5a", "5b"].map(|label| format!("check {label}"));
        let attacked = ["5", "6"].map(|label| format!("check {label} --hostile"));
        assert_eq!(checks, [&quiet[..], &attacked].concat());
    }
}
