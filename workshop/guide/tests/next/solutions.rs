//! The solutions as a reader sees them: one difference after the other.

use std::fs;
use std::process::Command;

use guide::difference::of_stage;
use guide::solution::files;
use guide::stage::LAST;

use crate::support::workshop;

/// Whoever has cloned this repository has git.
#[test]
fn the_differences_applied_one_after_the_other_give_the_solution_of_each_stage() {
    let (folder, workshop) = workshop(&files(0).unwrap());
    for stage in 1..=LAST {
        let (difference, path) = (of_stage(stage).unwrap(), folder.path().join("difference"));
        if !difference.is_empty() {
            fs::write(&path, difference).unwrap();
            let mut git = Command::new("git");
            git.arg("apply").arg(path).current_dir(folder.path());
            assert!(git.status().unwrap().success(), "stage {stage}");
        }
        assert!(workshop.has_only(&files(stage).unwrap()), "stage {stage}");
    }
}
