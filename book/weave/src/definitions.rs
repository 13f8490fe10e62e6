//! What the crates of the workspace define, with the first sentence of each doc comment.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result};
use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, TraitItem, Type, UseTree};

use crate::place;

/// The folders of the crates whose names a listing may use.
const CRATES: [&str; 8] =
    ["bench", "conformance", "event-log", "names", "steps", "testkit", "web", "workshop/guide"];

/// An item that has a name: a type, a function, a method, a constant or a macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// The type or the trait of a method or an associated constant.
    pub owner: Option<String>,
    /// The file that defines it.
    pub path: String,
    /// The first sentence of its doc comment, or an empty text.
    pub summary: String,
}

/// A file of Rust code.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// What it defines, except inside functions and tests.
    pub definitions: Vec<Definition>,
    /// The names that it imports, each with the first part of its path.
    pub imports: HashMap<String, String>,
}

/// What all crates define.
#[derive(Debug)]
pub struct Workspace {
    by_name: HashMap<String, Vec<Definition>>,
    crates: HashSet<String>,
}

impl Workspace {
    /// Reads the sources of all crates, the first time that it is called.
    ///
    /// # Errors
    /// If a file cannot be read or parsed.
    pub fn read() -> Result<&'static Self> {
        static WORKSPACE: Mutex<Option<&Workspace>> = Mutex::new(None);
        let mut read = WORKSPACE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(workspace) = *read {
            return Ok(workspace);
        }
        let mut workspace = Self { by_name: HashMap::new(), crates: HashSet::new() };
        let files = CRATES.iter().flat_map(|folder| place::files(folder));
        for path in files.filter(|path| is_source(path)) {
            workspace.crates.insert(crate_of(&path));
            for definition in Source::read(&path)?.definitions {
                workspace.by_name.entry(definition.name.clone()).or_default().push(definition);
            }
        }
        Ok(read.insert(Box::leak(Box::new(workspace))))
    }

    /// Whether there is a crate with this name.
    pub fn has_crate(&self, name: &str) -> bool {
        self.crates.contains(name)
    }

    /// Returns all definitions with this name, in the order of their files.
    pub fn named(&self, name: &str) -> &[Definition] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Whether a file is Rust code of a library or a program, or of tests or examples.
fn is_source(path: &str) -> bool {
    let is_rust = Path::new(path).extension().is_some_and(|end| end == "rs");
    is_rust && (path.contains("/src/") || is_for_tests_only(path))
}

/// Whether a file is part of tests or of an example, so that only these can use it.
pub fn is_for_tests_only(path: &str) -> bool {
    ["/tests/", "/examples/"].iter().any(|folder| path.contains(folder))
}

/// Returns the name of the crate that a file belongs to.
pub fn crate_of(path: &str) -> String {
    let parts: Vec<_> = path.split('/').collect();
    let end = parts.iter().position(|part| ["src", "tests", "examples", "benches"].contains(part));
    let folder = end.and_then(|end| parts.get(end.checked_sub(1)?)).copied().unwrap_or_default();
    folder.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').replace('-', "_")
}

impl Definition {
    /// Returns its name, with the type before it if it has one.
    pub fn full_name(&self) -> String {
        let owner = self.owner.iter().map(|owner| format!("{owner}::"));
        owner.chain([self.name.clone()]).collect()
    }
}

impl Source {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read or parsed.
    pub fn read(path: &str) -> Result<Self> {
        let file = syn::parse_file(&place::read(path)?).with_context(|| path.to_owned())?;
        let mut source = Self::default();
        source.add(&file.items, path);
        Ok(source)
    }

    fn add(&mut self, items: &[Item], path: &str) {
        for item in items {
            match item {
                Item::Const(item) => self.define(&item.ident, None, &item.attrs, path),
                Item::Enum(item) => self.define(&item.ident, None, &item.attrs, path),
                Item::Fn(item) => self.define(&item.sig.ident, None, &item.attrs, path),
                Item::Static(item) => self.define(&item.ident, None, &item.attrs, path),
                Item::Struct(item) => self.define(&item.ident, None, &item.attrs, path),
                Item::Type(item) => self.define(&item.ident, None, &item.attrs, path),
                Item::Macro(item) => {
                    if let Some(name) = &item.ident {
                        self.define(name, None, &item.attrs, path);
                    }
                }
                Item::Trait(item) => {
                    self.define(&item.ident, None, &item.attrs, path);
                    for inner in &item.items {
                        if let TraitItem::Fn(method) = inner {
                            self.define(&method.sig.ident, Some(&item.ident), &method.attrs, path);
                        }
                    }
                }
                // The methods of a trait are explained where the trait is.
                Item::Impl(item) if item.trait_.is_none() => {
                    let owner = type_name(&item.self_ty);
                    for inner in &item.items {
                        match inner {
                            ImplItem::Fn(inner) => {
                                self.define(&inner.sig.ident, owner, &inner.attrs, path);
                            }
                            ImplItem::Const(inner) => {
                                self.define(&inner.ident, owner, &inner.attrs, path);
                            }
                            _ => {}
                        }
                    }
                }
                Item::Mod(item) if !is_for_tests(&item.attrs) => {
                    let inner = item.content.as_ref();
                    self.add(inner.map_or(&[], |(_, items)| items.as_slice()), path);
                }
                Item::Use(item) => self.import(&item.tree, None),
                _ => {}
            }
        }
    }

    fn define(
        &mut self,
        name: &syn::Ident,
        owner: Option<&syn::Ident>,
        attributes: &[Attribute],
        path: &str,
    ) {
        self.definitions.push(Definition {
            name: name.to_string(),
            owner: owner.map(ToString::to_string),
            path: path.to_owned(),
            summary: summary(attributes),
        });
    }

    /// Adds the names of a `use`, which begin with this part.
    fn import(&mut self, tree: &UseTree, first: Option<&str>) {
        match tree {
            UseTree::Path(path) => {
                let name = path.ident.to_string();
                self.import(&path.tree, Some(first.unwrap_or(&name)));
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.import(tree, first));
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.imports.insert(name.clone(), first.unwrap_or(&name).to_owned());
            }
            UseTree::Rename(name) => {
                let first = first.map_or_else(|| name.ident.to_string(), str::to_owned);
                self.imports.insert(name.rename.to_string(), first);
            }
            UseTree::Glob(_) => {}
        }
    }
}

fn type_name(implementor: &Type) -> Option<&syn::Ident> {
    let Type::Path(path) = implementor else { return None };
    path.path.segments.last().map(|segment| &segment.ident)
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg"))
}

/// The first sentence of a doc comment, as Markdown without links.
fn summary(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    let paragraph: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    let paragraph = without_links(&paragraph.join(" "));
    let end = paragraph.find(". ").map_or(paragraph.len(), |end| end + 1);
    paragraph[..end].to_owned()
}

/// Turns `[text](target)`, `[text][target]` and `[text]` into `text`.
fn without_links(text: &str) -> String {
    let mut parts = text.split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((label, rest)) = part.split_once(']') else {
            plain.extend(["[", part]);
            continue;
        };
        plain.push_str(label);
        let target = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        plain.push_str(target.map_or(rest, |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(code: &str) -> Source {
        let mut source = Source::default();
        source.add(&syn::parse_file(code).unwrap().items, "a.rs");
        source
    }

    #[test]
    fn items_and_methods_are_found_except_those_of_traits_of_others_and_of_tests() {
        let source = source(
            "/// A [`Room`](x) of [people]. More.\npub struct Room;\n\
             impl Room { /// Opens it.\nfn open() {} const MAX: u8 = 1; }\n\
             impl Drop for Room { fn drop(&mut self) {} }\n\
             trait Door { fn knock(); }\nmacro_rules! ring { () => {} }\n\
             #[cfg(test)]\nmod tests { fn a_test() {} }\n",
        );
        let names: Vec<_> = source.definitions.iter().map(Definition::full_name).collect();
        assert_eq!(names, ["Room", "Room::open", "Room::MAX", "Door", "Door::knock", "ring"]);
        assert_eq!(source.definitions[0].summary, "A `Room` of people.");
        assert_eq!(source.definitions[1].summary, "Opens it.");
        assert_eq!(source.definitions[3].summary, "");
    }

    #[test]
    fn an_import_is_known_by_the_first_part_of_its_path() {
        let source =
            source("use std::io::{self, Read as _, Write};\nuse crate::room::Room as R;\n");
        let mut imports: Vec<_> = source.imports.iter().map(|(a, b)| format!("{a} {b}")).collect();
        imports.sort();
        assert_eq!(imports, ["R crate", "Write std", "_ std", "self std"]);
    }

    #[test]
    fn a_file_belongs_to_a_crate() {
        assert_eq!(crate_of("steps/04-framing/src/header.rs"), "framing");
        assert_eq!(crate_of("event-log/src/lib.rs"), "event_log");
        assert_eq!(crate_of("steps/05-echo/tests/wire/main.rs"), "echo");
    }
}
