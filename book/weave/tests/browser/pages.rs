//! All pages: found, and as wide as their window.

use weave::book;
use weave::page::Page;

use crate::reader::Reader;

/// A reader who looks for a word finds the chapter.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_word_is_found() {
    let reader = Reader::start().await;
    reader.opens("index.html").await;
    reader.browser.click("#mdbook-search-toggle").await;
    reader.browser.types("#mdbook-searchbar", "masking key").await;
    reader.browser.waits_for_text("#mdbook-searchresults a", "Unmasking").await;
    reader.closes().await;
}

/// Returns the elements that are wider than their page, which is shown in a frame with all its folds
/// open. Listings, drawings and tables may be wider: they scroll by themselves. mdBook would let the
/// whole text scroll inside its column.
const STICKS_OUT: &str = "
    const page = document.querySelector('iframe').contentDocument;
    for (const fold of page.querySelectorAll('details')) fold.open = true;
    const columns = [page.scrollingElement, ...page.querySelectorAll('.page, .content, main')];
    if (columns.every((column) => column.scrollWidth <= column.clientWidth)) return '';
    const width = page.querySelector('main').getBoundingClientRect().right;
    return [...page.querySelectorAll('main *')]
        .filter((element) => element.getBoundingClientRect().right > width)
        .filter((element) => element.closest('pre, figure, .table-wrapper, .scroll') === null)
        .map((element) => `${element.localName} ${element.textContent.slice(0, 40)}`)
        .slice(0, 5).join('; ') || 'something';";

/// At the width of a phone and of a desk, on light and on dark ground, no page is wider than its
/// window, every widget is alive, and nothing fails.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn every_page_fits_a_phone_and_a_desk_in_light_and_dark() {
    let reader = Reader::start().await;
    let browser = &reader.browser;
    reader.opens("index.html").await;
    let names = Page::all().unwrap().into_iter().map(|page| page.name.replace(".md", ".html"));
    let languages = book::languages(&book::folder()).into_iter().map(|code| format!("{code}/"));
    let folders: Vec<_> = languages.chain([String::new()]).collect();
    let pages: Vec<_> = names
        .flat_map(|name| folders.iter().map(move |folder| format!("{folder}{name}")))
        .collect();
    for theme in ["light", "navy"] {
        browser.script(&format!("localStorage.setItem('mdbook-theme', '{theme}')")).await;
        for width in [360, 1280] {
            for page in &pages {
                let shows = format!(
                    "document.body.innerHTML = '<iframe style=\"width: {width}px; height: 800px\"></iframe>';
                     const frame = document.querySelector('iframe');
                     frame.src = '{page}';
                     return new Promise((done) => (frame.onload = () => done(
                         frame.contentDocument.documentElement.classList.contains('{theme}'),
                     )));"
                );
                assert_eq!(browser.script(&shows).await, true, "{page} is not in {theme}");
                let out = browser.script(STICKS_OUT).await;
                assert_eq!(out, "", "{page} at {width} pixels in {theme}");
                let dead = "return document.querySelector('iframe').contentDocument
                    .querySelectorAll('.widget:not(:has(.tool))').length";
                assert_eq!(browser.script(dead).await, 0, "{page} has a widget that does not work");
            }
        }
    }
    reader.closes().await;
}
