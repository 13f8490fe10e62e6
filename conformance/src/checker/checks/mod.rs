//! All checks, a file for each subject.

mod closing;
mod compression;
pub(crate) mod crowd;
mod fragments;
mod framing;
mod handshake;
mod headers;
mod hostile;
mod hostile_handshake;
mod member;
mod room;
mod tcp;
mod unmasking;
mod utf8;

use crate::checker::check::Check;

/// Returns all checks, the lowest level first, and within a level those that others need first.
pub fn all() -> Vec<Check> {
    let mut checks = [
        tcp::CHECKS,
        handshake::CHECKS,
        headers::CHECKS,
        hostile_handshake::CHECKS,
        unmasking::CHECKS,
        framing::CHECKS,
        fragments::CHECKS,
        utf8::CHECKS,
        closing::CHECKS,
        compression::CHECKS,
        hostile::CHECKS,
        crowd::CHECKS,
        room::CHECKS,
    ]
    .concat();
    checks.sort_by_key(|check| check.level);
    checks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checker::check::Turn;
    use std::collections::HashSet;

    #[test]
    fn every_check_has_a_name_of_its_own_and_says_what_it_expects() {
        let checks = all();
        let ids: HashSet<_> = checks.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), checks.len());
        for check in &checks {
            let (expected, hint) = (check.expected, check.hint);
            assert!(expected.ends_with('.') && hint.ends_with('.'), "{}", check.id);
            assert!(!check.clause.is_empty() && check.id.contains('/'), "{}", check.id);
        }
    }

    #[test]
    fn what_a_check_needs_is_run_before_it() {
        let checks = all();
        for (index, check) in checks.iter().enumerate() {
            let before = if check.turn == Turn::Crowd { &checks[..index] } else { &checks[..] };
            for id in check.needs {
                let needed = before.iter().find(|other| other.id == *id);
                let needed = needed.unwrap_or_else(|| panic!("{} needs {id}", check.id));
                assert_eq!(needed.turn, Turn::Crowd, "{} needs {id}", check.id);
            }
        }
    }
}
