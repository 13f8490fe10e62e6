//! The pages behind a reverse proxy, below a path: nginx and HAProxy, as the README configures them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use support::start;
use testkit::{Browser, ReverseProxy, Server};

mod support;

/// The part of the README in this language, for a server at another address than the usual one.
fn configuration(language: &str, listens: &str, server: &Server) -> String {
    let readme = include_str!("../README.md");
    let (_, behind) = readme.split_once(&format!("```{language}\n")).unwrap();
    let (settings, _) = behind.split_once("```").unwrap();
    let (usual_place, usual_server) = (listens.replace("ADDRESS", "80"), "127.0.0.1:9006");
    let usual_place = usual_place.replace("bind 80", "bind :80");
    assert!(settings.contains(&usual_place) && settings.contains(usual_server), "{settings}");
    settings.replace(&usual_place, listens).replace(usual_server, &server.address().to_string())
}

/// Both, before one server.
fn proxies(server: &Server) -> [ReverseProxy; 2] {
    [
        ReverseProxy::nginx(&configuration("nginx", "listen ADDRESS;", server)),
        ReverseProxy::haproxy(&configuration("haproxy", "bind ADDRESS", server)),
    ]
}

/// Pages, links, sockets and polls stay below the path.
#[tokio::test]
#[ignore = "needs Chromium and its driver, nginx and haproxy: just setup"]
async fn everything_works_below_a_path() {
    let server = start(&[]);
    let proxies = proxies(&server);
    let (left, right) = tokio::join!(Browser::start(), Browser::start());
    // A name may have any character, also those that are special in a path.
    let names = ["Ada / 100 %?", "Grace #2 & co"];
    for ((proxy, browser), name) in proxies.iter().zip([&left, &right]).zip(names) {
        browser.goto(&format!("http://{}/app/", proxy.address())).await;
        browser.types("#name", &format!("{name}\n")).await;
        browser.waits_for_text("#here .own", name).await;
        browser.waits_for_text("#state", "Connected.").await;
    }
    left.types("#text", "from nginx\n").await;
    right.waits_for_text("#said .words", "from nginx").await;
    right.types("#text", "from HAProxy\n").await;
    left.waits_for_text("#said .words", "from HAProxy").await;

    for browser in [&left, &right] {
        browser.click("nav a[href=vote]").await;
        browser.waits_for_text("h1", "Vote").await;
    }
    left.click("[data-candidate=Ada] button").await;
    right.click("[data-candidate=Hedy] button").await;
    for browser in [&left, &right] {
        browser.waits_for_text("[data-candidate=Ada] output", "1").await;
        browser.waits_for_text("[data-candidate=Hedy] output", "1").await;
    }
    for browser in [&left, &right] {
        browser.click("nav a[href=compare]").await;
        browser.waits_for_text("#candidates button", "Vote Ada").await;
    }
    for browser in [&left, &right] {
        browser.click("#candidates button").await;
    }
    for browser in [&left, &right] {
        for column in ["short", "long", "socket"] {
            browser.waits_for_text(&format!("#{column} [data-row=votes]"), "2").await;
        }
    }

    for (proxy, browser) in proxies.iter().zip([&left, &right]) {
        let place = |page: &str| format!("http://{}/app/{page}", proxy.address());
        browser.goto(&place("short")).await;
        // A form, which is answered with a redirection.
        browser.click("[data-candidate=Grace] button").await;
        browser.waits_for_text("h1", "Short polling").await;
        let place_now = browser.script("return location.href").await;
        assert_eq!(place_now, place("short"));
        browser.click("nav a[href=long]").await;
        browser.click("[data-candidate=Radia] button").await;
        browser.waits_for_text("#state", "The server holds our question").await;
        browser.click("nav a[href=chat]").await;
        browser.types("#name", "Ada\n").await;
        let text = format!("polled over {}", proxy.address());
        browser.types("#text", &format!("{text}\n")).await;
        browser.waits_for_text("#talk .own", &text).await;
        assert_eq!(browser.console_errors(), Vec::<String>::new());
    }
    left.close().await;
    right.close().await;
}

/// RFC 6455 §10.2: behind a proxy, too, a page of another site is refused.
#[tokio::test]
#[ignore = "needs Chromium and its driver, nginx and haproxy: just setup"]
async fn a_page_of_another_site_is_refused_behind_a_proxy() {
    let server = start(&[]);
    for proxy in proxies(&server) {
        let browser = Browser::start().await;
        browser.ignores_policies();
        // Another name is another site.
        browser.goto(&format!("http://localhost:{}/app/", proxy.address().port())).await;
        let script = "return new Promise(done => {
                const socket = new WebSocket('ws://ADDRESS/app/vote/socket');
                socket.onopen = () => done('open');
                socket.onclose = ({ code }) => done(code);
            })";
        let script = script.replace("ADDRESS", &proxy.address().to_string());
        assert_eq!(browser.script(&script).await, 1006);
        let origin = format!("The Origin \"http://localhost:{}\" is not", proxy.address().port());
        server.waits_for_line_with(&origin);
        browser.close().await;
    }
}
