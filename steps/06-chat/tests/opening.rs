//! The opening handshake behind hyper: the rules of step 2 hold, whoever has read the request.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fmt::Write;

use support::{Member, gets, metric, start, waits_for_metric};
use testkit::{Frame, Wire};

mod support;

/// All paths that are WebSockets.
const SOCKETS: [&str; 4] = ["/ws/tea/Ada", "/ws/Ada", "/vote/socket", "/echo"];
/// The lines of a handshake that breaks no rule, below the first.
const GOOD: [&str; 5] = [
    "Host: chat.localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==",
    "Sec-WebSocket-Version: 13",
];

/// RFC 6455 §10.2, fault F6: a page of another site could speak in its visitor's name.
#[test]
fn a_foreign_page_is_refused_on_every_socket() {
    let server = start(&["--origin", "https://friend.example"]);
    for target in SOCKETS {
        for (origin, status) in [
            ("http://chat.localhost", 101),
            ("https://friend.example", 101),
            ("https://evil.example", 403),
            ("http://chat.localhost.evil.example", 403),
            ("http://chat.localhost:81", 403),
            ("null", 403),
        ] {
            let mut wire = Wire::connect(&server);
            let lines = GOOD.join("\r\n");
            wire.sends_text(&format!(
                "GET {target} HTTP/1.1\r\n{lines}\r\nOrigin: {origin}\r\n\r\n"
            ));
            assert_eq!(wire.expects_response().status, status, "{target} for {origin}");
        }
    }
    assert_eq!(metric(&server, "refused_total"), 4 * SOCKETS.len() as u64);
}

/// RFC 6455 §10.2: the owner of a name can let it point to this server's address. Then a browser
/// takes the server for that name, so that `Origin` and `Host` agree, and a page could read and
/// write here (DNS rebinding). Only names that a stranger cannot own, or that are listed, are
/// accepted: on every socket, for every page, and for polls.
#[test]
fn a_host_that_is_not_a_name_of_this_server_is_refused_everywhere() {
    let server = start(&["--origin", "https://friend.example"]);
    let handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n";
    let vote = "{\"candidate\":\"Ada\"}";
    let post = format!("Content-Length: {}\r\n", vote.len());
    let paths = SOCKETS.map(|path| ("GET", path, handshake, "", 101));
    let pages = ["/", "/vote", "/compare", "/votes?wait=0"].map(|path| ("GET", path, "", "", 200));
    let writes = [("POST", "/votes", post.as_str(), vote, 202)];
    let none = [("GET", "/nowhere", "", "", 404)];
    for (method, path, lines, body, status) in
        paths.into_iter().chain(pages).chain(writes).chain(none)
    {
        let asks = |host: &str| {
            let mut wire = Wire::connect(&server);
            wire.sends_text(&format!(
                "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{lines}\r\n{body}"
            ));
            wire.expects_response()
        };
        for host in ["localhost", "127.0.0.1:80", "[::1]", "chat.localhost:9006", "friend.example"]
        {
            assert_eq!(asks(host).status, status, "{method} {path} at {host}");
        }
        // A client that sends no `Origin` is refused, too.
        let mut wire = Wire::connect(&server);
        wire.sends_text(&format!(
            "{method} {path} HTTP/1.1\r\nHost: evil.example\r\n{lines}\r\n{body}"
        ));
        assert_eq!(wire.expects_response().status, 403, "{method} {path} without an Origin");
        for host in ["evil.example", "localhost.evil.example:80"] {
            let refused = asks(host);
            assert_eq!(refused.status, 403, "{method} {path} at {host}");
            let problem =
                format!("The Origin \"http://{host}\" is not allowed at the Host \"{host}\".");
            let allowed = format!("{problem} Allow it with --origin http://{host}");
            // Port 80 does not need to be named.
            let allowed = allowed.trim_end_matches(":80");
            assert_eq!(refused.text().trim_end().trim_end_matches(":80"), allowed);
        }
    }
    // The operator sees it without a flag.
    server.waits_for_line_with("The Origin \"http://evil.example\" is not allowed");
    // A page that reads what its browser takes for its own site is sent without an Origin.
    let mut wire = Wire::connect(&server);
    wire.sends_text("GET /votes HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    let problem = "The Host \"evil.example\" is not a name of this server";
    assert!(wire.expects_response().text().starts_with(problem));
    server.waits_for_line_with(problem);
    // A client that opens a WebSocket without an Origin is not a browser. It has to name the server all
    // the same.
    for (host, status) in [("chat.example", 403), ("friend.example", 101)] {
        let mut wire = Wire::connect(&server);
        wire.sends_text(&format!("GET /echo HTTP/1.1\r\nHost: {host}\r\n{handshake}\r\n"));
        assert_eq!(wire.expects_response().status, status, "{host}");
    }
}

/// RFC 9112 §3.2: a request for a page has one `Host` too, and the host of an absolute target
/// counts instead of it (§3.2.2).
#[test]
fn a_page_is_asked_for_with_one_host() {
    let server = start(&[]);
    for (target, lines, status) in [
        ("/", "", 400),
        ("/", "Host: localhost\r\nHost: localhost\r\n", 400),
        ("/", "Host: a b\r\n", 400),
        ("http://localhost/", "Host: evil.example\r\n", 200),
        ("http://evil.example/", "Host: localhost\r\n", 403),
    ] {
        let mut wire = Wire::connect(&server);
        wire.sends_text(&format!("GET {target} HTTP/1.1\r\n{lines}\r\n"));
        assert_eq!(wire.expects_response().status, status, "{target} {lines:?}");
    }
    // On every path, however it is asked for, and before a handshake is looked at.
    let handshake = GOOD[1..].join("\r\n");
    for path in SOCKETS.into_iter().chain(["/ws/%ff", "/health", "/nowhere", "/votes?after=x"]) {
        for target in [path.to_owned(), format!("http://localhost{path}")] {
            for method in ["GET", "POST", "BREW"] {
                for hosts in ["", "Host: localhost\r\nHost: localhost\r\n", "Host: a b\r\n"] {
                    let mut wire = Wire::connect(&server);
                    wire.sends_text(&format!(
                        "{method} {target} HTTP/1.1\r\n{hosts}{handshake}\r\n\r\n"
                    ));
                    assert_eq!(wire.expects_response().status, 400, "{method} {target} {hosts:?}");
                }
            }
        }
    }
    // HTTP/1.0 does not ask for it.
    let mut wire = Wire::connect(&server);
    wire.sends_text("GET /health HTTP/1.0\r\n\r\n");
    wire.expects(b"HTTP/1.0 200 OK\r\n");
}

/// HOSTILE, opening handshake: what is refused, with the status that says why, and what is not.
#[test]
fn every_broken_handshake_is_answered_with_its_status() {
    // A line of `GOOD` to leave out, by its beginning, and lines to put in.
    let cases: [(&str, &str, &str, &[&str]); 33] = [
        ("as it should be", "GET", "", &[]),
        (
            "tokens in lists and another case",
            "GET",
            "Upgrade Connection",
            &["UPGRADE: h2c, WebSocket", "connection: keep-alive", "connection: close, UPGRADE"],
        ),
        ("POST", "POST", "", &[]),
        ("PUT", "PUT", "", &[]),
        ("no Host", "GET", "Host", &[]),
        ("two Hosts", "GET", "", &["Host: chat.localhost"]),
        ("a Host that is none", "GET", "Host", &["Host: a b"]),
        ("a Host with a user", "GET", "Host", &["Host: me@chat.localhost"]),
        ("no Upgrade", "GET", "Upgrade", &[]),
        ("another Upgrade", "GET", "Upgrade", &["Upgrade: h2c"]),
        ("no Connection", "GET", "Connection", &[]),
        ("another Connection", "GET", "Connection", &["Connection: keep-alive"]),
        ("version 12", "GET", "Sec-WebSocket-Version", &["Sec-WebSocket-Version: 12"]),
        ("no version", "GET", "Sec-WebSocket-Version", &[]),
        ("version twice", "GET", "", &["Sec-WebSocket-Version: 13"]),
        ("no key", "GET", "Sec-WebSocket-Key", &[]),
        ("key twice", "GET", "", &["Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ=="]),
        ("key that is no base64", "GET", "Sec-WebSocket-Key", &["Sec-WebSocket-Key: !"]),
        (
            "key of 15 bytes",
            "GET",
            "Sec-WebSocket-Key",
            &["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"],
        ),
        (
            "key of 17 bytes",
            "GET",
            "Sec-WebSocket-Key",
            &["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAAA="],
        ),
        ("a body of a length", "GET", "", &["Content-Length: 5"]),
        ("no body, and it says so", "GET", "", &["Content-Length: 0"]),
        ("a body in chunks", "GET", "", &["Transfer-Encoding: chunked"]),
        ("a folded line", "GET", "", &["X-Long: one", " two"]),
        ("a space before the colon", "GET", "", &["X-Space : one"]),
        ("a line without a colon", "GET", "", &["X-Colon"]),
        ("a zero", "GET", "", &["X-Zero: \0"]),
        ("a bare CR", "GET", "", &["X-Return: a\rb"]),
        (
            "an Origin twice",
            "GET",
            "",
            &["Origin: http://chat.localhost", "Origin: http://chat.localhost"],
        ),
        ("a subprotocol that is served", "GET", "", &["Sec-WebSocket-Protocol: soap, chat.v1"]),
        ("a subprotocol that is not", "GET", "", &["Sec-WebSocket-Protocol: soap"]),
        ("a subprotocol that is none", "GET", "", &["Sec-WebSocket-Protocol: a b"]),
        ("a subprotocol twice", "GET", "", &["Sec-WebSocket-Protocol: chat.v1, chat.v1"]),
    ];
    let server = start(&["--subprotocol", "chat.v1"]);
    let mut told = String::new();
    for (what, method, without, with) in cases {
        let is_left_out = |line: &&&str| {
            without.split(' ').any(|name| !name.is_empty() && line.starts_with(&format!("{name}:")))
        };
        let kept = GOOD.iter().filter(|line| !is_left_out(line));
        let lines: Vec<&str> = kept.chain(with).copied().collect();
        let mut wire = Wire::connect(&server);
        wire.sends_text(&format!("{method} /echo HTTP/1.1\r\n{}\r\n\r\n", lines.join("\r\n")));
        let response = wire.expects_response();
        let sentence = String::from_utf8_lossy(&response.body);
        write!(told, "{what:32} → {} {}", response.status, sentence.trim_end()).unwrap();
        for name in ["allow", "sec-websocket-version", "sec-websocket-protocol"] {
            if let Some(value) = response.header(name) {
                write!(told, " [{name}: {value}]").unwrap();
            }
        }
        told = told.trim_end().to_owned() + "\n";
    }
    insta::assert_snapshot!(told);
}

/// The operator learns both values that did not fit, whatever a stranger has put into them.
#[test]
fn an_origin_that_is_refused_is_logged_with_the_host() {
    let server = start(&[]);
    let lines = GOOD[1..].join("\r\n");
    for (request, logged) in [
        (
            format!(
                "GET /echo HTTP/1.1\r\nHost: 10.0.0.1:90\r\nOrigin: https://evil.example\r\n{lines}"
            ),
            r#"The Origin "https://evil.example" is not allowed at the Host "10.0.0.1:90""#,
        ),
        // The host in the target counts, and not the other one.
        (
            format!(
                "GET http://[::1]/echo HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n{lines}"
            ),
            r#"The Origin "http://localhost" is not allowed at the Host "[::1]""#,
        ),
        (
            "POST /votes HTTP/1.1\r\nHost: localhost:90\r\nOrigin: http://localhost:91".to_owned(),
            r#"The Origin "http://localhost:91" is not allowed at the Host "localhost:90""#,
        ),
        (
            "POST /votes HTTP/1.1\r\nHost: o'b%0a\r\nOrigin: http://\"\\é".to_owned(),
            r#"The Origin "http://\"\\é" is not allowed at the Host "o'b%0a""#,
        ),
    ] {
        let mut wire = Wire::connect(&server);
        wire.sends_text(&format!("{request}\r\n\r\n"));
        assert_eq!(wire.expects_response().status, 403, "{request}");
        server.waits_for_line_with(logged);
    }
}

/// Each kind of answer has the headers that make a browser careful, also those to a handshake.
#[test]
fn every_answer_to_a_handshake_is_careful() {
    let server = start(&["--handshake-timeout", "0.5"]);
    let with = |without: &str, line: &str| {
        let kept = GOOD.into_iter().filter(|line| !line.starts_with(without));
        format!("{}\r\n{line}", kept.collect::<Vec<_>>().join("\r\n"))
    };
    for (request, status) in [
        (format!("GET /echo HTTP/1.1\r\n{}", GOOD.join("\r\n")), 101),
        (format!("POST /echo HTTP/1.1\r\n{}", GOOD.join("\r\n")), 405),
        (
            format!(
                "GET /echo HTTP/1.1\r\n{}",
                with("Sec-WebSocket-V", "Sec-WebSocket-Version: 8")
            ),
            426,
        ),
        (format!("GET /echo HTTP/1.1\r\n{}", with("Sec-WebSocket-K", "Accept: */*")), 400),
        (format!("GET /ws/%ff HTTP/1.1\r\n{}", GOOD.join("\r\n")), 400),
        (format!("GET /echo HTTP/1.1\r\n{}", with("-", "no colon")), 400),
        ("GET /echo HTTP/1.1\r\nHost: loc".to_owned(), 408),
    ] {
        let mut wire = Wire::connect(&server);
        let end = if status == 408 { "" } else { "\r\n\r\n" };
        wire.sends_text(&format!("{request}{end}"));
        let answer = wire.expects_response();
        assert_eq!(answer.status, status, "{request}");
        for name in ["cache-control", "x-content-type-options", "content-security-policy"] {
            assert!(answer.header(name).is_some(), "{request}: {name}");
        }
    }
}

/// A client that ends its direction behind the handshake has nothing to say and is gone.
#[test]
fn a_client_that_sends_no_more_than_the_handshake_leaves_nothing_behind() {
    let server = start(&[]);
    for target in SOCKETS {
        let mut wire = Wire::connect(&server);
        wire.sends_text(&format!("GET {target} HTTP/1.1\r\n{}\r\n\r\n", GOOD.join("\r\n")));
        wire.half_closes();
        assert_eq!(wire.expects_response().status, 101, "{target}");
        waits_for_metric(&server, "connections", 0);
    }
    waits_for_metric(&server, "connections_total", SOCKETS.len() as u64);
}

/// RFC 6455 §4.2.1: HTTP before 1.1 knows no upgrade.
#[test]
fn a_handshake_in_http_1_0_is_refused() {
    let server = start(&[]);
    let mut wire = Wire::connect(&server);
    wire.sends_text(&format!("GET /echo HTTP/1.0\r\n{}\r\n\r\n", GOOD.join("\r\n")));
    // The answer is in HTTP/1.0 too.
    wire.expects(b"HTTP/1.0 505 ");
}

/// RFC 6455 §10.4: a header block has a limit.
#[test]
fn a_header_block_over_the_limit_is_answered_with_431() {
    let server = start(&[]);
    for size in [20_000, 100_000] {
        let mut wire = Wire::connect(&server);
        let cookie = format!("Cookie: {}", "c".repeat(size));
        wire.sends_text(&format!("GET /echo HTTP/1.1\r\n{}\r\n{cookie}", GOOD.join("\r\n")));
        assert_eq!(wire.expects_response().status, 431);
    }
    assert_eq!(gets(&server, "/health").status, 200);
}

/// RFC 6455 §4.2.1: a request arrives as it likes, and the first frames right behind it (§4.1).
#[test]
fn a_request_may_come_a_byte_at_a_time_and_frames_behind_it() {
    let server = start(&[]);
    let request = format!("GET /echo HTTP/1.1\r\n{}\r\n\r\n", GOOD.join("\r\n"));
    let mut slow = Wire::connect(&server);
    slow.sends_a_byte_at_a_time(request.as_bytes());
    let response = slow.expects_response();
    assert_eq!(response.status, 101);
    // The accept value of the source documents' key, computed by hand once.
    assert_eq!(response.header("sec-websocket-accept"), Some("lCaWI6ZCGd5I25+0bJrVqBOcDYc="));
    let mut hasty = Wire::connect(&server);
    let last = Frame::text("second").bytes();
    let (half, other_half) = last.split_at(5);
    hasty.sends(&[request.as_bytes(), &Frame::text("first").bytes(), half].concat());
    assert_eq!(hasty.expects_response().status, 101);
    hasty.expects(b"\x81\x05first");
    hasty.sends(other_half).expects(b"\x81\x06second");
}

/// RFC 6455 §10.4: a client that sends nothing, or only a part of a request, is dropped when its
/// time is up.
#[test]
fn a_silent_client_is_dropped_when_its_time_is_up() {
    let server = start(&["--handshake-timeout", "0.3"]);
    let mut inside = Member::enters(&server, "/ws/tea/Ada");
    let mut silent = Wire::connect(&server);
    let mut unfinished = Wire::connect(&server);
    unfinished.sends_text("GET /echo HTTP/1.1\r\nHost: chat");
    // The server may or may not send a reason.
    for wire in [&mut silent, &mut unfinished] {
        while wire.stream().peek(&mut [0; 1]).is_ok_and(|count| count > 0) {
            wire.expects_response();
        }
        wire.expects_end();
    }
    inside.says("still here").hears_of("sent");
}
