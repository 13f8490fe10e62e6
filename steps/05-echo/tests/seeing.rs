//! The commands of the book's page *Seeing frames*, as they are printed there. The capture was made by
//! the first of them, from step 5's page in Chromium.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::process::Command;

use testkit::{Server, workspace};

const PAGE: &str = "book/src/seeing-frames.md";
const CAPTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/captures/echo.pcap");

/// Returns the words of the only command in the page that begins like this.
fn command(beginning: &str) -> Vec<String> {
    let page = fs::read_to_string(workspace().join(PAGE)).unwrap();
    let lines: Vec<&str> = page.lines().filter(|line| line.starts_with(beginning)).collect();
    assert_eq!(lines.len(), 1, "{beginning}: {lines:?}");
    let mut words = Vec::new();
    for (index, part) in lines[0].split('"').enumerate() {
        // What is between two quotes is one word.
        match index % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

/// Runs a command, and returns its exit code and what it has printed to standard output.
fn runs(words: &[String], more: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(&words[0]).args(&words[1..]).args(more).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Runs a command of curl that is for `127.0.0.1:9005` with a server at another address.
fn curls(beginning: &str, more: &[&str]) -> (Option<i32>, String) {
    const ADDRESS: &str = "127.0.0.1:9005";
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let address = server.address().to_string();
    let words: Vec<String> =
        command(beginning).iter().map(|word| word.replace(ADDRESS, &address)).collect();
    let (code, printed) = runs(&words, more);
    let steady = |line: &str| match line.split_once(": ") {
        Some(("Date", _)) => "Date: (date)".to_owned(),
        // The length of the address is another one.
        Some(("Content-Length", _)) => "Content-Length: (length)".to_owned(),
        _ => line.replace(&address, ADDRESS),
    };
    (code, printed.lines().map(steady).collect::<Vec<_>>().join("\n"))
}

/// Runs a command of tshark that reads `echo.pcap`.
fn tsharks(beginning: &str) -> String {
    let words: Vec<String> =
        command(beginning).iter().map(|word| word.replace("echo.pcap", CAPTURE)).collect();
    let (code, printed) = runs(&words, &[]);
    assert_eq!(code, Some(0));
    printed
}

#[test]
#[ignore = "needs curl and tshark: just setup"]
fn curl_makes_the_handshake_and_stays_connected() {
    /// curl's exit code when the time is up.
    const TIMEOUT: i32 = 28;
    let (code, printed) = curls("curl -i -N --http1.1 -H \"C", &["-s", "--max-time", "2"]);
    assert_eq!(code, Some(TIMEOUT));
    insta::assert_snapshot!("curl_101", printed);
}

#[test]
#[ignore = "needs curl and tshark: just setup"]
fn curl_shows_why_a_handshake_is_refused() {
    let (code, printed) = curls("curl -i -N --http1.1 -H \"Origin", &["-s", "--max-time", "20"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!("curl_403", printed);
}

#[test]
#[ignore = "needs curl and tshark: just setup"]
fn tshark_lists_frames() {
    insta::assert_snapshot!("tshark_list", tsharks("tshark -r echo.pcap -Y websocket"));
}

#[test]
#[ignore = "needs curl and tshark: just setup"]
fn tshark_shows_a_compressed_message() {
    insta::assert_snapshot!(
        "tshark_frame",
        tsharks("tshark -r echo.pcap -Y \"frame.number == 8\"")
    );
}

#[test]
#[ignore = "needs curl and tshark: just setup"]
fn tshark_finds_close_frames() {
    let beginning = "tshark -r echo.pcap -Y \"websocket.opcode == 8\"";
    insta::assert_snapshot!("tshark_close", tsharks(beginning));
}
