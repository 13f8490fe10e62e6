//! Level 5: the closing handshake, and a length that must not be allocated.

use crate::checker::check::{Check, Run};
use crate::checker::session::Session;
use crate::checker::wire::frame::{
    Draft, Frame, INVALID_DATA, Opcode, PROTOCOL_ERROR, SHORT_HEADER, TOO_BIG, text,
};
use crate::checker::wire::peer::{Event, Peer};
use crate::checker::wire::record::{received, sent};
use crate::checker::wire::stop::{Judgement, Stop};

/// The length of a frame that no machine could hold.
const HUGE: u64 = 1 << 62;

pub(crate) const CHECKS: &[Check] = &[
    Check::new(5, "closing/handshake", "RFC 6455 §5.5.1", |session| {
        closes(session, &Draft::close(1000, ""), 1000)
    })
    .fault("F14")
    .expects("A close frame is answered with a close frame that has the same status code.")
    .hint("Look at the opcode: answer an 8 with an 8, and only then end the connection."),
    closing("closing/tcp", "RFC 6455 §7.1.1", |session| {
        let mut peer = session.open()?;
        close(&mut peer, &Draft::close(1000, ""))?;
        match peer.event_except(session.options.answer, |_| true) {
            Event::Ended(_) => Ok(()),
            _ => Err(peer.wrong("The server keeps the TCP connection open", None)),
        }
    })
    .fault("F14")
    .expects("After the closing handshake the server ends the TCP connection.")
    .hint("The server ends it first, and at once."),
    closing("closing/nothing-after", "RFC 6455 §5.5.1", nothing_after)
        .expects("After its close frame the server sends nothing, whatever the client sends.")
        .hint("Stop reading frames after a close frame."),
    closing("closing/empty", "RFC 6455 §5.5.1", |session| {
        let mut peer = session.open()?;
        let frame = close(&mut peer, &Draft::close_with(""))?;
        peer.close_with(&frame, &[1000])
    })
    .expects("A close frame without a status code is answered with a close frame.")
    .hint("The body may be missing: there is no status code then, and 1005 must not be sent."),
    closing("closing/own-code", "RFC 6455 §7.4.2", |session| {
        [3000, 4999]
            .into_iter()
            .try_for_each(|code| closes(session, &Draft::close(code, "bye €"), code))
    })
    .expects("The status codes 3000 to 4999 are taken, and a reason with them.")
    .hint("3000 to 3999 belong to libraries and 4000 to 4999 to applications."),
    closing("closing/one-byte", "RFC 6455 §5.5.1", |session| {
        session.open()?.refuses(&Draft::close_with([3]), SHORT_HEADER, &[PROTOCOL_ERROR])
    })
    .expects("A close frame with one byte of body fails the connection, with 1002.")
    .hint("The body is empty or begins with two bytes of status code."),
    closing("closing/invalid-code", "RFC 6455 §7.4", |session| {
        [999, 1005, 1006, 1015].into_iter().try_for_each(|code| {
            let draft = Draft::close(code, "");
            session.open()?.refuses(&draft, SHORT_HEADER, &[PROTOCOL_ERROR])
        })
    })
    .expects("A status code that must not be sent fails the connection, with 1002.")
    .hint("There is none below 1000, and 1005, 1006 and 1015 are never sent."),
    closing("closing/reason", "RFC 6455 §5.5.1", |session| {
        let draft = Draft::close_with([0x03, 0xe8, b'b', 0xff]);
        session.open()?.refuses(&draft, SHORT_HEADER + 3, &[INVALID_DATA, PROTOCOL_ERROR])
    })
    .expects("A reason that is not UTF-8 fails the connection, with 1007 or 1002.")
    .hint("What follows the status code is text: check it like one."),
    Check::new(5, "limits/declared-length", "RFC 6455 §10.4", |session| {
        let mut peer = session.open()?;
        let offset = peer.send(&text("").bytes_declaring(HUGE, 8));
        peer.fails(&[TOO_BIG, PROTOCOL_ERROR], sent(offset + 2))
    })
    .expects("A frame that declares 2^62 bytes is refused at its header, with 1009.")
    .hint("Compare the length with a limit before you wait for the payload or allocate it."),
];

/// A check for a server that knows the closing handshake.
const fn closing(id: &'static str, clause: &'static str, run: Run) -> Check {
    Check::new(5, id, clause, run).needs(&["closing/handshake"])
}

/// Sends a close frame, and returns the one that comes back.
fn close(peer: &mut Peer, draft: &Draft) -> Result<Frame, Stop> {
    peer.send_frame(draft);
    // A ping of the server's own may be on its way.
    match peer.event_except(peer.answer_time, Frame::is_ping_or_pong) {
        Event::Frame(frame) if frame.opcode == Opcode::Close => Ok(frame),
        other => Err(peer.instead(&other, "no close frame came")),
    }
}

/// Expects that a close frame is answered with this status code.
fn closes(session: &Session, draft: &Draft, code: u16) -> Judgement {
    let mut peer = session.open()?;
    let frame = close(&mut peer, draft)?;
    if frame.payload.is_empty() {
        return Err(peer.instead(&Event::Frame(frame), ""));
    }
    peer.close_with(&frame, &[code])
}

fn nothing_after(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send(&[Draft::close(1000, "").bytes(), text("too late").bytes()].concat());
    let mut event = peer.event_except(session.options.answer, Frame::is_ping_or_pong);
    if matches!(&event, Event::Frame(frame) if frame.opcode == Opcode::Close) {
        event = peer.event(session.options.answer);
    }
    match event {
        Event::Frame(frame) => {
            let happened = format!("The server sent {frame} where only a close was due");
            Err(peer.wrong(happened, received(frame.start)))
        }
        Event::Ended(_) | Event::Quiet => Ok(()),
    }
}
