//! The numbers of Autobahn's cases.

/// Each series, and how many cases it has, in the order of Autobahn 25.10.1: `("6.4", 4)` stands
/// for 6.4.1 to 6.4.4.
const SERIES: [(&str, u16); 57] = [
    ("1.1", 8),
    ("1.2", 8),
    ("2", 11),
    ("3", 7),
    ("4.1", 5),
    ("4.2", 5),
    ("5", 20),
    ("6.1", 3),
    ("6.2", 4),
    ("6.3", 2),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 11),
    ("6.7", 4),
    ("6.8", 2),
    ("6.9", 4),
    ("6.10", 3),
    ("6.11", 5),
    ("6.12", 8),
    ("6.13", 5),
    ("6.14", 10),
    ("6.15", 1),
    ("6.16", 3),
    ("6.17", 5),
    ("6.18", 5),
    ("6.19", 5),
    ("6.20", 7),
    ("6.21", 8),
    ("6.22", 34),
    ("6.23", 7),
    ("7.1", 6),
    ("7.3", 6),
    ("7.5", 1),
    ("7.7", 13),
    ("7.9", 9),
    ("7.13", 2),
    ("9.1", 6),
    ("9.2", 6),
    ("9.3", 9),
    ("9.4", 9),
    ("9.5", 6),
    ("9.6", 6),
    ("9.7", 6),
    ("9.8", 6),
    ("10.1", 1),
    ("12.1", 18),
    ("12.2", 18),
    ("12.3", 18),
    ("12.4", 18),
    ("12.5", 18),
    ("13.1", 18),
    ("13.2", 18),
    ("13.3", 18),
    ("13.4", 18),
    ("13.5", 18),
    ("13.6", 18),
    ("13.7", 18),
];
/// The groups that take minutes: large messages, many messages, and compression.
pub const HEAVY: [u8; 3] = [9, 12, 13];

/// Returns the numbers of all cases, such as `6.22.3`, in Autobahn's order.
pub fn all() -> Vec<String> {
    let numbers = |(series, count): &(&str, u16)| {
        (1..=*count).map(|number| format!("{series}.{number}")).collect::<Vec<_>>()
    };
    SERIES.iter().flat_map(numbers).collect()
}

/// Returns the cases that one of `patterns` selects, or all without a pattern: `5.12` is a case,
/// `6.4` or `6.4.*` a series. `quick` leaves out the groups that take minutes.
///
/// # Errors
/// A sentence, if a pattern or the whole choice selects nothing.
pub fn select(patterns: &[String], quick: bool) -> Result<Vec<String>, String> {
    let mut cases = all();
    let selects = |pattern: &&String| {
        pattern.is_empty() || !cases.iter().any(|case| is_selected(case, pattern))
    };
    if let Some(pattern) = patterns.iter().find(selects) {
        return Err(format!(
            "Autobahn has no case `{pattern}`: 5.12 is a case, 6.4 or 6.4.* is a series"
        ));
    }
    cases.retain(|case| {
        let is_wanted = patterns.iter().any(|pattern| is_selected(case, pattern));
        (patterns.is_empty() || is_wanted) && !(quick && is_heavy(case))
    });
    if cases.is_empty() {
        return Err("--quick leaves out groups 9, 12 and 13, so no case is left".to_owned());
    }
    Ok(cases)
}

/// Returns the group of a case: its first number.
pub fn group(case: &str) -> u8 {
    case.split('.').next().and_then(|group| group.parse().ok()).unwrap_or_default()
}

/// Returns whether the case is in a group that takes minutes.
pub fn is_heavy(case: &str) -> bool {
    HEAVY.contains(&group(case))
}

fn is_selected(case: &str, pattern: &str) -> bool {
    let start = pattern.trim_end_matches('*').trim_end_matches('.');
    let rest = case.strip_prefix(start);
    start.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(patterns: &[&str], quick: bool) -> Result<Vec<String>, String> {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        select(&patterns, quick)
    }

    #[test]
    fn a_case_is_selected_by_its_number_or_by_any_start_of_it() {
        for pattern in ["6.22.3", "6.22.*", "6.22", "6.*", "6", "*"] {
            assert!(is_selected("6.22.3", pattern), "{pattern}");
        }
        for pattern in ["6.2", "6.2.*", "6.22.30", "6.22.3.1", "2", "22.3", "six"] {
            assert!(!is_selected("6.22.3", pattern), "{pattern}");
        }
    }

    /// The count is that of Autobahn 25.10.1.
    #[test]
    fn there_are_517_cases() {
        let cases = all();
        assert_eq!(cases.len(), 517);
        assert_eq!((cases[0].as_str(), group(&cases[516])), ("1.1.1", 13));
    }

    #[test]
    fn a_choice_must_select_something() {
        assert_eq!(selected(&["5.1", "10.*"], false).unwrap(), ["5.1", "10.1.1"]);
        assert_eq!(selected(&[], false).unwrap().len(), 517);
        assert_eq!(selected(&[], true).unwrap().len(), 247);
        assert!(selected(&[""], false).is_err());
        assert!(selected(&["5.1", "11.*"], false).unwrap_err().contains("`11.*`"));
        assert!(selected(&["9.1"], true).unwrap_err().contains("--quick"));
    }
}
