//! Cutting a run into parts, each for a `wstest` of its own, which uses one core and no more.

use crate::case::CaseId;

/// The cases of a series of group 12 or 13 that send messages of 128 KiB: most of the time is theirs.
const LONG: [u16; 5] = [10, 15, 16, 17, 18];

/// How many parts there are for a peer that lets Autobahn wait: a second or two in most cases.
const WAITING_PARTS: usize = 16;

/// What takes the time with a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// It answers, so that there is work to do: as many parts run at once as there are cores.
    Works,
    /// It does not answer much, so that Autobahn waits: many parts can do so at once.
    Waits,
}

/// Cuts `cases` into parts, in the order in which they should begin: what takes long comes first,
/// so that nothing long is left over for the end.
pub(crate) fn parts(cases: &[CaseId], pace: Pace) -> Vec<Vec<CaseId>> {
    let mut parts: Vec<Vec<CaseId>> = match pace {
        // Neighbours wait equally long: dealt like cards, they do so in different parts.
        Pace::Waits => (0..WAITING_PARTS)
            .map(|part| cases.iter().skip(part).step_by(WAITING_PARTS).cloned().collect())
            .collect(),
        Pace::Works => {
            let mut keys: Vec<_> = cases.iter().map(part_of).collect();
            keys.sort_unstable();
            keys.dedup();
            keys.iter()
                .map(|key| cases.iter().filter(|case| part_of(case) == *key).cloned().collect())
                .collect()
        }
    };
    parts.retain(|part| !part.is_empty());
    parts
}

/// The part that a case belongs to. The smallest begins first: the cases that mostly wait, then the
/// long ones of each series, then the others. The long ones stay together, since what the first has
/// compressed is sent by them all.
fn part_of(case: &CaseId) -> (u8, u16, u16) {
    match case.numbers() {
        &[group @ (12 | 13), series, number] => {
            (if LONG.contains(&number) { 1 } else { 2 }, group, series)
        }
        _ => (0, 0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expected::expected;

    fn all() -> Vec<CaseId> {
        expected(&[]).unwrap().into_keys().collect()
    }

    #[test]
    fn every_case_is_in_one_part_whatever_the_pace() {
        for pace in [Pace::Works, Pace::Waits] {
            let mut cases = parts(&all(), pace).concat();
            cases.sort();
            assert_eq!(cases, all(), "{pace:?}");
        }
    }

    #[test]
    fn the_long_cases_of_a_series_are_one_part() {
        let parts = parts(&all(), Pace::Works);
        let first: Vec<String> = parts[1].iter().map(CaseId::to_string).collect();
        assert_eq!(first, ["12.1.10", "12.1.15", "12.1.16", "12.1.17", "12.1.18"]);
        assert_eq!(parts[0].len(), 301);
        assert_eq!(parts.len(), 1 + 2 * 12);
    }

    #[test]
    fn one_case_is_one_part() {
        let case: CaseId = "5.1".parse().unwrap();
        for pace in [Pace::Works, Pace::Waits] {
            assert_eq!(parts(std::slice::from_ref(&case), pace), [[case.clone()]], "{pace:?}");
        }
    }
}
