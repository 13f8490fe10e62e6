//! Judges everybody at once: all parts of all runs, as many at a time as there is room for.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crate::{
    case::CaseId,
    find::Autobahn,
    judged::Judged,
    merge::merge,
    part::{Pace, parts},
    process::remove,
    progress::Progress,
    report::{self, Verdict},
    run::run,
};

/// How long everything may take. It takes minutes against peers that answer.
const TIME_LIMIT: Duration = Duration::from_mins(40);
/// How many parts may wait at the same time. Each takes half a second of work for its start.
const WAITING: usize = 8;

/// What Autobahn says of one peer.
pub(crate) struct Report<'a> {
    /// Who has been judged.
    pub(crate) judged: &'a Judged,
    /// The folder of Autobahn's own report.
    pub(crate) folder: PathBuf,
    /// All verdicts.
    pub(crate) seen: BTreeMap<CaseId, Verdict>,
}

/// One part of the run against one peer.
struct Job<'a> {
    judged: &'a Judged,
    cases: Vec<CaseId>,
    /// The folder where it runs.
    folder: PathBuf,
}

/// Runs `cases` against `all`, with at most `jobs` parts at work beside those that wait, and hands back what Autobahn says
/// of each, in their order. `directory` is the target directory's `autobahn/`.
///
/// # Errors
/// What went wrong first, if a part cannot be run to its end.
pub(crate) fn judge<'a>(
    autobahn: &Autobahn,
    all: &'a [Judged],
    cases: &[CaseId],
    jobs: usize,
    directory: &Path,
) -> Result<Vec<Report<'a>>, String> {
    let parts_folder = directory.join("parts");
    remove(&parts_folder)?;
    let queued: Vec<Vec<Job>> =
        all.iter().map(|judged| jobs_for(judged, cases, &parts_folder)).collect();
    let folders: Vec<Vec<PathBuf>> = queued
        .iter()
        .map(|jobs| jobs.iter().map(|job| job.folder.join("report")).collect())
        .collect();
    let total = queued.iter().flatten().map(|job| job.cases.len()).sum();
    let (working, waiting): (Vec<Job>, Vec<Job>) =
        queued.into_iter().flatten().partition(|job| job.judged.pace == Pace::Works);

    let progress = Progress::new(total);
    let deadline = Instant::now() + TIME_LIMIT;
    let carry_out = |job: &Job| {
        let begins = |case: &str| progress.begins(&job.judged.name, case);
        run(autobahn, job.judged, &job.cases, directory, &job.folder, &begins, deadline)
            .map_err(|error| format!("{}: {error}", job.judged.name))
    };
    let done = in_parallel([(working, jobs), (waiting, WAITING)], carry_out);
    progress.ends();
    done?;

    let reports = all.iter().zip(&folders).map(|(judged, parts)| {
        let folder = directory.join("report").join(judged.folder());
        remove(&folder)?;
        merge(parts, &folder)?;
        Ok(Report { judged, seen: report::read(&folder)?, folder })
    });
    reports.collect()
}

/// Cuts the run against one peer into jobs.
fn jobs_for<'a>(judged: &'a Judged, cases: &[CaseId], parts_folder: &Path) -> Vec<Job<'a>> {
    let spared: Vec<String> = judged.spared.iter().map(ToString::to_string).collect();
    let is_spared = |case: &CaseId| !spared.is_empty() && case.is_among(&spared);
    let cases: Vec<CaseId> = cases.iter().filter(|case| !is_spared(case)).cloned().collect();
    let parts = parts(&cases, judged.pace).into_iter().enumerate();
    let job = |(number, cases)| {
        let folder = parts_folder.join(format!("{}-{number}", judged.folder()));
        Job { judged, cases, folder }
    };
    parts.map(job).collect()
}

/// Carries out the jobs of each queue in its order, so many at a time, until all are done or one
/// has failed. Jobs that have begun are carried out to their end.
fn in_parallel<Job: Send>(
    queues: [(Vec<Job>, usize); 2],
    carry_out: impl Fn(&Job) -> Result<(), String> + Sync,
) -> Result<(), String> {
    let failure = Mutex::new(None);
    let failure_now = || failure.lock().unwrap_or_else(PoisonError::into_inner);
    let queues = queues.map(|(jobs, workers)| (Mutex::new(jobs.into_iter()), workers));
    let work = |queue: &Mutex<std::vec::IntoIter<Job>>| {
        loop {
            let job = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(job) = job.filter(|_| failure_now().is_none()) else { return };
            if let Err(error) = carry_out(&job) {
                failure_now().get_or_insert(error);
            }
        }
    };
    let work = &work;
    thread::scope(|scope| {
        for (queue, workers) in &queues {
            for _ in 0..*workers {
                scope.spawn(move || work(queue));
            }
        }
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn every_job_is_carried_out_once() {
        let done = Mutex::new(Vec::new());
        let queues = [((0..50).collect(), 3), ((50..60).collect(), 2)];
        let outcome = in_parallel(queues, |job: &u32| {
            done.lock().unwrap().push(*job);
            Ok(())
        });
        assert_eq!(outcome, Ok(()));
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, (0..60).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_failure_is_told_and_nothing_begins_after_it() {
        let begun = AtomicUsize::new(0);
        let outcome = in_parallel([((1..100).collect(), 1), (Vec::new(), 1)], |job: &u32| {
            begun.fetch_add(1, Ordering::Relaxed);
            if *job == 3 { Err("the third".to_owned()) } else { Ok(()) }
        });
        assert_eq!(outcome, Err("the third".to_owned()));
        assert_eq!(begun.into_inner(), 3);
    }

    #[test]
    fn a_peer_is_spared_the_series_it_names_and_no_others() {
        let judged = Judged { spared: &["9.7"], ..Judged::url("ws://127.0.0.1:1") };
        let cases = ["9.7.1", "9.6.1", "5.1"].map(|case| case.parse().unwrap());
        let jobs = jobs_for(&judged, &cases, Path::new("parts"));
        let left: Vec<_> = jobs.iter().flat_map(|job| &job.cases).cloned().collect();
        assert_eq!(left, cases[1..]);
        assert!(jobs_for(&Judged::url("ws://h"), &cases, Path::new("parts"))[0].cases.len() == 3);
    }
}
