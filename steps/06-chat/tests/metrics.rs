//! What an operator sees.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use support::{Member, asks, gets, metric, start, waits_for_metric};
use testkit::{Frame, Wire};

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

/// The text form that Prometheus reads: a help, a type, and a number.
#[test]
fn metrics_are_in_the_form_that_prometheus_reads() {
    let server = start(&[]);
    let response = gets(&server, "/metrics");
    assert_eq!(response.header("content-type"), Some("text/plain; version=0.0.4"));
    insta::assert_snapshot!(response.text());
}

#[test]
fn a_server_says_that_it_is_well() {
    let server = start(&[]);
    let response = gets(&server, "/health");
    assert_eq!((response.status, response.text()), (200, "well\n"));
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
    // A place to come back to that is none: there was no such message.
    let mut wire: Wire = asks(&server, "/ws/tea/Ada?after=yesterday");
    assert_eq!(wire.expects_response().status, 400);
}
