//! Runs each target with all inputs that are checked in: examples, and inputs that have ever failed.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzz::TARGETS;

/// The folders with inputs, which have a folder for each target.
const FOLDERS: [&str; 2] = ["corpus", "regressions"];

/// Returns what is in a folder. A folder that does not exist is empty.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Returns a folder of this crate.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

// ANCHOR: replay
#[test]
fn every_input_is_handled_as_its_oracle_says() {
    let mut failed = Vec::new();
    for target in TARGETS {
        for file in FOLDERS.iter().flat_map(|name| files(&folder(name).join(target.name))) {
            let input = fs::read(&file).unwrap();
            // A target that has found something has printed it, and panics.
            if catch_unwind(|| target.run(&input)).is_err() {
                failed.push(file);
            }
        }
    }
    assert!(failed.is_empty(), "our code and the oracle disagree on {failed:?}");
}
// ANCHOR_END: replay

#[test]
fn every_target_has_examples_that_it_uses() {
    for target in TARGETS {
        let examples = files(&folder("corpus").join(target.name));
        assert!(!examples.is_empty(), "fuzz/corpus/{} has no inputs", target.name);
        for file in examples {
            assert!(target.run(&fs::read(&file).unwrap()), "{} is too short", file.display());
        }
    }
}

#[test]
fn every_folder_and_every_file_of_a_target_is_one_of_a_target_in_the_list() {
    let names: Vec<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let stem = |file: &PathBuf| file.file_stem().unwrap().to_string_lossy().into_owned();
    let mut sources: Vec<String> = files(&folder("src/targets")).iter().map(stem).collect();
    sources.retain(|name| name != "mod");
    assert_eq!(sources, names);
    for name in FOLDERS {
        let inputs: Vec<String> = files(&folder(name)).iter().map(stem).collect();
        assert!(inputs.iter().all(|name| names.contains(name)), "{inputs:?}");
    }
}
