//! Level 5: the closing handshake, and what no server may be led into allocating.

use std::time::Instant;

use super::{
    catalogue::{Check, Judgement, Stop},
    frame::{CLOSE, Draft, Form, Frame, text},
    peer::{Event, Peer},
    session::{Session, received, sent},
    unmasking::{PROTOCOL_ERROR, TOO_BIG},
};

/// The length of a frame that no machine could hold.
const HUGE: u64 = 1 << 62;
/// Where the payload of a short masked frame begins.
const PAYLOAD: u64 = 6;

pub(super) const CHECKS: &[Check] = &[
    Check::new(5, "closing/handshake", "RFC 6455 §5.5.1", handshake)
        .fault("F14")
        .expects("A close frame is answered with a close frame that has the same status code.")
        .hint("Look at the opcode: 8 is answered with 8, and only then comes the end."),
    Check::new(5, "closing/tcp", "RFC 6455 §7.1.1", tcp)
        .needs(&["closing/handshake"])
        .fault("F14")
        .expects("After the closing handshake the server ends the TCP connection.")
        .hint("It is the server's part to end it first, and at once."),
    Check::new(5, "closing/nothing-after", "RFC 6455 §5.5.1", nothing_after)
        .needs(&["closing/handshake"])
        .expects(
            "After its close frame the server sends nothing, whatever came behind the client's.",
        )
        .hint("Stop reading frames once there was a close frame."),
    Check::new(5, "closing/empty", "RFC 6455 §5.5.1", empty)
        .needs(&["closing/handshake"])
        .expects("A close frame without a status code is answered with a close frame.")
        .hint("The body may be missing: there is no code then, and 1005 must not be sent."),
    Check::new(5, "closing/own-code", "RFC 6455 §7.4.2", own_code)
        .needs(&["closing/handshake"])
        .expects("The codes 3000 to 4999 are taken, and a reason with them.")
        .hint("3000 to 3999 belong to libraries and 4000 to 4999 to applications."),
    Check::new(5, "closing/one-byte", "RFC 6455 §5.5.1", one_byte)
        .needs(&["closing/handshake"])
        .expects("A close frame with one byte of body fails the connection, with 1002.")
        .hint("The body is empty or begins with two bytes of status code."),
    Check::new(5, "closing/invalid-code", "RFC 6455 §7.4", invalid_code)
        .needs(&["closing/handshake"])
        .expects("A status code that must not be sent fails the connection, with 1002.")
        .hint("Below 1000 there are none, and 1005, 1006 and 1015 stand for what was never sent."),
    Check::new(5, "closing/reason", "RFC 6455 §5.5.1", reason)
        .needs(&["closing/handshake"])
        .expects("A reason that is no UTF-8 fails the connection, with 1007 or 1002.")
        .hint("What follows the status code is text: check it like one."),
    Check::new(5, "limits/declared-length", "RFC 6455 §10.4", declared)
        .expects("A frame that declares 2^62 bytes is refused at its header, with 1009.")
        .hint("Compare the length with a limit before you wait for the payload or allocate it."),
];

/// Sends a close frame, and hands back the one that comes.
fn close(peer: &mut Peer, draft: &Draft, session: &Session) -> Result<Frame, Stop> {
    peer.send_frame(draft);
    loop {
        match peer.event(session.options.answer) {
            Event::Frame(frame) if frame.opcode == CLOSE => return Ok(frame),
            // A ping of the server's own may have been under way.
            Event::Frame(frame) if frame.opcode > CLOSE => {}
            other => return Err(peer.instead(&other, "no close frame came")),
        }
    }
}

fn handshake(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let frame = close(&mut peer, &Draft::close(1000, b""), session)?;
    if frame.code() == Some(1000) {
        return Ok(());
    }
    Err(peer.wrong(format!("The server sent {frame}, and not 1000"), received(frame.start)))
}

fn tcp(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    close(&mut peer, &Draft::close(1000, b""), session)?;
    let until = Instant::now() + session.options.answer;
    loop {
        match peer.event(until.saturating_duration_since(Instant::now())) {
            Event::Ended(_) => return Ok(()),
            // That is another check's business.
            Event::Frame(_) => {}
            Event::Quiet => {
                return Err(peer.wrong("The server keeps the TCP connection open", None));
            }
        }
    }
}

fn nothing_after(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send(&[Draft::close(1000, b"").bytes(), text("too late").bytes()].concat());
    let mut closed = false;
    loop {
        match peer.event(session.options.answer) {
            Event::Frame(frame) if frame.opcode == CLOSE && !closed => closed = true,
            Event::Frame(frame) if frame.opcode > CLOSE && !closed => {}
            Event::Frame(frame) => {
                let happened = format!("The server sent {frame} where only a close was due");
                return Err(peer.wrong(happened, received(frame.start)));
            }
            Event::Ended(_) | Event::Quiet => return Ok(()),
        }
    }
}

fn empty(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let frame = close(&mut peer, &Draft::new(CLOSE, ""), session)?;
    match frame.code() {
        None | Some(1000) => Ok(()),
        Some(_) => {
            let mark = received(frame.payload_start());
            Err(peer.wrong(format!("The server sent {frame}"), mark))
        }
    }
}

fn own_code(session: &Session) -> Judgement {
    for code in [3000, 4999] {
        let mut peer = session.open()?;
        let draft = Draft::close(code, "bye €".as_bytes());
        let frame = close(&mut peer, &draft, session)?;
        if frame.code() != Some(code) {
            let mark = received(frame.payload_start());
            return Err(peer.wrong(format!("The server sent {frame}, and not {code}"), mark));
        }
    }
    Ok(())
}

fn one_byte(session: &Session) -> Judgement {
    session.open()?.refuses(&Draft::new(CLOSE, [3]), PAYLOAD, &[PROTOCOL_ERROR])
}

fn invalid_code(session: &Session) -> Judgement {
    for code in [999, 1005, 1006, 1015] {
        session.open()?.refuses(&Draft::close(code, b""), PAYLOAD, &[PROTOCOL_ERROR])?;
    }
    Ok(())
}

fn reason(session: &Session) -> Judgement {
    let draft = Draft::close(1000, &[b'b', 0xff]);
    session.open()?.refuses(&draft, PAYLOAD + 3, &[1007, PROTOCOL_ERROR])
}

fn declared(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let offset = peer.send(&text("").form(Form::EightBytes).header(HUGE));
    peer.fails(&[TOO_BIG, PROTOCOL_ERROR], sent(offset + 2))
}
