//! Grades a learner's copy of the course.

use std::fs;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::course::{Course, Exercise, read};
use crate::outcome::Outcome;
use crate::program::try_out;
use crate::source::{code_of, with_tests_of};

/// What a learner has got.
#[derive(Debug, Serialize)]
pub struct Grade {
    /// The learner's copy, as it was named.
    pub learner: String,
    /// How many exercises passed.
    pub passed: usize,
    /// How many there are.
    pub of: usize,
    /// Each exercise, in the course's order.
    pub exercises: Vec<Graded>,
}

/// What became of one exercise.
#[derive(Debug, Serialize)]
pub struct Graded {
    /// Its step, as in `02_handshake`.
    pub step: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Grades the copy in this folder: the learner's code, with the course's tests.
///
/// This compiles and runs what the learner has written.
///
/// # Errors
/// A sentence about a folder that is no copy of the course, or a compiler that is not there.
pub fn grade(course: &Course, folder: &Path) -> Result<Grade, String> {
    if !course.exercises.iter().any(|exercise| exercise.path_in(folder).is_file()) {
        let folder = folder.display();
        return Err(format!(
            "{folder}: no exercise is in it; name a copy of the folder that info.toml is in"
        ));
    }
    let graded = course.exercises.par_iter().map(|exercise| {
        let (step, name) = (exercise.step.clone(), exercise.name.clone());
        Ok(Graded { step, name, outcome: outcome(course, exercise, folder)? })
    });
    let exercises: Vec<Graded> = graded.collect::<Result<_, String>>()?;
    let passed = exercises.iter().filter(|graded| graded.outcome == Outcome::Passed).count();
    let learner = folder.display().to_string();
    Ok(Grade { learner, passed, of: exercises.len(), exercises })
}

fn outcome(course: &Course, exercise: &Exercise, folder: &Path) -> Result<Outcome, String> {
    // It may not be text. That is no Rust, and the compiler says so.
    let Ok(bytes) = fs::read(exercise.path_in(folder)) else { return Ok(Outcome::Missing) };
    let learner = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    let stub = exercise.path_in(&course.folder);
    // Who works in this repository has no other copy to compare with.
    let is_own = fs::canonicalize(&stub).ok() == fs::canonicalize(exercise.path_in(folder)).ok();
    if !is_own && code_of(&learner) == code_of(&read(&stub)?) {
        return Ok(Outcome::NotBegun);
    }
    // The solution has the same tests as the stub, and nobody has worked on it.
    try_out(&with_tests_of(&read(&exercise.solution_in(&course.folder))?, &learner))
}
