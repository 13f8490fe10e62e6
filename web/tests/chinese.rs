//! The Chinese texts of the steps' pages: each is used, and each text of a script has one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The placeholders in a text of a table: elements and values.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
}

/// The sources below a folder that hold texts of pages: HTML, scripts, and Rust that makes HTML.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if ["html", "js", "json", "rs"]
            .into_iter()
            .any(|end| path.extension() == Some(end.as_ref()))
        {
            found.push(path);
        }
    }
    found
}

/// A table: the JSON of a file, or of the template in a page.
fn table(path: &Path, text: &str) -> BTreeMap<String, String> {
    let json = if path.extension() == Some("json".as_ref()) {
        text
    } else {
        let template = text
            .split_once("<template lang=\"zh-CN\">")
            .and_then(|(_, rest)| rest.split_once("</template>"));
        template.map_or("{}", |(json, _)| json)
    };
    assert!(!json.contains('<'), "{} would be HTML", path.display());
    serde_json::from_str(&json.replace("&amp;", "&"))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The texts of a script, phrase`…`, with {0} for the first value.
fn phrases(script: &str) -> Vec<String> {
    let mut phrases = Vec::new();
    for rest in script.split("phrase`").skip(1) {
        let (mut phrase, mut depth, mut values) = (String::new(), 0, 0);
        let mut characters = rest.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '`' if depth == 0 => break,
                '$' if depth == 0 && characters.peek() == Some(&'{') => {
                    let _ = write!(phrase, "{{{values}}}");
                    values += 1;
                }
                '{' => depth += 1,
                '}' => depth -= 1,
                _ if depth == 0 => phrase.push(character),
                _ => {}
            }
        }
        phrases.push(phrase);
    }
    phrases
}

#[test]
fn each_text_has_its_translation_and_each_translation_its_text() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let mut faults = Vec::new();
    let shared = table(&web.join("src/chinese.json"), &read(&web.join("src/chinese.json")));
    let mut used: BTreeSet<String> = BTreeSet::new();
    let steps = fs::read_dir(web.join("../steps")).unwrap().flatten().map(|entry| entry.path());
    for step in steps.filter(|path| path.is_dir()) {
        let files: Vec<_> =
            sources(&step.join("src")).into_iter().map(|path| (read(&path), path)).collect();
        let tables = files.iter().filter(|(_, path)| {
            path.extension() != Some("rs".as_ref()) && path.extension() != Some("js".as_ref())
        });
        let table: BTreeMap<_, _> = tables.flat_map(|(text, path)| table(path, text)).collect();
        if table.is_empty() {
            continue;
        }
        let mut texts = read(&web.join("src/page.rs"));
        for (text, path) in &files {
            if path.extension() != Some("json".as_ref()) {
                let (before, after) = text.split_once("</template>").unwrap_or(("", text));
                texts += if before.contains("lang=\"zh-CN\"") { after } else { text };
            }
        }
        // One space between two words, and none around a tag.
        let words = texts.split_whitespace().collect::<Vec<_>>().join(" ");
        for phrase in phrases(&texts) {
            match table.get(&phrase).or(shared.get(&phrase)) {
                None => faults.push(format!("{}: {phrase} is not translated", step.display())),
                Some(translated) if placeholders(translated) != placeholders(&phrase) => {
                    faults.push(format!("{phrase} and {translated} have other places for values"));
                }
                Some(_) => {}
            }
        }
        let is_used = |english: &str| {
            let mut parts = english.split(['{', '}', '·']).map(str::trim);
            parts.all(|part| {
                part.parse::<u8>().is_ok() || part.starts_with("Step ") || words.contains(part)
            })
        };
        used.extend(shared.keys().filter(|english| is_used(english)).cloned());
        let unused =
            table.keys().filter(|english| !is_used(english) && !english.starts_with("Vote for "));
        faults.extend(
            unused.map(|english| format!("{}: {english} is not in a page", step.display())),
        );
    }
    let unused = shared.keys().filter(|english| !used.contains(*english));
    faults.extend(unused.map(|english| format!("{english} is in no page")));
    assert_eq!(faults, [""; 0]);
}
