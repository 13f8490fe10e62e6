//! Autobahn's cases: their numbers, their groups, and choosing some of them.

use std::{fmt, str::FromStr};

/// A group of cases.
pub(crate) struct Group {
    /// The first number of its cases.
    pub(crate) number: u16,
    /// What Autobahn calls it.
    pub(crate) name: &'static str,
    /// What it is about.
    pub(crate) about: &'static str,
}

/// The groups of cases that are run. There is no group 8 and no 11.
pub(crate) const GROUPS: [Group; 11] = [
    group(1, "Framing", "texts and bytes of every form of length come back"),
    group(2, "Pings/Pongs", "a ping is answered, a pong nobody asked for is not"),
    group(3, "Reserved bits", "a bit that means nothing fails the connection"),
    group(4, "Opcodes", "so does a kind of frame that does not exist"),
    group(5, "Fragmentation", "messages in pieces, with pings between"),
    group(6, "UTF-8 handling", "texts that are none are refused, at once if strict"),
    group(7, "Close handling", "who closes, with which code, and what follows"),
    group(9, "Limits/performance", "megabytes, thousands of messages, tiny writes"),
    group(10, "Autobahn/misc", "a large message, sent in many fragments"),
    group(12, "Compression", "a thousand compressed messages at a time, of ten sizes"),
    group(13, "Compression, offers", "the same under each way to agree on it"),
];

const fn group(number: u16, name: &'static str, about: &'static str) -> Group {
    Group { number, name, about }
}

/// The number of a case, such as `6.22.3`. Kept as numbers, so that 6.10 comes after 6.9.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CaseId(Vec<u16>);

impl CaseId {
    /// The group that the case belongs to: its first number.
    pub(crate) fn group(&self) -> u16 {
        self.0.first().copied().unwrap_or_default()
    }

    /// All its numbers, the group first.
    pub(crate) fn numbers(&self) -> &[u16] {
        &self.0
    }

    /// Whether one of `patterns` means this case: `5.12` and `6.4.*` say what they say, and `6.4`
    /// is short for `6.4.*`. No patterns at all mean every case.
    pub(crate) fn is_among(&self, patterns: &[String]) -> bool {
        patterns.is_empty() || patterns.iter().any(|pattern| self.matches(pattern))
    }

    /// Whether `pattern` means this case.
    fn matches(&self, pattern: &str) -> bool {
        let start = pattern.strip_suffix('*').unwrap_or(pattern);
        let start = start.strip_suffix('.').unwrap_or(start);
        start.is_empty() || start.parse().is_ok_and(|Self(start)| self.0.starts_with(&start))
    }
}

impl FromStr for CaseId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<_, _> = text.split('.').map(str::parse).collect();
        numbers.map(Self).map_err(|_| format!("`{text}` is no number of a case, such as 6.22.3"))
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u16::to_string).collect();
        formatter.pad(&numbers.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_chosen_by_its_number_or_by_any_start_of_it() {
        let case: CaseId = "6.22.3".parse().unwrap();
        for pattern in ["6.22.3", "6.22.*", "6.22", "6.*", "6", "*"] {
            assert!(case.is_among(&["1.*".to_owned(), pattern.to_owned()]), "{pattern}");
        }
        for pattern in ["6.2", "6.2.*", "6.22.30", "6.22.3.1", "2", "22.3", "six"] {
            assert!(!case.is_among(&[pattern.to_owned()]), "{pattern}");
        }
        assert!(case.is_among(&[]));
    }

    #[test]
    fn cases_are_sorted_by_number_and_not_by_letter() {
        let [ninth, tenth]: [CaseId; 2] = ["6.9.1", "6.10.1"].map(|id| id.parse().unwrap());
        assert!(ninth < tenth);
        assert_eq!((tenth.group(), tenth.to_string().as_str()), (6, "6.10.1"));
    }
}
