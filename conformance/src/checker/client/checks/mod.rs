//! All checks of a client, a file for each subject.

mod answer;
mod closing;
mod compression;
mod fragments;
mod framing;
mod masking;
mod negotiation;
mod opening;
mod request;
mod sent;
mod utf8;

use crate::checker::check::Check;

/// Returns all checks of a client, the lowest level first, and within a level those that others
/// need first.
pub fn all() -> Vec<Check> {
    let mut checks = [
        opening::CHECKS,
        request::CHECKS,
        answer::CHECKS,
        negotiation::CHECKS,
        masking::CHECKS,
        framing::CHECKS,
        fragments::CHECKS,
        utf8::CHECKS,
        closing::CHECKS,
        compression::CHECKS,
        sent::CHECKS,
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
            assert!(!check.clause.is_empty() && check.id.starts_with("client/"), "{}", check.id);
        }
    }

    #[test]
    fn what_a_check_needs_is_run_before_it() {
        let checks = all();
        for (index, check) in checks.iter().enumerate() {
            for id in check.needs {
                let needed = checks[..index].iter().find(|other| other.id == *id);
                let needed = needed.unwrap_or_else(|| panic!("{} needs {id}", check.id));
                let is_last = needed.turn == Turn::Last;
                assert!(!is_last || check.turn == Turn::Last, "{} needs {id}", check.id);
            }
        }
    }
}
