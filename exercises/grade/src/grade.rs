//! Grades a learner's copy of the course.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::course::{Course, Exercise, read};
use crate::outcome::Outcome;
use crate::program::try_out;
use crate::stubs::is_stub;

/// The largest file that is graded, in bytes. A solution takes 6 KiB.
const SIZE_LIMIT: u64 = 256 * 1024;

/// The result of a learner.
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

impl Grade {
    /// The exercise to look at first: the first one that was begun and is not passed, otherwise the
    /// first one that was not begun.
    pub fn first_to_mend(&self) -> Option<&Graded> {
        let mut open = self.exercises.iter().filter(|one| one.outcome != Outcome::Passed);
        open.clone().find(|one| one.outcome.is_begun()).or_else(|| open.next())
    }
}

/// Grades the copy in this folder: the learner's code, with the course's tests.
///
/// This compiles and runs what the learner has written.
///
/// # Errors
/// A sentence about a folder that is not a copy of the course, or a compiler that is not there.
pub fn grade(course: &Course, folder: &Path) -> Result<Grade, String> {
    if !course.exercises.iter().any(|exercise| exercise.path_in(folder).is_file()) {
        let folder = folder.display();
        return Err(format!(
            "{folder} contains no exercise; name a copy of the folder exercises/, which contains info.toml"
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
    let path = exercise.path_in(folder);
    // A pipe or a device under that name would be read for ever.
    let Some(file) = File::open(&path).ok().filter(|_| path.is_file()) else {
        return Ok(Outcome::Missing);
    };
    let mut bytes = Vec::new();
    if file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes).is_err() {
        return Ok(Outcome::Missing);
    }
    if bytes.len() as u64 > SIZE_LIMIT {
        return Ok(Outcome::Refused { message: "the file is larger than 256 KiB".to_owned() });
    }
    // What is not UTF-8 may be in a comment.
    let learner = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    if is_stub(&exercise.name, &learner) {
        return Ok(Outcome::NotBegun);
    }
    // The solution has the same tests as the stub, which is the learner's own file if they work in
    // this repository.
    try_out(&read(&exercise.solution_in(&course.folder))?, &learner)
}
