//! WebSockets on streams, as another implementation of HTTP/2 sees them (RFC 8441).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use h2::Reason;
use h2::ext::Protocol;
use http::{HeaderValue, Method};
use serde_json::json;
use support::peer::{Peer, soon, start, text_of};
use testkit::Frame;

mod support;

/// RFC 8441 §5: the answer is 200, without the fields that belong to HTTP/1.1.
#[tokio::test]
async fn a_stream_becomes_a_websocket() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let (answer, _sending) = peer.asks(peer.request("/echo")).await;
    assert_eq!(answer.status(), 200);
    for name in ["upgrade", "connection", "sec-websocket-accept", "content-length"] {
        assert!(!answer.headers().contains_key(name), "{name}: {answer:?}");
    }
    let mut socket = peer.opens("/echo").await;
    socket.sends(Frame::text("hello"));
    assert_eq!(socket.expects_frame().await, Frame::text("hello").unmasked());
}

#[tokio::test]
async fn a_hundred_websockets_share_a_connection() {
    let server = start(&["-v"]);
    let mut peer = Peer::connects(&server).await;
    let mut sockets = Vec::new();
    for _ in 0..100 {
        sockets.push(peer.opens("/echo").await);
    }
    for (number, socket) in sockets.iter_mut().enumerate() {
        socket.sends(Frame::text(format!("from {number}")));
    }
    for (number, socket) in sockets.iter_mut().enumerate() {
        assert_eq!(socket.expects_frame().await.into_text(), format!("from {number}"));
    }
    let Peer { requests, task, .. } = peer;
    drop((sockets, requests));
    soon(task).await.unwrap().unwrap();
    server
        .waits_for_line_with("an HTTP/2 connection ends after 0 requests and 100 for a WebSocket");
}

/// A message that is larger than all windows arrives, because both sides give room as they read.
#[tokio::test]
async fn a_message_larger_than_the_windows_is_echoed() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let mut socket = peer.opens("/echo").await;
    let payload: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    socket.sends(Frame::binary(payload.clone()));
    assert_eq!(socket.expects_frame().await.payload, payload);
}

/// The rules of step 2 apply to the pseudo-header fields.
#[tokio::test]
async fn the_rules_of_the_opening_handshake_are_the_same() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let text = HeaderValue::from_static;
    for (what, name, value, status) in [
        ("a page of another site", "origin", text("https://evil.example"), 403),
        ("another host", "host", text("evil.example"), 400),
        ("an old version", "sec-websocket-version", text("8"), 400),
        ("a list that is none", "sec-websocket-protocol", text("a,a"), 400),
        ("a body", "transfer-encoding", text("chunked"), 0),
    ] {
        let mut request = peer.request("/echo");
        request.headers_mut().insert(name, value);
        if status == 0 {
            // RFC 9113 §8.2.2. h2 itself does not send it.
            assert!(peer.requests.send_request(request, false).is_err(), "{what}");
            continue;
        }
        let (answer, _) = peer.asks(request).await;
        assert_eq!(answer.status(), status, "{what}");
        let names_version = answer.headers().get("sec-websocket-version");
        assert_eq!(names_version.is_some(), what == "an old version");
    }
    let own = format!("https://{}", server.address());
    let mut request = peer.request("/echo");
    request.headers_mut().insert("origin", own.parse().unwrap());
    assert_eq!(peer.asks(request).await.0.status(), 200);
}

/// RFC 8441 §4, and RFC 9220 §3 for the status.
#[tokio::test]
async fn another_protocol_is_not_implemented() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let mut request = peer.request("/echo");
    request.extensions_mut().insert(Protocol::from_static("connect-udp"));
    assert_eq!(peer.asks(request).await.0.status(), 501);
    let mut tunnel = peer.request("/echo");
    *tunnel.uri_mut() = "evil.example:443".parse().unwrap();
    tunnel.extensions_mut().clear();
    assert_eq!(peer.asks(tunnel).await.0.status(), 501);
}

/// RFC 8441 §5: a 200 would mean that the stream is a WebSocket. An error is an ordinary answer.
#[tokio::test]
async fn a_path_without_a_websocket_is_refused() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    for (path, status, words) in [("/", 405, "no WebSocket"), ("/no", 404, "nothing here")] {
        let (answer, _sending) = peer.asks(peer.request(path)).await;
        assert_eq!(answer.status(), status, "{answer:?}");
        assert_eq!(answer.headers().contains_key("allow"), status == 405);
        assert!(text_of(answer.into_body()).await.contains(words));
    }
    peer.opens("/echo").await;
}

/// RFC 9113 §8.5: what follows a CONNECT belongs to the tunnel, so it is not a body of a known length.
#[tokio::test]
async fn a_connect_with_a_content_length_affects_only_its_stream() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let mut socket = peer.opens("/echo").await;
    let mut request = peer.request("/echo");
    request.headers_mut().insert("content-length", HeaderValue::from_static("5"));
    assert_eq!(peer.asks(request).await.0.status(), 400);
    socket.sends(Frame::text("still here"));
    assert_eq!(socket.expects_frame().await.into_text(), "still here");
}

/// RFC 9110 §6.6.1, and §9.3.2 for HEAD.
#[tokio::test]
async fn answers_have_a_date_and_a_length() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let mut lengths = Vec::new();
    for method in [Method::GET, Method::HEAD] {
        let mut request = peer.request("/");
        *request.method_mut() = method.clone();
        request.extensions_mut().clear();
        let (answer, _sending) = peer.asks(request).await;
        assert!(answer.headers()["date"].to_str().unwrap().ends_with(" GMT"));
        let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
        let text = text_of(answer.into_body()).await;
        assert_eq!(text.len(), if method == Method::HEAD { 0 } else { length });
        lengths.push(length);
    }
    assert_eq!(lengths[0], lengths[1]);
}

#[tokio::test]
async fn subprotocol_and_compression_are_negotiated() {
    let server = start(&["--subprotocol", "chat"]);
    let mut peer = Peer::connects(&server).await;
    let mut request = peer.request("/echo");
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", HeaderValue::from_static("mqtt, chat"));
    headers.insert("sec-websocket-extensions", HeaderValue::from_static("permessage-deflate"));
    let (answer, _) = peer.asks(request).await;
    assert_eq!(answer.headers()["sec-websocket-protocol"], "chat");
    let agreed = answer.headers()["sec-websocket-extensions"].to_str().unwrap();
    assert!(agreed.starts_with("permessage-deflate"), "{agreed}");
}

#[tokio::test]
async fn pages_and_polls_come_over_the_same_connection() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let _socket = peer.opens("/echo").await;
    for (path, status, words) in [("/", 200, "Step 7"), ("/health", 200, "well"), ("/no", 404, "")]
    {
        let mut request = peer.request(path);
        *request.method_mut() = Method::GET;
        request.extensions_mut().clear();
        let (answer, mut sending) = peer.asks(request).await;
        assert_eq!(answer.status(), status);
        let _ = sending.send_data(bytes::Bytes::new(), true);
        assert!(text_of(answer.into_body()).await.contains(words));
    }
}

/// RFC 8441 §5: a stream ends with END_STREAM, as a TCP connection with FIN.
#[tokio::test]
async fn after_the_closing_handshake_the_stream_ends() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let mut socket = peer.opens("/echo").await;
    socket.sends(Frame::close(1000, "bye"));
    assert_eq!(socket.expects_frame().await.close_code(), 1000);
    socket.expects_end().await;
    // The connection goes on.
    peer.opens("/echo").await;
}

/// RFC 8441 §5: RST_STREAM is what a reset is to TCP. Others on the connection do not notice.
#[tokio::test]
async fn one_whose_stream_is_reset_has_left_the_room() {
    let server = start(&[]);
    let mut peer = Peer::connects(&server).await;
    let mut ada = peer.opens("/ws/tea/Ada").await;
    ada.hears_of("welcome").await;
    let mut bob = peer.opens("/ws/tea/Bob").await;
    bob.hears_of("welcome").await;
    bob.sending.send_reset(Reason::CANCEL);
    assert_eq!(ada.hears_of("left").await["names"], json!(["Bob"]));
    ada.sends(Frame::text("still here"));
    ada.hears_of("sent").await;
}

#[tokio::test]
async fn all_who_share_a_lost_connection_have_left() {
    let server = start(&[]);
    let mut here = Peer::connects(&server).await;
    let mut ada = here.opens("/ws/tea/Ada").await;
    ada.hears_of("welcome").await;
    let mut lost = Peer::connects(&server).await;
    let mut others = Vec::new();
    for name in ["Bob", "Eve"] {
        let mut other = lost.opens(&format!("/ws/tea/{name}")).await;
        other.hears_of("welcome").await;
        others.push(other);
    }
    lost.task.abort();
    drop((others, lost.requests));
    let mut names = Vec::new();
    while names.len() < 2 {
        let left = ada.hears_of("left").await;
        names.extend(left["names"].as_array().unwrap().iter().map(ToString::to_string));
    }
    names.sort();
    assert_eq!(names, ["\"Bob\"", "\"Eve\""]);
}

/// RFC 9113 §6.8: no more streams are accepted, and those that are open are closed as in step 6.
#[cfg(unix)]
#[tokio::test]
async fn a_server_that_stops_says_so_to_the_connection_and_to_each_websocket() {
    let mut server = start(&["--close-timeout", "60"]);
    let mut peer = Peer::connects(&server).await;
    let mut ada = peer.opens("/ws/tea/Ada").await;
    ada.hears_of("welcome").await;
    let mut echo = peer.opens("/echo").await;
    server.asks_to_end();
    for socket in [&mut ada, &mut echo] {
        let close = socket.expects_frame().await;
        assert_eq!(close.close_code(), 1001);
        socket.sends(Frame::close(1001, ""));
        socket.expects_end().await;
        socket.sending.send_data(bytes::Bytes::new(), true).unwrap();
    }
    let Peer { requests, task, .. } = peer;
    let refused = soon(requests.ready()).await.map(drop).unwrap_err();
    assert!(refused.is_go_away() && refused.reason() == Some(Reason::NO_ERROR), "{refused}");
    soon(task).await.unwrap().unwrap();
    assert!(server.waits_for_exit().success());
}
