//! `just grade-workshop`: how many stages do the servers of learners pass?

use std::path::PathBuf;

use clap::Args;
use conformance::terminal::{has_colours, print};
use testkit::{show_progress, target_folder};

use crate::grading::grade::{Grade, grade};
use crate::grading::junit::junit;
use crate::grading::table::table;
use crate::judge::Cases;
use crate::run::server::Slot;
use crate::workshop::Workshop;

/// The folder below cargo's, into which the servers of all learners are built: what they have in
/// common is then compiled once.
const TARGET: &str = "graded";

/// Whom to grade, and how to report it.
#[derive(Args)]
pub struct GradeWorkshop {
    /// Learners' copies of the folder workshop/, one or many; by default the one in this repository
    folders: Vec<PathBuf>,

    /// Leave out those of Autobahn's cases that take minutes
    #[arg(long)]
    quick: bool,

    /// Print JSON instead of a table
    #[arg(long, conflicts_with = "junit")]
    json: bool,

    /// Print JUnit XML instead of a table
    #[arg(long)]
    junit: bool,
}

impl GradeWorkshop {
    /// Grades one learner after the other, and prints. Returns whether everyone passes everything.
    ///
    /// The server that runs meanwhile is in the slot.
    ///
    /// # Errors
    /// A sentence, if a folder cannot be graded.
    pub fn run(&self, workshop: &Workshop, slot: &Slot) -> Result<bool, String> {
        let own = [workshop.folder.clone()];
        let folders = if self.folders.is_empty() { &own[..] } else { &self.folders };
        let target = target_folder()?.join(TARGET);
        let cases = if self.quick { Cases::Quick } else { Cases::All };
        let mut grades: Vec<Grade> = Vec::new();
        for folder in folders {
            show_progress(&format!("{} …", folder.display()));
            let grade = grade(folder, &target, cases, slot);
            show_progress("");
            let grade = grade?;
            if !self.json && !self.junit {
                print(&table(&grade, has_colours()))?;
            }
            grades.push(grade);
        }
        if self.json {
            let json = serde_json::to_string_pretty(&grades).map_err(|error| error.to_string())?;
            print(&format!("{json}\n"))?;
        } else if self.junit {
            print(&junit(&grades)?)?;
        }
        Ok(grades.iter().all(|grade| grade.passed == grade.of))
    }
}
