//! The built book, read as a browser reads it: every link, anchor, image and script must lead
//! somewhere, and nothing may be empty for a reader without pictures or JavaScript.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use anyhow::Result;
use scraper::{ElementRef, Html, Selector};

use crate::place;

/// Elements that no page may have, and what they are called in an error.
const FORBIDDEN: [(&str, &str); 2] = [
    ("img:not([alt]), img[alt='']", "an image without a text that says what it shows"),
    // mdBook's own icons are not content.
    (
        "main figure svg:not([role=img]), main svg[role=img]:not(:has(> title))",
        "a drawing without role=\"img\" and a <title>",
    ),
];

/// Returns the faults in the pages of a book that was built into this folder. The pages of its other
/// languages, in folders below, are not among them.
///
/// # Errors
/// If a page cannot be read.
pub fn faults(folder: &Path) -> Result<Vec<String>> {
    let mut pages = BTreeMap::new();
    for path in place::files(&folder.to_string_lossy()) {
        let name = path.strip_prefix(&*folder.to_string_lossy()).unwrap_or(&path);
        let name = name.trim_start_matches('/').strip_suffix(".html");
        if let Some(name) = name.filter(|name| !name.contains('/')) {
            pages.insert(format!("{name}.html"), Html::parse_document(&place::read(&path)?));
        }
    }
    let (mut faults, mut anchors) = (Vec::new(), HashSet::new());
    for (name, page) in &pages {
        for id in attributes(page, "id") {
            if !anchors.insert(format!("{name}#{id}")) {
                faults.push(format!("{name} has two places with the id {id}"));
            }
        }
    }
    for (name, page) in &pages {
        for target in [attributes(page, "href"), attributes(page, "src")].concat() {
            if !leads_somewhere(target, name, folder, &anchors) {
                faults.push(format!("{name} leads to {target}, which does not exist"));
            }
        }
        for (css, what) in FORBIDDEN {
            faults.extend(elements(page, css).iter().map(|_| format!("{name} has {what}")));
        }
        for element in elements(page, ".widget, pre code") {
            if element.text().all(|text| text.trim().is_empty()) {
                faults.push(format!("{name} has a widget or a listing without text"));
            }
        }
    }
    Ok(faults)
}

fn leads_somewhere(target: &str, from: &str, folder: &Path, anchors: &HashSet<String>) -> bool {
    // Other sites are not checked.
    if ["http://", "https://", "data:"].iter().any(|scheme| target.starts_with(scheme)) {
        return true;
    }
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { from } else { path };
    // The page for errors names everything from the root of the site.
    folder.join(path.trim_start_matches('/')).exists()
        && (fragment.is_empty() || anchors.contains(&format!("{path}#{fragment}")))
}

fn elements<'a>(page: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(css).map_or(Vec::new(), |selector| page.select(&selector).collect())
}

/// The values of an attribute in a page.
fn attributes<'a>(page: &'a Html, name: &str) -> Vec<&'a str> {
    elements(page, &format!("[{name}]")).iter().filter_map(|found| found.attr(name)).collect()
}
