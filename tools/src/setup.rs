//! `setup`: installs what the tests need and is not there.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use testkit::{Axe, Chromium, Packages, PythonH2, Redis, ReverseProxy, Viewers};

use crate::{apt, exercises, fuzz, linters, npm};

/// Installs what is missing, and prints a line about each program.
///
/// It is not a failure if a program cannot be installed: the line says how to do it, and the tests
/// that need the program are skipped.
pub(crate) fn setup() -> ExitCode {
    let chromium = || {
        let found = Chromium::find();
        Some(vec![found.browser?, found.driver?])
    };
    let python_h2 = || Some(vec![PythonH2::find()?]);
    let redis = || Some(vec![Redis::find()?]);
    let are_there = [
        is_set_up("Chromium and its driver", chromium, &Chromium::packages()),
        is_set_up("Redis", redis, &Redis::PACKAGES),
        is_set_up("nginx, HAProxy and Caddy", ReverseProxy::find, &ReverseProxy::PACKAGES),
        is_set_up("curl and tshark", Viewers::find, &Viewers::PACKAGES),
        is_set_up("C++ compiler", fuzz::compiler, &fuzz::COMPILER),
        is_set_up("Python's h2", python_h2, &PythonH2::PACKAGES),
        is_axe_set_up(),
        linters::are_set_up(),
        exercises::is_set_up(),
    ];
    if are_there.contains(&false) {
        println!(
            "setup: some programs are still missing, see above. `just test` skips their tests"
        );
    }
    ExitCode::SUCCESS
}

/// Installs programs if they are missing, and returns whether they are there now.
fn is_set_up(name: &str, find: impl Fn() -> Option<Vec<PathBuf>>, packages: &Packages) -> bool {
    let was_there = find().is_some();
    if !was_there {
        apt::install(packages.apt);
    }
    let Some(programs) = find() else {
        println!("{name}: missing. Install it: {}", packages.install_command());
        return false;
    };
    let versions: Vec<String> = programs.iter().map(|path| version(path)).collect();
    let verb = if was_there { "found" } else { "installed" };
    println!("{name}: {verb} {}", versions.join(" and "));
    true
}

/// Installs axe-core if it is missing, and returns whether it is there now.
fn is_axe_set_up() -> bool {
    let was_there = Axe::find().is_some();
    if !was_there {
        npm::install(&Axe::folder());
    }
    let is_there = Axe::find().is_some();
    match (was_there, is_there) {
        (true, _) => println!("axe-core: found"),
        (false, true) => println!("axe-core: installed"),
        (false, false) => println!("axe-core: missing. Install it: {}", Axe::install_command()),
    }
    is_there
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
