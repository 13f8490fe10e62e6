//! `setup`: installs what the tests need and is not there.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use testkit::{Chromium, Packages, Redis, cargo};

use crate::outcome::succeeds;
use crate::{apt, exercises};

/// Installs what is missing, and prints what it does, a line each.
///
/// What it cannot install is not a failure: the line says how, and the tests name what they skip.
pub(crate) fn setup() -> ExitCode {
    let chromium = || {
        let found = Chromium::find();
        Some(vec![found.browser?, found.driver?])
    };
    let redis = || Some(vec![Redis::find()?]);
    let autobahn = ["run", "-q", "--release", "-p", "conformance", "--", "setup"];
    let are_there = [
        is_set_up("Chromium and its driver", chromium, &Chromium::packages()),
        is_set_up("Redis", redis, &Redis::PACKAGES),
        succeeds(&mut cargo(&autobahn)),
        exercises::is_set_up(),
    ];
    if are_there.contains(&false) {
        println!("setup: something is still missing, see above; its tests will be skipped");
    }
    ExitCode::SUCCESS
}

/// Installs programs if they are not there, and says whether they are.
fn is_set_up(name: &str, find: impl Fn() -> Option<Vec<PathBuf>>, packages: &Packages) -> bool {
    if find().is_none() {
        apt::install(packages.apt);
    }
    let Some(programs) = find() else {
        println!("{name}: missing; {}", packages.install_command());
        return false;
    };
    let versions: Vec<String> = programs.iter().map(|path| version(path)).collect();
    println!("{name}: found {}", versions.join(" and "));
    true
}

/// A program's name and version, or else where it is.
fn version(program: &Path) -> String {
    let path = program.display().to_string();
    // On Windows, Chrome answers the question for its version by opening a window.
    if cfg!(windows) {
        return path;
    }
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    // `ChromeDriver 156.0.1 (0123abcd)`, `Chromium 156.0.1 built on Debian`: up to the number.
    let words: Vec<&str> = text.as_deref().unwrap_or_default().split_whitespace().collect();
    let number = words.iter().position(|word| word.contains(|digit: char| digit.is_ascii_digit()));
    number.map_or(path, |number| words[..=number].join(" "))
}
