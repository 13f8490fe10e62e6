//! The built book, read as a browser would: every link, anchor, image and script must lead
//! somewhere, and every picture must say what it shows.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use scraper::{ElementRef, Html, Selector};

use crate::{Outcome, place};

/// A built page.
struct Built {
    html: Html,
    ids: HashSet<String>,
}

/// What is wrong with the pages of a book that was built into this folder.
///
/// # Errors
/// A file that cannot be read.
pub fn faults(folder: &Path) -> Outcome<Vec<String>> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "html") {
            let html = Html::parse_document(&place::read(&path)?);
            let ids = selected(&html, "[id]", "id").into_iter().collect();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            pages.insert(name, Built { html, ids });
        }
    }
    let mut faults = Vec::new();
    for (name, page) in &pages {
        faults.extend(page_faults(name, page, folder, &pages));
    }
    Ok(faults)
}

fn page_faults(
    name: &str,
    page: &Built,
    folder: &Path,
    pages: &BTreeMap<String, Built>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for (css, attribute) in [("[href]", "href"), ("[src]", "src")] {
        for target in selected(&page.html, css, attribute) {
            if !leads_somewhere(&target, name, folder, pages) {
                faults.push(format!("{name} leads to {target}, which is not there"));
            }
        }
    }
    let mut seen = HashSet::new();
    for id in selected(&page.html, "[id]", "id") {
        if !seen.insert(id.clone()) {
            faults.push(format!("{name} has two places with the id {id}"));
        }
    }
    let alts = selected(&page.html, "img[alt]", "alt");
    let described = alts.iter().filter(|alt| !alt.is_empty()).count();
    if described < elements(&page.html, "img").len() {
        faults.push(format!("{name} has an image without a text that says what is to be seen"));
    }
    for widget in elements(&page.html, ".widget") {
        if widget.text().all(|text| text.trim().is_empty()) {
            faults.push(format!("{name} has a widget that is empty without JavaScript"));
        }
    }
    // mdBook's own icons are no content.
    let drawings = elements(&page.html, "main figure svg, main svg[role=img]");
    let titled = elements(&page.html, "main svg[role=img] > title");
    if titled.len() < drawings.len() {
        faults.push(format!("{name} has a drawing without role=\"img\" and a <title>"));
    }
    faults
}

fn leads_somewhere(
    target: &str,
    from: &str,
    folder: &Path,
    pages: &BTreeMap<String, Built>,
) -> bool {
    // The web is for others to keep in order.
    if ["http://", "https://", "data:"].iter().any(|scheme| target.starts_with(scheme)) {
        return true;
    }
    let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
    let path = path.split('?').next().unwrap_or_default();
    let path = if path.is_empty() { from } else { path };
    let has_fragment = |page: &Built| fragment.is_empty() || page.ids.contains(fragment);
    match pages.get(path) {
        Some(page) => has_fragment(page),
        // From an error page, mdBook counts from the root of the site.
        None => fragment.is_empty() && folder.join(path.trim_start_matches('/')).exists(),
    }
}

fn elements<'a>(html: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(css).map_or(Vec::new(), |selector| html.select(&selector).collect())
}

fn selected(html: &Html, css: &str, attribute: &str) -> Vec<String> {
    let found = elements(html, css);
    found.iter().filter_map(|element| element.attr(attribute)).map(str::to_owned).collect()
}
