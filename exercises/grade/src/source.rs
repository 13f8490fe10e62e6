//! The two parts of an exercise's file: the code, which is the learner's, and the tests, which are
//! the course's.

/// Where the tests begin.
const TESTS: &str = "#[cfg(test)]";

/// The code of a file, without its tests.
#[must_use]
pub fn code_of(file: &str) -> &str {
    file.find(TESTS).map_or(file, |tests| &file[..tests])
}

/// The tests of a file; empty if it has none.
#[must_use]
pub fn tests_of(file: &str) -> &str {
    &file[code_of(file).len()..]
}

/// The learner's code with the course's tests. What became of the tests in the learner's copy does
/// not matter.
#[must_use]
pub fn with_tests_of(course: &str, learner: &str) -> String {
    format!("{}\n{}", code_of(learner), tests_of(course))
}

/// The names of a file's tests.
#[must_use]
pub fn test_names(file: &str) -> Vec<&str> {
    let mut lines = file.lines().map(str::trim);
    let mut names = Vec::new();
    while lines.any(|line| line == "#[test]") {
        let name = lines.next().and_then(|line| line.strip_prefix("fn ")?.split('(').next());
        names.extend(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: &str =
        "fn wrong() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn a_rule() {}\n}\n";

    #[test]
    fn the_code_is_the_learners_and_the_tests_are_the_courses() {
        let learner = "fn right() {}\n\n#[cfg(test)]\nmod tests {}\n";
        let graded = with_tests_of(COURSE, learner);
        assert!(graded.starts_with("fn right() {}"), "{graded}");
        assert!(graded.ends_with("fn a_rule() {}\n}\n"), "{graded}");
        assert!(!graded.contains("mod tests {}"), "{graded}");
    }

    #[test]
    fn an_answer_without_tests_gets_them() {
        assert!(with_tests_of(COURSE, "fn right() {}\n").contains("a_rule"));
    }

    #[test]
    fn tests_have_names() {
        assert_eq!(test_names(COURSE), ["a_rule"]);
    }
}
