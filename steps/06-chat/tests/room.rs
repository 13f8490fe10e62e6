//! What is said in a room, and who is told what of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fmt::Write;

use serde_json::{Value, json};
use support::scene::Scene;
use support::{Member, start};
use testkit::Frame;

mod support;

/// S7: a message goes to everyone except its sender, who receives its id instead.
#[test]
fn a_message_goes_to_all_but_its_sender() {
    let server = start(&[]);
    let mut scene = Scene::new(&server);
    scene.connects("Ada", "/ws/tea/Ada").hears("Ada", 1);
    // By the time she hears this, the room has been told that she has come.
    scene.says("Ada", r#"{"msg": "anybody here?", "key": "1"}"#).hears("Ada", 1);
    scene.connects("Bob", "/ws/tea/Bob").hears("Bob", 2).hears("Ada", 1);
    scene.connects("Cy", "/ws/tea/Cy").hears("Cy", 2).hears("Ada", 1).hears("Bob", 1);
    scene.says("Bob", r#"{"sender": "Bob", "msg": "hello", "key": "2"}"#);
    scene.hears("Bob", 1).hears("Ada", 1).hears("Cy", 1);
    scene.says("Cy", "no JSON at all").hears("Cy", 1).hears("Ada", 1).hears("Bob", 1);
    insta::assert_snapshot!(scene.script());
}

/// S7, S8: members who join, who leave, and who are typing.
#[test]
fn the_room_is_told_who_comes_and_goes_and_writes() {
    let server = start(&[]);
    let mut scene = Scene::new(&server);
    scene.connects("Ada", "/ws/Ada").hears("Ada", 1).says("Ada", "hello?").hears("Ada", 1);
    scene.connects("Bob", "/ws/lobby/Bob").hears("Bob", 2).hears("Ada", 1);
    scene.says("Bob", r#"{"typing": true}"#).hears("Ada", 1);
    // No event says that somebody has stopped typing: a message does, or time.
    scene.says("Bob", r#"{"typing": false}"#).says("Bob", r#"{"msg": "hi", "key": "7"}"#);
    scene.hears("Bob", 1).hears("Ada", 1);
    scene.leaves("Bob").hears("Ada", 1);
    insta::assert_snapshot!(scene.script());
}

/// S7: a page that lost its connection comes back, and gets what came since: its own messages too,
/// which it may have said without hearing that they have their place.
#[test]
fn who_comes_back_gets_what_came_since() {
    let server = start(&[]);
    let mut scene = Scene::new(&server);
    scene.connects("Ada", "/ws/tea/Ada?session=s3cret").hears("Ada", 1);
    scene.says("Ada", r#"{"msg": "one", "key": "1"}"#).hears("Ada", 1);
    scene.connects("Bob", "/ws/tea/Bob").hears("Bob", 2).hears("Ada", 1);
    scene.says("Bob", r#"{"msg": "two", "key": "1"}"#).hears("Bob", 1).hears("Ada", 1);
    let seen = scene.last_id();
    scene.says("Ada", r#"{"msg": "three", "key": "2"}"#).hears("Bob", 1).hears("Ada", 1);
    scene.leaves("Ada").hears("Bob", 1);
    scene.says("Bob", r#"{"msg": "four", "key": "2"}"#).hears("Bob", 1);
    scene.connects("Ada", &format!("/ws/tea/Ada?session=s3cret&after={seen}"));
    scene.hears("Ada", 3).hears("Bob", 1);
    scene.says("Bob", r#"{"msg": "five", "key": "3"}"#).hears("Bob", 1).hears("Ada", 1);
    insta::assert_snapshot!(scene.script());
}

/// S7: a client that does not know whether a message was received sends it again under the same
/// key, and it is delivered once. Under the same key, a message of another member is a different
/// message.
#[test]
fn a_message_said_twice_under_one_key_is_heard_once() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let once = r#"{"msg": "once", "key": "the key"}"#;
    ada.says(once).says(once);
    assert_eq!(ada.hears_of("sent")["key"], "the key");
    assert_eq!(bob.hears_until("once"), ["once"]);
    bob.says(r#"{"msg": "another", "key": "the key"}"#).hears_of("sent");
    ada.says(once).says("the last");
    assert_eq!(bob.hears_until("the last"), ["the last"]);
    let mut cy = Member::enters(&server, "/ws/tea/Cy");
    assert_eq!(cy.hears_until("the last"), ["once", "another", "the last"]);
}

/// A page remembers the last id that it has received, and asks for what comes after it. So the answer
/// to a message that is in the log already must not come before the older messages.
#[test]
fn the_answer_to_a_repeated_message_does_not_overtake_older_messages() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let frames =
        ["1", "2", "2"].map(|key| Frame::text(json!({ "msg": "hello", "key": key }).to_string()));
    ada.wire.sends_frames(&frames);
    assert_eq!(ada.hears_of("sent")["key"], "1");
    assert_eq!(ada.hears_of("sent")["key"], "2");
    // Nothing more was sent about the two: the next answer is about the next message.
    ada.says(r#"{"msg": "hello", "key": "3"}"#);
    assert_eq!(ada.hears_of("sent")["key"], "3");
}

/// Two names and two keys never make the same pair, whatever characters are in them. Otherwise a
/// member could suppress another member's messages.
#[test]
fn no_name_and_key_can_be_taken_for_another_name_and_key() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let mut other = Member::enters(&server, "/ws/tea/Ada%2Fx");
    ada.says(r#"{"msg": "mine", "key": "x/1"}"#).hears_of("sent");
    other.says(r#"{"msg": "mine too", "key": "1"}"#);
    assert_eq!(other.hears_of("sent")["key"], "1");
    assert_eq!(ada.hears_of("message")["msg"], "mine too");
}

/// A person who types by hand does not have to write JSON: only a text that begins like an object
/// is parsed.
#[test]
fn what_is_no_json_object_is_the_message() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let texts = ["hello", "[1, 2]", "\"quoted\"", "null", " two\nlines ", "<b>bold</b>", "說"];
    for text in texts {
        ada.says(text);
        let heard = bob.hears_of("message");
        assert_eq!((&heard["sender"], &heard["msg"]), (&json!("Ada"), &json!(text)));
    }
}

/// A message that is not valid is refused, with a reason, to its sender. No other member receives
/// anything.
#[test]
fn a_message_that_cannot_be_taken_is_refused_to_its_sender_only() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let long_key = format!(r#"{{"msg": "hello", "key": "{}"}}"#, "k".repeat(65));
    let mut told = String::new();
    for text in [
        r#"{"msg": "not closed"#,
        "{}",
        r#"{"message": "hello"}"#,
        r#"{"msg": 5, "key": "1"}"#,
        r#"{"msg": "hello", "key": 7}"#,
        r#"{"typing": "yes"}"#,
        r#"{"msg": "", "key": "1"}"#,
        r#"{"msg": " \n\t ", "key": "1"}"#,
        r#"{"msg": "hello", "key": ""}"#,
        &long_key,
        r#"{"msg": "hello"} {"msg": "again"}"#,
        r#"{"msg": "…\ud83d", "key": "k1"}"#,
        r#"{"msg": "hello", "key": "k\ud83d"}"#,
        r#"{"key": "k1"}"#,
        r#"{"key": "k1", "msg": "not closed"#,
        r#"{"typing": 1, "key": "k1"}"#,
    ] {
        let refused = ada.says(text).hears_of("refused");
        writeln!(told, "{text:44.44} → {}, key {}", refused["reason"], refused["key"]).unwrap();
    }
    // What is not even a message is refused too, and has no key to be known by.
    for text in ["", r#"{"msg": ""}"#] {
        let refused = ada.says(text).hears_of("refused");
        assert_eq!(refused["reason"], "there is nothing in it");
        assert_eq!(refused["key"], "");
    }
    ada.says("the last");
    assert_eq!(bob.hears_until("the last"), ["the last"]);
    insta::assert_snapshot!(told);
}

/// S7: a newcomer gets the last 50 messages, in order.
#[test]
fn a_newcomer_gets_the_last_50_messages() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    for number in 1..=60 {
        ada.says(&number.to_string());
    }
    let ids: Vec<Value> = (1..=60).map(|_| ada.hears_of("sent")["id"].take()).collect();
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    ada.says("61");
    let expected: Vec<String> = (11..=61).map(|number| number.to_string()).collect();
    assert_eq!(bob.hears_until("61"), expected);
    // A member who comes back receives everything that was missed, however much it is.
    let first = ids[0].as_str().unwrap();
    let mut cy = Member::enters(&server, &format!("/ws/tea/Cy?after={first}"));
    assert_eq!(cy.hears_until("61").len(), 60);
}

/// Somebody who has received no message yet comes back with the place from the welcome, and gets all
/// that came meanwhile, not only the last 50.
#[test]
fn the_welcome_says_with_which_id_to_come_back() {
    let server = start(&[]);
    let mut bob = Member::connects(&server, "/ws/tea/Bob?session=b");
    let after = bob.hears()["after"].as_str().unwrap().to_owned();
    bob.leaves();
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    for number in 1..=60 {
        ada.says(&number.to_string()).hears_of("sent");
    }
    let mut bob = Member::enters(&server, &format!("/ws/tea/Bob?session=b&after={after}"));
    assert_eq!(bob.hears_until("60").len(), 60);
}

/// S7: while others are talking, somebody comes back again and again, and gets each message once,
/// in its order, whether it came while they were there or not.
#[test]
fn nothing_is_lost_or_doubled_between_what_is_missed_and_what_is_told() {
    const COUNT: usize = 2_000;
    let server = start(&["--rate", "100000"]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    for number in 0..COUNT {
        ada.says(&number.to_string());
    }
    let (mut seen, mut after) = (Vec::new(), "0-0".to_owned());
    while seen.len() < COUNT {
        let mut bob = Member::enters(&server, &format!("/ws/tea/Bob?session=b&after={after}"));
        for _ in 0..(COUNT / 10).min(COUNT - seen.len()) {
            let message = bob.hears_of("message");
            after = message["id"].as_str().unwrap().to_owned();
            seen.push(message["msg"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(seen, (0..COUNT).map(|number| number.to_string()).collect::<Vec<_>>());
}
