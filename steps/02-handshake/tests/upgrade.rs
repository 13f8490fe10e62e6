//! The rules of the opening handshake, for requests that no socket has seen.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::time::UNIX_EPOCH;

use handshake::{Policy, Refusal, Upgrade, upgrade};
use http::header::SEC_WEBSOCKET_PROTOCOL;
use http::{HeaderValue, Method, Request, Version};
use proptest::prelude::*;
use web::{ForeignOrigin, Origins, encode_response};

/// A body that another HTTP library would read. The handshake does not look at it.
struct Unread;

/// A request like that of RFC 6455 §1.2, which offers these subprotocols.
fn request(offers: &[&str]) -> Request<Unread> {
    let mut request = Request::builder()
        .uri("/chat")
        .header("Host", "localhost")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("Origin", "http://localhost")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits");
    for offer in offers {
        request = request.header(SEC_WEBSOCKET_PROTOCOL, *offer);
    }
    request.body(Unread).expect("all of these are header values")
}

fn speaks(subprotocols: &[&str]) -> Policy {
    let subprotocols = subprotocols.iter().map(|&name| name.to_owned()).collect();
    Policy { origins: Origins::default(), subprotocols }
}

fn chosen(offers: &[&str], spoken: &[&str]) -> Result<Option<String>, Refusal> {
    upgrade(&request(offers), &speaks(spoken)).map(|upgrade| upgrade.subprotocol)
}

/// RFC 6455 §1.3: the example of the standard.
#[test]
fn a_request_of_any_http_library_is_upgraded() {
    let upgrade = upgrade(&request(&[]), &Policy::default()).unwrap();
    let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=".to_owned();
    assert_eq!(upgrade, Upgrade { accept, subprotocol: None, extensions: None });
}

/// RFC 6455 §4.2.2: three headers, no extension that was not agreed on, and no
/// `WebSocket-Location`, which belongs to a draft (fault F4).
#[test]
fn the_answer_has_what_the_standard_asks_for_and_nothing_else() {
    let upgrade = upgrade(&request(&["chat, superchat"]), &speaks(&["chat"])).unwrap();
    insta::assert_snapshot!(
        String::from_utf8(encode_response(&upgrade.response(), false, UNIX_EPOCH)).unwrap()
    );
}

/// RFC 6455 §4.2.1: HTTP/1.1 and GET. HTTP/2 has another handshake (RFC 8441).
#[test]
fn another_version_or_method_is_refused() {
    for version in [Version::HTTP_10, Version::HTTP_2] {
        let mut request = request(&[]);
        *request.version_mut() = version;
        assert_eq!(upgrade(&request, &Policy::default()), Err(Refusal::HttpVersion));
    }
    let mut request = request(&[]);
    *request.method_mut() = Method::CONNECT;
    assert_eq!(upgrade(&request, &Policy::default()), Err(Refusal::Method(Method::CONNECT)));
}

/// RFC 6455 §4.2.2: of what the client offers, in its order, the first that the server speaks.
#[test]
fn the_first_subprotocol_that_both_know_is_chosen() {
    let choices: [(&[&str], &[&str], Option<&str>); 8] = [
        (&["chat"], &["chat"], Some("chat")),
        (&["chat, superchat"], &["superchat", "chat"], Some("chat")),
        (&["mqtt,superchat ,\tchat"], &["chat", "superchat"], Some("superchat")),
        // A list over several lines is one list.
        (&["mqtt", "superchat", "chat"], &["chat"], Some("chat")),
        (&["chat,, ,superchat"], &["superchat"], Some("superchat")),
        // Names have case, and are compared whole.
        (&["Chat, chatter"], &["chat"], None),
        (&["mqtt"], &["chat"], None),
        (&["chat"], &[], None),
    ];
    for (offers, spoken, expected) in choices {
        let expected = expected.map(str::to_owned);
        assert_eq!(chosen(offers, spoken), Ok(expected), "{offers:?}, and {spoken:?} spoken");
    }
}

/// RFC 6455 §4.1: a browser fails a connection whose subprotocol it has not offered.
#[test]
fn a_subprotocol_that_was_not_offered_is_never_chosen() {
    assert_eq!(chosen(&[], &["chat"]), Ok(None));
}

/// RFC 6455 §4.1: distinct tokens.
#[test]
fn what_is_not_a_list_of_distinct_tokens_is_refused() {
    for offer in ["chat room", "chat/2", "\"chat\"", "chat, mqtt, chat", "chat;q=1"] {
        assert_eq!(chosen(&[offer], &["chat"]), Err(Refusal::Subprotocol), "{offer}");
    }
    assert_eq!(chosen(&["chat", "chat"], &["chat"]), Err(Refusal::Subprotocol));
}

fn foreign_origin() -> ForeignOrigin {
    let mut request = request(&[]);
    request.headers_mut().insert("origin", HeaderValue::from_static("http://evil.example"));
    Origins::default().check(request.headers(), Some("localhost")).unwrap_err()
}

/// Each refusal with its status, what goes with it, and a sentence for whoever has to mend it.
#[test]
fn every_refusal_says_what_was_wrong() {
    let refusals = [
        Refusal::Malformed("a header has no valid name"),
        Refusal::TooLarge(8192, "bytes"),
        Refusal::HttpVersion,
        Refusal::Method(Method::POST),
        Refusal::Host,
        Refusal::Body,
        Refusal::PlainRequest,
        Refusal::Upgrade,
        Refusal::Connection,
        Refusal::WebSocketVersion,
        Refusal::Key,
        Refusal::Origin(foreign_origin()),
        Refusal::Subprotocol,
        Refusal::Extensions,
        Refusal::Late,
        Refusal::Busy,
    ];
    let answers: Vec<String> = refusals
        .iter()
        .map(|refusal| {
            String::from_utf8(encode_response(&refusal.response(), false, UNIX_EPOCH)).unwrap()
        })
        .collect();
    insta::assert_snapshot!(answers.join("\n"));
}

/// RFC 6455 §10.2: the origin of a foreign page is in the answer, where it must not be able to add
/// header lines.
#[test]
fn a_strange_origin_is_refused_in_the_body_alone() {
    let mut request = request(&[]);
    let origin = HeaderValue::from_bytes(b"http://\xe9vil.example/\"><script>").unwrap();
    request.headers_mut().insert("origin", origin);
    let refusal = upgrade(&request, &Policy::default()).unwrap_err();
    let response = refusal.response();
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
    assert!(response.headers().values().all(|value| !value.to_str().unwrap().contains("evil")));
}

/// The headers that the rules look at.
const LOOKED_AT: [&str; 9] = [
    "connection",
    "content-length",
    "host",
    "origin",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "transfer-encoding",
    "upgrade",
];

proptest! {
    /// Whatever a header holds, the rules say yes or no, and a yes can be sent.
    #[test]
    fn any_header_value_is_judged(
        name in prop::sample::select(&LOOKED_AT[..]),
        value in prop::collection::vec(any::<u8>(), 0..40),
        again: bool,
    ) {
        let Ok(value) = HeaderValue::from_bytes(&value) else {
            return Ok(());
        };
        let mut request = request(&[]);
        if again {
            request.headers_mut().append(name, value);
        } else {
            request.headers_mut().insert(name, value);
        }
        let policy = speaks(&["chat"]);
        let response = upgrade(&request, &policy).map_or_else(|no| no.response(), |yes| yes.response());
        prop_assert!(encode_response(&response, false, UNIX_EPOCH).starts_with(b"HTTP/1.1 "));
        let answered = response.status();
        prop_assert!(answered == 101 || answered.is_client_error(), "{}", answered);
    }
}
