//! Level 5: the closing handshake, and a length that must not be allocated.

use crate::checker::check::{Check, Run};
use crate::checker::session::Session;
use crate::checker::wire::frame::{
    Draft, Frame, Opcode, PROTOCOL_ERROR, REFUSALS, RSV1, SHORT_HEADER, TOO_BIG, text,
};
use crate::checker::wire::peer::{Event, Peer};
use crate::checker::wire::record::{received, sent};
use crate::checker::wire::stop::{Judgement, Stop};

/// The length of a frame that no machine could hold.
const HUGE: u64 = 1 << 62;

pub(crate) const CHECKS: &[Check] = &[
    Check::new(5, "closing/handshake", "RFC 6455 §5.5.1", |session| {
        closes(session, &Draft::close(1000, ""))
    })
    .fault("F14")
    .expects("A close frame is answered with a close frame, and typically with the same status code.")
    .hint("If the opcode is 8, answer with a close frame, and only then end the connection."),
    closing("closing/tcp", "RFC 6455 §7.1.1", |session| {
        [Draft::close(1000, ""), Draft::close_with(""), Draft::close(4000, "bye")].iter().try_for_each(|draft| {
            let mut peer = session.open()?;
            close(&mut peer, draft)?;
            ends(&mut peer)
        })
    })
    .fault("F14")
    .expects("After the closing handshake the server ends the TCP connection.")
    .hint("The server ends it first, and at once."),
    closing("closing/tcp-after-failure", "RFC 6455 §7.1.7", tcp_after_failure)
        .needs(&["framing/reserved-bits"])
        .expects("After the server has failed a connection, it ends the TCP connection.")
        .hint("Send the close frame, and end the connection, at the latest when the client's close frame has come."),
    closing("closing/within-message", "RFC 6455 §5.5.1", |session| {
        let mut peer = session.open()?;
        peer.send_frame(&text("Hel").not_final());
        // Some servers call the message that stays incomplete an error: any code will do.
        close(&mut peer, &Draft::close(1000, "")).map(drop)
    })
    .needs(&["closing/handshake", "fragments/joined"])
    .expects("A close frame between two fragments is answered, too.")
    .hint("Control frames may come between fragments: do not wait for the end of the message."),
    closing("closing/nothing-after", "RFC 6455 §5.5.1", nothing_after)
        .expects("After its close frame the server sends nothing, whatever the client sends.")
        .hint("Stop reading frames after a close frame."),
    closing("closing/empty", "RFC 6455 §5.5.1", |session| {
        closes(session, &Draft::close_with(""))
    })
    .expects("A close frame without a status code is answered with a close frame.")
    .hint("The body may be missing: there is no status code then, and 1005 must not be sent."),
    closing("closing/own-code", "RFC 6455 §7.4.2", |session| {
        let random = [session.random.within(3000..=3999), session.random.within(4000..=4999)];
        let standard = [1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011];
        let long = "€".repeat(41);
        closes(session, &Draft::close(1000, &long))?;
        [&[3000, 4999][..], &random, &standard].concat().into_iter().try_for_each(|code| {
            closes(session, &Draft::close(code, "bye €"))
        })
    })
    .expects("Every status code that may be sent is accepted, 3000 to 4999 too, and a reason with it.")
    .hint("3000 to 3999 belong to libraries and 4000 to 4999 to applications."),
    closing("closing/one-byte", "RFC 6455 §5.5.1", |session| {
        [3, 0, session.random.pick(&[0x41, 0x7f, 0xff])].into_iter().try_for_each(|byte: u8| {
            session.open()?.refuses(&Draft::close_with([byte]), SHORT_HEADER, REFUSALS)
        })
    })
    .expects("A close frame with one byte of body fails the connection, with 1002.")
    .hint("The body is empty or begins with two bytes of status code."),
    closing("closing/invalid-code", "RFC 6455 §7.4", |session| {
        let within = |range| session.random.within(range);
        let random = [1..=998, 1017..=1999, 2000..=2998, 5001..=65_534].map(within);
        let edges = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535];
        [&edges[..], &random].concat().into_iter().try_for_each(|code| {
            let draft = Draft::close(code, session.random.pick(&["", "bye"]));
            session.open()?.refuses(&draft, SHORT_HEADER, REFUSALS)
        })
    })
    .expects("A status code that must not be sent fails the connection, with 1002.")
    .hint("1000 to 1003, 1007 to 1014 and 3000 to 4999 may be sent. 1004, 1005, 1006 and 1015 may not be sent, and the other codes are not defined."),
    closing("closing/reason", "RFC 6455 §5.5.1", |session| {
        let letters = session.random.letters(120);
        let reasons: [&[&[u8]]; 6] = [
            &[b"b", &[0xff]],
            &[&[0x80], b"bye"],
            &[b"bye", &[0xe2, 0x82]],
            &[&[0xed, 0xa0, 0x80]],
            &[&[0xc0, 0x80], b"bye"],
            &[letters.as_bytes(), &[0xf8]],
        ];
        reasons.iter().try_for_each(|reason| {
            let body = [&[0x03, 0xe8], reason.concat().as_slice()].concat();
            session.open()?.refuses(&Draft::close_with(body), SHORT_HEADER + 2, REFUSALS)
        })
    })
    .expects("A reason that is not UTF-8 fails the connection, with 1007 or 1002.")
    .hint("The bytes after the status code are a text: check that it is UTF-8."),
    Check::new(5, "limits/declared-length", "RFC 6455 §10.4", |session| {
        let mut peer = session.open()?;
        let offset = peer.send(&text("").bytes_declaring(HUGE, 8));
        peer.fails(&[TOO_BIG, PROTOCOL_ERROR], sent(offset + 2))
    })
    .expects("A frame that declares 2^62 bytes is refused once its header is there, with 1009.")
    .hint("Compare the length with a limit before you wait for the payload or allocate memory for it."),
];

/// A check for a server that knows the closing handshake.
const fn closing(id: &'static str, clause: &'static str, run: Run) -> Check {
    Check::new(5, id, clause, run).needs(&["closing/handshake"])
}

/// Sends a close frame, and returns the one that comes back.
fn close(peer: &mut Peer, draft: &Draft) -> Result<Frame, Stop> {
    peer.send_frame(draft);
    // A ping of the server's own may be on its way, and a part of an echo.
    let says_nothing =
        |frame: &Frame| frame.is_ping_or_pong() || (!frame.fin && !frame.opcode.is_control());
    match peer.event_except(peer.answer_time, says_nothing) {
        Event::Frame(frame) if frame.opcode == Opcode::Close => Ok(frame),
        other => Err(peer.instead(&other, "no close frame came")),
    }
}

/// Expects that a close frame, which is right, is answered with one that is right.
/// It may have the same status code, another one, or none (RFC 6455 §5.5.1), but none that blames
/// the client.
fn closes(session: &Session, draft: &Draft) -> Judgement {
    let mut peer = session.open()?;
    let frame = close(&mut peer, draft)?;
    let is_good = match frame.code() {
        None => frame.payload.is_empty(),
        Some(code) => {
            matches!(code, 1000 | 1001 | 1012..=1014 | 3000..=4999)
                || draft.payload.starts_with(&code.to_be_bytes())
        }
    };
    let reason = frame.payload.get(2..).unwrap_or_default();
    if is_good && std::str::from_utf8(reason).is_ok() {
        return Ok(());
    }
    Err(peer.instead(&Event::Frame(frame), ""))
}

/// Expects that the server ends the TCP connection.
fn ends(peer: &mut Peer) -> Judgement {
    match peer.event_except(peer.answer_time, |_| true) {
        Event::Ended(_) => Ok(()),
        _ => Err(peer.wrong("The server keeps the TCP connection open", None)),
    }
}

fn tcp_after_failure(session: &Session) -> Judgement {
    let wrong = [
        text("Hello").with_rsv(RSV1),
        text("Hello").unmasked(),
        Draft::close(1005, ""),
        text([0xff]),
    ];
    wrong.iter().try_for_each(|draft| {
        let mut peer = session.open()?;
        peer.send_frame(draft);
        match peer.event_except(peer.answer_time, |frame| frame.opcode != Opcode::Close) {
            Event::Ended(_) => return Ok(()),
            Event::Frame(frame) => peer.send_frame(&Draft::close_with(frame.payload)),
            Event::Quiet => return Err(Stop::unseen("the server does not fail the connection")),
        };
        ends(&mut peer)
    })
}

fn nothing_after(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frames(&[Draft::close(1000, ""), text("too late"), Draft::ping("too late")]);
    let mut event = peer.event_except(session.options.answer, Frame::is_ping_or_pong);
    if matches!(&event, Event::Frame(frame) if frame.opcode == Opcode::Close) {
        event = peer.event(session.options.answer);
    }
    match event {
        Event::Frame(frame) => {
            let happened = format!("The server sent {frame}, but only a close frame was expected");
            Err(peer.wrong(happened, received(frame.start)))
        }
        Event::Ended(_) | Event::Quiet => Ok(()),
    }
}
