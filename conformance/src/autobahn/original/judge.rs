//! Judges all peers at the same time: cuts their cases into parts, and runs several parts at once,
//! because a `wstest` uses one core only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use testkit::show_progress;

use crate::autobahn::original::find::Autobahn;
use crate::autobahn::original::folders::{REPORT, empty_folder, home};
use crate::autobahn::original::peer::Peer;
use crate::autobahn::original::report::Report;
use crate::autobahn::original::run::{Part, run};
use crate::autobahn::suite::{Suite, group};
use crate::parallel::in_parallel;

/// How long everything may take. It takes minutes with peers that answer.
const TIME_LIMIT: Duration = Duration::from_mins(40);
/// How many parts run at the same time for peers that let Autobahn wait. Each takes half a second
/// of work at its start.
const WAITING: usize = 8;
/// Into how many parts the cases of groups 1 to 10 are cut.
const SHARES: usize = 8;

/// Runs the cases of a suite against all peers, with `jobs` parts at a time for peers that pass and
/// [`WAITING`] for the others. Returns Autobahn's report on each peer, in their order.
///
/// # Errors
/// What went wrong first, if a part cannot be run to its end.
pub(crate) fn judge(
    autobahn: &Autobahn,
    peers: &[Peer],
    suite: &Suite,
    jobs: usize,
) -> Result<Vec<Report>, String> {
    let home = home()?;
    let parts_folder = home.join("parts");
    empty_folder(&parts_folder)?;
    let parts: Vec<Vec<Part>> =
        peers.iter().map(|peer| parts_for(peer, suite, &parts_folder)).collect();
    if let Some((peer, _)) = peers.iter().zip(&parts).find(|(_, parts)| parts.is_empty()) {
        return Err(format!("{} is not judged in any of these cases", peer.name));
    }
    let total = parts.iter().flatten().count();
    let (passing, waiting): (Vec<&Part>, Vec<&Part>) =
        parts.iter().flatten().partition(|part| part.peer.passes);

    let (start, done, failure) = (Instant::now(), AtomicUsize::new(0), Mutex::new(None));
    let first_failure = || failure.lock().unwrap_or_else(PoisonError::into_inner);
    let run_one = |part: &&Part| {
        let name = &part.peer.name;
        if let Err(error) = run(autobahn, part, start + TIME_LIMIT) {
            first_failure().get_or_insert(format!("{name}: {error}"));
            return false;
        }
        let (done, seconds) = (done.fetch_add(1, Ordering::Relaxed) + 1, start.elapsed().as_secs());
        show_progress(&format!("{done}/{total} parts, {seconds} s: {name}"));
        first_failure().is_none()
    };
    thread::scope(|scope| {
        scope.spawn(|| in_parallel(&waiting, WAITING, run_one));
        in_parallel(&passing, jobs, run_one);
    });
    show_progress("");
    first_failure().take().map_or(Ok(()), Err)?;
    let report = |(peer, parts): (&Peer, &Vec<Part>)| {
        let folders: Vec<PathBuf> = parts.iter().map(|part| part.folder.join(REPORT)).collect();
        let whole = home.join(REPORT).join(peer.folder());
        Report::merge(&peer.name, suite.cases_in(peer.groups), &folders, &whole)
    };
    peers.iter().zip(&parts).map(report).collect()
}

/// Cuts the cases for a peer into parts, those first that take the longest. A series of group 12 or
/// 13 is one part, because its cases send the same compressed messages again. Of the others,
/// neighbours take about the same time, so they go to different parts.
fn parts_for<'a>(peer: &'a Peer, suite: &Suite, parts_folder: &Path) -> Vec<Part<'a>> {
    let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (index, case) in suite.cases_in(peer.groups).into_iter().enumerate() {
        let key = match case.rsplit_once('.') {
            Some((series, _)) if group(&case) >= 12 => series.to_owned(),
            _ => format!("share-{}", index % SHARES),
        };
        parts.entry(key).or_default().push(case);
    }
    let part = |(key, cases)| Part {
        peer,
        cases,
        folder: parts_folder.join(format!("{}-{key}", peer.folder())),
    };
    parts.into_iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::original::peer::Contact;

    fn parts(groups: &'static [u8], patterns: &[&str]) -> Vec<Vec<String>> {
        let contact = Contact::Url("ws://127.0.0.1:1".to_owned());
        let peer = Peer { name: "peer".to_owned(), contact, server: None, groups, passes: true };
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let suite = Suite::read().unwrap().select(&patterns).unwrap();
        parts_for(&peer, &suite, Path::new("parts")).into_iter().map(|part| part.cases).collect()
    }

    #[test]
    fn a_series_of_compressed_messages_is_one_part_and_comes_first() {
        let parts = parts(&[1, 12], &["1.1.1", "1.1.2", "12.1.1", "12.1.2", "12.2.1"]);
        assert_eq!(parts, [&["12.1.1", "12.1.2"][..], &["12.2.1"], &["1.1.1"], &["1.1.2"]]);
    }

    #[test]
    fn a_peer_is_judged_in_its_groups_only() {
        assert_eq!(parts(&[9], &["5.1", "9.7.1", "10.1.1"]), [["9.7.1"]]);
    }

    #[test]
    fn every_case_is_in_one_part() {
        let mut cases = parts(crate::subject::ALL_GROUPS, &[]).concat();
        cases.sort();
        let mut all = Suite::read().unwrap().cases;
        all.sort();
        assert_eq!(cases, all);
    }
}
