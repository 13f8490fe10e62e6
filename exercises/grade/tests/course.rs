//! Does the course keep its promises? Every stub, every solution and every answer known to be wrong is
//! compiled and run with the course's tests.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use grade::{Course, Exercise, FailedTest, Outcome, code_of, stubs, tests_of, try_out_all};
use rayon::prelude::*;

/// A line that announces that a test fails; its message is quoted in the next one.
const FAILS: &str = "//! Fails: ";

fn course() -> Course {
    Course::own().unwrap()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the first lines of a file announce.
fn announced(file: &str) -> BTreeMap<String, String> {
    let mut lines = file.lines();
    let mut announced = BTreeMap::new();
    while let Some(line) = lines.next() {
        if let Some(test) = line.strip_prefix(FAILS) {
            let quoted = lines.next().and_then(|line| line.strip_prefix("//!   \""));
            let message = quoted.and_then(|quoted| quoted.strip_suffix('"'));
            let message = message.unwrap_or_else(|| panic!("the message of {test} is missing"));
            announced.insert(test.to_owned(), message.to_owned());
        }
    }
    announced
}

/// The outcomes of all stubs, wrong answers and solutions, by their paths.
///
/// All answers to an exercise are compiled together, and only once for all tests of this file.
static OUTCOMES: LazyLock<BTreeMap<PathBuf, Outcome>> = LazyLock::new(|| {
    let course = course();
    let mut wrong = wrong(&course);
    let mut jobs = Vec::new();
    for exercise in &course.exercises {
        let mut paths = wrong.remove(&exercise.name).unwrap_or_default();
        paths.push(exercise.path_in(&course.folder));
        paths.push(exercise.solution_in(&course.folder));
        jobs.push((exercise.solution_in(&course.folder), paths));
    }
    let outcomes = jobs.into_par_iter().flat_map_iter(|(solution, paths)| {
        let files: Vec<String> = paths.iter().map(|path| read(path)).collect();
        let answers: Vec<&str> = files.iter().map(String::as_str).collect();
        let outcomes = try_out_all(&read(&solution), &answers).unwrap();
        paths.into_iter().zip(outcomes)
    });
    outcomes.collect()
});

/// What is wrong with the rejection of an answer: nothing, or a sentence.
fn complaint(path: &Path) -> Option<String> {
    let complain = |what: &str| Some(format!("{}: {what}", path.display()));
    let announced = announced(&read(path));
    if announced.is_empty() {
        return complain("it announces no test that fails");
    }
    let Outcome::Failed { failed } = &OUTCOMES[path] else {
        return complain(&format!("it should fail, and it is: {:?}", OUTCOMES[path]));
    };
    let failing: BTreeSet<&String> = failed.iter().map(|failed| &failed.test).collect();
    if !failing.iter().copied().eq(announced.keys()) {
        return complain(&format!("announced: {:?}, failing: {failing:?}", announced.keys()));
    }
    let unlike = failed.iter().find(|failed| !failed.message.contains(&announced[&failed.test]));
    unlike.and_then(|FailedTest { test, message }| complain(&format!("{test} says: {message}")))
}

#[track_caller]
fn all_are_rejected(answers: &[PathBuf]) {
    let complaints: Vec<String> = answers.iter().filter_map(|path| complaint(path)).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The answers that are known to be wrong, by exercise.
fn wrong(course: &Course) -> BTreeMap<String, Vec<PathBuf>> {
    let files = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let mut wrong = BTreeMap::new();
    for folder in files(&course.folder.join("wrong")) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        wrong.insert(name, files(&folder));
    }
    wrong
}

#[test]
fn every_stub_fails_as_it_announces() {
    let course = course();
    let stubs = course.exercises.iter().map(|exercise| exercise.path_in(&course.folder));
    all_are_rejected(&stubs.collect::<Vec<_>>());
}

#[test]
fn every_answer_known_to_be_wrong_is_rejected_as_it_announces() {
    let course = course();
    let mut wrong = wrong(&course);
    for exercise in &course.exercises {
        all_are_rejected(&wrong.remove(&exercise.name).unwrap_or_default());
    }
    assert!(wrong.is_empty(), "answers to what is not an exercise: {:?}", wrong.keys());
}

#[test]
fn every_solution_passes_the_tests_of_its_stub() {
    let course = course();
    let complaint = |exercise: &Exercise| {
        let path = exercise.solution_in(&course.folder);
        let stub = read(&exercise.path_in(&course.folder));
        assert_eq!(tests_of(&read(&path)), tests_of(&stub), "{}: the tests differ", exercise.name);
        let outcome = &OUTCOMES[&path];
        (*outcome != Outcome::Passed).then(|| format!("{}: {outcome:?}", exercise.name))
    };
    let complaints: Vec<String> = course.exercises.iter().filter_map(complaint).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_step_has_three_to_five_exercises() {
    let course = course();
    let steps: Vec<_> = course.exercises.chunk_by(|one, next| one.step == next.step).collect();
    assert_eq!(steps.len(), 7, "steps 0 to 6, each in one piece");
    for step in steps {
        let name = &step[0].step;
        assert!((3..=5).contains(&step.len()), "{name}: {} exercises", step.len());
    }
}

#[test]
fn every_exercise_has_five_wrong_answers_at_least() {
    let course = course();
    let wrong = wrong(&course);
    let count = |exercise: &Exercise| wrong.get(&exercise.name).map_or(0, Vec::len);
    let few = course.exercises.iter().filter(|exercise| count(exercise) < 5);
    let few: Vec<String> = few.map(|one| format!("{}: {}", one.name, count(one))).collect();
    assert!(few.is_empty(), "too few wrong answers: {}", few.join(", "));
}

/// Otherwise the grader does not know who has begun.
#[test]
fn the_list_of_stubs_is_up_to_date() {
    let course = course();
    let listed = read(&course.folder.join("grade").join("stubs.txt"));
    assert_eq!(listed, stubs(&course).unwrap(), "run `just grade --stubs`");
}

/// The number of a step or of a chapter: `02` of `02_handshake` and of `02b-refusing`.
fn number(name: &str) -> &str {
    &name[..2]
}

/// A folder `05_echo` is step `05-echo`. The chapter with the same number may have several pages.
#[test]
fn every_stub_names_a_chapter_of_its_step() {
    let course = course();
    let root = course.folder.parent().unwrap();
    for exercise in &course.exercises {
        let step = exercise.step.replace('_', "-");
        assert!(root.join("steps").join(&step).is_dir(), "there is no step {step}");
        let code = code_of(&read(&exercise.path_in(&course.folder)));
        let line = code.lines().find_map(|line| line.strip_prefix("//! Chapter: "));
        let chapter = line.and_then(|line| line.strip_suffix("#exercises"));
        let page = chapter.and_then(|chapter| chapter.strip_prefix("book/src/"));
        let page = page.unwrap_or_else(|| panic!("{} names no chapter", exercise.name));
        assert_eq!(number(page), number(&step), "{}: {page}", exercise.name);
        if root.join("book").is_dir() {
            let text = read(&root.join("book/src").join(page));
            assert!(text.contains("\n## Exercises"), "{page} has no exercises");
        }
    }
}

#[test]
fn every_hint_asks_before_it_tells() {
    for exercise in course().exercises {
        let paragraphs: Vec<&str> = exercise.hint.trim().split("\n\n").collect();
        let [questions @ .., answer] = paragraphs.as_slice() else { panic!("no hint") };
        assert!(questions.len() >= 2, "{}: ask twice before you tell", exercise.name);
        let asks = questions.iter().all(|question| question.contains('?'));
        assert!(asks && !answer.contains('?'), "{}: questions, then the answer", exercise.name);
    }
}

/// The course plan in the README: the last page that is read for each session, its stages and its
/// exercises.
fn plan(course: &Course) -> Vec<[String; 3]> {
    let readme = read(&course.folder.join("README.md"));
    let sessions = readme.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, _, chapter, stages, exercises, _] = cells.as_slice() else { return None };
        let (_, last) = chapter.rsplit_once("`book/src/")?;
        let chapter = last.split(".md").next()?;
        Some([chapter, stages, exercises].map(ToOwned::to_owned))
    });
    sessions.collect()
}

#[test]
fn the_course_plan_names_every_exercise_in_its_order_and_with_its_chapter() {
    let course = course();
    let planned: Vec<(String, String)> = plan(&course)
        .iter()
        .flat_map(|[chapter, _, exercises]| {
            let names = exercises.split('`').skip(1).step_by(2);
            names.map(move |name| (number(chapter).to_owned(), name.to_owned()))
        })
        .collect();
    let exercises = course.exercises.iter();
    let exercises = exercises.map(|one| (number(&one.step).to_owned(), one.name.clone()));
    assert_eq!(planned, exercises.collect::<Vec<_>>());
    let count = format!(" points of {} ", course.exercises.len());
    let readme = read(&course.folder.join("README.md"));
    assert!(readme.contains(&count), "the points that one can have are not {count}");
}

/// The stages are those of the judge, in order, and nobody builds a stage before its chapter has
/// been read. A chapter beyond the staircase may be read at any time.
#[test]
fn the_course_plan_has_every_stage_after_its_chapter() {
    let course = course();
    let table = course.folder.parent().unwrap().join("conformance/src/checker/stages.rs");
    // `..stage(1, 1, "01-raw-socket", "Listen, and survive a second visitor")`
    let table = read(&table);
    let stages = table.split("..stage(").skip(1).map(|stage| {
        let number: u8 = stage.split(',').next().unwrap().parse().unwrap();
        (number, stage.split('"').nth(1).unwrap().to_owned())
    });
    let stages: Vec<(u8, String)> = stages.collect();
    let mut planned: Vec<u8> = Vec::new();
    for [read_by_then, range, _] in plan(&course) {
        let mut ends = range.split('-').filter(|end| !end.is_empty());
        let Some(first) = ends.next() else { continue };
        let [first, last] = [first, ends.next().unwrap_or(first)].map(|end| end.parse().unwrap());
        for stage in first..=last {
            let (_, chapter) = &stages[usize::from(stage) - 1];
            let is_step = chapter.starts_with(|letter: char| letter.is_ascii_digit());
            assert!(!is_step || *chapter <= read_by_then, "stage {stage} comes before {chapter}");
            planned.push(stage);
        }
    }
    let numbers: Vec<u8> = stages.iter().map(|(number, _)| *number).collect();
    assert_eq!(planned, numbers);
}

#[test]
fn every_file_is_formatted() {
    let course = course();
    let mut files: Vec<PathBuf> = wrong(&course).into_values().flatten().collect();
    for exercise in &course.exercises {
        files.push(exercise.path_in(&course.folder));
        files.push(exercise.solution_in(&course.folder));
    }
    let mut rustfmt = Command::new("rustfmt");
    let output =
        rustfmt.args(["--check", "-l", "--edition", "2024"]).args(&files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "run `rustfmt --edition 2024` on:\n{said}");
}
