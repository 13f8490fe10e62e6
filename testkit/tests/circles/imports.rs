//! Which files of its crate a file imports.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ItemMod, ItemUse, Macro, Path, UseTree, Visibility};

use crate::module::{Crate, ModulePath, SourceFile};

/// The numbers of the files that this file imports: those of its child modules, and those that its
/// paths lead to.
pub(crate) fn imports(all: &Crate, file: &SourceFile) -> BTreeSet<usize> {
    let mut finder = Finder { all, module: file.module.clone(), found: BTreeSet::new() };
    finder.visit_file(&file.syntax);
    finder.found
}

struct Finder<'a> {
    all: &'a Crate,
    /// The module that is being looked at: that of the file, or one inside it.
    module: ModulePath,
    found: BTreeSet<usize>,
}

impl Finder<'_> {
    /// Follows a path that begins at this crate: the file is that of the last module on it.
    fn follows(&mut self, path: &[String]) {
        let mut module = self.module.clone();
        let mut path = path.iter().peekable();
        let begins = path.peek().map(|first| first.as_str());
        match begins {
            Some("crate") => module.clear(),
            Some("self" | "super") => {}
            // A name from elsewhere, or a child module.
            _ => match path.peek() {
                Some(first) if self.all.modules.contains_key(&join(&module, first)) => {}
                _ => return,
            },
        }
        for segment in path {
            match segment.as_str() {
                "crate" | "self" => {}
                "super" => drop(module.pop()),
                name => match join(&module, name) {
                    child if self.all.modules.contains_key(&child) => module = child,
                    _ => break,
                },
            }
        }
        self.found.insert(self.all.modules[&module]);
    }

    fn follows_tree(&mut self, before: &[String], tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                self.follows_tree(&join(before, &path.ident.to_string()), &path.tree);
            }
            UseTree::Name(name) => self.follows(&join(before, &name.ident.to_string())),
            UseTree::Rename(name) => self.follows(&join(before, &name.ident.to_string())),
            UseTree::Glob(_) => self.follows(before),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.follows_tree(before, tree);
                }
            }
        }
    }

    /// The arguments of a macro may be anything: what looks like a path is taken for one.
    fn follows_tokens(&mut self, tokens: TokenStream) {
        let mut path = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.follows(&path);
                        path.clear();
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    // `pub(crate)` imports nothing.
                    let is_visibility = group.delimiter() == Delimiter::Parenthesis
                        && path.last().is_some_and(|last| last == "pub");
                    if !is_visibility {
                        self.follows_tokens(group.stream());
                    }
                }
                _ => colons = 0,
            }
        }
        self.follows(&path);
    }
}

impl Visit<'_> for Finder<'_> {
    fn visit_item_mod(&mut self, item: &ItemMod) {
        self.module.push(item.ident.to_string());
        self.found.insert(self.all.modules[&self.module]);
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        self.follows_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string());
        self.follows(&segments.collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &Macro) {
        self.visit_path(&item.path);
        self.follows_tokens(item.tokens.clone());
    }

    /// `pub(crate)` imports nothing.
    fn visit_visibility(&mut self, _: &Visibility) {}
}

fn join(path: &[String], name: &str) -> Vec<String> {
    [path, &[name.to_owned()]].concat()
}
