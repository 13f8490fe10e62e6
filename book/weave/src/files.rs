//! Files that the book shows and that are neither Rust nor transcripts: configurations, and programs
//! in other languages. A test runs each one, or `book/files.toml` says why not.

use std::collections::{BTreeMap, HashSet};

use crate::include::Include;
use crate::page::Page;
use crate::proof::Proof;

/// The languages of the other fences.
const OTHERS: [&str; 5] = ["", "diff", "rust", "sh", "text"];

/// Returns the faults in the files that these pages show, and in the list.
pub fn faults(pages: &[Page], list: &BTreeMap<String, Proof>) -> Vec<String> {
    let (mut faults, mut shown) = (Vec::new(), HashSet::new());
    for page in pages {
        for fence in page.fences() {
            if OTHERS.contains(&fence.info.split(',').next().unwrap_or_default()) {
                continue;
            }
            let files: Vec<_> = fence.lines.iter().filter_map(|line| Include::find(line)).collect();
            let place = page.at(fence.line);
            if files.is_empty() {
                faults.push(format!(
                    "{place}: this text is typed here: include it from a file instead"
                ));
            }
            for Include { path, .. } in files {
                if !list.contains_key(&path) {
                    faults.push(format!("{place}: book/files.toml lacks {path}"));
                }
                shown.insert(path);
            }
        }
    }
    for (path, proof) in list {
        if !shown.contains(path) {
            faults.push(format!("book/files.toml: no page shows {path}"));
        }
        faults.extend(proof.fault().map(|fault| format!("book/files.toml: {path}: {fault}")));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(text: &str, list: &str) -> Vec<String> {
        faults(&[Page::new("x.md", text)], &toml::from_str(list).unwrap())
    }

    #[test]
    fn a_file_must_be_listed() {
        let fence = "```nginx\n{{#include ../../proxy/nginx.conf}}\n```\n";
        let list = "\"proxy/nginx.conf\" = { reason = \"none\" }";
        assert_eq!(faults_of(fence, list), [""; 0]);
        assert_eq!(
            faults_of(fence, ""),
            ["book/src/x.md:1: book/files.toml lacks proxy/nginx.conf"]
        );
        assert_eq!(faults_of("```text\n```\n", ""), [""; 0]);
        let unused = ["book/files.toml: no page shows proxy/nginx.conf"];
        assert_eq!(faults_of("Nothing.\n", list), unused);
    }

    #[test]
    fn a_file_must_not_be_typed_and_its_test_must_exist() {
        let typed = ["book/src/x.md:1: this text is typed here: include it from a file instead"];
        assert_eq!(faults_of("```ini,typed\na = b\n```\n", ""), typed);
        let fence = "```js\n{{#include a.js}}\n```\n";
        let list = "\"book/src/a.js\" = { test = \"book/weave/src/files.rs::nothing\" }";
        let lacks = "book/files.toml: book/src/a.js: book/weave/src/files.rs has no test nothing";
        assert_eq!(faults_of(fence, list), [lacks]);
    }
}
