//! The report for programs, in the form of Autobahn's own.

use serde_json::{Map, Value, json};

use crate::autobahn::report::judged::Judged;
use crate::autobahn::verdict::Outcome;

/// `index.json`: for each peer and case the verdicts, and the file with the details.
pub(crate) fn index(judged: &[Judged]) -> Value {
    let entry = |name: &str, outcome: &Outcome| {
        json!({
            "behavior": outcome.behavior,
            "behaviorClose": outcome.behavior_close,
            "duration": outcome.duration,
            "remoteCloseCode": outcome.remote_close_code,
            "reportfile": file_name(name, &outcome.case),
        })
    };
    let cases = |peer: &Judged| -> Value {
        let outcomes = peer.outcomes.iter();
        outcomes.map(|it| (it.case.clone(), entry(&peer.name, it))).collect::<Map<_, _>>().into()
    };
    judged.iter().map(|peer| (peer.name.clone(), cases(peer))).collect::<Map<_, _>>().into()
}

/// The details of one case.
pub(crate) fn details(name: &str, outcome: &Outcome) -> Value {
    json!({
        "agent": name,
        "id": outcome.case,
        "description": outcome.description,
        "expectation": outcome.expectation,
        "behavior": outcome.behavior,
        "behaviorClose": outcome.behavior_close,
        "result": outcome.result,
        "resultClose": outcome.result_close,
        "remoteCloseCode": outcome.remote_close_code,
        "duration": outcome.duration,
        "wirelog": outcome.wire,
    })
}

/// The name of the file with the details of a case: `step_5_server_case_1_1_1.json`.
pub(crate) fn file_name(name: &str, case: &str) -> String {
    let mut words = name.split(|letter: char| !letter.is_alphanumeric());
    let mut file = words.by_ref().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    file.push_str("_case_");
    file + &case.replace('.', "_") + ".json"
}
