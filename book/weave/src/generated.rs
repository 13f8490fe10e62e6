//! What is made from the code: `book/src/generated`. It is checked in, so that mdBook alone can
//! build the book, and a test makes it again and compares.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Error, Result};
use testkit::Step;

use crate::difference::difference;
use crate::exercises::exercises;
use crate::frames::Frame;
use crate::page::Page;
use crate::stage_text::stages;
use crate::ways::Way;
use crate::{musts, place, stage_places, used};

/// The folder.
const FOLDER: &str = "book/src/generated";

/// The texts of the files by their paths.
pub type Files = BTreeMap<String, String>;

/// Makes all files.
///
/// # Errors
/// If something that they are made from cannot be read, or has a fault.
pub fn make() -> Result<Files> {
    let mut files = Files::new();
    let mut add = |name: &str, text| files.insert(format!("{FOLDER}/{name}"), text);
    for steps in Step::all().map_err(Error::msg)?.windows(2) {
        let name = format!("diff-{}-{}.diff", steps[0].label, steps[1].label);
        add(&name, difference(&steps[0], &steps[1])?);
    }
    add("musts.md", musts::tables(&musts::sections()?));
    for (name, frame) in place::read_toml::<BTreeMap<String, Frame>>("book/frames.toml")? {
        let svg = frame.draw().with_context(|| format!("book/frames.toml: {name}"))?;
        add(&format!("frames/{name}.svg"), svg);
    }
    for (name, way) in place::read_toml::<BTreeMap<String, Way>>("book/ways.toml")? {
        let svg = way.draw().with_context(|| format!("book/ways.toml: {name}"))?;
        add(&format!("ways/{name}.svg"), svg);
    }
    for (step, list) in exercises()? {
        add(&format!("exercises/{step}.md"), list);
    }
    for (number, text) in stages()? {
        add(&format!("stages/{}", stage_places::file_name(number)), text);
    }
    files.extend(used::lines(&Page::all()?)?);
    Ok(files)
}

/// Returns the generated texts that the pages include, as pages: they are checked as well.
///
/// # Errors
/// If one cannot be read.
pub fn texts() -> Result<Vec<Page>> {
    let is_text = |path: &str| Path::new(path).extension().is_some_and(|end| end == "md");
    let texts = read()?.into_iter().filter(|(path, _)| is_text(path));
    let name = |path: &str| path.strip_prefix("book/src/").unwrap_or(path).to_owned();
    Ok(texts.map(|(path, text)| Page::new(&name(&path), &text)).collect())
}

/// Reads all files as they are on disk.
///
/// # Errors
/// If one cannot be read.
pub fn read() -> Result<Files> {
    let paths = place::files(FOLDER).into_iter();
    paths.map(|path| place::read(&path).map(|text| (path, text))).collect()
}

/// Returns the paths of the files that are missing, stale, or no longer made.
pub fn stale(made: &Files, on_disk: &Files) -> Vec<String> {
    let paths: BTreeSet<&String> = made.keys().chain(on_disk.keys()).collect();
    let stale = paths.into_iter().filter(|path| made.get(*path) != on_disk.get(*path));
    stale.cloned().collect()
}

/// Writes the files that have changed, and removes those that are no longer made. Returns their
/// paths.
///
/// # Errors
/// If a file cannot be made or written.
pub fn write() -> Result<Vec<String>> {
    let made = make()?;
    let stale = stale(&made, &read()?);
    for path in &stale {
        let on_disk = place::root().join(path);
        match made.get(path) {
            Some(text) => {
                on_disk.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(on_disk, text).with_context(|| path.clone())?;
            }
            None => fs::remove_file(on_disk)?,
        }
    }
    Ok(stale)
}
