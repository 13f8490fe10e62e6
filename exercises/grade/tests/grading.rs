//! A learner's copy is graded, and the grade is told to people, as JSON and as JUnit XML.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use grade::{Course, Grade, Outcome, code_of, grade, junit, table};
use tempfile::TempDir;

/// A copy in which one exercise is solved, one is wrong, one does not compile and one is not begun.
/// All others are missing.
fn copy() -> (Course, TempDir) {
    let course = Course::own().unwrap();
    let folder = TempDir::new().unwrap();
    let answer = |name: &str, code: &dyn Fn(&str, &str) -> String| {
        let exercise = course.exercises.iter().find(|exercise| exercise.name == name).unwrap();
        let stub = fs::read_to_string(exercise.path_in(&course.folder)).unwrap();
        let solution = fs::read_to_string(exercise.solution_in(&course.folder)).unwrap();
        let path = exercise.path_in(folder.path());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, code(&stub, &solution)).unwrap();
    };
    answer("after", &|_, solution| solution.to_owned());
    // Without tests in the file, the answer is graded with those of the course.
    answer("escape", &|stub, _| format!("{}\nfn my_own() {{}}\n", code_of(stub)));
    answer("unmask", &|stub, _| stub.replace("fn new", "fn new new"));
    // A Windows editor has been at it.
    answer("origin", &|stub, _| stub.replace('\n', "\r\n"));
    (course, folder)
}

fn outcome<'grade>(grade: &'grade Grade, name: &str) -> &'grade Outcome {
    &grade.exercises.iter().find(|graded| graded.name == name).unwrap().outcome
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grade"));
    command.arg(folder).args(arguments).output().unwrap()
}

#[test]
fn each_exercise_has_its_outcome() {
    let (course, folder) = copy();
    let grade = grade(&course, folder.path()).unwrap();
    assert_eq!((grade.passed, grade.of), (1, course.exercises.len()));
    assert_eq!(outcome(&grade, "after"), &Outcome::Passed);
    assert_eq!(outcome(&grade, "origin"), &Outcome::NotBegun);
    assert_eq!(outcome(&grade, "token_list"), &Outcome::Missing);
    assert_eq!(outcome(&grade, "unmask").word(), "does not compile");
    let Outcome::Failed { failed } = outcome(&grade, "escape") else {
        unreachable!("the code is that of the stub, with another first line");
    };
    let tests: Vec<&str> = failed.iter().map(|failed| failed.test.as_str()).collect();
    assert_eq!(
        tests,
        [
            "a_script_is_a_text",
            "what_was_written_is_what_is_read",
            "a_text_cannot_leave_its_attribute"
        ]
    );
}

/// Returns a repository in which a learner works: the exercises are their answers.
fn own(exercise: &str, answer: impl Fn(&str) -> String) -> Course {
    let course = Course::own().unwrap();
    let folder = TempDir::new().unwrap().keep();
    let mut own = Course { folder, exercises: course.exercises };
    own.exercises.retain(|one| one.name == exercise);
    let one = &own.exercises[0];
    let (solution, stub) = (one.solution_in(&own.folder), one.path_in(&own.folder));
    fs::create_dir_all(solution.parent().unwrap()).unwrap();
    fs::create_dir_all(stub.parent().unwrap()).unwrap();
    fs::copy(one.solution_in(&course.folder), solution).unwrap();
    fs::write(&stub, answer(&fs::read_to_string(one.path_in(&course.folder)).unwrap())).unwrap();
    own
}

/// Grades a learner's own repository, and returns the outcome of its only exercise.
fn outcome_in(own: &Course) -> Outcome {
    let grade = grade(own, &own.folder.join(".")).unwrap();
    fs::remove_dir_all(&own.folder).unwrap();
    grade.exercises[0].outcome.clone()
}

#[test]
fn a_stub_in_your_own_repository_is_not_begun() {
    assert_eq!(outcome_in(&own("after", ToOwned::to_owned)), Outcome::NotBegun);
    let comments = |stub: &str| stub.replace("// TODO", "// I have read this. TODO");
    assert_eq!(outcome_in(&own("after", comments)), Outcome::NotBegun);
}

#[test]
fn tests_that_you_change_in_your_own_repository_do_not_count() {
    let mine = |stub: &str| {
        let tests = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn nothing() {}\n}\n";
        format!("{}\nfn my_own() {{}}\n{tests}", code_of(stub))
    };
    let outcome = outcome_in(&own("after", mine));
    assert_eq!(outcome.word(), "failed", "{outcome:?}");
}

#[test]
fn a_file_that_is_not_text_or_much_too_long_is_graded() {
    let latin = |stub: &str| stub.replace("fn main", "// na\u{fffd}ve\nfn my_own() {}\nfn main");
    let own_latin = own("after", latin);
    let path = own_latin.exercises[0].path_in(&own_latin.folder);
    let bytes = fs::read(&path).unwrap();
    let marked = bytes.windows(3).position(|three| three == "\u{fffd}".as_bytes()).unwrap();
    fs::write(&path, [&bytes[..marked], &[0xef], &bytes[marked + 3..]].concat()).unwrap();
    assert_eq!(outcome_in(&own_latin).word(), "failed");
    let long = |stub: &str| format!("{stub}//{}\n", "x".repeat(300_000));
    assert_eq!(outcome_in(&own("after", long)).word(), "refused");
}

#[test]
fn a_grade_is_a_table_for_people() {
    let (course, folder) = copy();
    let table = table(&grade(&course, folder.path()).unwrap());
    for line in [
        "  00_polling       1 of 4    3 missing\n",
        "  02_handshake     0 of 5    1 not begun, 4 missing\n",
        "  06_chat          0 of 4    escape failed, 3 missing\n",
        "\n03_unmasking/unmask: does not compile\n    error: ",
    ] {
        assert!(table.contains(line), "{line}\n{table}");
    }
}

#[test]
fn a_grade_is_junit_for_course_servers() {
    let (course, folder) = copy();
    let xml = junit(&[grade(&course, folder.path()).unwrap()]).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    let of = course.exercises.len().to_string();
    assert_eq!(suite.attribute("tests"), Some(of.as_str()));
    for (name, element) in [("escape", "failure"), ("unmask", "error"), ("origin", "skipped")] {
        let case = suite.children().find(|case| case.attribute("name") == Some(name)).unwrap();
        assert!(case.children().any(|child| child.has_tag_name(element)), "{name}: {xml}");
    }
}

#[test]
fn the_program_prints_json_and_ends_with_1_if_something_fails() {
    let (_, folder) = copy();
    let output = run(folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let grades: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(grades[0]["passed"], 1);
    assert_eq!(grades[0]["exercises"][0]["step"], "00_polling");
    assert_eq!(grades[0]["exercises"][0]["name"], "after");
    assert_eq!(grades[0]["exercises"][0]["outcome"], "passed");
}

#[test]
fn a_folder_that_is_no_copy_is_told() {
    let (_, folder) = copy();
    // One folder too deep.
    let output = run(&folder.path().join("exercises"), &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("contains no exercise"), "{said}");
}
