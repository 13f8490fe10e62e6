//! The verdicts of a case, from what came and how the connection ended.

use crate::autobahn::cases::script::{Case, Close, Effect, Event, Script, Side};
use crate::autobahn::verdict::Verdict;
use crate::autobahn::wire::endpoint::{Ending, Role};

/// How far a case has come that compares each message as it is received.
pub(super) struct Progress {
    /// The verdict so far.
    pub(super) behavior: Verdict,
    /// The reason for it.
    pub(super) result: String,
}

/// The verdicts, and a sentence for each.
pub(super) struct Ruling {
    pub(super) behavior: Verdict,
    pub(super) behavior_close: Verdict,
    pub(super) result: String,
    pub(super) result_close: String,
}

/// Rules on a case. There is no `ending` if the connection was never open.
pub(super) fn rule(
    case: &Case,
    role: Role,
    received: &[Event],
    progress: &Progress,
    ending: Option<&Ending>,
) -> Ruling {
    let normal = Close::normal();
    let close = match &case.script {
        Script::Exchange(exchange) => &exchange.close,
        Script::Echo(_) | Script::Compressed(_) => &normal,
    };
    let (behavior_close, result_close) = match ending {
        Some(ending) => rule_on_close(close, role, ending),
        None => (Verdict::Failed, "The opening handshake was not completed.".to_owned()),
    };
    let (mut behavior, mut result) = match &case.script {
        Script::Exchange(exchange) if ending.is_some() => {
            if received == exchange.ok {
                (Verdict::Ok, "This is what was expected.".to_owned())
            } else if exchange.non_strict.as_deref() == Some(received) {
                (Verdict::NonStrict, "This is allowed, but not recommended.".to_owned())
            } else {
                (Verdict::Failed, difference(received, &exchange.ok))
            }
        }
        _ => (progress.behavior, progress.result.clone()),
    };
    let is_wrong_side =
        ending.is_some_and(|ending| ending.closed_by_me != (close.by == Side::Judge));
    match close.effect {
        Effect::OnlyInforms => {
            let informs = Verdict::Informational;
            return Ruling { behavior: informs, behavior_close: informs, result, result_close };
        }
        Effect::WrongSideFails if is_wrong_side => {
            behavior = Verdict::Failed;
            result = "The peer did not fail the connection.".into();
        }
        Effect::WrongCodeFails if behavior_close == Verdict::WrongCode => {
            behavior = Verdict::Failed;
            result.clone_from(&result_close);
        }
        _ => {}
    }
    Ruling { behavior, behavior_close, result, result_close }
}

/// Rules on how the connection ended. The order of the questions is the original's.
fn rule_on_close(close: &Close, role: Role, ending: &Ending) -> (Verdict, String) {
    let by_judge = close.by == Side::Judge;
    let codes: Vec<String> = close.codes.iter().map(u16::to_string).collect();
    let (verdict, sentence) = if ending.closed_by_me != by_judge {
        let side =
            if by_judge { "The judge did not close first" } else { "The peer did not close" };
        (Verdict::Failed, format!("{side}, as it should have here."))
    } else if close.clean && !ending.was_clean {
        (Verdict::Unclean, "The closing handshake was not completed.".to_owned())
    } else if let Some(code) = ending.remote_code.filter(|code| !close.codes.contains(code)) {
        (Verdict::WrongCode, format!("The code is {code} instead of {}.", codes.join(" or ")))
    } else if role == Role::Client && ending.dropped_by_me.is_some() {
        (Verdict::FailedByClient, "The server left it to the judge to end TCP.".to_owned())
    } else {
        (Verdict::Ok, "The connection ended as it should.".to_owned())
    };
    (verdict, sentence)
}

/// Says what happened instead of what was expected.
fn difference(received: &[Event], expected: &[Event]) -> String {
    let list = |events: &[Event]| {
        let name = |event: &Event| match event {
            Event::Text(payload) => format!("a text of {} bytes", payload.len()),
            Event::Binary(payload) => format!("a binary message of {} bytes", payload.len()),
            Event::Pong(payload) => format!("a pong of {} bytes", payload.len()),
            Event::StillOpen(number) => format!("the end of pause {number}"),
        };
        let names: Vec<String> = events.iter().map(name).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    };
    let (came, wanted) = (list(received), list(expected));
    if came == wanted {
        format!("Happened: {came}, but with another payload.")
    } else {
        format!("Happened: {came}. Expected: {wanted}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::wire::endpoint::Drop;

    fn clean() -> Ending {
        Ending { closed_by_me: true, was_clean: true, remote_code: Some(1000), ..Ending::default() }
    }

    fn on_close(close: &Close, ending: &Ending) -> Verdict {
        rule_on_close(close, Role::Client, ending).0
    }

    #[test]
    fn a_normal_close_is_judged_by_side_handshake_code_and_end_of_tcp() {
        let normal = Close::normal();
        assert_eq!(on_close(&normal, &clean()), Verdict::Ok);
        assert_eq!(on_close(&normal, &Ending { remote_code: None, ..clean() }), Verdict::Ok);
        let by_peer = Ending { closed_by_me: false, ..clean() };
        assert_eq!(on_close(&normal, &by_peer), Verdict::Failed);
        let unclean = Ending { was_clean: false, remote_code: Some(1001), ..clean() };
        assert_eq!(on_close(&normal, &unclean), Verdict::Unclean);
        let wrong_code = Ending { remote_code: Some(1001), ..clean() };
        assert_eq!(on_close(&normal, &wrong_code), Verdict::WrongCode);
        let dropped = Ending { dropped_by_me: Some(Drop::Orderly), ..clean() };
        assert_eq!(on_close(&normal, &dropped), Verdict::FailedByClient);
        assert_eq!(rule_on_close(&normal, Role::Server, &dropped).0, Verdict::Ok);
    }

    #[test]
    fn a_failure_may_end_tcp_without_a_close_frame() {
        let failure = Close::failure(1002);
        let cut = Ending::default();
        assert_eq!(on_close(&failure, &cut), Verdict::Ok);
        let late = Ending { closed_by_me: true, failed_by_me: true, ..Ending::default() };
        assert_eq!(on_close(&failure, &late), Verdict::Failed);
        let wrong = Ending { remote_code: Some(1007), was_clean: true, ..Ending::default() };
        assert_eq!(on_close(&failure, &wrong), Verdict::WrongCode);
    }
}
