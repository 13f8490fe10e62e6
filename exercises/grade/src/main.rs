//! `just grade`: which exercises pass?

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use grade::{Course, Grade, Graded, grade, junit, stubs, table};

/// Grades the exercises: a learner's code, with the course's tests.
///
/// Ends with 0 if everything passes, with 1 if not, and with 2 if something cannot be graded. It
/// compiles and runs what the learners have written: grade strangers in a container.
#[derive(Parser)]
struct Arguments {
    /// Learners' copies of the folder exercises/, one or many; by default the one in this repository
    folders: Vec<PathBuf>,
    /// Print JSON instead of a table
    #[arg(long, conflicts_with = "junit")]
    json: bool,
    /// Print JUnit XML instead of a table
    #[arg(long)]
    junit: bool,
    /// Write the list of stubs anew, after a stub of the course has changed
    #[arg(long, hide = true)]
    stubs: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Grades everyone, prints, and says whether everything passed.
fn run(arguments: &Arguments) -> Result<bool, String> {
    let course = Course::own()?;
    if arguments.stubs {
        let path = course.folder.join("grade").join("stubs.txt");
        fs::write(&path, stubs(&course)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(true);
    }
    let own = [course.folder.clone()];
    let folders = if arguments.folders.is_empty() { &own[..] } else { &arguments.folders };
    let grades: Vec<Grade> =
        folders.iter().map(|folder| grade(&course, folder)).collect::<Result<_, _>>()?;
    if arguments.json {
        let json = serde_json::to_string_pretty(&grades).map_err(|error| error.to_string())?;
        println!("{json}");
    } else if arguments.junit {
        print!("{}", junit(&grades)?);
    } else {
        for grade in &grades {
            print!("{}", table(grade));
        }
        // Only your own copy is where these two commands look.
        if let (true, Some(Graded { name, .. })) =
            (arguments.folders.is_empty(), grades.first().and_then(Grade::first_to_mend))
        {
            println!("`just exercise {name}` runs it, and `just hint {name}` helps.");
        }
    }
    Ok(grades.iter().all(|grade| grade.passed == grade.of))
}
