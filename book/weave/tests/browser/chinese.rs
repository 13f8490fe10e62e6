//! What a Chinese reader sees: the pages of the steps, the search, and the way between the languages.

use testkit::{Browser, Profile, Step};

use crate::reader::Reader;

/// The pages, by the step that serves them.
const PAGES: [(&str, &[&str]); 7] = [
    ("0", &["/", "/short", "/long", "/chat"]),
    ("1", &["/"]),
    ("2", &["/"]),
    ("3", &["/"]),
    ("4", &["/"]),
    ("5", &["/"]),
    ("6", &["/", "/vote", "/compare"]),
];
/// What a reader's language does not change: names, and parts of programs and addresses.
const NAMES: &str = "/^(Ada|Grace|Hedy|Katherine|Radia|Lovelace|Hopper|Lamarr|Johnson|Perlman|lobby|hello|h|\
     WebSocket|new WebSocket\\(…\\)|\\d+:\\d+:\\d+ [AP]M|[\\d.,]+ ms(，[\\d.,]+ ms)?)$/";
/// Returns the texts of a page that have words and no Chinese character.
const ENGLISH: &str = "
    const texts = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        if (!walker.currentNode.parentElement.closest('script, style, template, noscript, pre')) {
            texts.push(walker.currentNode.data.trim());
        }
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder]')) {
        texts.push(element.ariaLabel, element.placeholder);
    }
    return texts.filter((text) => /[a-z]{2}/i.test(text ?? '') && !/\\p{Script=Han}/u.test(text))
        .filter((text) => !NAMES.test(text)).join('; ');";

/// The pages of the steps are in the language that the browser prefers.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_pages_of_the_steps_are_in_chinese_for_a_chinese_browser() {
    let browser = Browser::start_with(&["--accept-lang=zh-CN"]).await;
    let english_texts = ENGLISH.replace("NAMES", NAMES);
    for (label, paths) in PAGES {
        let step = Step::labelled(label).expect("a step");
        let server = step.start(Profile::current(), &[]).expect("it starts");
        for path in paths {
            browser.goto(&server.url(path)).await;
            assert_eq!(browser.value("document.documentElement.lang").await, "zh-CN");
            if matches!(label, "3" | "4" | "5") {
                browser.waits_for_text("#log", "已连接").await;
            }
            let english = browser.script(&english_texts).await;
            assert_eq!(english, "", "step {label}, {path}");
        }
        // The page must not miss its server.
        browser.goto("about:blank").await;
    }
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// A text that a person writes is never translated, not even if the page has the same text.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn what_people_write_is_not_translated() {
    let browser = Browser::start_with(&["--accept-lang=zh-CN"]).await;
    let server = Step::labelled("4").expect("a step").start(Profile::current(), &[]);
    let server = server.expect("it starts");
    browser.goto(&server.url("/")).await;
    browser.waits_for_text("#log", "已连接").await;
    browser.script("document.getElementById('text').value = 'connected'").await;
    browser.click("#send").await;
    browser.waits_for_text("#log .received", "connected").await;
    browser.close().await;
}

/// Chinese is written without spaces, and a reader looks for a word inside a sentence.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_chinese_word_is_found() {
    let reader = Reader::start().await;
    reader.opens("zh-CN/index.html").await;
    reader.browser.click("#mdbook-search-toggle").await;
    reader.browser.types("#mdbook-searchbar", "掩码").await;
    reader.browser.waits_for_text("#mdbook-searchresults a", "3. 去掩码").await;
    reader.browser.waits_for_text("#mdbook-searchresults-header", "「掩码」有 ").await;
    reader.browser.waits_for_text("#mdbook-searchresults .teaser em", "掩码").await;
    // An input method may change the text without a key.
    let input = "const bar = document.querySelector('#mdbook-searchbar'); bar.value = '关闭握手'; \
                 bar.dispatchEvent(new Event('input'));";
    reader.browser.script(input).await;
    reader.browser.waits_for_text("#mdbook-searchresults-header", "「关闭握手」有 ").await;
    reader.closes().await;
}

/// The path of a test has places to break, so that no line begins with the full stop behind it. In a block
/// of rules, a Chinese character is as wide as two letters.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn lines_and_columns_are_set_as_in_chinese_books() {
    let reader = Reader::start().await;
    reader.opens("zh-CN/hostile.html").await;
    let names = "[...document.querySelectorAll('main p code')].filter((code) => code.textContent.length > 60)";
    let whole = format!("{names}.filter((code) => code.querySelector('wbr') === null).length");
    assert_eq!(reader.browser.value(&whole).await, 0);
    assert_ne!(reader.browser.value(&format!("{names}.length")).await, 0);
    let spacing =
        "parseFloat(getComputedStyle(document.querySelector('.rules .wide')).letterSpacing) > 0";
    assert_eq!(reader.browser.value(spacing).await, true);
    let headings = "document.querySelector('main th').clientWidth > 0 && \
                    getComputedStyle(document.querySelector('main th')).wordBreak";
    assert_eq!(reader.browser.value(headings).await, "keep-all");
    reader.closes().await;
}

/// On a phone, a link leads to the same place of the same page in the other language, and back.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_reader_changes_the_language_and_keeps_the_place() {
    let reader = Reader::start().await;
    let browser = &reader.browser;
    browser.resizes(360, 800).await;
    reader.opens("03-unmasking.html").await;
    let is_inside = "(({ left, right }) => left >= 0 && right <= innerWidth)\
                     (document.querySelector('.language').getBoundingClientRect())";
    assert_eq!(browser.value(is_inside).await, true);
    browser.click(".language").await;
    browser.waits_for_text(".language", "English").await;
    assert_eq!(browser.value("document.documentElement.lang").await, "zh-CN");
    // While the page scrolls, its bar moves, and a click of the mouse could miss the link.
    browser
        .script("location.hash = 'the-bytes'; document.querySelector('.language').click()")
        .await;
    browser.waits_for_text(".language", "简体中文").await;
    let here = browser.value("location.pathname + location.hash").await;
    assert_eq!(here, "/03-unmasking.html#the-bytes");
    reader.closes().await;
}
