//! The commands as they are typed: what they print, and with which code they end.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use guide::solution::{files, write};
use guide::stage::LAST;
use tempfile::TempDir;
use testkit::{Program, listening_address};

use crate::support::{program, workshop};

const GUIDE: &str = env!("CARGO_BIN_EXE_guide");

/// Runs a command on a reader's folder, with this on standard input, in English.
fn guide(folder: &Path, arguments: &[&str], input: &str) -> Output {
    guide_in("C", folder, arguments, input)
}

/// The same in this locale.
fn guide_in(locale: &str, folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(GUIDE);
    command.env("LC_ALL", locale);
    command.args(arguments).arg("--folder").arg(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn output(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_hint_is_in_the_language_of_the_reader() {
    let hint = |locale: &str| {
        let folder = TempDir::new().unwrap();
        output(&guide_in(locale, folder.path(), &["hint", "6"], ""))
    };
    let (english, chinese) = (hint("C"), hint("zh_CN.UTF-8"));
    assert!(english.starts_with("Stage 6: The first frame\n\n1. How many bytes"), "{english}");
    assert!(chinese.starts_with("第 6 关："), "{chinese}");
    assert!(!chinese.contains("How many"), "{chinese}");
}

#[test]
fn a_solution_is_not_shown_by_accident() {
    let folder = TempDir::new().unwrap();
    for (input, arguments) in
        [("", &["reveal"][..]), ("y\n", &["reveal", "3"]), ("no\n", &["reveal", "3", "--write"])]
    {
        let shown = guide(folder.path(), arguments, input);
        assert_eq!((shown.status.code(), output(&shown)), (Some(1), String::new()));
        assert!(errors(&shown).contains("--yes` shows it without asking."), "{}", errors(&shown));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_solution_is_shown_to_whoever_says_yes() {
    let folder = TempDir::new().unwrap();
    let due = guide::difference::of_stage(2).unwrap();
    assert!(due.contains("+++ b/src/handshake.rs\n"), "{due}");
    let asked = guide(folder.path(), &["reveal", "2"], "yes\n");
    assert_eq!((asked.status.code(), output(&asked)), (Some(0), due.clone()));
    let told = guide(folder.path(), &["reveal", "2", "--yes"], "");
    assert_eq!((told.status.code(), output(&told)), (Some(0), due));
}

#[test]
fn a_solution_is_written_beside_what_was_there() {
    let (folder, workshop) = program("fn main() {}");
    let written = guide(folder.path(), &["reveal", "2", "--yes", "--write"], "");
    assert!(output(&written).contains("src-before-1"), "{}", output(&written));
    assert!(workshop.has_only(&files(2).unwrap()));
    let kept = fs::read_to_string(folder.path().join("src-before-1/main.rs")).unwrap();
    assert_eq!(kept, "fn main() {}");
}

#[test]
fn beginning_again_keeps_what_was_there_each_time() {
    let (folder, workshop) = program("fn main() { let mine: u8; }");
    let restart = || guide(folder.path(), &["next", "--restart"], "");
    let screen = restart();
    assert!(output(&screen).contains(&format!("  0 of {LAST} · stage 1: ")), "{}", output(&screen));
    assert!(errors(&screen).contains("src-before-1"), "{}", errors(&screen));
    assert_eq!(screen.status.code(), Some(1));
    assert!(workshop.has_only(&files(0).unwrap()));
    write(folder.path(), &files(1).unwrap()).unwrap();
    assert!(errors(&restart()).contains("src-before-2"));
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    assert_eq!(read("src-before-1/main.rs"), "fn main() { let mine: u8; }");
    assert_eq!(read("src-before-2/main.rs"), files(1).unwrap()[1].text);
}

#[test]
fn hints_are_for_the_stage_that_is_open_and_each_call_shows_one_more() {
    let (folder, _) = workshop(&files(1).unwrap());
    assert_eq!(guide(folder.path(), &["next"], "").status.code(), Some(1));
    let hint = |arguments: &[&str]| output(&guide(folder.path(), arguments, ""));
    let first = hint(&["hint"]);
    assert!(first.starts_with("Stage 2: ") && !first.contains("\n2. "), "{first}");
    assert!(hint(&["hint"]).contains("\n2. "));
    assert!(!hint(&["hint", "3"]).contains("\n2. "));
    assert!(hint(&["hint", "2"]).contains("\n3. "));
    // The last one stays.
    let last = hint(&["hint"]);
    assert_eq!([hint(&["hint"]), hint(&["hint"])].map(|hint| hint.len()), [last.len(); 2]);
    let beyond = (LAST + 1).to_string();
    let wrong = guide(folder.path(), &["hint", &beyond], "");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(errors(&wrong).contains(&format!("no stage {beyond}")), "{}", errors(&wrong));
}

#[test]
fn what_cannot_be_judged_ends_with_2() {
    let (folder, _) = program("fn main() { wrong }");
    let judged = guide(folder.path(), &["next"], "");
    assert_eq!((judged.status.code(), output(&judged)), (Some(2), String::new()));
    assert!(errors(&judged).starts_with("error[E0425]"), "{}", errors(&judged));
    for arguments in [&["next", "--patience", "3"][..], &["next", "ws://127.0.0.1:1/", "--restart"]]
    {
        assert_eq!(guide(folder.path(), arguments, "").status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn an_address_at_which_nothing_listens_is_answered_with_the_task() {
    let folder = TempDir::new().unwrap();
    let judged = guide(folder.path(), &["next", "ws://127.0.0.1:1/"], "");
    assert_eq!((judged.status.code(), output(&judged)), (Some(2), String::new()));
    let text = errors(&judged);
    assert!(text.starts_with("ws://127.0.0.1:1/ cannot be judged."), "{text}");
    assert!(text.contains("\nStage 1: Listen") && text.contains("#stage-1"), "{text}");
}

/// The judge is interrupted while it waits for the server.
#[test]
#[cfg(unix)]
fn an_interrupt_leaves_no_server_behind() {
    let (folder, _) = program(
        "fn main() {\n\
         let listener = std::net::TcpListener::bind(\"127.0.0.1:0\").unwrap();\n\
         let line = format!(\"listening on http://{}\", listener.local_addr().unwrap());\n\
         println!(\"{line}\");\n\
         std::fs::write(\"listening\", line).unwrap();\n\
         loop { std::thread::park() }\n\
         }\n",
    );
    let mut command = Command::new(GUIDE);
    command.arg("next").arg("--folder").arg(folder.path()).current_dir(folder.path());
    let mut guide = Program::start(command).unwrap();
    let path = folder.path().join("listening");
    let address = loop {
        let line = fs::read_to_string(&path).unwrap_or_default();
        match listening_address(&line) {
            Some(address) => break address,
            None => std::thread::yield_now(),
        }
    };
    assert!(TcpStream::connect(address).is_ok());
    assert!(guide.process.signal("-INT"));
    let status = guide.exit_status(Duration::from_secs(10)).unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn learners_are_graded_one_after_the_other() {
    let (ada, _) = workshop(&files(1).unwrap());
    let (bob, _) = workshop(&files(0).unwrap());
    let (eve, _) = program("fn main() { wrong }");
    let paths = [&ada, &bob, &eve].map(|folder| folder.path().to_str().unwrap());
    let graded = |flags: &[&str]| guide(ada.path(), &[&["grade"], &paths[..], flags].concat(), "");
    let table = graded(&[]);
    assert_eq!(table.status.code(), Some(1), "{}", errors(&table));
    let table = output(&table);
    let later = "·".repeat((LAST - 2).into());
    let due = format!("{}: 1 of {LAST} passed\n  ✓✗{later}  stage 2: failed\n", paths[0]);
    assert!(table.starts_with(&due) && table.contains("    handshake/upgrade: "), "{table}");
    assert!(table.contains("stage 1: not begun\n"), "{table}");
    assert!(table.contains("stage 1: broken\n    The server does not compile: "), "{table}");
    let json: serde_json::Value = serde_json::from_str(&output(&graded(&["--json"]))).unwrap();
    assert_eq!((json[0]["passed"].as_u64(), json[0]["of"].as_u64()), (Some(1), Some(LAST.into())));
    let outcomes = [0, 1, 2].map(|stage| json[0]["stages"][stage]["outcome"].as_str().unwrap());
    assert_eq!(outcomes, ["passed", "failed", "not_reached"]);
    assert_eq!(json[0]["stages"][1]["check"], "handshake/upgrade");
    // Nothing was written into the folders.
    assert!(["target", "Cargo.lock"].iter().all(|name| !ada.path().join(name).exists()));
}

#[test]
fn a_folder_that_is_no_workshop_cannot_be_graded() {
    let folder = TempDir::new().unwrap();
    let graded = guide(folder.path(), &["grade"], "");
    assert_eq!(graded.status.code(), Some(2));
    assert!(errors(&graded).contains("has no Cargo.toml"), "{}", errors(&graded));
}
