//! Finds the first case that a server does not pass.

use crate::autobahn::server::judge_server;
use crate::autobahn::suite::is_heavy;
use crate::autobahn::verdict::Outcome;
use crate::target::Target;

/// Judges a server in these cases, and returns the first one that is not perfect, or `None` if all
/// are. The cases that move much data are run only if the server passes all others.
///
/// # Errors
/// A sentence, if the server cannot be reached.
pub fn first_imperfect(
    target: &Target,
    cases: &[String],
    progress: &(dyn Fn(&Outcome) + Sync),
) -> Result<Option<Outcome>, String> {
    let (heavy, light): (Vec<&str>, Vec<&str>) =
        cases.iter().map(String::as_str).partition(|case| is_heavy(case));
    for cases in [light, heavy].into_iter().filter(|cases| !cases.is_empty()) {
        let outcomes = judge_server(target, &cases, None, progress)?;
        if let Some(outcome) = outcomes.into_iter().find(|outcome| !outcome.is_perfect()) {
            return Ok(Some(outcome));
        }
    }
    Ok(None)
}
