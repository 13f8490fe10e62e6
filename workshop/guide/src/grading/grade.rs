//! Grades a learner's server: how many stages it passes, and why not more.

use std::path::Path;

use conformance::checker::stages::{STAGES, Stage};
use conformance::target::Target;
use serde::Serialize;

use crate::course::solution::{MANIFEST, files};
use crate::course::stage::LAST;
use crate::grading::copy::copy;
use crate::grading::outcome::Outcome;
use crate::judge::{Cases, Judgement, judge, options_of_own};
use crate::run::server::Slot;
use crate::run::start::start;
use crate::workshop::Workshop;

/// The grade of a learner.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Grade {
    /// The learner's folder, as it was named.
    pub(crate) learner: String,
    /// How many stages are passed.
    pub(crate) passed: u8,
    /// How many there are.
    pub(crate) of: u8,
    /// Each stage, in order.
    pub(crate) stages: Vec<Graded>,
}

/// What became of one stage.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Graded {
    /// The number of the stage.
    pub(crate) stage: u8,
    /// Its title.
    pub(crate) title: &'static str,
    /// Its chapter, by the name of its file.
    #[serde(skip)]
    pub(crate) chapter: &'static str,
    /// What became of it.
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// Builds the server in a copy of this folder, and judges it. The compiler writes into the folder
/// `target`.
///
/// This compiles and runs the learner's code.
///
/// # Errors
/// A sentence, if there is no such folder, or no package in it.
pub(crate) fn grade(
    folder: &Path,
    target: &Path,
    cases: Cases,
    slot: &Slot,
) -> Result<Grade, String> {
    let learner = folder.display().to_string();
    if !folder.join(MANIFEST).is_file() {
        return Err(format!("{learner} has no Cargo.toml: name a copy of the folder workshop/"));
    }
    let copy = copy(folder)?;
    let target = Some(target.to_owned());
    let workshop = Workshop { target, ..Workshop::at(copy.path()) };
    let (passed, open) = if workshop.has_only(&files(0)?) {
        (0, Some(Outcome::NotBegun))
    } else {
        outcome(&workshop, cases, slot)?
    };
    Ok(Grade::new(learner, passed, open))
}

/// How many stages the server passes, and what became of the one after them.
fn outcome(
    workshop: &Workshop,
    cases: Cases,
    slot: &Slot,
) -> Result<(u8, Option<Outcome>), String> {
    let server = match start(workshop, false, slot) {
        Ok(server) => server,
        Err(trouble) => {
            let message = trouble.in_a_sentence();
            return Ok((0, Some(Outcome::Broken { message })));
        }
    };
    let address: Target = format!("ws://{}/", server.address).parse()?;
    let judgement = judge(&options_of_own(address, server.pid), |_| cases);
    let end = server.end().map(|end| end.for_people()).unwrap_or_default();
    Ok(match judgement {
        Ok(judgement) => (judgement.done(), failure(&judgement, &end)),
        Err(why) => {
            let message = format!("{why} {end}").trim_end().to_owned();
            (0, Some(Outcome::Broken { message }))
        }
    })
}

/// What has failed; `None` if nothing has.
fn failure(judgement: &Judgement, end: &str) -> Option<Outcome> {
    let open = judgement.open.as_ref()?;
    let (check, happened) = match (judgement.failure(), &open.case) {
        (Some(ruling), _) => (ruling.check.id.to_owned(), ruling.happened.clone()),
        (None, Some(case)) => {
            let happened = format!("{} {}", case.result, case.result_close);
            (format!("Autobahn {}", case.case), happened)
        }
        (None, None) => return None,
    };
    let message = format!("{happened} {end}").trim_end().to_owned();
    Some(Outcome::Failed { check, message })
}

impl Grade {
    /// The grade of a learner who has passed this many stages, with the outcome of the next one.
    pub(crate) fn new(learner: String, passed: u8, mut open: Option<Outcome>) -> Self {
        let graded = |stage: &Stage| {
            let outcome = if stage.number <= passed {
                Outcome::Passed
            } else {
                open.take().unwrap_or(Outcome::NotReached)
            };
            let Stage { number, title, chapter, .. } = *stage;
            Graded { stage: number, title, chapter, outcome }
        };
        let stages = STAGES.iter().map(graded).collect();
        Self { learner, passed, of: LAST, stages }
    }
}
