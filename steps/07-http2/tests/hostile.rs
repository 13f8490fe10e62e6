//! Peers that break HTTP/2: each has its own attack, and the server has a limit against it.
//!
//! The frames are written by hand, because no library would send them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::time::Duration;

use support::attack::attack;
use support::peer::{Peer, start};
use support::raw::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PING,
    RST_STREAM, Raw, SETTINGS, frame, header_block,
};
use testkit::Frame;

mod support;

/// ENHANCE_YOUR_CALM (RFC 9113 §7).
const CALM: Option<u32> = Some(11);
/// FLOW_CONTROL_ERROR.
const FLOW_CONTROL: Option<u32> = Some(3);

/// Rapid Reset (CVE-2023-44487), and before it the reset flood (CVE-2019-9514): a stream is opened and
/// reset at once, so the limit on open streams is never reached, and the server has the work.
#[tokio::test]
async fn a_thousand_resets_end_the_connection() {
    attack(&[], &[], async |_, mut raw| {
        let block = raw.websocket("/echo");
        let mut bytes = Vec::new();
        for stream in (1..2_000).step_by(2) {
            bytes.extend(frame(HEADERS, END_HEADERS, stream, &block));
            bytes.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
        }
        raw.writes(&bytes);
        assert_eq!(raw.expects_goaway(), CALM);
    })
    .await;
}

/// MadeYouReset (CVE-2025-8671): the client lets the server reset the streams, here by a window that
/// grows too large.
#[tokio::test]
async fn a_client_that_makes_us_reset_streams_is_disconnected() {
    attack(&[], &[], async |_, mut raw| {
        let block = raw.websocket("/echo");
        let mut stream = 1;
        while stream < 500_000
            && raw.sends(HEADERS, END_HEADERS, stream, &block)
            && raw.gives_room(stream, 0x7fff_ffff)
        {
            stream += 2;
        }
        assert!(stream < 500_000, "it went on for ever");
        assert!(raw.expects_goaway().is_none_or(|code| Some(code) == CALM));
    })
    .await;
}

/// The CONTINUATION flood (CVE-2024-27316 in Apache httpd, CVE-2024-28182 in nghttp2): a header block
/// that never ends.
#[tokio::test]
async fn an_endless_header_block_is_cut_off() {
    attack(&[], &[], async |server, mut raw| {
        let block = raw.websocket("/echo");
        assert!(raw.sends(HEADERS, 0, 1, &block));
        let piece = header_block(&[("x", &"y".repeat(100))]).repeat(100);
        let sent = (0..10_000).take_while(|_| raw.sends(CONTINUATION, 0, 1, &piece)).count();
        assert!(sent < 10_000, "it went on for ever");
        // If the frames are small, their number counts.
        let mut raw = Raw::connects(server, &[]);
        let mut bytes = frame(HEADERS, 0, 1, &block);
        bytes.extend(frame(CONTINUATION, 0, 1, &[]).repeat(8));
        raw.writes(&bytes);
        assert_eq!(raw.expects_goaway(), CALM);
    })
    .await;
}

/// The limit on a header block holds for the fields as they are after HPACK, so a small block that
/// means much is refused as well (CVE-2016-6581, the HPACK bomb).
#[tokio::test]
async fn a_small_header_block_that_means_much_is_refused() {
    attack(&[], &[], async |server, _| {
        // A field of 3,900 bytes goes into the table (RFC 7541 §6.2.1), and is named again and again.
        for (count, is_worse) in [(8, false), (1_000, true)] {
            let mut raw = Raw::connects(server, &[]);
            let mut block = raw.websocket("/echo");
            // 3,900 is 127 + 3,773, and 3,773 is 0x3d + 29 × 128 (RFC 7541 §5.1).
            block.extend([0x40, 1, b'x', 0x7f, 0xbd, 29]);
            block.extend([b'y'; 3_900]);
            block.extend([0xbe].repeat(count));
            raw.sends(HEADERS, END_HEADERS, 1, &block);
            if is_worse {
                assert_eq!(raw.expects_goaway(), CALM);
                continue;
            }
            let (flags, payload) = raw.waits_for(HEADERS, 1);
            // The status 431 is not in the table of HPACK (appendix A), so it is written out.
            assert!(payload[0] & 0x80 == 0 && flags & END_STREAM != 0, "{flags} {payload:x?}");
        }
    })
    .await;
}

/// Floods of frames that ask for an answer (CVE-2019-9512 pings, CVE-2019-9515 settings), from a client
/// that reads none of them.
#[tokio::test]
async fn answers_that_nobody_reads_are_not_piled_up() {
    attack(&["--write-timeout", "1"], &[], async |server, _| {
        for (kind, payload) in [(PING, &[0; 8][..]), (SETTINGS, &[])] {
            let mut raw = Raw::connects(server, &[]);
            let limit = Some(Duration::from_secs(5));
            raw.stream.set_write_timeout(limit).unwrap();
            let flood = frame(kind, 0, 0, payload).repeat(10_000);
            // The server stops reading, or ends the connection.
            let taken = (0..1_000).take_while(|_| raw.writes(&flood)).count();
            assert!(taken < 1_000, "it took {taken} floods of frame {kind}");
        }
    })
    .await;
}

/// Answers to pings that were never sent. Each would be a line in the log.
#[tokio::test]
async fn a_client_cannot_fill_the_log() {
    let server = start(&[]);
    let mut raw = Raw::connects(&server, &[]);
    assert!(raw.writes(&frame(PING, ACK, 0, &[7; 8]).repeat(1_000)));
    assert!(raw.sends(PING, 0, 0, &[8; 8]));
    while raw.receives().unwrap().3 != [8; 8] {}
    let lines = server.errors().lines().count();
    assert_eq!(lines, 0);
}

/// A client asks for much, and gives no room for it.
/// A member of a room is closed as too slow, and the others hear everything.
#[tokio::test]
async fn a_window_of_nothing_fills_no_memory() {
    attack(
        &["--max-queue", "65536", "--rate", "10000"],
        &[(INITIAL_WINDOW_SIZE, 0)],
        async |server, mut raw| {
            let (echo, member) = (raw.websocket("/echo"), raw.websocket("/ws/tea/Bob"));
            assert!(raw.sends(HEADERS, END_HEADERS, 1, &echo));
            assert!(raw.sends(HEADERS, END_HEADERS, 3, &member));
            // Both get their 200, and the member nothing more, since the welcome is data.
            let mut open = 0;
            while open < 2 {
                let (kind, _, stream, payload) = raw.receives().expect("an answer");
                if kind == HEADERS {
                    assert!(
                        [1, 3].contains(&stream) && payload[0] == 0x88,
                        "{stream}: {payload:x?}"
                    );
                    open += 1;
                }
            }
            let mut ada = Peer::connects(server).await;
            let mut ada = ada.opens("/ws/tea/Ada").await;
            ada.hears_of("welcome").await;
            for number in 0..400 {
                ada.sends(Frame::text(format!("{number} {}", "x".repeat(1_000))));
                ada.hears_of("sent").await;
            }
            // Bob has read nothing for five seconds, and is closed with 1013. His name is given back.
            assert_eq!(ada.hears_of("left").await["names"][0], "Bob");
            // The echo answers at most as much as it has read.
            let frame = Frame::binary(vec![7; 16_000]).masked_with([1, 2, 3, 4]).bytes();
            for _ in 0..4 {
                assert!(raw.sends(DATA, 0, 1, &frame));
            }
        },
    )
    .await;
}

/// More data than the window allows breaks the rules (RFC 9113 §6.9.1).
#[tokio::test]
async fn more_than_the_window_ends_the_connection() {
    attack(&[], &[(INITIAL_WINDOW_SIZE, 0)], async |_, mut raw| {
        let block = raw.websocket("/echo");
        assert!(raw.sends(HEADERS, END_HEADERS, 1, &block));
        let frame = Frame::binary(vec![7; 16_000]).masked_with([1, 2, 3, 4]).bytes();
        let sent = (0..1_000).take_while(|_| raw.sends(DATA, 0, 1, &frame)).count();
        let code = raw.expects_goaway();
        assert!(sent < 1_000 || code == FLOW_CONTROL, "{sent} {code:?}");
    })
    .await;
}

/// In step 6, a member who sends too fast is slowed down. On a stream, h2 has a limit on the short DATA
/// frames that wait to be read, whoever they are from.
#[tokio::test]
async fn thousands_of_messages_ahead_end_the_connection() {
    attack(&["--rate", "1"], &[], async |_, mut raw| {
        let block = raw.websocket("/ws/tea/Bob");
        assert!(raw.sends(HEADERS, END_HEADERS, 1, &block));
        let message = Frame::text("ho").masked_with([1, 2, 3, 4]).bytes();
        raw.writes(&frame(DATA, 0, 1, &message).repeat(5_000));
        assert_eq!(raw.expects_goaway(), CALM);
    })
    .await;
}

/// RFC 9113 §5.1.2: streams over the limit are refused. A client that does not stop is disconnected.
#[tokio::test]
async fn ten_thousand_streams_are_refused_but_for_the_limit() {
    attack(&["--max-streams", "100"], &[], async |_, mut raw| {
        let block = raw.websocket("/echo");
        for stream in (1..20_000).step_by(2) {
            if !raw.sends(HEADERS, END_HEADERS, stream, &block) {
                break;
            }
        }
        let (mut opened, mut code) = (0, None);
        while let Some((kind, _, _, payload)) = raw.receives() {
            match kind {
                HEADERS => opened += 1,
                support::raw::GOAWAY => {
                    code = Some(u32::from_be_bytes(payload[4..8].try_into().unwrap()));
                }
                _ => {}
            }
        }
        assert!(opened <= 100 && code.is_none_or(|code| Some(code) == CALM), "{opened} {code:?}");
    })
    .await;
}

/// Nothing follows the handshake, or only the preface: the connection is closed when its time is up.
#[tokio::test]
async fn a_silent_client_is_dropped() {
    let server = start(&["--handshake-timeout", "0.5"]);
    let mut raw = Raw::connects(&server, &[]);
    assert_eq!(raw.expects_goaway(), None);
}

/// A poll waits for news, and takes memory meanwhile. If its stream is reset, it is not held any longer:
/// otherwise, polls that are opened and reset would not be limited by the number of open streams.
#[tokio::test]
async fn polls_that_are_reset_are_not_held() {
    attack(&[], &[], async |_, mut raw| {
        let block = raw.get("/messages");
        let reset = 8_u32.to_be_bytes();
        for stream in (1..10_000).step_by(2) {
            let mut bytes = frame(HEADERS, END_HEADERS | END_STREAM, stream, &block);
            bytes.extend(frame(PING, 0, 0, &[8; 8]));
            assert!(raw.writes(&bytes));
            // The answer to the ping shows that the server has read the request.
            raw.waits_for(PING, 0);
            assert!(raw.sends(RST_STREAM, 0, stream, &reset));
        }
    })
    .await;
}
