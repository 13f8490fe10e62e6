//! Which checks a run is made of, and in which order.

use std::collections::HashSet;

use crate::checker::check::Check;
use crate::checker::checks::crowd::SOCKETS;
use crate::checker::options::Options;
use crate::checker::stages::{STAGES, Stage, is_selected};
use crate::open_files::raise_open_files;

/// How alike a name must be to be proposed, from 0 to 1.
const ALIKE: f64 = 0.6;
/// How many names are proposed.
const PROPOSALS: usize = 3;

/// Returns the checks that the options select. If a check needs another one, that one comes before
/// it.
///
/// # Errors
/// A sentence, if the options contain a name that no check has.
pub(crate) fn chosen(options: &Options, all: &[Check]) -> Result<Vec<Check>, String> {
    if let Some(last) = options.stage {
        let stages = STAGES.iter().filter(|stage| stage.number <= last);
        let is_possible = |check: &Check| match check.id {
            "hostile/memory" => options.pid.is_some(),
            "hostile/crowd" => raise_open_files() >= SOCKETS,
            "hostile/message-limit" => options.message_max.is_some(),
            _ => true,
        };
        return Ok(stages.flat_map(Stage::checks).filter(is_possible).collect());
    }
    let mut checks = all.to_vec();
    if options.only.is_empty() {
        checks.retain(|check| check.level <= options.level && (options.hostile || !check.hostile));
        return Ok(checks);
    }
    let mut wanted = HashSet::new();
    for pattern in &options.only {
        let count = wanted.len();
        let ids = checks.iter().map(|check| check.id);
        wanted.extend(ids.filter(|id| is_selected(pattern, id)));
        if wanted.len() == count && !wanted.contains(pattern.as_str()) {
            return Err(unknown(pattern, all));
        }
    }
    // Until nothing is added any more.
    let mut count = 0;
    while count < wanted.len() {
        count = wanted.len();
        for check in checks.iter().filter(|check| wanted.contains(check.id)).collect::<Vec<_>>() {
            wanted.extend(check.needs);
        }
    }
    checks.retain(|check| wanted.contains(check.id));
    Ok(checks)
}

/// Says that no check has this name, and which have one like it.
fn unknown(name: &str, all: &[Check]) -> String {
    let likeness = |id: &str| {
        let short = id.split_once('/').map_or(id, |(_, rest)| rest);
        let [long, short] = [id, short].map(|id| strsim::normalized_damerau_levenshtein(name, id));
        long.max(short)
    };
    let mut alike: Vec<(f64, &str)> =
        all.iter().map(|check| (likeness(check.id), check.id)).collect();
    alike.retain(|(likeness, _)| *likeness >= ALIKE);
    alike.sort_by(|one, other| other.0.total_cmp(&one.0));
    let alike: Vec<&str> = alike.iter().take(PROPOSALS).map(|(_, id)| *id).collect();
    let proposal = match alike[..] {
        [] => String::new(),
        _ => format!(" Did you mean {}?", alike.join(" or ")),
    };
    format!("There is no check `{name}`.{proposal} `ws-judge check --list` shows all of them.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checker::checks::all;

    fn ids(change: impl FnOnce(&mut Options)) -> Result<Vec<&'static str>, String> {
        let mut options = Options::new("ws://127.0.0.1:1/".parse().unwrap());
        change(&mut options);
        Ok(chosen(&options, &all())?.iter().map(|check| check.id).collect())
    }

    #[test]
    fn a_stage_brings_those_before_it_in_their_order() {
        let ids = ids(|options| options.stage = Some(3)).unwrap();
        assert_eq!(ids[..2], ["tcp/accept", "tcp/client-first"]);
        let place = |wanted: &str| ids.iter().position(|id| *id == wanted);
        assert!(place("handshake/accept") < place("handshake/segments"));
        assert!(place("hostile/byte-at-a-time").is_some() && place("handshake/method").is_none());
    }

    #[test]
    fn what_nobody_can_see_is_no_part_of_a_stage() {
        let stage = |pid| ids(|options| (options.stage, options.pid) = (Some(14), pid)).unwrap();
        assert!(!stage(None).contains(&"hostile/memory"));
        assert!(stage(Some(1)).contains(&"hostile/memory"));
    }

    #[test]
    fn only_these_and_what_they_need() {
        let only = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            ids(|options| options.only = names)
        };
        let all = ["tcp/accept", "tcp/client-first", "handshake/upgrade", "room/welcome"];
        assert_eq!(only(&["room/welcome"]).unwrap(), all);
        assert!(only(&["utf8/*", "utf8/overlong"]).unwrap().contains(&"utf8/surrogate"));
        let problem = only(&["framing/pin"]).unwrap_err();
        assert!(problem.contains("mean framing/ping or framing/pong"), "{problem}");
        assert!(only(&["ping"]).unwrap_err().contains("framing/ping"));
        for wrong in ["nothing like it at all", "*", "utf9/*"] {
            let problem = only(&[wrong]).unwrap_err();
            assert!(problem.contains("no check") && problem.contains("--list"), "{problem}");
        }
    }
}
