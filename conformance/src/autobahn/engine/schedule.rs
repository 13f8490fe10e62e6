//! Which cases run when, and which run again.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::autobahn::cases::all;
use crate::autobahn::cases::script::Case;
use crate::autobahn::suite::is_heavy;
use crate::autobahn::verdict::Outcome;

/// How many of the cases that ran out of time run at the same time, when they run again.
const SECOND_JOBS: usize = 8;
/// How many of those that ran out of time twice may run once more, one by one.
const LAST: usize = 12;

/// Returns these cases, in this order. A number that no case has is left out.
pub(crate) fn chosen(numbers: &[&str]) -> Vec<Arc<Case>> {
    let mut table: HashMap<String, Case> =
        all().into_iter().map(|case| (case.number.clone(), case)).collect();
    numbers.iter().filter_map(|number| table.remove(*number)).map(Arc::new).collect()
}

/// Runs cases side by side.
pub(crate) struct Schedule<'progress> {
    outcomes: HashMap<String, Outcome>,
    progress: &'progress (dyn Fn(&Outcome) + Sync),
}

impl<'progress> Schedule<'progress> {
    /// A schedule that calls `progress` with each outcome when it is final.
    pub(crate) fn new(progress: &'progress (dyn Fn(&Outcome) + Sync)) -> Self {
        Self { outcomes: HashMap::new(), progress }
    }

    /// Runs these cases, so many of the light ones and of the heavy ones at the same time, and
    /// returns the outcomes in their order. `judge` runs one case, and tells whether a time limit
    /// had to do with its outcome.
    pub(crate) async fn run<Judge, Judged>(
        mut self,
        numbers: &[&str],
        light: usize,
        heavy: usize,
        judge: &Judge,
    ) -> Vec<Outcome>
    where
        Judge: Fn(Arc<Case>) -> Judged,
        Judged: Future<Output = (Outcome, bool)> + Send + 'static,
    {
        let (mut long, short): (Vec<_>, Vec<_>) =
            chosen(numbers).into_iter().partition(|case| is_heavy(&case.number));
        // The longest come first, so that none is left alone at the end.
        long.sort_by_key(|case| Reverse(case.cost()));
        for (cases, jobs) in [(short, light), (long, heavy)] {
            // A case that failed because of the time may have had too many beside it.
            let late = self.run_once(cases, jobs, jobs > 1, judge).await;
            let jobs = jobs.min(SECOND_JOBS);
            let is_last = late.len() > LAST || jobs == 1;
            let late = self.run_once(late, jobs, !is_last, judge).await;
            self.run_once(late, 1, false, judge).await;
        }
        numbers.iter().filter_map(|number| self.outcomes.remove(*number)).collect()
    }

    /// Runs cases side by side. If they may run again, those that failed because of the time are
    /// returned.
    async fn run_once<Judge, Judged>(
        &mut self,
        cases: Vec<Arc<Case>>,
        jobs: usize,
        may_run_again: bool,
        judge: &Judge,
    ) -> Vec<Arc<Case>>
    where
        Judge: Fn(Arc<Case>) -> Judged,
        Judged: Future<Output = (Outcome, bool)> + Send + 'static,
    {
        let mut late = Vec::new();
        let mut waiting = cases.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < jobs
                && let Some(case) = waiting.next()
            {
                let judged = judge(Arc::clone(&case));
                running.spawn(async move { (case, judged.await) });
            }
            match running.join_next().await {
                None => return late,
                Some(Ok((case, (outcome, has_timed_out)))) => {
                    if may_run_again && has_timed_out && outcome.is_failure() {
                        late.push(case);
                    } else {
                        (self.progress)(&outcome);
                        self.outcomes.insert(outcome.case.clone(), outcome);
                    }
                }
                // A panic, which is a fault of ours. Its message is on standard error.
                Some(Err(_)) => {}
            }
        }
    }
}
