//! `test`: all tests, in parts. Each part runs, whatever became of those before it.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use testkit::{
    Axe, BUILT, Chromium, PythonH2, Redis, ReverseProxy, Step, Viewers, cargo, find_program,
    target_folder,
};

use crate::outcome::Outcome;
use crate::part::{Part, Verdict, Work};
use crate::{exercises, fuzz, linters};

/// How many random inputs a property test tries with `--all`, in place of proptest's 256.
const MANY_CASES: &str = "5000";
/// The groups of the original Autobahn's cases that take seconds. 9, 12 and 13 take minutes.
const QUICK_GROUPS: &str = "1,2,3,4,5,6,7,10";

/// Runs all tests that are quick, or with `is_all` all tests that there are, and sums up.
pub(crate) fn test(is_all: bool) -> Outcome {
    let programs = target_folder()?.join("debug");
    let mut parts = vec![Part::one("format", cargo(&["fmt", "--all", "--check"]))];
    parts.extend(linters::parts());
    let lints = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    parts.push(Part::one("lints", cargo(&lints)));
    parts.push(documentation());
    parts.push(Part::one("build", cargo(&["test", "--workspace", "--no-run"])));
    parts.extend(tests());
    parts.push(checker(&programs, &Step::all()?));
    if !is_all {
        parts.push(scorecard(&programs));
    }
    for part in &mut parts {
        part.sets(BUILT, programs.as_os_str());
        if is_all {
            part.sets("PROPTEST_CASES", MANY_CASES.as_ref());
        }
    }
    if is_all {
        parts.push(course());
        parts.push(fuzzing()?);
        parts.extend(judges());
    }
    Ok(run(parts))
}

/// Runs the parts one after the other.
fn run(parts: Vec<Part>) -> ExitCode {
    let is_ci = env::var("CI").is_ok_and(|value| value == "true");
    let began = Instant::now();
    let total = parts.len();
    let mut summary = Vec::new();
    let mut is_good = true;
    for (index, part) in parts.into_iter().enumerate() {
        let number = index + 1;
        println!("[{number}/{total}] {}", part.name);
        let part_began = Instant::now();
        let name = part.name.clone();
        let verdict = part.run();
        if let Verdict::Failed(lines) = &verdict {
            println!("{}", lines.join("\n"));
        }
        let is_wrong = match verdict {
            Verdict::Passed(_) | Verdict::Skipped(_) => false,
            // On a build machine, a missing program is a failure, because no person can install it.
            Verdict::Lacking(_) => is_ci,
            Verdict::Failed(_) => true,
        };
        is_good &= !is_wrong;
        let time = time(part_began.elapsed());
        println!("      {verdict} ({time})");
        if !matches!(verdict, Verdict::Passed(_)) {
            summary.push(format!("{name}: {verdict}"));
        }
    }
    println!();
    for line in summary {
        println!("{line}");
    }
    let word = if is_good { "passed" } else { "FAILED" };
    println!("{word} in {}", time(began.elapsed()));
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The documentation of all crates, without a broken link in it.
fn documentation() -> Part {
    let mut doc = cargo(&["doc", "--workspace", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    Part::one("documentation", doc)
}

/// The tests. Those that need another program are marked as ignored; they are in files that are
/// named after it, or, where a browser shows what a fault comes to, in `break_it`.
fn tests() -> Vec<Part> {
    let has_chromium = Chromium::find().is_there();
    let others = [
        (
            "Chromium",
            &["browser", "browser_api", "break_it", "reconnecting", "tls"][..],
            has_chromium,
            Chromium::packages().install_command(),
        ),
        (
            "Chromium and axe-core",
            &["axe"],
            has_chromium && Axe::find().is_some(),
            Axe::install_command(),
        ),
        (
            "Chromium, Redis, nginx, HAProxy and Caddy",
            &["proxy"],
            has_chromium && Redis::find().is_some() && ReverseProxy::find().is_some(),
            ReverseProxy::PACKAGES.install_command(),
        ),
        (
            "Redis",
            &["redis", "cluster"],
            Redis::find().is_some(),
            Redis::PACKAGES.install_command(),
        ),
        (
            "curl and tshark",
            &["seeing"],
            Viewers::find().is_some(),
            Viewers::PACKAGES.install_command(),
        ),
        (
            "systemd",
            &["systemd"],
            // Elsewhere, this file has no tests.
            !cfg!(target_os = "linux") || find_program(&["systemd-analyze"]).is_some(),
            "install it as `systemd`".to_owned(),
        ),
        ("Python 3", &["python"], find_program(&["python3"]).is_some(), {
            "install it as `python3`".to_owned()
        }),
        (
            "Python's h2",
            &["python_h2"],
            PythonH2::find().is_some(),
            PythonH2::PACKAGES.install_command(),
        ),
    ];
    let tests = ["test", "--workspace", "--no-fail-fast"];
    if others.iter().all(|(_, _, is_there, _)| *is_there) {
        let all = [&tests[..], &["--", "--include-ignored"]].concat();
        return vec![Part::one(
            "tests, with Chromium, axe-core, nginx, HAProxy, Caddy, Redis, curl, tshark, systemd, Python and its h2",
            cargo(&all),
        )];
    }
    let mut parts = vec![Part::one("tests that need no other program", cargo(&tests))];
    for (program, files, is_there, how) in others {
        let name = format!("tests with {program}");
        parts.push(if is_there {
            let files = files.iter().flat_map(|file| ["--test", file]);
            let arguments = tests.iter().copied().chain(files).chain(["--", "--ignored"]);
            Part::one(&name, cargo(&arguments.collect::<Vec<_>>()))
        } else {
            Part::lacks(&name, program, &how)
        });
    }
    parts
}

/// The exercises, as `rustlings` sees them. Their solutions are tested with the other tests.
fn course() -> Part {
    const NAME: &str = "exercises, in rustlings";
    if exercises::is_there() {
        Part::one(NAME, exercises::rustlings(&["dev", "check", "--require-solutions"]))
    } else {
        Part::lacks(NAME, "rustlings", &exercises::install_command())
    }
}

/// Our own judge, for all steps side by side: most of the time it waits for a server.
fn checker(programs: &Path, steps: &[Step]) -> Part {
    let judged = steps.iter().filter(|step| is_judged(step));
    let commands = judged.map(|step| judge(programs, &check_of(step)));
    Part { name: "checker, all steps".to_owned(), work: Work::Run(commands.collect()) }
}

/// Whether the judge can reach a step. It speaks HTTP/1.1 without TLS, and step 7 has neither; its
/// frames are those of step 6.
fn is_judged(step: &Step) -> bool {
    step.number < 7
}

/// Returns the arguments of the checker for a step.
fn check_of(step: &Step) -> Vec<&str> {
    // A program that leads to step 5 has no limits to attack yet.
    let is_attacked = step.number >= 5 && step.label == step.number.to_string();
    let hostile: &[&str] = if is_attacked { &["--hostile"] } else { &[] };
    [&["check", &step.label], hostile].concat()
}

/// Autobahn's cases by our own judge, without those that take minutes.
fn scorecard(programs: &Path) -> Part {
    let command = judge(programs, &["scorecard", "--check", "--quick"]);
    Part::one("scorecard, without the heavy cases", command)
}

/// Each fuzz target, for seconds. The inputs that are checked in are run with the other tests.
fn fuzzing() -> Result<Part, Box<dyn Error>> {
    const NAME: &str = "fuzz targets, ten seconds each";
    if fuzz::compiler().is_none() {
        return Ok(Part::lacks(NAME, "a C++ compiler", &fuzz::COMPILER.install_command()));
    }
    let mut command = Command::new(env::current_exe()?);
    command.args(["fuzz", "--all"]);
    Ok(Part::one(NAME, command))
}

/// Autobahn's cases, all of them: by our own judge and, where it can run, by the original. Both are
/// built to be fast.
fn judges() -> [Part; 2] {
    let judge = |arguments: &[&str]| {
        cargo(&[&["run", "-q", "--release", "-p", "conformance", "--"], arguments].concat())
    };
    let original = judge(&["autobahn", "5", "--only", QUICK_GROUPS]);
    [
        Part::one("scorecard", judge(&["scorecard", "--check"])),
        Part { name: "the original Autobahn".to_owned(), work: Work::RunIfPossible(original) },
    ]
}

/// A command of our judge, as the part `build` has built it.
fn judge(programs: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(programs.join("ws-judge"));
    command.args(arguments);
    command
}

/// A time as people say it.
fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_up_to_6_is_checked_and_5_and_6_are_attacked() {
        let steps = Step::all().unwrap();
        let judged = steps.iter().filter(|step| is_judged(step));
        let checks: Vec<String> = judged.map(|step| check_of(step).join(" ")).collect();
        let quiet = ["0", "1", "2", "3", "4", "5a", "5b"].map(|label| format!("check {label}"));
        let attacked = ["5", "6"].map(|label| format!("check {label} --hostile"));
        assert_eq!(checks, [&quiet[..], &attacked].concat());
    }

    #[test]
    fn a_time_is_in_seconds_or_in_minutes_and_seconds() {
        assert_eq!(time(Duration::from_millis(59_900)), "59 s");
        assert_eq!(time(Duration::from_secs(125)), "2 min 5 s");
    }
}
