//! The solutions of all stages are built, formatted, linted and judged: each passes its own stage
//! and all before it, and fails the next one as the text of that stage says.
//!
//! The stages become the members of one workspace in the target folder. So what they depend on is
//! built once, in the versions of this repository.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::env::{self, consts::EXE_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use conformance::autobahn::server::judge_server;
use conformance::autobahn::suite::{is_heavy, select};
use conformance::autobahn::verdict::{Outcome, Verdict as Case};
use conformance::checker::options::Options;
use conformance::checker::report::ruling::{Report, Verdict};
use conformance::checker::runner::run;
use conformance::checker::stages::STAGES;
use guide::solution::{File, files};
use guide::stage::{LAST, Stage};
use testkit::{Server, cargo, target_folder, workspace};
use toml::{Table, Value};

/// How many servers are judged at the same time, because most of the time the judge waits for one.
const TOGETHER: usize = 4;
/// The first solution that is judged alone, because 500 clients connect to it.
const ALONE: u8 = 14;
/// How many seconds a solution waits for a silent client, and how long the judge waits for it.
const SECONDS: &str = "2";
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest message that the solutions take, in bytes.
const MESSAGE_MAX: u64 = 16 * 1024 * 1024;

/// Is locked by whatever keeps the machine busy, or must not be disturbed.
static BUSY: Mutex<()> = Mutex::new(());

/// The workspace of all solutions, which this returns after they have been written.
fn solutions() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = target_folder().unwrap().join("workshop-solutions");
        let mut profile = None;
        for stage in 0..=LAST {
            for File { path, text } in files(stage).unwrap() {
                let text = if path == "Cargo.toml" {
                    let mut manifest: Table = text.parse().unwrap();
                    // A member of a workspace cannot be one itself, and the profile is its.
                    manifest.remove("workspace");
                    profile = manifest.remove("profile");
                    manifest["package"]["name"] = name(stage).into();
                    manifest.to_string()
                } else {
                    text
                };
                save(&folder.join(name(stage)).join(path), &text);
            }
        }
        let members: Value = (0..=LAST).map(name).collect::<Vec<_>>().into();
        let members =
            Table::from_iter([("members".into(), members), ("resolver".into(), "3".into())]);
        let mut manifest = Table::from_iter([("workspace".into(), members.into())]);
        manifest.extend(profile.map(|profile| ("profile".into(), profile)));
        save(&folder.join("Cargo.toml"), &manifest.to_string());
        for file in ["Cargo.lock", "rustfmt.toml"] {
            save(&folder.join(file), &fs::read_to_string(workspace().join(file)).unwrap());
        }
        folder
    })
}

/// The package of a stage's solution.
fn name(stage: u8) -> String {
    format!("stage-{stage:02}")
}

/// Writes a file, unless it is there already: cargo builds again what was written again.
fn save(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Runs cargo in the workspace of the solutions, without asking anybody for other versions.
fn succeeds(arguments: &[&str]) {
    let mut command = cargo(arguments);
    let folder = solutions();
    command.current_dir(folder).env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_TARGET_DIR", folder.join("target"));
    let quiet = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
    let output = command.output().unwrap();
    drop(quiet);
    let (printed, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "cargo {}\n{printed}\n{errors}", arguments.join(" "));
}

/// Builds all solutions, and starts the one of this stage.
fn start(stage: u8) -> Server {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| succeeds(&["build", "--quiet", "--workspace"]));
    let folder = solutions().join("target/debug");
    let mut command = Command::new(folder.join(format!("{}{EXE_SUFFIX}", name(stage))));
    command.args([Server::ANY_PORT, SECONDS]);
    Server::start_command(command)
}

/// Judges a server by all checks of the stages up to this one, until one fails.
fn judge(server: &Server, stage: u8) -> Report {
    let options = Options {
        stage: Some(stage),
        first: true,
        patience: PATIENCE,
        message_max: Some(MESSAGE_MAX),
        // Its memory can be seen on Linux only.
        pid: cfg!(target_os = "linux").then(|| server.pid()),
        ..Options::new(server.ws_url("/").parse().unwrap())
    };
    run(&options, &|_, _| {}).unwrap()
}

/// Runs Autobahn's cases with these numbers.
fn judge_by_autobahn(server: &Server, cases: &[String]) -> Vec<Outcome> {
    let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
    judge_server(&server.ws_url("/").parse().unwrap(), &cases, None, &|_| {}).unwrap()
}

/// Returns the first failure, if there is one.
fn failure(report: &Report) -> Option<String> {
    let failed = report.with(Verdict::Failed).next();
    failed.map(|ruling| format!("{}: {}", ruling.check.id, ruling.happened))
}

/// Judges the solution of this stage, and returns what is wrong with the judgement.
fn problem(stage: u8) -> Option<String> {
    let server = start(stage);
    let own = STAGES.iter().filter(|own| own.number <= stage && !own.cases.is_empty());
    for cases in own.map(|own| own.cases) {
        let patterns: Vec<String> = cases.split(',').map(str::to_owned).collect();
        let mut cases = select(&patterns, false).unwrap();
        // `just next` runs all of them. Those that take long begin with the shortest of a series.
        cases.retain(|case| !is_heavy(case) || case.ends_with(".1"));
        let outcomes = judge_by_autobahn(&server, &cases);
        let mut bad = outcomes.iter().filter(|outcome| {
            outcome.is_failure()
                || matches!(outcome.behavior, Case::NonStrict | Case::Unimplemented)
        });
        if let Some(outcome) = bad.next() {
            return Some(format!("{} {}", outcome.case, outcome.result));
        }
    }
    if stage == LAST {
        let report = judge(&server, stage);
        return failure(&report);
    }
    let fails = Stage::numbered(stage + 1).unwrap().text.fails;
    if let (Some(check), Some(due)) = (fails.check, fails.happened) {
        // The checks of a stage run after those of the stages before it. A solution that fails at
        // a check of the next stage has passed all checks of its own.
        let report = judge(&server, stage + 1);
        let failure = report.with(Verdict::Failed).next();
        let came = failure.map(|ruling| (ruling.check.id, ruling.happened.as_str()));
        let is_due = came.is_some_and(|(id, words)| id == check && words.starts_with(&due));
        return (!is_due).then(|| format!("{came:?} and not {}", fails.line));
    }
    if let Some(failure) = failure(&judge(&server, stage)) {
        return Some(failure);
    }
    // A stage without checks names a case of Autobahn and its verdict.
    let (_, case) = fails.line.split_once("Case ").unwrap();
    let words: Vec<&str> = case.split_whitespace().collect();
    let verdict = judge_by_autobahn(&server, &[words[0].to_owned()])[0].behavior.word();
    (verdict != words[2]).then(|| format!("case {} is {verdict}", words[0]))
}

#[test]
fn each_solution_passes_its_stages_and_fails_the_next_one_as_announced() {
    let next = AtomicU8::new(0);
    let judge_until = |end: u8| {
        let stages = std::iter::from_fn(|| {
            let stage = next.fetch_add(1, Ordering::Relaxed);
            (stage < end).then_some(stage)
        });
        let problem = |stage| Some(format!("stage {stage}: {}", problem(stage)?));
        stages.filter_map(problem).collect::<Vec<_>>()
    };
    let mut problems: Vec<String> = thread::scope(|scope| {
        let judges = [(); TOGETHER].map(|()| scope.spawn(|| judge_until(ALONE)));
        judges.into_iter().flat_map(|judge| judge.join().unwrap()).collect()
    });
    next.store(ALONE, Ordering::Relaxed);
    let _quiet = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
    problems.extend(judge_until(LAST + 1));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn each_solution_is_formatted_and_has_no_lint() {
    succeeds(&["fmt", "--all", "--check"]);
    succeeds(&["clippy", "--quiet", "--workspace", "--", "-D", "warnings"]);
}

#[test]
fn a_solution_asks_for_the_versions_of_this_repository() {
    let read = |text: &str| text.parse::<Table>().unwrap();
    let version = |package: &Value| package.get("version").unwrap_or(package).clone();
    let root = read(&fs::read_to_string(workspace().join("Cargo.toml")).unwrap());
    let ours = root["workspace"]["dependencies"].as_table().unwrap();
    let manifest = files(LAST).unwrap().into_iter().find(|file| file.path == "Cargo.toml");
    let manifest = read(&manifest.unwrap().text);
    let dependencies = manifest["dependencies"].as_table().unwrap();
    assert!(!dependencies.is_empty());
    for (name, package) in dependencies {
        assert_eq!(version(package), version(&ours[name]), "{name}");
    }
}

/// The book says how long the solution is.
#[test]
fn the_book_counts_the_lines_of_the_solution() {
    let page = fs::read_to_string(workspace().join("book/src/build-it-yourself.md")).unwrap();
    // Without the comma in a number of thousands.
    let page = page.replace(',', "");
    for (stage, before, after) in [(13, "has ", " lines after stage 13"), (LAST, "it has ", "")] {
        let all = files(stage).unwrap();
        let code = all.iter().filter(|file| file.path != "Cargo.toml");
        let lines: usize = code.map(|file| file.text.lines().count()).sum();
        let due = format!("{before}{lines}{after}");
        assert!(page.contains(&due), "build-it-yourself.md should say: {due}");
    }
}

/// No line of the solution belongs to a stage that does not exist.
#[test]
fn the_last_solution_is_the_last_that_is_judged() {
    assert_eq!(files(u8::MAX).unwrap(), files(LAST).unwrap());
}

/// A reader writes their server in the place of the starter, and their tests should pass all the
/// same. So this is for a build server only.
#[test]
fn the_starter_is_the_solution_of_stage_0() {
    if env::var("CI").is_ok_and(|value| value == "true") {
        for File { path, text } in files(0).unwrap() {
            let starter = fs::read_to_string(workspace().join("workshop").join(&path)).unwrap();
            assert_eq!(starter.replace("\r\n", "\n"), text, "{path}");
        }
    }
}
