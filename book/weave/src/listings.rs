//! Listings come from files: each fence of a page holds includes, and its caption names the file.

use anyhow::{Result, bail, ensure};

use crate::include::Include;
use crate::page::{Fence, Page};

/// The language of fences that hold commands. [`crate::commands`] checks these.
pub const COMMANDS: &str = "sh";
/// The language of fences that hold a difference, which names its files itself.
const DIFFERENCE: &str = "diff";
/// Says in the line that opens a fence that its text is typed.
const TYPED: &str = "typed";
/// May separate two parts of a file.
const ELLIPSIS: &str = "// …";

/// Returns the faults in the listings of these pages.
pub fn faults(pages: &[Page]) -> Vec<String> {
    let mut faults = Vec::new();
    for page in pages {
        let includes = page.includes().map(|(line, include)| (line, include.source().map(drop)));
        let fences = page.fences().map(|fence| (fence.line, check(&fence)));
        for (line, result) in includes.chain(fences) {
            faults.extend(result.err().map(|error| format!("{}: {error:#}", page.at(line))));
        }
    }
    faults
}

fn check(fence: &Fence<'_>) -> Result<()> {
    let words: Vec<&str> = fence.info.split(',').collect();
    if words[0] == COMMANDS || words.contains(&TYPED) {
        return Ok(());
    }
    let lines = fence.lines.iter().filter(|line| !line.is_empty() && **line != ELLIPSIS);
    let Some(includes) = lines.map(|line| Include::find(line)).collect::<Option<Vec<_>>>() else {
        bail!("this text is typed: include it, or add {TYPED} to the line that opens the fence");
    };
    if words[0] == DIFFERENCE {
        return Ok(());
    }
    // A file that is missing is reported as such.
    let mut sources: Vec<_> = includes.iter().filter_map(|include| include.source().ok()).collect();
    sources.dedup();
    ensure!(sources.len() < 2, "one caption cannot name {}", sources.join(" and "));
    if let [source] = sources.as_slice() {
        let caption = fence.caption;
        let named = caption.split(',').next() == Some(source);
        ensure!(named, "the caption should be *{source}*, and is *{caption}*");
    }
    Ok(())
}
