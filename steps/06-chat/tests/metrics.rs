//! What an operator sees.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use support::{Member, asks, asks_to_post, gets, metric, start, waits_for_metric};
use testkit::{Frame, Redis, Wire};

mod support;

/// Every count that there is, after a day in the life of a server.
#[test]
fn everything_that_happens_is_counted() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    Member::connects(&server, "/ws/tea/Ada").expects_close(1008);
    ada.says("hello").hears_of("sent");
    bob.hears_of("message");
    let mut wire = asks(&server, "/vote/socket");
    assert_eq!(wire.expects_response().status, 400);
    let mut cy = Member::enters(&server, "/ws/tea/Cy");
    cy.wire.sends_frame(&Frame::text("bare").unmasked());
    cy.expects_close(1002);
    bob.leaves();
    waits_for_metric(&server, "connections", 1);
    for (name, count) in [
        ("connections_total", 4),
        ("refused_total", 1),
        ("messages_in_total", 1),
        ("bytes_in_total", 5),
        ("slow_readers_total", 0),
        ("closed_total{code=\"1000\"}", 1),
        ("closed_total{code=\"1002\"}", 1),
        ("closed_total{code=\"1008\"}", 1),
    ] {
        assert_eq!(metric(&server, name), count, "{name}");
    }
    assert!(metric(&server, "messages_out_total") >= 2);
    assert!(metric(&server, "bytes_out_total") > metric(&server, "messages_out_total"));
}

/// Refusals are counted by their reasons, and the metrics contain the current numbers of rooms and
/// members.
#[test]
fn refusals_are_counted_by_their_reasons() {
    let server = start(&[]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let _bob = Member::enters(&server, "/ws/tea/Bob");
    let _cy = Member::enters(&server, "/ws/coffee/Cy");
    Member::connects(&server, "/ws/tea/Ada").expects_close(1008);
    Member::connects(&server, "/ws/tea/").expects_close(1008);
    ada.wire.sends_frame(&Frame::text(r#"{"msg":" "}"#));
    ada.hears_of("refused");
    let sends =
        |request: &str| Wire::connect(&server).sends_text(request).expects_response().status;
    let handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n";
    let evil = "Host: localhost\r\nOrigin: http://evil.example\r\n";
    assert_eq!(sends(&format!("GET /echo HTTP/1.1\r\n{evil}{handshake}\r\n")), 403);
    assert_eq!(sends("GET /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"), 400);
    assert_eq!(sends("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 403);
    assert_eq!(sends(&format!("POST /votes HTTP/1.1\r\n{evil}\r\n")), 403);
    assert_eq!(sends("GET / HTTP/1.1\r\n\r\n"), 400);
    assert_eq!(sends("GET / HTTP/3\r\n\r\n"), 400);
    for (name, count) in [
        ("rooms", 2),
        ("members", 3),
        ("refused_total", 2),
        ("refused_by_reason_total{reason=\"origin\"}", 1),
        ("refused_by_reason_total{reason=\"plain\"}", 1),
        ("not_admitted_total{reason=\"taken\"}", 1),
        ("not_admitted_total{reason=\"name\"}", 1),
        ("messages_refused_total", 1),
        ("http_denied_total{reason=\"host\"}", 1),
        ("http_denied_total{reason=\"origin\"}", 1),
        ("http_denied_total{reason=\"malformed\"}", 2),
        ("http_denied_total{reason=\"crowd\"}", 0),
        ("log_writable", 1),
        ("log_events_waiting", 0),
        ("log_reconnects_total", 0),
    ] {
        assert_eq!(metric(&server, name), count, "{name}");
    }
    ada.leaves();
    waits_for_metric(&server, "members", 2);
}

/// The text form that Prometheus reads: a help, a type, and a number.
#[test]
fn metrics_are_in_the_form_that_prometheus_reads() {
    let server = start(&[]);
    let response = gets(&server, "/metrics");
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(response.header("content-type"), Some(media_type));
    insta::assert_snapshot!(response.text());
}

/// The grammar of the format: each metric is described once, before its samples, and each sample is a
/// name, labels, and a number.
#[test]
fn every_line_of_the_metrics_follows_the_grammar() {
    let server = start(&[]);
    Member::enters(&server, "/ws/tea/Ada").leaves();
    waits_for_metric(&server, "connections", 0);
    let response = gets(&server, "/metrics");
    let is_name = |name: &str| {
        let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        name.bytes().next().is_some_and(is_letter)
            && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
    };
    let (mut described, mut samples, mut current) = (Vec::new(), Vec::new(), "");
    assert!(response.text().ends_with('\n'));
    for line in response.text().lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && !help.is_empty(), "{line}");
            assert!(!described.contains(&name), "described twice: {line}");
            described.push(name);
            current = name;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, current, "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            assert!(["counter", "gauge"].contains(&kind), "{line}");
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            assert_eq!(name, current, "{line}");
            value.parse::<f64>().unwrap();
            let labels = labels.strip_suffix('}').unwrap();
            for label in labels.split(',').filter(|label| !label.is_empty()) {
                let (name, value) = label.split_once('=').unwrap();
                let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
                assert!(is_name(name) && value.is_some_and(|value| !value.contains('"')), "{line}");
            }
            assert!(!samples.contains(&series), "there twice: {line}");
            samples.push(series);
        }
    }
    assert!(samples.len() > 20, "{}", response.text());
}

#[test]
fn a_server_says_that_it_is_well() {
    let server = start(&[]);
    let response = gets(&server, "/health");
    assert_eq!((response.status, response.text()), (200, "well\n"));
    let response = gets(&server, "/health/live");
    assert_eq!((response.status, response.text()), (200, r#"{"live":true}"#));
    let response = gets(&server, "/health/ready");
    let log = r#"{"store":"memory","writable":true,"waiting":0,"lag":0}"#;
    let text = format!(r#"{{"ready":true,"stopping":false,"log":{log}}}"#);
    assert_eq!((response.status, response.text()), (200, text.as_str()));
}

/// A server without its Redis is alive, and should be sent nobody.
#[test]
fn a_server_that_cannot_reach_its_redis_is_alive_and_not_ready() {
    let url = Redis::away().url();
    let server = start(&["--redis", &url]);
    assert_eq!(gets(&server, "/health").status, 200);
    assert_eq!(gets(&server, "/health/live").status, 200);
    // A message that waits.
    let mut wire = asks_to_post(&server, "/messages", r#"{"name":"Ada","text":"hello"}"#);
    waits_for_metric(&server, "log_events_waiting", 1);
    let response = gets(&server, "/health/ready");
    assert_eq!(response.status, 503);
    let start = r#"{"ready":false,"stopping":false,"log":{"store":"redis","writable":false,"#;
    assert!(response.text().starts_with(&format!(r#"{start}"waiting":1,"#)), "{}", response.text());
    assert_eq!(metric(&server, "log_writable"), 0);
    wire.half_closes();
}

/// The pages are there, and careful; what is not there is told in a sentence.
#[test]
fn pages_are_served_with_headers_that_keep_a_browser_careful() {
    let server = start(&[]);
    for path in ["/", "/vote", "/compare"] {
        let response = gets(&server, path);
        assert_eq!(response.status, 200, "{path}");
        assert_eq!(response.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert!(response.header("content-security-policy").is_some());
    }
    let response = gets(&server, "/nowhere");
    assert_eq!(response.status, 404);
    assert_eq!(response.text(), "There is nothing here: try /, /vote or /compare.\n");
    // This `after` is not the id of a message.
    let mut wire: Wire = asks(&server, "/ws/tea/Ada?after=yesterday");
    assert_eq!(wire.expects_response().status, 400);
}
