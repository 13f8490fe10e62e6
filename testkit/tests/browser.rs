//! The browser itself, on pages that need no server.

use testkit::Browser;

const PAGE: &str = "data:text/html,<title>A page</title><h1>Hello</h1><p>none</p><input>\
     <script>document.querySelector('input').onkeydown = event => {\
       if (event.key === 'Enter') document.querySelector('p').textContent = event.target.value;\
     }</script>";

#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_is_opened_typed_into_and_read() {
    let browser = Browser::start().await;
    browser.goto(PAGE).await;
    assert_eq!(browser.text("h1").await, "Hello");
    browser.click("input").await;
    browser.types("input", "Grüße\n").await;
    assert_eq!(browser.waits_for_text("p", "Grüße").await, "Grüße");
    assert_eq!(browser.waits_for_text("input", "Grüße").await, "Grüße");
    assert_eq!(browser.script("return document.title").await, "A page");
    assert_eq!(browser.script("return Promise.resolve(7)").await, 7);
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.script("console.error('a wrong turn')").await;
    let errors = browser.console_errors();
    assert!(errors.len() == 1 && errors[0].contains("a wrong turn"), "{errors:?}");

    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("page.png");
    browser.resizes(640, 480).await;
    browser.screenshot(&picture).await;
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    browser.close().await;
}
