//! The project's own names in the listings: each has been explained before, or the generated line
//! below its listing explains it.
//!
//! A name is explained by a listing that defines it, by a code span in the text before, or by the
//! line below an earlier listing. `{{#include generated/used/PAGE/NAME.md}}` below a listing asks
//! for such a line.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Result;

use crate::definitions::{Definition, Source, Workspace, crate_of, is_for_tests_only};
use crate::include::Include;
use crate::page::{Fence, Page};
use crate::tokens::tokens;

/// The folder of the generated lines, below the workspace.
const FOLDER: &str = "book/src/generated/used/";
/// The largest number of names in a line. With more, the text must introduce the listing.
const NAMES_MAX: usize = 6;
/// What comes before the name in a definition.
const DEFINES: [&str; 9] =
    ["fn", "struct", "enum", "trait", "type", "const", "static", "mod", "macro_rules"];
/// Methods that the standard library or a dependency has as well. A reader knows them from there.
const COMMON: [&str; 41] = [
    "accept",
    "all",
    "append",
    "as_str",
    "bytes",
    "capacity",
    "clear",
    "close",
    "connect",
    "contains",
    "decode",
    "encode",
    "end",
    "find",
    "finish",
    "first",
    "flush",
    "get",
    "insert",
    "into_inner",
    "is_empty",
    "last",
    "len",
    "lock",
    "name",
    "new",
    "next",
    "poll",
    "pop",
    "push",
    "read",
    "recv",
    "remove",
    "run",
    "send",
    "start",
    "take",
    "text",
    "wait",
    "with",
    "write",
];

/// A listing of Rust code in a page.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The page, as the place of the line that opens the fence.
    pub place: String,
    /// The file that it is from.
    pub path: String,
    /// The definitions that it uses and that the book has not explained before it.
    pub unexplained: Vec<Definition>,
    /// An include for the generated line, with the name of the listing's part of the file.
    pub suggestion: String,
    /// The file of the generated line that is included below it.
    pub line: Option<String>,
}

/// Where the book shows the definitions: page and heading, by the file and the name.
type Shown = HashMap<(String, String), String>;

/// Returns the faults in what the listings of these pages use.
///
/// # Errors
/// If a source cannot be read.
pub fn faults(pages: &[Page]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut lines = HashSet::new();
    for Listing { place, unexplained, suggestion, line, .. } in listings(pages)? {
        let names = |names: &[&Definition]| {
            let names: Vec<_> =
                names.iter().map(|name| format!("`{}`", name.full_name())).collect();
            names.join(", ")
        };
        let all: Vec<_> = unexplained.iter().collect();
        let silent: Vec<_> = unexplained.iter().filter(|name| name.summary.is_empty()).collect();
        let fault = match &line {
            None if all.is_empty() => continue,
            None => format!(
                "the text has not explained {}: write about them before the listing, or add \
                 {suggestion} below it",
                names(&all)
            ),
            Some(line) if all.is_empty() => {
                format!("the text explains every name already: remove the include of {line}")
            }
            Some(_) if all.len() > NAMES_MAX => format!(
                "{} names are too many for one line, at most {NAMES_MAX}: introduce some of {} \
                 before the listing",
                all.len(),
                names(&all)
            ),
            Some(_) if !silent.is_empty() => format!(
                "{}: no doc comment says which one it is and what it does: write one, or explain \
                 it before the listing",
                names(&silent)
            ),
            Some(line) if lines.contains(line) => {
                format!("another listing includes {line} as well")
            }
            Some(_) => String::new(),
        };
        lines.extend(line);
        if !fault.is_empty() {
            faults.push(format!("{place}: {fault}"));
        }
    }
    Ok(faults)
}

/// Returns the generated lines, by the path of their file.
///
/// # Errors
/// If a source cannot be read.
pub fn lines(pages: &[Page]) -> Result<BTreeMap<String, String>> {
    let shown = shown(pages);
    let lines = listings(pages)?.into_iter().filter(|listing| !listing.unexplained.is_empty());
    let lines = lines.filter_map(|listing| {
        let names = listing.unexplained.iter().map(|name| name.entry(&shown, &listing.path));
        let names = names.collect::<Vec<_>>();
        let text = format!("<div class=\"used\">\n\nUsed here: {}\n\n</div>\n", names.join(" "));
        Some((listing.line?, text))
    });
    Ok(lines.collect())
}

impl Definition {
    /// Returns its part of a line: its name, its place, and its summary. The place is left out if it
    /// is `listing`, the file that the caption of the listing names.
    fn entry(&self, shown: &Shown, listing: &str) -> String {
        let (name, Self { path, summary, .. }) = (self.full_name(), self);
        let place = match shown.get(&(path.clone(), self.name.clone())) {
            Some(place) => format!("[`{name}`]({place})"),
            None if path == listing => format!("`{name}`"),
            None => format!("`{name}` (`{path}`)"),
        };
        format!("{place}: {summary}")
    }
}

/// Returns the Rust listings of these pages, in their order.
fn listings(pages: &[Page]) -> Result<Vec<Listing>> {
    let workspace = Workspace::read()?;
    let (mut listings, mut explained) = (Vec::new(), HashSet::new());
    for page in pages {
        let mut spans = spans(page).into_iter().peekable();
        for fence in page.fences().filter(|fence| fence.info.starts_with("rust")) {
            while let Some((_, span)) = spans.next_if(|(line, _)| *line < fence.line) {
                explained.extend(tokens(&span));
            }
            let Some((path, part, code)) = code(&fence) else { continue };
            let code = tokens(&code);
            let file = Source::read(&path)?;
            explained.extend(defined(&code).map(str::to_owned));
            let mut unexplained = Reader { path: &path, file: &file, workspace }.uses(&code);
            unexplained.retain(|used| explained.insert(used.name.clone()));
            let line = fence.below.as_ref().map(|below| below.path.clone());
            let name = page.name.trim_end_matches(".md");
            listings.push(Listing {
                place: page.at(fence.line),
                path: path.clone(),
                unexplained,
                suggestion: format!("{{{{#include generated/used/{name}/{part}.md}}}}"),
                line: line.filter(|path| path.starts_with(FOLDER)),
            });
        }
        explained.extend(spans.flat_map(|(_, span)| tokens(&span)));
    }
    Ok(listings)
}

/// The code spans of a page, with those of the texts that it includes. The name of a file, or of one
/// of its tests, explains nothing, and neither does the line below a listing.
fn spans(page: &Page) -> Vec<(usize, String)> {
    let mut spans = page.code_spans();
    for (line, text) in page.included_texts() {
        if text.name.starts_with(FOLDER) {
            continue;
        }
        spans.extend(text.code_spans().into_iter().map(|(_, span)| (line, span)));
    }
    spans.retain(|(_, span)| !span.contains('/'));
    spans.sort_by_key(|(line, _)| *line);
    spans
}

/// The file of a listing, a name for its part of the file, and its code.
fn code(fence: &Fence<'_>) -> Option<(String, String, String)> {
    let includes: Vec<_> = fence.lines.iter().filter_map(|line| Include::find(line)).collect();
    let Include { path, part } = includes.first()?.clone();
    let stem = path.strip_suffix(".rs")?.rsplit('/').next()?;
    let part = if part.is_empty() { stem.to_owned() } else { part };
    let lines: Vec<_> = includes.iter().filter_map(|include| include.lines().ok()).collect();
    Some((path, part, lines.concat().join("\n")))
}

/// The names that a listing defines.
fn defined(code: &[String]) -> impl Iterator<Item = &str> {
    let pairs = code.windows(2).filter(|pair| DEFINES.contains(&pair[0].as_str()));
    let names = pairs.map(|pair| pair[1].as_str());
    let macros = code.windows(3).filter(|three| three[0] == "macro_rules");
    names.chain(macros.map(|three| three[2].as_str()))
}

/// Where these pages show definitions.
fn shown(pages: &[Page]) -> Shown {
    let mut shown = Shown::new();
    for page in pages {
        let headings = page.headings();
        for fence in page.fences().filter(|fence| fence.info.starts_with("rust")) {
            let Some((path, _, code)) = code(&fence) else { continue };
            let above = headings.iter().rfind(|heading| heading.line < fence.line);
            let id = above.and_then(|heading| heading.id.as_deref());
            let place = id.map_or(page.name.clone(), |id| format!("{}#{id}", page.name));
            for name in defined(&tokens(&code)) {
                shown.entry((path.clone(), name.to_owned())).or_insert(place.clone());
            }
        }
    }
    shown
}

/// What resolves the names of a listing.
struct Reader<'a> {
    path: &'a str,
    file: &'a Source,
    workspace: &'a Workspace,
}

impl Reader<'_> {
    /// Returns the definitions in the workspace that the code uses, in the order of their first use.
    fn uses(&self, code: &[String]) -> Vec<Definition> {
        let mut is_import = false;
        let mut uses: Vec<Definition> = Vec::new();
        for (index, name) in code.iter().enumerate() {
            is_import = if is_import { name != ";" } else { name == "use" };
            let found = if is_import { None } else { self.find(code, index) };
            uses.extend(found.filter(|found| !uses.contains(found)));
        }
        uses
    }

    fn find(&self, code: &[String], index: usize) -> Option<Definition> {
        let name = &code[index];
        let before = |back| index.checked_sub(back).map_or("", |index| code[index].as_str());
        let after = code.get(index + 1).map_or("", String::as_str);
        let is_type = name.starts_with(char::is_uppercase);
        if !is_type && !matches!(after, "(" | "!" | "::") {
            return None;
        }
        match before(1) {
            "." if after == "!" || before(2) != "self" && COMMON.contains(&name.as_str()) => None,
            "." => self.method(name),
            // A variant is explained with its type.
            "::" if is_constant(name) || !is_type || !before(2).starts_with(char::is_uppercase) => {
                let krate = self.crate_of_root(code, index)?;
                let of_type = before(2).starts_with(char::is_uppercase);
                if of_type && COMMON.contains(&name.as_str()) {
                    None
                } else {
                    self.item(name, &krate)
                }
            }
            "::" => None,
            _ => {
                let krate = self.crate_of_name(name)?;
                self.item(name, &krate)
            }
        }
    }

    /// The crate that the path before an identifier leads to, if that is one of ours.
    fn crate_of_root(&self, code: &[String], mut index: usize) -> Option<String> {
        while index >= 2 && code[index - 1] == "::" {
            index -= 2;
        }
        self.crate_of_name(&code[index])
    }

    /// The crate that a name of this file is from, if it is one of ours.
    fn crate_of_name(&self, name: &str) -> Option<String> {
        let own = crate_of(self.path);
        let imported = self.file.imports.get(name).map(String::as_str);
        match imported.unwrap_or(name) {
            "crate" | "self" | "super" | "Self" => Some(own),
            first if self.workspace.has_crate(first) => Some(first.to_owned()),
            _ if imported.is_some() => None,
            name => self.file.definitions.iter().any(|known| known.name == *name).then_some(own),
        }
    }

    /// The item with this name: of this file, of this crate, or of one that this crate exports.
    fn item(&self, name: &str, krate: &str) -> Option<Definition> {
        let named: Vec<_> = self.visible(name).collect();
        let in_file = self.file.definitions.iter().find(|known| known.name == name);
        let in_crate = || named.iter().copied().find(|known| crate_of(&known.path) == krate);
        in_file.or_else(in_crate).or(named.first().copied()).cloned()
    }

    /// The method with this name, of this crate or of one that this file imports from. If several
    /// types have one, nothing is said of its type and what it does.
    fn method(&self, name: &str) -> Option<Definition> {
        let is_method = |known: &&Definition| known.name == name && known.owner.is_some();
        if let Some(method) = self.file.definitions.iter().find(is_method) {
            return Some(method.clone());
        }
        let own = crate_of(self.path);
        let is_near = |known: &&Definition| {
            let krate = crate_of(&known.path);
            krate == own || self.file.imports.values().any(|first| *first == krate)
        };
        let near: Vec<_> = self.visible(name).filter(is_method).filter(is_near).collect();
        let is_imported = |known: &&Definition| {
            known.owner.as_ref().is_some_and(|owner| self.file.imports.contains_key(owner))
        };
        let is_of_tests = |known: &&Definition| is_for_tests_only(&known.path);
        let nearest = near.iter().copied();
        let nearest =
            nearest.clone().find(is_imported).or_else(|| nearest.clone().find(is_of_tests));
        match (nearest, near.as_slice()) {
            (Some(method), _) => Some(method.clone()),
            (None, [method]) => Some((*method).clone()),
            (None, []) => None,
            (None, [first, ..]) => {
                let owner = None;
                Some(Definition { owner, summary: String::new(), ..(*first).clone() })
            }
        }
    }

    /// All definitions with this name that this file can use.
    fn visible(&self, name: &str) -> impl Iterator<Item = &Definition> {
        let is_test = is_for_tests_only(self.path);
        let own = crate_of(self.path);
        self.workspace.named(name).iter().filter(move |known| {
            !is_for_tests_only(&known.path) || is_test && crate_of(&known.path) == own
        })
    }
}

fn is_constant(name: &str) -> bool {
    name.len() > 1 && !name.contains(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "book/weave/tests/fixtures/room.rs";
    const LINE: &str = "\n{{#include generated/used/x/append.md}}\n";

    fn listing(part: &str) -> String {
        format!("```rust,ignore\n{{{{#include ../../{FILE}:{part}}}}}\n```\n")
    }

    fn faults_of(text: &str) -> Vec<String> {
        faults(&[Page::new("x.md", text)]).unwrap()
    }

    #[test]
    fn a_name_is_explained_by_a_listing_a_code_span_or_a_line() {
        let fault = "book/src/x.md:1: the text has not explained `EVENTS_MAX`, `Room::drop_oldest`: \
                     write about them before the listing, or add \
                     {{#include generated/used/x/append.md}} below it";
        assert_eq!(faults_of(&listing("append")), [fault]);
        let spans = "`EVENTS_MAX` is 4, and `Room::drop_oldest()` drops.\n\n";
        assert_eq!(faults_of(&format!("{spans}{}", listing("append"))), [""; 0]);
        assert_eq!(faults_of(&format!("{}{spans}", listing("append"))), [fault]);
        let file = "`src/EVENTS_MAX.rs::drop_oldest`\n\n";
        assert_eq!(
            faults_of(&format!("{file}{}", listing("append"))),
            [fault.replace(":1:", ":3:")]
        );
        assert_eq!(
            faults_of(&format!("{}{LINE}{}", listing("append"), listing("append"))),
            [""; 0]
        );
        let shown = format!("`EVENTS_MAX`\n\n{}\n{}", listing("drop"), listing("append"));
        assert_eq!(faults_of(&shown), [""; 0]);
        let pages = [Page::new("a.md", spans), Page::new("b.md", &listing("append"))];
        assert_eq!(faults(&pages).unwrap(), [""; 0]);
    }

    #[test]
    fn a_line_says_where_a_name_is_shown_and_what_it_is() {
        let other = "{{#include generated/used/x/close.md}}";
        let (append, drop, close) = (listing("append"), listing("drop"), listing("close"));
        let text = format!("{append}{LINE}\n## B {{#b}}\n\n{drop}\n`Room`\n\n{close}\n{other}\n");
        let lines = lines(&[Page::new("x.md", &text)]).unwrap();
        let line = "<div class=\"used\">\n\nUsed here: `EVENTS_MAX`: The largest number of events. \
                    [`Room::drop_oldest`](x.md#b): Drops the oldest event; see `Room`.\n\n</div>\n";
        assert_eq!(lines["book/src/generated/used/x/append.md"], line);
        let line = &lines["book/src/generated/used/x/close.md"];
        assert!(line.contains("`CloseCode` (`steps/05-echo/src/sans_io/close.rs`): "), "{line}");
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn a_line_that_is_not_needed_and_one_that_is_used_twice_are_found() {
        let needless = "book/src/x.md:1: the text explains every name already: remove the include of \
                        book/src/generated/used/x/append.md";
        assert_eq!(faults_of(&format!("{}{LINE}", listing("room"))), [needless]);
        let text = format!("{}{LINE}\n{}{LINE}", listing("append"), listing("close"));
        let twice = "another listing includes book/src/generated/used/x/append.md as well";
        let faults = faults_of(&text);
        assert!(faults.len() == 1 && faults[0].ends_with(twice), "{faults:?}");
    }

    #[test]
    fn names_of_other_crates_of_ours_are_found_and_those_of_libraries_are_not() {
        let faults = faults_of(&listing("close"));
        assert!(
            faults[0].contains("explained `Room`, `CloseCode`, `CloseCode::GOING_AWAY`: "),
            "{faults:?}"
        );
    }

    #[test]
    fn a_name_without_a_doc_comment_needs_the_text() {
        let faults = faults_of(&format!("`Room`\n\n{}{LINE}", listing("open")));
        let silent = "book/src/x.md:3: `silent`: no doc comment says which one it is and what it does: \
                      write one, or explain it before the listing";
        assert_eq!(faults, [silent]);
    }

    #[test]
    fn a_listing_with_too_many_names_needs_the_text() {
        let faults = faults_of(&format!("{}{LINE}", listing("many")));
        let many =
            "book/src/x.md:1: 7 names are too many for one line, at most 6: introduce some of ";
        assert!(faults.len() == 1 && faults[0].starts_with(many), "{faults:?}");
        assert_eq!(faults_of(&format!("`one`\n\n{}{LINE}", listing("many"))), [""; 0]);
    }

    #[test]
    fn each_common_name_is_a_method_of_ours() {
        let workspace = Workspace::read().unwrap();
        let is_ours = |name: &str| !workspace.named(name).is_empty();
        assert_eq!(COMMON.into_iter().filter(|name| !is_ours(name)).collect::<Vec<_>>(), [""; 0]);
    }
}
