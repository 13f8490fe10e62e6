//! `just book`, without the browser that it opens.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, SystemTime};

use testkit::{Server, Wire};
use weave::place;

/// How long the book may take to be built in all its languages, on a busy machine: a page is served
/// only then.
const BUILD_MAX: Duration = Duration::from_mins(3);

/// What a browser gets that asks for a page: the status, and the page.
fn page(server: &Server, path: &str) -> (u16, String) {
    let mut browser = Wire::connect(server);
    let host = browser.host();
    browser
        .sends_text(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n"));
    let response = browser.waits_for_bytes(BUILD_MAX).expects_response();
    (response.status, response.text().to_owned())
}

/// Nothing has to be run between a change and a look at it.
#[test]
fn a_page_is_built_anew_when_its_source_has_changed() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weave"));
    command.args(["serve", "127.0.0.1:0", "--no-open"]);
    let server = Server::start_command(command);
    let (status, text) = page(&server, "/glossary.html");
    assert_eq!(status, 200);
    assert!(text.contains("</html>"), "{text}");
    assert_eq!(page(&server, "/none.html").0, 404);
    let (status, chinese) = page(&server, "/zh-CN/glossary.html");
    assert_eq!(status, 200);
    assert!(chinese.contains("<html lang=\"zh-CN\""), "{chinese}");

    let built = place::root().join("book/book/glossary.html");
    fs::write(built, "as it was built").unwrap();
    assert_eq!(page(&server, "/glossary.html").1, "as it was built");
    let source = place::root().join("book/src/glossary.md");
    let source = File::options().append(true).open(source).unwrap();
    source.set_modified(SystemTime::now()).unwrap();
    assert!(page(&server, "/glossary.html").1.contains("</html>"));
}
