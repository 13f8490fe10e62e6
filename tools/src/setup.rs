//! `setup`: installs what the tests need and is not there.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use testkit::{Chromium, Redis, cargo};

use crate::apt::Apt;
use crate::exercises;
use crate::outcome::succeeds;

/// Installs what is missing, and says what it does, a line each.
///
/// What it cannot install is no failure: the line says how, and the tests name what they skip.
pub(crate) fn setup() -> ExitCode {
    let has_chromium = chromium();
    let has_redis = redis();
    let has_autobahn = autobahn();
    let has_rustlings = rustlings();
    if !has_chromium || !has_redis || !has_autobahn || !has_rustlings {
        println!("setup: something is still missing, see above; its tests will be skipped");
    }
    ExitCode::SUCCESS
}

fn chromium() -> bool {
    let found = Chromium::find();
    if found.is_there() {
        tells(&found, "there already");
        return true;
    }
    let Some((packages, apt)) = Chromium::apt_packages().zip(Apt::without_asking()) else {
        println!("chromium: missing: {}", Chromium::install_command());
        return false;
    };
    println!("chromium: installing {} by apt-get", packages.join(" and "));
    apt.installs(&packages);
    let found = Chromium::find();
    if found.is_there() {
        tells(&found, "installed");
    } else {
        println!("chromium: still missing: {}", Chromium::install_command());
    }
    found.is_there()
}

fn redis() -> bool {
    let tells = |how: &str, program: &Path| println!("redis: {how} ({})", version(program));
    if let Some(program) = Redis::find() {
        tells("there already", &program);
        return true;
    }
    let Some((package, apt)) = Redis::apt_package().zip(Apt::without_asking()) else {
        println!("redis: missing: {}", Redis::install_command());
        return false;
    };
    println!("redis: installing {package} by apt-get");
    apt.installs(&[package]);
    let found = Redis::find();
    match &found {
        Some(program) => tells("installed", program),
        None => println!("redis: still missing: {}", Redis::install_command()),
    }
    found.is_some()
}

fn tells(found: &Chromium, how: &str) {
    for (name, program) in [("chromium", &found.browser), ("chromedriver", &found.driver)] {
        if let Some(program) = program {
            println!("{name}: {how} ({})", version(program));
        }
    }
}

/// What a program calls itself, or else where it is.
fn version(program: &Path) -> String {
    let path = program.display().to_string();
    // On Windows, Chrome answers the question for its version by opening a window.
    if cfg!(windows) {
        return path;
    }
    let output = Command::new(program).arg("--version").stderr(Stdio::null()).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    // `ChromeDriver 156.0.1 (0123abcd)`, `Chromium 156.0.1 built on Debian`: name and number do.
    let words: Vec<String> =
        text.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let number =
        words.iter().position(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    number.map_or(path, |number| words[..=number].join(" "))
}

fn autobahn() -> bool {
    succeeds(&mut cargo(&["run", "-q", "--release", "-p", "conformance", "--", "setup"]))
}

fn rustlings() -> bool {
    if exercises::is_there() {
        println!("rustlings: there already");
        return true;
    }
    println!("rustlings: {}", exercises::install_command());
    exercises::install()
}
