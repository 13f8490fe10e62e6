//! What is made from the code: `book/src/generated`. It is checked in, so that mdBook alone can
//! build the book, and a test makes it again and compares.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::difference::difference;
use crate::exercises::exercises;
use crate::frames::frames;
use crate::page::Page;
use crate::transcripts::Snapshot;
use crate::{Outcome, musts, place};

/// The last step.
const LAST_STEP: u8 = 6;

/// The files, by their path in the folder, with `/`.
pub type Files = BTreeMap<String, String>;

/// The folder.
#[must_use]
pub fn folder() -> PathBuf {
    place::book().join("src").join("generated")
}

/// Makes them all.
///
/// # Errors
/// What they cannot be made of, and where the book asks for it.
pub fn make(pages: &[Page]) -> Outcome<Files> {
    let mut files = Files::new();
    for step in 1..=LAST_STEP {
        let name = format!("diff-{:02}-{step:02}.diff", step - 1);
        files.insert(name, difference(step - 1, step)?);
    }
    files.insert("musts.md".to_owned(), musts::tables(&musts::sections()?));
    for (name, frame) in frames()? {
        let svg = frame.draw().map_err(|error| format!("book/frames.toml: {name}: {error}"))?;
        files.insert(format!("frames/{name}.svg"), svg);
    }
    for (step, list) in exercises()? {
        files.insert(format!("exercises/{step}.md"), list);
    }
    for page in pages {
        for (line, include) in page.includes() {
            let snapshot = Snapshot::behind(&include);
            let snapshot = snapshot.map_err(|error| format!("{}: {error}", page.at(line)))?;
            if let Some(snapshot) = snapshot {
                let path = include.path.trim_start_matches("book/src/generated/");
                files.insert(path.to_owned(), snapshot.text);
            }
        }
    }
    Ok(files)
}

/// The files as they are on disk.
///
/// # Errors
/// What cannot be read.
pub fn read() -> Outcome<Files> {
    let mut files = Files::new();
    if folder().is_dir() {
        collect(&folder(), "", &mut files)?;
    }
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, place::read(&entry.path())?);
        }
    }
    Ok(())
}

/// Writes what has changed, and removes what nothing asks for any more. Says what it did, a line a
/// file.
///
/// # Errors
/// What cannot be made or written.
pub fn write(pages: &[Page]) -> Outcome<Vec<String>> {
    let (made, there) = (make(pages)?, read()?);
    let mut done = Vec::new();
    for (name, text) in &made {
        if there.get(name) != Some(text) {
            let path = folder().join(name);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(&path, text)?;
            done.push(format!("wrote book/src/generated/{name}"));
        }
    }
    for name in there.keys().filter(|name| !made.contains_key(*name)) {
        fs::remove_file(folder().join(name))?;
        done.push(format!("removed book/src/generated/{name}"));
    }
    Ok(done)
}

/// What differs between what is made and what is there.
#[must_use]
pub fn stale(made: &Files, there: &Files) -> Vec<String> {
    let mut stale = Vec::new();
    for (name, text) in made {
        match there.get(name) {
            None => stale.push(format!("book/src/generated/{name} is missing")),
            Some(other) if other != text => {
                stale.push(format!("book/src/generated/{name} is stale"));
            }
            Some(_) => {}
        }
    }
    let left = there.keys().filter(|name| !made.contains_key(*name));
    stale.extend(left.map(|name| format!("book/src/generated/{name} is no longer made")));
    stale
}
