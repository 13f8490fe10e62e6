//! Votes and messages in a folder: a restart shows what was there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;
use testkit::{Response, Server, Wire, refuses_folders};

fn start(folder: &Path) -> Server {
    Server::start(env!("CARGO_BIN_EXE_polling"), &["--data", &folder.display().to_string()])
}

fn gets(server: &Server, path: &str) -> Value {
    let mut wire = Wire::connect(server);
    let host = wire.host();
    wire.sends_text(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    let response = wire.expects_response();
    assert_eq!(response.status, 200, "{}", response.text());
    serde_json::from_str(response.text()).unwrap()
}

fn posts(server: &Server, path: &str, body: &Value) -> Response {
    let mut wire = Wire::connect(server);
    let (host, body) = (wire.host(), body.to_string());
    let length = body.len();
    wire.sends_text(&format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}"
    ));
    wire.expects_response()
}

/// What was answered is stored. The server has no time to store anything when it is killed.
#[test]
fn a_restart_after_a_kill_shows_every_vote_and_message_that_was_answered() {
    let folder = tempdir().unwrap();
    let (mut newest, mut votes) = (Value::Null, Vec::new());
    for round in 1..=3 {
        let server = start(folder.path());
        let seen = gets(&server, "/votes?after=0-0&wait=0");
        assert_eq!((seen.get("gap"), &seen["votes"]), (None, &json!(votes)));
        assert_eq!(seen["counts"]["Radia"], json!(10 * (round - 1)));
        for number in 0..10 {
            let key = format!("{round} {number}");
            let vote = json!({ "candidate": "Radia", "key": key });
            let message = json!({ "name": "Ada", "text": key, "key": key });
            for _ in 0..2 {
                assert_eq!(posts(&server, "/votes", &vote).status, 202);
                assert_eq!(posts(&server, "/messages", &message).status, 202);
            }
        }
        let seen = gets(&server, "/votes?after=0-0&wait=0");
        assert_eq!(seen["counts"]["Radia"], json!(10 * round));
        votes = seen["votes"].as_array().unwrap().clone();
        newest = seen["newest"].clone();
        assert_eq!(votes.len(), 10 * round);
        // Dropped here: killed.
    }
    let server = start(folder.path());
    let messages = gets(&server, "/messages?after=0-0");
    let keys =
        messages["messages"].as_array().unwrap().iter().map(|message| message["key"].clone());
    let sent =
        (1..=3).flat_map(|round| (0..10).map(move |number| json!(format!("{round} {number}"))));
    assert_eq!(keys.collect::<Vec<_>>(), sent.collect::<Vec<_>>());
    // A page that was open the whole time goes on where it was: nothing is missing.
    let seen = gets(&server, &format!("/votes?after={}&wait=0", newest.as_str().unwrap()));
    assert_eq!((seen.get("gap"), &seen["votes"]), (None, &json!([])));
    assert_eq!(seen["counts"]["Radia"], 30);
    // A vote from before the restart that is sent again is recognised.
    let vote = json!({ "candidate": "Radia", "key": "1 0" });
    assert_eq!(posts(&server, "/votes", &vote).status, 202);
    assert_eq!(gets(&server, "/votes?after=0-0&wait=0")["counts"]["Radia"], 30);
}

#[test]
fn a_folder_that_cannot_be_used_is_named_before_the_server_listens() {
    refuses_folders(env!("CARGO_BIN_EXE_polling"));
}
