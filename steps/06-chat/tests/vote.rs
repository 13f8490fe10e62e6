//! The vote over WebSocket, and the polls of step 0 beside it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use serde_json::{Value, json};
use support::scene::Scene;
use support::{Member, asks, gets, posts, start, waits_for_metric};
use testkit::{Frame, Opcode, Server, Wire};

mod support;

/// Opens a page of the vote. Returns it with its first message.
fn opens(server: &Server) -> (Member, Value) {
    opens_at(server, "")
}

/// The same with a query. With `?hello`, it has received nothing yet.
fn opens_at(server: &Server, query: &str) -> (Member, Value) {
    let mut page = Member::connects(server, &format!("/vote/socket{query}"));
    let counts = if query == "?hello" { Value::Null } else { page.hears() };
    assert!(counts.is_null() || counts["type"] == "counts", "{counts}");
    (page, counts)
}

/// S12: a vote goes up the socket, and every open page gets the new count.
#[test]
fn a_vote_is_told_to_every_open_page() {
    let server = start(&[]);
    let mut scene = Scene::new(&server);
    scene.connects("one page", "/vote/socket").hears("one page", 1);
    scene.connects("another", "/vote/socket").hears("another", 1);
    scene.says("one page", r#"{"candidate": "Ada", "key": "1"}"#);
    scene.hears("one page", 1).hears("another", 1);
    scene.says("another", r#"{"candidate": "Grace"}"#).hears("another", 1).hears("one page", 1);
    scene.leaves("another");
    scene.says("one page", r#"{"candidate": "Ada", "key": "2"}"#).hears("one page", 1);
    scene.connects("a third", "/vote/socket").hears("a third", 1);
    insta::assert_snapshot!(scene.script());
}

/// S12: the same path tells who comes without WebSocket what it wants.
#[test]
fn a_plain_request_is_told_to_use_websocket() {
    let server = start(&[]);
    for path in ["/vote/socket", "/ws/tea/Ada", "/ws/Ada", "/echo"] {
        let response = gets(&server, path);
        assert_eq!(response.status, 400);
        assert_eq!(response.text(), "This address speaks WebSocket: connect with ws://.\n");
    }
}

/// A message that is not a vote is refused, to its sender only, and not counted.
#[test]
fn a_vote_that_is_none_is_refused() {
    let server = start(&[]);
    let (mut page, _) = opens(&server);
    let (mut other, _) = opens(&server);
    let nobody = "the candidates are Ada, Grace, Hedy, Katherine, Radia";
    let shape = "a vote is like {\"candidate\": \"Ada\"}";
    let no_json = "it is not valid JSON (";
    let long = "k".repeat(65);
    let long_key = json!({ "candidate": "Ada", "key": long }).to_string();
    let half = r"has half of a surrogate pair, \ud83d, which is not a character";
    for (vote, reason, key) in [
        (r#"{"candidate": "Mallory", "key": "1"}"#, nobody, json!("1")),
        (r#"{"candidate": "ada"}"#, nobody, json!("")),
        (r#"{"candidate": ""}"#, nobody, json!("")),
        (r#"{"candidate": 1, "key": "k1"}"#, "its candidate is not a text", json!("k1")),
        (r#"{"candidate": "\ud83d", "key": "k1"}"#, &format!("its candidate {half}"), json!("k1")),
        (r#"{"key": "k1"}"#, shape, json!("k1")),
        (r#"{"candidate": null, "key": "k1"}"#, shape, json!("k1")),
        (r#"{"key": "k1", "candidate": "Ada"} and more"#, no_json, json!("k1")),
        ("Ada", no_json, json!("")),
        ("", no_json, json!("")),
        ("{", no_json, json!("")),
        (r#"{"candidate": "Ada", "key": ""}"#, "the key of a vote has 1 to 64 bytes", json!("")),
        (&long_key, "the key of a vote has 1 to 64 bytes", json!(long)),
        // The sender can recognise its key: as a number, or as `toWellFormed()` makes it.
        (r#"{"candidate": "Ada", "key": 7}"#, "its key is not a text", json!(7)),
        (
            r#"{"candidate": "Ada", "key": "k\ud83d"}"#,
            &format!("its key {half}"),
            json!("k\u{fffd}"),
        ),
    ] {
        let refused = page.says(vote).hears();
        assert_eq!((&refused["type"], &refused["key"]), (&json!("refused"), &key), "{vote}");
        assert!(refused["reason"].as_str().unwrap().starts_with(reason), "{vote}: {refused}");
    }
    page.says(r#"{"candidate": "Ada"}"#);
    let counts = json!({ "Ada": 1, "Grace": 0, "Hedy": 0, "Katherine": 0, "Radia": 0 });
    assert_eq!(other.hears()["counts"], counts);
}

/// A client that does not know whether its vote was received sends it again: it counts once, and is
/// confirmed again.
#[test]
fn a_vote_cast_twice_under_one_key_counts_once() {
    let server = start(&[]);
    let (mut page, _) = opens(&server);
    let (mut other, _) = opens(&server);
    for _ in 0..2 {
        let vote = page.says(r#"{"candidate": "Hedy", "key": "k"}"#).hears();
        assert_eq!((&vote["key"], &vote["counts"]["Hedy"]), (&json!("k"), &json!(1)));
    }
    page.says(r#"{"candidate": "Radia", "key": "l"}"#);
    assert_eq!(other.hears()["key"], "k");
    assert_eq!(other.hears()["key"], "l");
}

/// The key of a stranger is not mine. Two pages that are open at the same time are two voters, and
/// those who come with sessions are one for each session.
#[test]
fn two_strangers_with_the_same_key_both_vote() {
    let server = start(&[]);
    let count = |page: &mut Member, candidate: &str| {
        let vote = json!({ "candidate": candidate, "key": "v1" }).to_string();
        page.says(&vote).hears()["counts"][candidate].as_u64().unwrap()
    };
    let mut pages: Vec<Member> = Vec::new();
    let targets = ["", "", "?session=a", "?session=b", "?session="];
    for (before, target) in (0..).zip(targets) {
        let (mut page, counts) = opens_at(&server, target);
        assert_eq!(counts["counts"]["Ada"], before);
        assert_eq!(count(&mut page, "Ada"), before + 1, "{target}");
        // Sent again, it counts once.
        assert_eq!(count(&mut page, "Ada"), before + 1, "{target}");
        for other in &mut pages {
            assert_eq!(other.hears()["counts"]["Ada"], before + 1);
        }
        pages.push(page);
    }
}

/// A connection has ended, and the voter does not know whether the vote was counted.
#[test]
fn a_vote_that_is_sent_again_over_a_new_connection_counts_once() {
    let server = start(&[]);
    let vote = r#"{"candidate": "Hedy", "key": "v1"}"#;
    for (others, target) in [(0, ""), (1, "?session=a")] {
        for _ in 0..3 {
            let (mut page, _) = opens_at(&server, target);
            assert_eq!(page.says(vote).hears()["counts"]["Hedy"], others + 1, "{target}");
            drop(page);
            waits_for_metric(&server, "connections", 0);
        }
    }
    // With a session, the old connection may still be open, and the vote may come by POST.
    let (mut old, _) = opens_at(&server, "?session=a");
    let (mut new, _) = opens_at(&server, "?hello");
    new.says(r#"{"hello": {"session": "a"}}"#);
    assert_eq!(new.hears()["type"], "counts");
    for page in [&mut old, &mut new] {
        assert_eq!(page.says(vote).hears()["counts"]["Hedy"], 2);
    }
    for (body, expected) in [
        (r#"{"candidate": "Hedy", "key": "v1", "session": "a"}"#, 2),
        (r#"{"candidate": "Hedy", "key": "v1"}"#, 2),
        (r#"{"candidate": "Hedy", "key": "v1", "session": "b"}"#, 3),
        (r#"{"candidate": "Grace", "key": "v1"}"#, 4),
    ] {
        assert_eq!(posts(&server, "/votes", body).status, 202);
        let short = gets(&server, "/votes?after=0-0&wait=0");
        let answer: Value = serde_json::from_str(short.text()).unwrap();
        let counts = answer["counts"].as_object().unwrap().values();
        assert_eq!(counts.map(|count| count.as_u64().unwrap()).sum::<u64>(), expected, "{body}");
    }
}

/// A page that counts the votes itself receives each vote once, and the counts never decrease.
#[test]
fn each_vote_is_sent_once_and_counts_never_decrease() {
    const COUNT: u64 = 1_000;
    let server = start(&["--rate", "100000"]);
    let (mut page, _) = opens(&server);
    let votes: Vec<Frame> = (0..COUNT)
        .flat_map(|key| [key, key])
        .map(|key| Frame::text(json!({ "candidate": "Ada", "key": key.to_string() }).to_string()))
        .collect();
    page.wire.sends_frames(&votes);
    // This page may come in the middle of them.
    let (mut other, mut told) = opens(&server);
    let mut count = told["counts"]["Ada"].as_u64().unwrap();
    let mut newest = told["newest"].take();
    while count < COUNT {
        told = other.hears();
        assert_ne!(told["id"], newest, "a vote that was counted before is sent again");
        newest = told["id"].take();
        let counted = told["counts"]["Ada"].as_u64().unwrap();
        assert!(counted >= count, "{counted} after {count}");
        count = counted;
    }
    for key in 0..COUNT {
        assert_eq!(page.hears()["key"], key.to_string());
    }
}

/// Fault F19: the tutorials' loop goes on with `None` when nothing has come for a while, and dies.
#[test]
fn a_page_that_hears_nothing_for_a_while_lives_on() {
    let server = start(&["--ping-interval", "0.2", "--idle-timeout", "1"]);
    let (mut page, _) = opens(&server);
    for _ in 0..4 {
        let ping = page.wire.expects_frame();
        assert_eq!(ping.opcode, Opcode::Ping);
        page.wire.sends_frame(&Frame::pong(ping.payload));
    }
    // A frame that is not a vote and an empty message do not end the connection.
    page.wire.sends_frame(&Frame::pong(""));
    assert_eq!(page.says("").hears()["type"], "refused");
    assert_eq!(page.says(r#"{"candidate": "Ada"}"#).hears()["counts"]["Ada"], 1);
}

/// S12, fault F18: a page that is closed is removed, and the next vote goes to those who are left.
#[test]
fn a_closed_page_is_removed() {
    let server = start(&[]);
    let (mut page, _) = opens(&server);
    let (closing, _) = opens(&server);
    let (vanishing, _) = opens(&server);
    closing.leaves();
    drop(vanishing);
    waits_for_metric(&server, "connections", 1);
    assert_eq!(page.says(r#"{"candidate": "Ada"}"#).hears()["counts"]["Ada"], 1);
}

/// The polls of step 0 and the sockets are three ways to carry the same news.
#[test]
fn polls_and_sockets_see_each_others_votes() {
    let server = start(&[]);
    let (mut page, counts) = opens(&server);
    assert_eq!(counts["newest"], "0-0");
    // A long poll is answered by a vote that comes over a socket,
    let mut poll = asks(&server, "/votes?after=0-0");
    let vote = page.says(r#"{"candidate": "Ada", "key": "up"}"#).hears();
    let response = poll.expects_response();
    let answer: Value = serde_json::from_str(response.text()).unwrap();
    assert_eq!(answer["counts"], vote["counts"]);
    assert_eq!((&answer["newest"], &answer["votes"][0]["key"]), (&vote["id"], &json!("up")));
    // A vote by POST reaches the sockets.
    let body = r#"{"candidate": "Grace", "key": "posted"}"#;
    let mut wire = Wire::connect(&server);
    let (host, length) = (wire.host(), body.len());
    wire.sends_text(&format!(
        "POST /votes HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}"
    ));
    assert_eq!(wire.expects_response().status, 202);
    let told = page.hears();
    assert_eq!((&told["candidate"], &told["key"]), (&json!("Grace"), &json!("posted")));
    let newest = vote["id"].as_str().unwrap();
    let short = gets(&server, &format!("/votes?after={newest}&wait=0"));
    let answer: Value = serde_json::from_str(short.text()).unwrap();
    assert_eq!((&answer["counts"], &answer["newest"]), (&told["counts"], &told["id"]));
    // A page that opens now finds both.
    let (_, counts) = opens(&server);
    assert_eq!((&counts["counts"], &counts["newest"]), (&told["counts"], &told["id"]));
}
