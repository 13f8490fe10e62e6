//! `test`: everything there is to test, in parts, each of which runs whatever became of the others.

use std::env;
use std::process::{Command, ExitCode, Stdio};

use testkit::{Chromium, Redis, cargo};

use crate::exercises;
use crate::outcome::succeeds;

/// The tests in a browser.
const BROWSER: &str = "pages in a browser";
/// The tests with a Redis.
const REDIS: &str = "events over Redis";

/// The test of the tutorials' server in its own language.
const PYTHON: &str = "the tutorials' server in Python";

/// What became of the parts.
#[derive(Default)]
struct Summary {
    passed: Vec<&'static str>,
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
    fn runs(&mut self, part: &'static str, arguments: &[&str]) {
        println!("\n== {part}: cargo {}", arguments.join(" "));
        self.counts(part, succeeds(&mut cargo(arguments)));
    }

    fn counts(&mut self, part: &'static str, has_passed: bool) {
        if has_passed {
            self.passed.push(part);
        } else {
            self.failed.push(part.to_owned());
        }
    }

    /// The tests. Those that need another program are marked as ignored; they are in files that are
    /// named after it, or, where a browser shows what a fault comes to, in `break_it`.
    fn tests(&mut self) {
        let has_chromium = Chromium::find().is_there();
        let has_redis = Redis::find().is_some();
        let has_python = has_python();
        let tests = ["test", "--workspace", "--no-fail-fast"];
        if has_chromium && has_redis && has_python {
            let all = [&tests[..], &["--", "--include-ignored"]].concat();
            return self.runs("tests, with a browser, a Redis and a Python", &all);
        }
        self.runs("tests, as far as they need no other program", &tests);
        for (part, files, is_there, missing, command) in [
            (
                BROWSER,
                &["browser", "break_it"][..],
                has_chromium,
                "Chromium",
                Chromium::install_command(),
            ),
            (REDIS, &["redis"], has_redis, "Redis", Redis::install_command()),
            (PYTHON, &["python"], has_python, "Python 3", "install it as `python3`".to_owned()),
        ] {
            if is_there {
                let files = files.iter().flat_map(|file| ["--test", file]);
                let arguments = tests.into_iter().chain(files).chain(["--", "--ignored"]);
                self.runs(part, &arguments.collect::<Vec<_>>());
            } else {
                self.lacks(part, missing, &command);
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

    /// Our own judge from outside: every step passes at its level, the last two under attack.
    fn checker(&mut self) {
        let check = ["run", "-q", "--release", "-p", "conformance", "--", "check"];
        for (part, step) in [
            ("the checker, step 1", &["1"][..]),
            ("the checker, step 2", &["2"]),
            ("the checker, step 3", &["3"]),
            ("the checker, step 4", &["4"]),
            ("the checker, step 5, hostile", &["5", "--hostile"]),
            ("the checker, step 6, hostile", &["6", "--hostile"]),
        ] {
            self.runs(part, &[&check[..], step].concat());
        }
    }

    /// The judge from outside, if it is there: steps 5 and 6 in all cases, and how far the others
    /// come, as the scorecard has it.
    fn judges(&mut self) {
        const PART: &str = "conformance";
        const NOTHING_FOUND: i32 = 2;
        let conformance = ["run", "-q", "--release", "-p", "conformance", "--"];
        let mut find = cargo(&[&conformance[..], &["find"]].concat());
        let Ok(output) = find.stderr(Stdio::piped()).output() else {
            return self.counts(PART, false);
        };
        match output.status.code() {
            Some(0) => self.runs(
                "conformance of steps 5 and 6, and the scorecard of all",
                &[&conformance[..], &["scorecard", "--check"]].concat(),
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
        let passed: Vec<String> = self.passed.iter().map(ToString::to_string).collect();
        for (verdict, parts) in
            [("passed", &passed), ("skipped", &self.skipped), ("failed", &self.failed)]
        {
            for part in parts {
                println!("{verdict}: {part}");
            }
        }
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Whether there is a Python 3.
fn has_python() -> bool {
    let mut python = Command::new("python3");
    python.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}
