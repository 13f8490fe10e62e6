//! Messages and votes in a folder: a restart shows what was there, however the server has ended.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::path::Path;

use serde_json::{Value, json};
use support::{Member, posts, start};
use tempfile::tempdir;
use testkit::{Frame, Opcode, PATIENCE, Server, refuses_folders};

mod support;

/// Messages that are sent while the server is killed again and again.
const MESSAGES: usize = 10_000;
/// Messages that are confirmed between two kills, at least.
const BETWEEN_KILLS: usize = 1_300;
/// Messages that are on their way at the same time.
const WINDOW: usize = 500;

fn start_in(folder: &Path) -> Server {
    let folder = folder.display().to_string();
    start(&["--data", &folder, "--rate", "100000", "--history", "20000"])
}

/// Receives the next message, or `None` if the server is gone.
fn receives(member: &mut Member) -> Option<Value> {
    loop {
        let frame = member.wire.waits_for_frame(PATIENCE)?;
        match frame.opcode {
            Opcode::Text => return Some(serde_json::from_str(&frame.into_text()).unwrap()),
            Opcode::Ping => drop(member.wire.sends_frame(&Frame::pong(frame.payload))),
            other => panic!("a text was expected, not {other:?}"),
        }
    }
}

fn sends(member: &mut Member, number: usize) {
    member.says(&json!({ "msg": number.to_string(), "key": number.to_string() }).to_string());
}

/// Returns the ids of Ada's messages in the room. There must be no gap, and message N must be at
/// position N.
fn stored(server: &Server) -> Vec<String> {
    let mut reader = Member::enters(server, "/ws/tea/Reader?after=0-0");
    // This comes after everything that is stored.
    reader.says("that was all");
    let mut ids: Vec<String> = Vec::new();
    loop {
        let told = reader.hears();
        match told["type"].as_str() {
            Some("message") if told["sender"] == "Reader" => {}
            Some("message") => {
                assert_eq!(told["msg"], ids.len().to_string());
                ids.push(told["id"].as_str().unwrap().to_owned());
            }
            Some("sent") => break,
            _ => panic!("{told}"),
        }
    }
    reader.leaves();
    ids
}

/// A client that was told "sent" forgets its copy. So this must be true at every moment, and a
/// server that is killed has no time to store anything.
#[test]
fn what_was_confirmed_before_a_kill_is_there_in_order_and_once() {
    let folder = tempdir().unwrap();
    let mut confirmed: Vec<String> = Vec::new();
    let (mut kills, mut stored_in_vain) = (0, 0);
    while confirmed.len() < MESSAGES {
        let server = start_in(folder.path());
        let stored = stored(&server);
        assert!(stored.len() >= confirmed.len(), "{} of {}", stored.len(), confirmed.len());
        assert_eq!(stored[..confirmed.len()], confirmed[..]);
        stored_in_vain += stored.len() - confirmed.len();
        let last = confirmed.last().map_or("0-0", String::as_str);
        let mut ada = Member::enters(&server, &format!("/ws/tea/Ada?session=a&after={last}"));
        // Ada did not receive the confirmations of these.
        for id in &stored[confirmed.len()..] {
            while ada.hears_of("message")["id"] != **id {}
        }
        let (mut sent, enough) = (confirmed.len(), confirmed.len() + BETWEEN_KILLS);
        while confirmed.len() < MESSAGES.min(enough) {
            while sent < MESSAGES.min(confirmed.len() + WINDOW) {
                sends(&mut ada, sent);
                sent += 1;
            }
            note_confirmation(&ada.hears(), &mut confirmed);
        }
        drop(server);
        // Confirmations that were on their way count, too.
        while let Some(told) = receives(&mut ada) {
            note_confirmation(&told, &mut confirmed);
        }
        if sent < MESSAGES {
            assert!(confirmed.len() < sent, "nothing was on its way when the server was killed");
            kills += 1;
        }
    }
    assert_eq!(stored(&start_in(folder.path())), confirmed);
    assert!(kills >= 5, "killed {kills} times, {stored_in_vain} were stored and not confirmed");
}

/// Notes the id of a message that was confirmed. The confirmations come in the order of the messages.
fn note_confirmation(told: &Value, confirmed: &mut Vec<String>) {
    match told["type"].as_str() {
        Some("sent") => {
            assert_eq!(told["key"], confirmed.len().to_string());
            confirmed.push(told["id"].as_str().unwrap().to_owned());
        }
        Some("message" | "joined" | "left") => {}
        _ => panic!("{told}"),
    }
}

/// After a clean stop, and after a kill.
#[test]
fn a_restart_shows_what_was_there() {
    let folder = tempdir().unwrap();
    let mut server = start_in(folder.path());
    let mut ada = Member::enters(&server, "/ws/tea/Ada?session=a");
    let _bob = Member::enters(&server, "/ws/tea/Bob?session=b");
    (0..60).for_each(|number| sends(&mut ada, number));
    let ids: Vec<String> =
        (0..60).map(|_| ada.hears_of("sent")["id"].as_str().unwrap().to_owned()).collect();
    for number in 0..3 {
        let vote = json!({ "candidate": "Hedy", "key": number.to_string() });
        assert_eq!(posts(&server, "/votes", &vote.to_string()).status, 202);
    }
    for is_clean in [cfg!(unix), false] {
        if is_clean {
            server.asks_to_end();
            assert!(server.waits_for_exit().success());
        }
        drop(server);
        server = start_in(folder.path());
        // The names were those of the process that has ended, so anybody may have them.
        let mut newcomer = Member::connects(&server, "/ws/tea/Bob?session=other");
        assert_eq!(newcomer.hears()["here"], json!(["Bob"]));
        let expected: Vec<String> = (10..60).map(|number| number.to_string()).collect();
        for number in &expected {
            let told = newcomer.hears();
            assert_eq!((&told["type"], &told["msg"]), (&json!("message"), &json!(number)));
        }
        newcomer.leaves();
        // Somebody who comes back gets the rest, without a gap: their own messages, too.
        let after = format!("/ws/tea/Ada?session=a&after={}", ids[57]);
        let mut ada = Member::enters(&server, &after);
        for number in [58, 59] {
            let told = ada.hears();
            assert_eq!((&told["type"], &told["id"]), (&json!("message"), &json!(ids[number])));
        }
        // A message that is sent again is recognised.
        sends(&mut ada, 7);
        let told = ada.hears_of("sent");
        assert_eq!((&told["key"], &told["id"]), (&json!("7"), &json!(ids[7])));
        ada.leaves();
        let mut page = Member::connects(&server, "/vote/socket");
        assert_eq!(page.hears()["counts"]["Hedy"], 3);
        page.says(r#"{"candidate": "Hedy", "key": "0"}"#);
        assert_eq!(page.hears()["counts"]["Hedy"], 3);
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_named_before_the_server_listens() {
    refuses_folders(env!("CARGO_BIN_EXE_chat"));
}
