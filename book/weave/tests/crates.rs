//! The map of the crates in the introduction, compared with the files `Cargo.toml`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Document;
use toml::Table;
use weave::place;

/// Where the crates of the figure are.
const FOLDERS: [&str; 7] =
    ["steps", "event-log", "names", "web", "testkit", "conformance", "workshop/guide"];

/// Which crates each crate uses.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// The arrows of the figure. A dashed arrow is not a use, and has no names.
fn drawn() -> Uses {
    let svg = place::read("book/src/figures/crates.svg").expect("the figure");
    let mut uses = Uses::new();
    for arrow in Document::parse(&svg).unwrap().descendants() {
        if let (Some(from), Some(to)) = (arrow.attribute("data-from"), arrow.attribute("data-to")) {
            uses.entry(from.to_owned()).or_default().insert(to.to_owned());
            uses.entry(to.to_owned()).or_default();
        }
    }
    uses
}

/// What the crates of the figure use of each other, apart from tests.
fn written(crates: &Uses) -> Uses {
    let files = FOLDERS.iter().flat_map(|folder| place::files(folder));
    let manifests = files.filter(|path| path.ends_with("/Cargo.toml"));
    let manifests = manifests.map(|path| place::read_toml::<Table>(&path).expect("a manifest"));
    let mut uses = Uses::new();
    for manifest in manifests {
        let name = manifest["package"]["name"].as_str().unwrap();
        if crates.contains_key(name) {
            let dependencies = manifest["dependencies"].as_table().unwrap().keys().cloned();
            let drawn = dependencies.filter(|dependency| crates.contains_key(dependency));
            uses.insert(name.to_owned(), drawn.collect());
        }
    }
    uses
}

/// Everything that a crate uses, directly or through others.
fn reached(uses: &Uses, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(name) = open.pop() {
        for used in &uses[&name] {
            if reached.insert(used.clone()) {
                open.push(used.clone());
            }
        }
    }
    reached
}

/// An arrow is a direct use, and the arrows lead to everything that a crate uses.
#[test]
fn the_arrows_are_those_of_the_manifests() {
    let drawn = drawn();
    let written = written(&drawn);
    assert!(drawn.len() > 10, "{drawn:?}");
    for (name, used) in &drawn {
        assert!(
            used.is_subset(&written[name]),
            "{name}: {used:?} are not all in {:?}",
            written[name]
        );
        assert_eq!(reached(&drawn, name), reached(&written, name), "{name}");
    }
}
