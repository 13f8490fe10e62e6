//! The first message of a page, which keeps its session's secret out of addresses, and the page's
//! own ping.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use serde_json::json;
use support::{Member, start};
use testkit::{Frame, Opcode, Server};

mod support;

/// The reason in the close frame if the first message is not a hello.
const SHAPE: &str =
    r#"the first message must be like {"hello": {"session": "SECRET", "after": "ID"}}"#;

/// Opens a WebSocket that announces a hello, and checks that nothing is sent before it.
fn announces(server: &Server, target: &str) -> Member {
    let mut member = Member::connects(server, target);
    // The answer to a ping is the first frame: nothing was sent before it.
    let first = member.wire.sends_frame(&Frame::ping("")).expects_frame();
    assert_eq!(first.opcode, Opcode::Pong, "{target}");
    member
}

/// The session and the last message count as they do in the address.
#[test]
fn a_hello_carries_the_session_and_the_last_message() {
    let server = start(&[]);
    let mut ada = announces(&server, "/ws/tea/Ada?hello");
    assert_eq!(ada.says(r#"{"hello": {"session": "s3cret"}}"#).hears()["type"], "welcome");
    let first = ada.says(r#"{"msg": "first", "key": "1"}"#).hears()["id"].clone();
    ada.says(r#"{"msg": "second", "key": "2"}"#).hears_of("sent");
    // Another session is another visitor.
    for hello in [r#"{"hello": {"session": "other"}}"#, r#"{"hello": {}}"#] {
        let mut stranger = Member::connects(&server, "/ws/tea/Ada?hello");
        stranger.says(hello);
        assert_eq!(stranger.expects_close(1008), "that name is taken here: choose another");
    }
    let mut again = announces(&server, "/ws/tea/Ada?hello");
    again.says(&json!({ "hello": { "session": "s3cret", "after": first } }).to_string());
    assert_eq!(again.hears()["type"], "welcome");
    assert_eq!(again.hears()["msg"], "second");
    assert_eq!(ada.expects_close(1008), "this name is now used in another window");
}

/// The session of the address counts if the hello has none.
#[test]
fn a_hello_adds_to_the_address() {
    let server = start(&[]);
    let _ada = Member::enters(&server, "/ws/tea/Ada?session=s3cret");
    let mut again = announces(&server, "/ws/tea/Ada?session=s3cret&hello");
    assert_eq!(again.says(r#"{"hello": {}}"#).hears()["type"], "welcome");
}

/// The lobby and the vote have it, too.
#[test]
fn the_lobby_and_the_vote_wait_for_a_hello() {
    let server = start(&[]);
    for (target, first) in [("/ws/Ada?hello", "welcome"), ("/vote/socket?hello=1", "counts")] {
        let mut member = announces(&server, target);
        member.says(r#"{"hello": {"session": "s3cret"}}"#);
        assert_eq!(member.hears()["type"], first, "{target}");
        member.leaves();
    }
}

/// Whatever else comes first is refused with a reason, and nobody enters.
#[test]
fn a_first_message_that_is_no_hello_is_refused() {
    let server = start(&[]);
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    for target in ["/ws/tea/Ada?hello", "/vote/socket?hello"] {
        for text in [
            "",
            "hello",
            "{}",
            r#"{"msg": "hello"}"#,
            r#"{"hello": "s3cret"}"#,
            r#"{"hello": {"session": 1}}"#,
            r#"{"hello": {"after": "yesterday"}}"#,
        ] {
            let mut member = Member::connects(&server, target);
            member.says(text);
            assert_eq!(member.expects_close(1008), SHAPE, "{target} {text:?}");
        }
        let mut member = Member::connects(&server, target);
        member.wire.sends_frame(&Frame::binary(br#"{"hello": {}}"#));
        assert_eq!(member.expects_close(1008), SHAPE, "{target}");
    }
    let mut ada = Member::connects(&server, "/ws/tea/Ada?hello");
    ada.says(r#"{"hello": {}}"#).hears();
    assert_eq!(bob.hears()["names"], json!(["Ada"]));
}

/// A client that announces a hello and sends none does not stay.
#[test]
fn a_hello_must_arrive_in_time() {
    let server = start(&["--handshake-timeout", "0.3"]);
    for target in ["/ws/tea/Ada?hello", "/vote/socket?hello"] {
        let member = Member::connects(&server, target);
        assert_eq!(member.expects_close(1008), "no hello arrived in time", "{target}");
    }
}

/// A script does not see the pings of the protocol, so there is a ping among the messages. No other
/// member receives anything for it.
#[test]
fn a_ping_of_the_page_is_answered() {
    let server = start(&[]);
    for (target, news) in
        [("/ws/tea/Ada", r#"{"msg": "news"}"#), ("/vote/socket", r#"{"candidate": "Ada"}"#)]
    {
        let mut member = Member::connects(&server, target);
        let mut other = Member::connects(&server, &target.replace("Ada", "Bob"));
        member.hears();
        other.hears();
        member.says(r#"{"ping": true}"#);
        assert_eq!(member.hears_of("pong"), json!({ "type": "pong" }), "{target}");
        member.says(r#"{"ping": false}"#).says(news);
        let mut kinds = Vec::new();
        while !kinds.iter().any(|kind| kind == "message" || kind == "vote") {
            kinds.push(other.hears()["type"].as_str().unwrap().to_owned());
        }
        assert!(!kinds.contains(&"pong".to_owned()), "{target}: {kinds:?}");
    }
}
