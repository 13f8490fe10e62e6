//! The modules of a crate, and the files that they are in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

/// The path of a module from the root of its crate: `["wire", "client"]`.
pub(crate) type ModulePath = Vec<String>;

/// A file, and the module that it holds.
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) module: ModulePath,
    pub(crate) syntax: syn::File,
}

/// The files of a crate, and all of its modules.
#[derive(Default)]
pub(crate) struct Crate {
    pub(crate) files: Vec<SourceFile>,
    /// The number of the file that each module is in.
    pub(crate) modules: BTreeMap<ModulePath, usize>,
}

impl Crate {
    /// Reads a crate from its root file.
    pub(crate) fn read(root: &Path) -> Self {
        let mut found = Self::default();
        let folder = root.parent().unwrap();
        found.reads_file(root.to_owned(), &[], folder);
        found
    }

    /// Reads a file, and those of its child modules, which are in `folder`.
    fn reads_file(&mut self, path: PathBuf, module: &[String], folder: &Path) {
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let syntax =
            syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let children = modules_in(&syntax.items);
        let number = self.files.len();
        let beside = path.parent().unwrap().to_owned();
        self.files.push(SourceFile { path, module: module.to_owned(), syntax });
        self.modules.insert(module.to_owned(), number);
        self.reads_modules(&children, module, number, folder, &beside);
    }

    fn reads_modules(
        &mut self,
        children: &[ItemMod],
        parent: &[String],
        file: usize,
        folder: &Path,
        beside: &Path,
    ) {
        for child in children {
            let name = child.ident.to_string();
            let module = [parent, std::slice::from_ref(&name)].concat();
            if let Some((_, items)) = &child.content {
                self.modules.insert(module.clone(), file);
                let folder = folder.join(&name);
                self.reads_modules(&modules_in(items), &module, file, &folder, &folder);
            } else if let Some(other) = other_path(&child.attrs) {
                let path = beside.join(other);
                let folder = path.parent().unwrap().to_owned();
                self.reads_file(path, &module, &folder);
            } else {
                let in_folder = folder.join(&name).join("mod.rs");
                let path = folder.join(format!("{name}.rs"));
                let path = if path.is_file() { path } else { in_folder };
                self.reads_file(path, &module, &folder.join(&name));
            }
        }
    }
}

fn modules_in(items: &[Item]) -> Vec<ItemMod> {
    let modules = items.iter().filter_map(|item| match item {
        Item::Mod(module) => Some(module.clone()),
        _ => None,
    });
    modules.collect()
}

/// The value of `#[path = "…"]`.
fn other_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}
