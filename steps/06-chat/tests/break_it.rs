//! A room with common mistakes: a loop over all sockets, a loop that does not notice a closed
//! connection, and messages put into the page as HTML (faults F17, F19 and F21). The book shows what
//! happens.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use testkit::Browser;

// ANCHOR: broadcast
/// Sends a message to everyone, one after the other.
fn broadcast(members: &mut [TcpStream], message: &[u8]) -> io::Result<()> {
    for member in members {
        member.write_all(message)?;
    }
    Ok(())
}
// ANCHOR_END: broadcast

/// How long the test waits for the loop to be stuck.
const STUCK: Duration = Duration::from_secs(1);
/// A message, as large as a small picture.
static MESSAGE: [u8; 64 * 1024] = [b'x'; 64 * 1024];

/// One phone in a pocket stops the room (fault F21).
#[test]
fn one_who_does_not_read_stops_the_loop_for_everyone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let join = || {
        let theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (theirs, listener.accept().unwrap().0)
    };
    let (_phone, to_phone) = join();
    let (mut ada, to_ada) = join();
    // A server with this mistake waits for ever. The test waits for one second.
    to_phone.set_write_timeout(Some(STUCK)).unwrap();
    let ada = thread::spawn(move || io::copy(&mut ada, &mut io::sink()).unwrap());
    let mut members = [to_phone, to_ada];
    let mut sent = 0;
    let stuck = loop {
        match broadcast(&mut members, &MESSAGE) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(stuck.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{stuck}");
    drop(members);
    let heard = ada.join().unwrap() / MESSAGE.len() as u64;
    assert_eq!(heard, sent, "Ada read all that she was sent");
    let told = "the loop waits for the phone, which takes no more\n\
                Ada, who reads, is sent nothing until it does\n";
    insta::assert_snapshot!("stuck", told);
}

// ANCHOR: empty_receive
/// Receives the next vote of a page, one line. Returns `None` if the connection has ended.
fn receive(page: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    match page.read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end().to_owned()),
    }
}

/// Counts the votes of all pages, without end.
fn count_votes(pages: &mut [impl BufRead], counts: &Mutex<BTreeMap<String, u32>>) {
    loop {
        for page in &mut *pages {
            let vote = receive(page).unwrap();
            *counts.lock().unwrap().entry(vote).or_default() += 1;
        }
    }
}
// ANCHOR_END: empty_receive

/// A page that is closed ends the vote for all others (fault F19).
#[test]
fn a_closed_page_ends_the_loop_of_the_vote() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = || {
        let theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (theirs, BufReader::new(listener.accept().unwrap().0))
    };
    let (mut first, to_first) = open();
    let (mut second, to_second) = open();
    first.write_all(b"tea\n").unwrap();
    drop(first);
    second.write_all(b"coffee\ncoffee\n").unwrap();
    let counts = Arc::new(Mutex::new(BTreeMap::new()));
    let counted = Arc::clone(&counts);
    let counting = thread::spawn(move || count_votes(&mut [to_first, to_second], &counted));
    let panic = counting.join().unwrap_err();
    let problem = panic.downcast_ref::<&str>().unwrap();
    let counts = counts.lock().unwrap();
    let told = format!(
        "the first page votes for tea and is closed; the second votes for coffee twice\n\
         the loop counts {counts:?}\n\
         and ends: {problem}\n"
    );
    insta::assert_snapshot!("empty_receive", told);
}

/// A message that is HTML becomes a script in everyone's page (fault F17).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn inner_html_runs_what_others_have_written() {
    let browser = Browser::start().await;
    browser.goto("about:blank").await;
    // ANCHOR: script
    let message = "<img src=x onerror=\"document.title = 'hacked'\">";
    // ANCHOR_END: script
    let mut told = String::new();
    for way in ["innerHTML", "textContent"] {
        let script = "document.title = 'Chat';
            document.body.innerHTML = '<ol id=log></ol>';
            const line = document.createElement('li');
            line.WAY = MESSAGE;
            document.getElementById('log').append(line);
            // An image that cannot be loaded says so before one that comes later.
            return new Promise(resolve => {
                const later = new Image();
                later.onerror = () => setTimeout(() => resolve(document.title));
                later.src = 'y';
            });";
        let script = script.replace("WAY", way).replace("MESSAGE", &format!("{message:?}"));
        let title = browser.script(&script).await;
        writeln!(told, "{way:11} → the page's title is now “{}”", title.as_str().unwrap()).unwrap();
    }
    insta::assert_snapshot!("inner_html", told);
    browser.close().await;
}
