//! The pages of the chat in a browser, over TLS: on a site of their own, and below the path of another.

use testkit::Browser;

use crate::configuration::Make;
use crate::deployment::Deployment;

/// All names are names of this computer, which has no certificate that a browser trusts.
const ARGUMENTS: [&str; 2] =
    ["--host-resolver-rules=MAP *.example.com 127.0.0.1", "--ignore-certificate-errors"];

/// Pages, links, sockets and polls stay below the path.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and its driver, nginx, haproxy, caddy and redis-server: just setup"]
async fn everything_works_on_a_site_and_below_a_path() {
    let (left, right) =
        tokio::join!(Browser::start_with(&ARGUMENTS), Browser::start_with(&ARGUMENTS));
    for make in Make::ALL {
        // A poll that goes to a process which is a little behind the other sees a vote twice.
        let one_process = [("127.0.0.1:9007", "127.0.0.1:9006")];
        let deployment = Deployment::start_with(make, &[], &one_process);
        let port = deployment.proxy.https().port();
        let places = [
            format!("https://chat.example.com:{port}/"),
            format!("https://www.example.com:{port}/app/"),
        ];
        visits(&left, &right, &places).await;
        // Nobody polls a proxy that has gone.
        for browser in [&left, &right] {
            browser.goto("about:blank").await;
        }
    }
    left.close().await;
    right.close().await;
}

/// Goes from page to page in two browsers, which begin at these places.
async fn visits(left: &Browser, right: &Browser, places: &[String; 2]) {
    // A name may have any character, also those that are special in a path.
    let names = ["Ada / 100 %?", "Grace #2 & co"];
    for ((place, browser), name) in places.iter().zip([left, right]).zip(names) {
        browser.goto(place).await;
        browser.types("#name", &format!("{name}\n")).await;
        browser.waits_for_text("#here .own", name).await;
        browser.waits_for_text("#state", "Connected.").await;
    }
    left.types("#text", "from the site\n").await;
    right.waits_for_text("#said .words", "from the site").await;
    right.types("#text", "from the path\n").await;
    left.waits_for_text("#said .words", "from the path").await;

    for browser in [left, right] {
        browser.click("nav a[href=vote]").await;
        browser.waits_for_text("h1", "Vote").await;
    }
    left.click("[data-candidate=Ada] button").await;
    right.click("[data-candidate=Hedy] button").await;
    for browser in [left, right] {
        browser.waits_for_text("[data-candidate=Ada] output", "1").await;
        browser.waits_for_text("[data-candidate=Hedy] output", "1").await;
    }
    for browser in [left, right] {
        browser.click("nav a[href=compare]").await;
        browser.waits_for_text("#candidates button", "Vote Ada").await;
    }
    for browser in [left, right] {
        browser.click("#candidates button").await;
    }
    for browser in [left, right] {
        for column in ["short", "long", "socket"] {
            browser.waits_for_text(&format!("#{column} [data-row=votes]"), "2").await;
        }
    }

    for (place, browser) in places.iter().zip([left, right]) {
        browser.goto(&format!("{place}short")).await;
        // A form, which is answered with a redirection to a new copy of the page.
        browser.script("document.querySelector('h1').textContent = 'Before'").await;
        browser.click("[data-candidate=Grace] button").await;
        browser.waits_for_text("h1", "Short polling").await;
        let place_now = browser.script("return location.href").await;
        assert_eq!(place_now, format!("{place}short"));
        browser.click("nav a[href=long]").await;
        browser.click("[data-candidate=Radia] button").await;
        browser.waits_for_text("#state", "The server holds our question").await;
        browser.click("nav a[href=chat]").await;
        browser.types("#name", "Ada\n").await;
        let text = format!("polled over {place}");
        browser.types("#text", &format!("{text}\n")).await;
        browser.waits_for_text("#talk .own", &text).await;
        assert_eq!(browser.console_errors(), Vec::<String>::new());
    }
}
