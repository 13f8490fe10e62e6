//! Clients that ask for something, and give no room for it on its stream, or a byte at a time (CVE-2019-9511).
//!
//! They read all that is sent on the connection, and answer pings. So only the stream is stuck, and only
//! the stream may end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use http::Method;
use support::attack::{MEMORY_MAX, attack, memory};
use support::peer::{Peer, soon, start};
use support::raw::{
    DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, INITIAL_WINDOW_SIZE, RST_STREAM, Raw, frame,
};
use testkit::{Frame, PATIENCE};

mod support;

/// The payload of a RST_STREAM with CANCEL (RFC 9113 §7).
const CANCEL: [u8; 4] = [0, 0, 0, 8];
/// The settings of a client that gives no room.
const NO_ROOM: [(u16, u32); 1] = [(INITIAL_WINDOW_SIZE, 0)];
/// The payload of a HEADERS frame begins with this byte if the status is 200 (RFC 7541, appendix A).
const STATUS_200: u8 = 0x88;

/// A page, and a poll that has something to tell.
#[tokio::test]
async fn an_answer_without_room_is_given_up_when_the_time_for_writing_is_over() {
    attack(&["--write-timeout", "0.5"], &NO_ROOM, async |server, mut raw| {
        let mut peer = Peer::connects(server).await;
        let mut vote = peer.request("/votes");
        *vote.method_mut() = Method::POST;
        vote.extensions_mut().clear();
        peer.requests = soon(peer.requests.clone().ready()).await.unwrap();
        let (answer, mut sending) = peer.requests.send_request(vote, false).unwrap();
        sending.send_data(r#"{"candidate":"Ada"}"#.into(), true).unwrap();
        assert!(soon(answer).await.unwrap().status().is_success());
        for (stream, path) in [(1, "/"), (3, "/votes?wait=0")] {
            let began = Instant::now();
            raw.asks(stream, path);
            assert_eq!(raw.waits_for(HEADERS, stream).1[0], STATUS_200);
            assert_eq!(raw.waits_for(RST_STREAM, stream).1, CANCEL);
            assert!(began.elapsed() >= Duration::from_millis(500), "{path}");
        }
    })
    .await;
}

/// The whole answer has twelve times the time for writing, as in HTTP/1.1.
#[tokio::test]
async fn room_for_a_byte_at_a_time_does_not_keep_an_answer_for_ever() {
    attack(&["--write-timeout", "0.2"], &NO_ROOM, async |_, mut raw| {
        raw.asks(1, "/");
        raw.waits_for(HEADERS, 1);
        let (began, mut bytes) = (Instant::now(), 0);
        raw.stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let code = loop {
            assert!(began.elapsed() < PATIENCE, "it went on for ever");
            // Some time passes if nothing comes.
            if let Err(error) = raw.stream.peek(&mut [0; 9]) {
                assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
                raw.gives_room(1, 1);
                continue;
            }
            match raw.receives().unwrap() {
                (DATA, _, 1, payload) => bytes += payload.len(),
                (RST_STREAM, _, 1, payload) => break payload,
                _ => {}
            }
        };
        assert_eq!(code, CANCEL);
        assert!(bytes > 10 && began.elapsed() > Duration::from_secs(2), "{bytes}");
    })
    .await;
}

/// Some room is enough for a client that goes on reading.
#[tokio::test]
async fn an_answer_comes_in_pieces_as_there_is_room() {
    attack(&["--write-timeout", "1"], &[(INITIAL_WINDOW_SIZE, 1_000)], async |_, mut raw| {
        raw.asks(1, "/");
        let mut page = Vec::new();
        loop {
            let (flags, payload) = raw.waits_for(DATA, 1);
            assert!(payload.len() <= 1_000);
            page.extend_from_slice(&payload);
            if flags & END_STREAM != 0 {
                break;
            }
            raw.gives_room(1, 1_000);
        }
        assert!(page.len() > 5_000 && page.ends_with(b"</html>\n"), "{}", page.len());
    })
    .await;
}

/// All streams of a connection but one are stuck, with answers of the greatest length. When their time is
/// over, they have made room for as many others, and the WebSocket beside them has noticed nothing.
#[tokio::test]
async fn a_connection_of_stuck_streams_frees_them_and_goes_on() {
    attack(&["--write-timeout", "2", "--max-streams", "128"], &[], async |server, mut raw| {
        assert!(raw.gives_room(0, 0x7fff_0000));
        raw.opens(1, "/echo");
        raw.waits_for(HEADERS, 1);
        assert!(raw.writes(&Raw::stream_window(0)));
        raw.gives_room(1, 1_000_000);
        let before = memory(server);
        for round in 0..2 {
            let streams: Vec<u32> = (round * 254 + 3..round * 254 + 257).step_by(2).collect();
            for stream in &streams {
                raw.asks(*stream, "/");
            }
            for answer in raw.waits_for_all(HEADERS, &streams) {
                assert_eq!(answer[0], STATUS_200);
            }
            let more = memory(server).saturating_sub(before);
            assert!(more < MEMORY_MAX, "the server has {more} KiB more");
            for code in raw.waits_for_all(RST_STREAM, &streams) {
                assert_eq!(code, CANCEL);
            }
            let text = Frame::text("still here");
            assert!(raw.sends(DATA, 0, 1, &text.bytes()));
            assert_eq!(raw.waits_for(DATA, 1).1, text.unmasked().bytes());
        }
    })
    .await;
}

/// The client takes its room back while the answers are on their way. What has no room any more is not
/// kept longer than an answer may take.
#[tokio::test]
async fn room_that_is_taken_back_keeps_nothing() {
    attack(&["--write-timeout", "0.2"], &[], async |_, mut raw| {
        assert!(raw.gives_room(0, 0x7fff_0000));
        let block = raw.get("/");
        let mut reset = 0;
        // Some answers are faster than the change, or even all.
        for round in 0..20_u32 {
            if reset > 0 {
                break;
            }
            let room = Raw::stream_window(65_535);
            let mut open: Vec<u32> = (round * 256 + 1..round * 256 + 255).step_by(2).collect();
            let ask = |stream| frame(HEADERS, END_HEADERS | END_STREAM, stream, &block);
            assert!(raw.writes(&[room, open.iter().copied().flat_map(ask).collect()].concat()));
            let mut has_changed = false;
            while !open.is_empty() {
                let Some((kind, flags, stream, _)) = raw.receives() else {
                    panic!("these are stuck: {open:?}")
                };
                if kind == HEADERS && !has_changed {
                    has_changed = true;
                    assert!(raw.writes(&Raw::stream_window(0)));
                }
                if kind == RST_STREAM || kind == DATA && flags & END_STREAM != 0 {
                    reset += usize::from(kind == RST_STREAM);
                    open.retain(|other| *other != stream);
                }
            }
        }
        assert!(reset > 0, "all answers were faster");
    })
    .await;
}

/// A WebSocket that the server closes, here because of a frame without a mask. The close frame has no
/// room, so the stream is reset when the time for closing is over, and is not counted any longer.
#[tokio::test]
async fn a_websocket_without_room_is_reset_when_the_server_drops_it() {
    let flags = ["--close-timeout", "0.5", "--max-streams", "1"];
    attack(&flags, &NO_ROOM, async |_, mut raw| {
        for stream in [1, 3, 5] {
            raw.opens(stream, "/echo");
            assert_eq!(raw.waits_for(HEADERS, stream).1[0], STATUS_200);
            assert!(raw.sends(DATA, 0, stream, &Frame::text("no mask").unmasked().bytes()));
            assert_eq!(raw.waits_for(RST_STREAM, stream).1, CANCEL);
        }
    })
    .await;
}

/// The same if the client has taken a part of the echo, and then nothing for the idle time.
#[tokio::test]
async fn a_websocket_that_stops_in_an_echo_is_reset() {
    let flags = ["--ping-interval", "0.5", "--idle-timeout", "1", "--max-streams", "1"];
    let server = start(&flags);
    let mut raw = Raw::connects(&server, &[(INITIAL_WINDOW_SIZE, 100)]);
    for stream in [1, 3] {
        raw.opens(stream, "/echo");
        assert_eq!(raw.waits_for(HEADERS, stream).1[0], STATUS_200);
        assert!(raw.sends(DATA, 0, stream, &Frame::binary(vec![7; 10_000]).bytes()));
        assert_eq!(raw.waits_for(DATA, stream).1.len(), 100);
        assert_eq!(raw.waits_for(RST_STREAM, stream).1, CANCEL);
    }
}

/// After GOAWAY, a client can keep a connection only with streams that are in use. This one does not
/// confirm the GOAWAY, opens another stream, and gives no room on it.
#[tokio::test]
async fn after_goaway_a_connection_of_stuck_streams_ends() {
    let flags = ["--keep-alive", "0.5", "--write-timeout", "1"];
    attack(&flags, &NO_ROOM, async |_, mut raw| {
        // The answer has no content, so it needs no room.
        raw.asks(1, "/messages?wait=0");
        assert_ne!(raw.waits_for(HEADERS, 1).0 & END_STREAM, 0);
        while raw.receives().unwrap().0 != GOAWAY {}
        raw.asks(3, "/");
        let mut last = Instant::now();
        while let Some((kind, _, _, payload)) = raw.receives() {
            // The ping of the GOAWAY gets no answer.
            assert!(kind != RST_STREAM || payload == CANCEL);
            last = Instant::now();
        }
        assert!(last.elapsed() < PATIENCE / 2, "the connection did not end");
    })
    .await;
}

/// The same client goes on opening streams. They are not accepted for ever.
#[tokio::test]
async fn after_goaway_new_streams_do_not_keep_a_connection() {
    attack(&["--keep-alive", "0.5"], &[], async |_, mut raw| {
        raw.asks(1, "/health");
        raw.waits_for(DATA, 1);
        while raw.receives().unwrap().0 != GOAWAY {}
        raw.stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let (began, mut stream) = (Instant::now(), 1);
        loop {
            assert!(began.elapsed() < PATIENCE, "it went on for ever");
            match raw.stream.peek(&mut [0; 9]) {
                Ok(0) => break,
                Ok(_) => drop(raw.receives()),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(_) => {
                    stream += 2;
                    let block = raw.get("/health");
                    raw.sends(HEADERS, END_HEADERS | END_STREAM, stream, &block);
                }
            }
        }
    })
    .await;
}

/// When the server stops, it does not wait for clients that are stuck.
#[cfg(unix)]
#[tokio::test]
async fn stuck_streams_do_not_delay_the_end_of_the_server() {
    let mut server = start(&["--close-timeout", "0.5"]);
    let mut raw = Raw::connects(&server, &NO_ROOM);
    raw.asks(1, "/");
    raw.waits_for(HEADERS, 1);
    raw.opens(3, "/echo");
    raw.waits_for(HEADERS, 3);
    server.asks_to_end();
    assert!(server.waits_for_exit().success());
}
