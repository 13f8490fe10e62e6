//! What `just next` shows for each stage, with the solution of the stage before: on one screen.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use guide::solution::files;
use guide::stage::LAST;
use testkit::target_folder;

use crate::support::{next, workshop};

/// How many lines and columns a screen has for it. The last line is for the prompt.
const LINES: usize = 23;
const COLUMNS: usize = 80;
/// The progress of a server that has passed all of Autobahn's cases before: those that take minutes
/// are then left out.
const PASSED_BEFORE: &str =
    r#"{"last":null,"servers":{"workshop":{"open":1,"passed_cases":[16,17],"hints":{}}}}"#;
/// How many servers are judged at the same time: most of the time they wait.
const TOGETHER: usize = 3;

#[test]
fn the_first_failure_of_each_stage_fits_a_screen() {
    let (numbers, screens) = (&AtomicU8::new(1), &Mutex::new(Vec::new()));
    // Where the tests of the solutions build them, too: what they depend on is built once.
    let target = &target_folder().unwrap().join("workshop-solutions/target");
    let work = || {
        loop {
            let stage = numbers.fetch_add(1, Ordering::Relaxed);
            if stage > LAST {
                break;
            }
            let screen = screen_of(stage, target);
            screens.lock().unwrap().push((stage, screen));
        }
    };
    thread::scope(|scope| {
        for _ in 0..TOGETHER {
            scope.spawn(work);
        }
    });
    let mut screens = screens.lock().unwrap();
    screens.sort();
    for (stage, screen) in &*screens {
        insta::assert_snapshot!(format!("stage-{stage:02}"), steady(screen));
        assert!(screen.lines().count() <= LINES, "{screen}");
        let is_narrow = |line: &str| line.chars().count() <= COLUMNS;
        assert!(screen.lines().all(is_narrow), "{screen}");
        assert!(screen.contains(&format!("#stage-{stage} ")), "{screen}");
    }
}

/// The README shows a failed check as the terminal does.
#[test]
fn the_readme_shows_the_failure_of_stage_7() {
    let screen = include_str!("snapshots/next__screens__stage-07.snap");
    let check = &screen[screen.find("✗ ").unwrap()..];
    let first_frame = &check[..check.find("  → 81 8c").unwrap()];
    assert!(include_str!("../../../../README.md").contains(first_frame), "{first_frame}");
}

/// What is shown for the solution of the stage before this one.
fn screen_of(stage: u8, target: &Path) -> String {
    let mut files = files(stage - 1).unwrap();
    for manifest in files.iter_mut().filter(|file| file.path == "Cargo.toml") {
        // In one target folder, each program needs a name of its own.
        let name = format!("name = \"screen-{stage:02}\"");
        manifest.text = manifest.text.replace("name = \"workshop\"", &name);
    }
    let (_folder, mut workshop) = workshop(&files);
    workshop.target = Some(target.to_owned());
    fs::write(workshop.folder.join(".progress"), PASSED_BEFORE).unwrap();
    next(&workshop, &[]).unwrap_or_else(|text| panic!("stage {stage}: {text}")).0
}

/// The screen without what is another thing each time: ports, the names of rooms, and whether an end
/// that came too early is seen as a reset.
fn steady(screen: &str) -> String {
    let screen = screen.replace("The server\n            reset", "The server\n            ended");
    let screen = screen.replace("The server reset", "The server ended");
    let is_digit = |letter: char| letter.is_ascii_digit();
    let screen = replaced(&screen, "127.0.0.1:", "PORT", is_digit);
    // The URL has such a name, and so has the welcome that the server sends.
    let is_room = |letter: char| is_digit(letter) || letter == '-';
    let screen = replaced(&screen, "/ws/check-", "ROOM", is_room);
    replaced(&screen, "\"check-", "ROOM", is_room)
}

#[test]
fn the_name_of_a_room_is_steady_in_a_url_and_in_a_message() {
    let screen =
        r#"GET /ws/check-0029115-123456789-0003/ada {"room":"check-0029115-123456789-0003"}"#;
    assert_eq!(steady(screen), r#"GET /ws/check-ROOM/ada {"room":"check-ROOM"}"#);
}

/// The text with `name` in place of the letters that follow each `start` and that `is_part` accepts.
fn replaced(text: &str, start: &str, name: &str, is_part: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(start);
    let mut steady = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        steady.extend([start, name, part.trim_start_matches(&is_part)]);
    }
    steady
}
