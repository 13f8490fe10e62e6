//! The checks themselves: each finds its kind of fault.

use std::fs;

use tempfile::TempDir;
use weave::generated::{Files, stale};
use weave::links;
use weave::listings;
use weave::page::Page;

fn faults_of(text: &str) -> Vec<String> {
    listings::faults(&[Page::new("x.md", text)])
}

#[test]
fn a_listing_by_include_with_its_caption_is_right() {
    let text = "*steps/04-framing/src/opcode.rs, the enum*\n\n```rust,ignore\n\
                {{#include ../../steps/04-framing/src/opcode.rs:opcode}}\n```\n\n\
                *steps/04-framing/tests/server.rs*\n\n```text\n\
                {{#include ../../steps/04-framing/tests/snapshots/server__text_wire.snap:5:}}\n```\n";
    assert_eq!(faults_of(text), [""; 0]);
}

#[test]
fn a_typed_listing_is_found() {
    let typed = "book/src/x.md:1: this text is typed: include it, or add typed to the line that \
                 opens the fence";
    assert_eq!(faults_of("```rust\nlet x = 1;\n```\n"), [typed]);
    assert_eq!(faults_of("```\nGET / HTTP/1.1\n```\n"), [typed]);
    assert_eq!(faults_of("```text,typed\nGET / HTTP/1.1\n```\n"), [""; 0]);
    assert_eq!(faults_of("```sh\njust step 3\n```\n"), [""; 0]);
}

#[test]
fn a_caption_that_names_another_file_is_found() {
    let fence = "```rust\n{{#include ../../steps/04-framing/src/opcode.rs:opcode}}\n```\n";
    let wrong = faults_of(&format!("*steps/04-framing/src/header.rs*\n\n{fence}"));
    assert_eq!(
        wrong,
        ["book/src/x.md:3: the caption should be *steps/04-framing/src/opcode.rs*, and is \
          *steps/04-framing/src/header.rs*"]
    );
    assert_eq!(faults_of(&format!("Text.\n\n{fence}")).len(), 1);
}

#[test]
fn an_include_of_nothing_is_found() {
    assert_eq!(
        faults_of("{{#include figures/none.svg}}\n"),
        ["book/src/x.md:1: there is no file book/src/figures/none.svg"]
    );
    assert_eq!(
        faults_of("{{#include ../../steps/04-framing/src/opcode.rs:none}}\n"),
        ["book/src/x.md:1: steps/04-framing/src/opcode.rs has no ANCHOR: none"]
    );
    let snapshot = "steps/04-framing/tests/snapshots/server__text_wire.snap";
    assert_eq!(
        faults_of(&format!("{{{{#include ../../{snapshot}}}}}\n")),
        [format!("book/src/x.md:1: {snapshot}: the transcript is its part 5:")]
    );
}

#[test]
fn a_file_that_is_stale_missing_or_left_over_is_found() {
    let files = |names: &[(&str, &str)]| -> Files {
        names.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    };
    let made = files(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let there = files(&[("a", "1"), ("b", "0"), ("d", "4")]);
    assert_eq!(stale(&made, &there), ["b", "c", "d"]);
}

#[test]
fn a_link_an_image_and_a_drawing_that_are_wrong_are_found() {
    let folder = TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("b.html", "<h1 id=\"there\">B</h1>");
    write("c.png", "");
    write(
        "a.html",
        "<main><a href=\"b.html#there\">1</a><a href=\"https://example.com/#x\">2</a>
         <a href=\"b.html#gone\">3</a><a href=\"gone.html\">4</a><a href=\"#gone\">5</a>
         <img src=\"c.png\" alt=\"a cat\"><img src=\"gone.png\">
         <p id=\"one\"></p><p id=\"one\"></p><div class=\"widget\"> </div>
         <figure><svg role=\"img\"></svg></figure></main>",
    );
    assert_eq!(
        links::faults(folder.path()).expect("it can be read"),
        [
            "a.html has two places with the id one",
            "a.html leads to b.html#gone, which does not exist",
            "a.html leads to gone.html, which does not exist",
            "a.html leads to #gone, which does not exist",
            "a.html leads to gone.png, which does not exist",
            "a.html has an image without a text that says what it shows",
            "a.html has a drawing without role=\"img\" and a <title>",
            "a.html has a widget or a listing without text",
        ]
    );
}
