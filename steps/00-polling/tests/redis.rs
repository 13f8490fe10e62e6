//! Two servers that share their votes over Redis.

use testkit::{Redis, Server, Wire};

/// Two servers, as behind a load balancer: a vote at one answers the poll that the other holds.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_vote_at_one_server_is_news_at_the_other() {
    let redis = Redis::start();
    let start =
        || Server::start(env!("CARGO_BIN_EXE_polling"), &["-v", "--redis", redis.url().as_str()]);
    let (left, right) = (start(), start());
    let mut waiting = Wire::connect(&right);
    waiting.sends_text("GET /votes HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let vote = r#"{"candidate":"Grace"}"#;
    let length = vote.len();
    let mut voting = Wire::connect(&left);
    voting.sends_text(&format!(
        "POST /votes HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{vote}"
    ));
    assert_eq!(voting.expects_response().status, 202);
    let answer = waiting.expects_response();
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains(r#""Grace":1"#), "{}", answer.text());
}
