//! Nothing that the code can tell is typed: what fences hold, and what stands above them.

use std::collections::BTreeMap;

use crate::include::{Include, is_mark};
use crate::page::{Fence, Page};
use crate::transcripts::Snapshot;
use crate::{Outcome, place};

/// Fences that hold commands: these are checked elsewhere.
pub const COMMANDS: &str = "sh";
/// Fences that hold a difference, which names its files itself.
const DIFFERENCE: &str = "diff";
/// What may stand between two parts of a file.
const ELLIPSIS: &str = "// …";

/// The fences that may hold typed text: page and first line, and why.
pub type Typed = BTreeMap<String, String>;

/// Reads `book/typed.toml`.
///
/// # Errors
/// What is wrong with it.
pub fn typed() -> Outcome<Typed> {
    place::list("typed.toml")
}

/// What is wrong with the listings of these pages.
#[must_use]
pub fn faults(pages: &[Page], typed: &Typed) -> Vec<String> {
    let (mut faults, mut needed) = (Vec::new(), Vec::new());
    for page in pages {
        for (line, include) in page.includes() {
            faults
                .extend(include_fault(&include).map(|fault| format!("{}: {fault}", page.at(line))));
        }
        for fence in page.fences() {
            let first = fence.lines.first().map_or("", |line| line.trim());
            let key = format!("{}: {first}", page.name);
            if fence.language() != COMMANDS
                && !holds_only_includes(&fence)
                && typed.contains_key(&key)
            {
                needed.push(key);
                continue;
            }
            faults.extend(
                fence_fault(&fence).map(|fault| format!("{}: {fault}", page.at(fence.line))),
            );
        }
    }
    let unneeded = typed.keys().filter(|key| !needed.contains(*key));
    faults.extend(unneeded.map(|key| format!("book/typed.toml: no fence is like this: {key}")));
    faults
}

fn include_fault(include: &Include) -> Option<String> {
    match include.lines() {
        Err(error) => Some(error.to_string()),
        Ok(lines) if lines.iter().all(|(_, line)| line.trim().is_empty()) => {
            Some(format!("{} has nothing to include", include.path))
        }
        Ok(lines) if lines.iter().any(|(_, line)| is_mark(line)) => {
            Some(format!("{} has anchors, which would show: include one of them", include.path))
        }
        Ok(_) => None,
    }
}

fn fence_fault(fence: &Fence) -> Option<String> {
    if fence.language() == COMMANDS {
        return None;
    }
    if !holds_only_includes(fence) {
        return Some("this is typed: include it, or give a reason in book/typed.toml".to_owned());
    }
    if fence.language() == DIFFERENCE {
        return None;
    }
    let includes = fence.lines.iter().filter_map(|line| Include::find(line));
    let mut sources: Vec<String> = includes
        .map(|include| match Snapshot::behind(&include) {
            Ok(Some(snapshot)) => snapshot.source,
            _ => include.path,
        })
        .collect();
    sources.dedup();
    let [source] = sources.as_slice() else {
        return Some(format!("one caption cannot name {}", sources.join(" and ")));
    };
    let caption = fence.caption.as_deref().unwrap_or_default();
    let named = caption.split(',').next().unwrap_or_default();
    (named != source).then(|| format!("the caption should be *{source}*, and is *{caption}*"))
}

/// Is there nothing in it but includes, and marks of what is left out between them?
fn holds_only_includes(fence: &Fence) -> bool {
    let is_include = |line: &String| Include::find(line).is_some();
    let is_gap = |line: &String| line.trim().is_empty() || line.trim() == ELLIPSIS;
    fence.lines.iter().any(is_include)
        && fence.lines.iter().all(|line| is_include(line) || is_gap(line))
}
