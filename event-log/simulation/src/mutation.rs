//! Builds each mutant in a copy of the log, and lets the oracle look for it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::mutants::{MUTANTS, Mutant};

/// Seeds in which a mutant must be found.
const SEEDS: &str = "4000";

/// Builds all mutants whose fault contains a text, and returns those that are not found.
///
/// # Errors
/// If a file cannot be copied or changed.
pub fn try_mutants(text: &str) -> io::Result<Vec<&'static Mutant>> {
    let log = log();
    let workspace = log.parent().unwrap_or(&log);
    let copy = workspace.join("target").join("mutants");
    write_workspace(workspace, &copy)?;
    let mut survivors = Vec::new();
    for mutant in MUTANTS.iter().filter(|mutant| mutant.fault.contains(text)) {
        copy_sources(&log, &copy.join("event-log"))?;
        mutate(mutant, &copy.join("event-log").join(mutant.file))?;
        let found = run(&copy, mutant)?;
        println!("{:15} {:70} {}", format!("{:?}", mutant.rule), mutant.fault, found.trim());
        if !found.starts_with("seed ") {
            survivors.push(mutant);
        }
    }
    Ok(survivors)
}

/// The folder of the log.
pub fn log() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Writes a workspace that has only the log, the rule for names and the simulation in it.
fn write_workspace(workspace: &Path, copy: &Path) -> io::Result<()> {
    fs::create_dir_all(copy)?;
    let manifest = fs::read_to_string(workspace.join("Cargo.toml"))?;
    let lines = manifest.lines().map(|line| {
        if line.starts_with("members = ") {
            "members = [\"event-log\", \"event-log/simulation\", \"names\"]"
        } else {
            line
        }
    });
    write_if_new(
        &copy.join("Cargo.toml"),
        &lines.map(|line| format!("{line}\n")).collect::<String>(),
    )?;
    fs::copy(workspace.join("Cargo.lock"), copy.join("Cargo.lock"))?;
    copy_folder(&workspace.join("names").join("src"), &copy.join("names").join("src"))?;
    let names = Path::new("names").join("Cargo.toml");
    write_if_new(&copy.join(&names), &fs::read_to_string(workspace.join(&names))?)?;
    let manifest = fs::read_to_string(workspace.join("event-log").join("Cargo.toml"))?;
    let manifest = manifest.split("[dev-dependencies]").next().unwrap_or_default();
    fs::create_dir_all(copy.join("event-log"))?;
    write_if_new(&copy.join("event-log").join("Cargo.toml"), manifest)
}

fn copy_sources(log: &Path, copy: &Path) -> io::Result<()> {
    fs::create_dir_all(copy.join("simulation"))?;
    let manifest = Path::new("simulation").join("Cargo.toml");
    write_if_new(&copy.join(&manifest), &fs::read_to_string(log.join(&manifest))?)?;
    for folder in ["src", "simulation/src"] {
        copy_folder(&log.join(folder), &copy.join(folder))?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            write_if_new(&target, &fs::read_to_string(entry.path())?)?;
        }
    }
    Ok(())
}

/// Cargo builds again what is newer, so a file that is the same is not written.
fn write_if_new(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text)
}

fn mutate(mutant: &Mutant, file: &Path) -> io::Result<()> {
    let text = fs::read_to_string(file)?;
    fs::write(file, text.replacen(mutant.right, mutant.wrong, 1))
}

/// Builds a mutant and runs seeds until one breaks its rule. Returns what the program says.
fn run(copy: &Path, mutant: &Mutant) -> io::Result<String> {
    let rule = format!("{:?}", mutant.rule);
    let done = Command::new(env!("CARGO"))
        .current_dir(copy)
        // The libraries are built there already.
        .env("CARGO_TARGET_DIR", copy.parent().unwrap_or(copy))
        .args(["run", "--quiet", "--package", "simulation", "--"])
        .args(["--seeds", SEEDS, "--until", &rule])
        .output()?;
    if done.stdout.is_empty() {
        return Ok(format!("does not run: {}", String::from_utf8_lossy(&done.stderr)));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
