//! Which code of the steps the book does not show.
//!
//! The book is the whole program, told. What it leaves out stands in `book/unwoven.toml`, with a
//! reason.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;

use crate::include::{Include, is_mark};
use crate::page::Page;
use crate::{Outcome, place};

/// Files that may be left out in part or whole, and why.
pub type Unwoven = BTreeMap<String, String>;

/// The lines of each file that the pages show.
type Shown = HashMap<String, HashSet<usize>>;

/// Where the differences are that pages include.
const DIFFERENCES: &str = "book/src/generated/diff-";
/// From here on, a file tests itself.
const TESTS: &str = "#[cfg(test)]";

/// Reads `book/unwoven.toml`.
///
/// # Errors
/// What is wrong with it.
pub fn unwoven() -> Outcome<Unwoven> {
    place::list("unwoven.toml")
}

/// The code that neither the pages nor the list speak of, and entries that are not needed.
///
/// # Errors
/// A folder or file that cannot be read.
pub fn faults(pages: &[Page], unwoven: &Unwoven) -> Outcome<Vec<String>> {
    let shown = shown(pages);
    let (mut faults, mut needed) = (Vec::new(), HashSet::new());
    for path in sources()? {
        let text = place::read(&place::root().join(&path))?;
        let hidden = hidden(&path, &text, &shown);
        let Some(first) = hidden.first() else { continue };
        if !unwoven.contains_key(&path) {
            let lines = hidden.len();
            faults.push(format!(
                "{path}:{first}: {lines} lines are on no page: show them, or give a reason in \
                 book/unwoven.toml"
            ));
        }
        needed.insert(path);
    }
    let unneeded = unwoven.keys().filter(|path| !needed.contains(*path));
    faults.extend(
        unneeded.map(|path| format!("book/unwoven.toml: {path} is shown whole, or not there")),
    );
    Ok(faults)
}

/// The files of all steps that are neither tests nor snapshots, below the workspace's folder.
fn sources() -> Outcome<Vec<String>> {
    let mut paths = Vec::new();
    for step in fs::read_dir(place::root().join("steps"))? {
        let step = step?;
        let folder = format!("steps/{}/src", step.file_name().to_string_lossy());
        for file in fs::read_dir(step.path().join("src"))? {
            paths.push(format!("{folder}/{}", file?.file_name().to_string_lossy()));
        }
    }
    paths.sort();
    Ok(paths)
}

fn shown(pages: &[Page]) -> Shown {
    let mut shown = Shown::new();
    for (_, include) in pages.iter().flat_map(Page::includes) {
        // What is wrong with an include is told elsewhere.
        let lines = include.lines().unwrap_or_default();
        if include.path.starts_with(DIFFERENCES) {
            show_difference(&lines, &mut shown);
        } else {
            let numbers = lines.into_iter().map(|(number, _)| number);
            shown.entry(include.path).or_default().extend(numbers);
        }
    }
    shown
}

/// Counts what a difference shows of the newer file as shown.
fn show_difference(lines: &[(usize, String)], shown: &mut Shown) {
    let lines: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
    let Some(path) = lines.iter().find_map(|line| line.strip_prefix("+++ ")) else { return };
    let texts = lines.iter().filter_map(|line| line.strip_prefix(['+', ' ']));
    let texts: HashSet<&str> = texts.collect();
    let whole = Include { path: path.to_owned(), anchor: None };
    let newer = whole.lines().unwrap_or_default();
    let numbers = newer.iter().filter(|(_, line)| texts.contains(line.as_str()));
    shown.entry(path.to_owned()).or_default().extend(numbers.map(|(number, _)| number));
}

/// The numbers of the lines of code that are not shown.
fn hidden(path: &str, text: &str, shown: &Shown) -> Vec<usize> {
    let is_rust = Path::new(path).extension().is_some_and(|extension| extension == "rs");
    let code = if is_rust { code_lines(text) } else { text_lines(text) };
    let shown = shown.get(path);
    let is_shown = |number: &usize| shown.is_some_and(|shown| shown.contains(number));
    code.into_iter().filter(|number| !is_shown(number)).collect()
}

fn text_lines(text: &str) -> Vec<usize> {
    let lines = text.lines().zip(1..);
    lines.filter(|(line, _)| !line.trim().is_empty()).map(|(_, number)| number).collect()
}

/// The lines of a Rust file that say something by themselves: no comments, imports, attributes, or
/// lone brackets.
fn code_lines(text: &str) -> Vec<usize> {
    let (mut numbers, mut is_import) = (Vec::new(), false);
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line == TESTS {
            break;
        }
        is_import |=
            ["use ", "pub use ", "mod ", "pub mod "].iter().any(|word| line.starts_with(word));
        let is_plain = is_import
            || line.starts_with("//")
            || line.starts_with("#[")
            || line.starts_with("#![")
            || is_mark(line)
            || line.chars().all(|character| "{}()[];, ".contains(character));
        if !is_plain {
            numbers.push(number);
        }
        is_import &= !line.ends_with(';');
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_comments_and_brackets_are_no_code_to_show() {
        let text = "//! Doc.\nuse a::{\n    b,\n    c,\n};\nmod d;\n\n#[inline]\nfn e() {\n    f()\n}\n\
                    #[cfg(test)]\nmod tests {\n    fn g() {}\n}\n";
        assert_eq!(code_lines(text), [9, 10]);
    }

    #[test]
    fn what_is_shown_is_not_hidden() {
        let shown = Shown::from([("a.rs".to_owned(), HashSet::from([1]))]);
        assert_eq!(hidden("a.rs", "fn a() {}\nfn b() {}\n", &shown), [2]);
        assert_eq!(hidden("b.rs", "fn a() {}\n", &shown), [1]);
        assert_eq!(hidden("c.css", "// a\n\n}\n", &shown), [1, 3]);
    }
}
