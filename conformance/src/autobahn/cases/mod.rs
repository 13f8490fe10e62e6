//! The cases, a table for each group.

mod closing;
mod compression;
mod control;
mod fragments;
mod framing;
mod limits;
pub(super) mod script;
mod utf8;

use crate::autobahn::cases::script::Case;

/// All cases, in the order of Autobahn.
pub(super) fn all() -> Vec<Case> {
    [
        framing::cases(),
        control::cases(),
        fragments::cases(),
        utf8::cases(),
        closing::cases(),
        limits::cases(),
        vec![framing::automatic_fragments()],
        compression::cases(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autobahn::suite;

    #[test]
    fn every_case_has_its_number() {
        let numbers: Vec<String> = all().into_iter().map(|case| case.number).collect();
        assert_eq!(numbers, suite::all());
    }
}
