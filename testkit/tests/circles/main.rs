//! No two files of a crate import each other, directly or around a corner.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::path::Path;

use cargo_metadata::MetadataCommand;
use tempfile::TempDir;
use testkit::workspace;

mod circle;
mod imports;
mod module;

use circle::circles;

/// The circles in an invented crate of these files, the first of which is its root.
fn invented(files: &[(&str, &str)]) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    circles(&folder.path().join(files[0].0), folder.path())
}

#[test]
fn no_two_files_of_a_crate_import_each_other() {
    let metadata = MetadataCommand::new().no_deps().current_dir(workspace()).exec().unwrap();
    let targets = metadata.packages.iter().flat_map(|package| &package.targets);
    let mut found: Vec<String> =
        targets.flat_map(|target| circles(Path::new(&target.src_path), workspace())).collect();
    found.sort();
    // Several tests may share a file.
    found.dedup();
    let count = found.len();
    assert!(
        found.is_empty(),
        "{count} circles of files that import each other:\n\n{}",
        found.join("\n")
    );
}

#[test]
fn files_that_import_in_one_direction_are_no_circle() {
    let found = invented(&[
        ("src/lib.rs", "mod a; mod b; pub mod layer; pub use a::A; pub use layer::c::C;"),
        ("src/a.rs", "use crate::b::B; use crate::layer::c::C; pub struct A(B, C);"),
        ("src/b.rs", "pub(crate) struct B; #[cfg(test)] mod tests { use super::*; }"),
        ("src/layer.rs", "pub mod c; mod d;"),
        ("src/layer/c.rs", "use super::d::D; pub struct C(pub(super) D);"),
        ("src/layer/d.rs", "use std::fmt; pub(in crate::layer) struct D;"),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn two_files_that_import_each_other_are_named() {
    let found = invented(&[
        ("src/lib.rs", "mod a; mod b; mod c;"),
        ("src/a.rs", "use std::fmt; use crate::{b::{self}, c::C};"),
        ("src/b.rs", "fn f() { crate::a::g(); }"),
        ("src/c.rs", "pub struct C;"),
    ]);
    assert_eq!(found, ["src/a.rs imports src/b.rs\nsrc/b.rs imports src/a.rs\n"]);
}

#[test]
fn a_circle_around_a_corner_is_found() {
    let found = invented(&[
        ("src/main.rs", "mod a; mod b; mod c;"),
        ("src/a.rs", "use crate::b::B;"),
        ("src/b.rs", "use super::c::C;"),
        ("src/c/mod.rs", "mod d;"),
        ("src/c/d.rs", "fn f() -> Option<crate::a::A> { None }"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].lines().count(), 4, "{}", found[0]);
}

#[test]
fn an_item_that_the_root_exports_is_imported_from_the_root() {
    let found = invented(&[
        ("src/lib.rs", "mod a; mod b; pub use b::B;"),
        ("src/a.rs", "use crate::B;"),
        ("src/b.rs", "pub struct B;"),
    ]);
    assert_eq!(found, ["src/a.rs imports src/lib.rs\nsrc/lib.rs imports src/a.rs\n"]);
}

#[test]
fn a_child_that_imports_from_its_parent_is_found() {
    for import in ["use super::P;", "use super::*;", "use crate::parent::P;"] {
        let found = invented(&[
            ("src/lib.rs", "mod parent;"),
            ("src/parent.rs", "mod child; pub struct P;"),
            ("src/parent/child.rs", import),
        ]);
        assert_eq!(found.len(), 1, "{import} {found:?}");
    }
}

#[test]
fn paths_in_macros_and_inline_modules_count() {
    let found = invented(&[
        ("src/lib.rs", "mod a; mod b;"),
        (
            "src/a.rs",
            "mod inner { fn f() { println!(\"{}\", super::super::b::X); } } pub const Y: u8 = 1;",
        ),
        (
            "src/b.rs",
            "pub const X: u8 = 1; #[cfg(test)] mod tests { fn g() { assert_eq!(1, crate::a::Y); } }",
        ),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_visibility_in_a_macro_imports_nothing() {
    let found = invented(&[
        ("src/lib.rs", "mod a; pub use a::A;"),
        ("src/a.rs", "macro_rules! a { ($name:ident) => { pub(crate) struct $name; } } a!(A);"),
    ]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_module_may_be_in_a_file_of_another_name() {
    let found = invented(&[
        ("tests/one.rs", "#[path = \"two.rs\"] mod other; fn f() {}"),
        ("tests/two.rs", "use super::f;"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
}
