//! Level 5, hostile: peers that take more than they should be given.

use std::time::{Duration, Instant};

use super::{
    catalogue::{Check, Judgement, Stop, Turn},
    frame::{BINARY, CLOSE, CONTINUATION, Draft, Form, PING, PONG, RSV1, TEXT, text},
    memory,
    peer::{Event, Peer},
    request::Request,
    session::{Session, sent},
    unmasking::TOO_BIG,
};

/// How much memory a server may have needed, at its worst moment, over what it had at the start.
const MEMORY_BUDGET: u64 = 128 * 1024 * 1024;
/// The bytes of pings that are sent without reading a pong.
const FLOOD: usize = 32 * 1024 * 1024;
/// How long the flood may take: a server that has had enough stops reading.
const FLOOD_TIME: Duration = Duration::from_secs(2);
/// Empty fragments, all in one message.
const EMPTY_FRAGMENTS: usize = 1_000_000;
/// How large the small fragments are, in bytes.
const SMALL: usize = 64;
/// How large a larger fragment is.
const LARGE: usize = 64 * 1024;
const MIB: usize = 1024 * 1024;
/// Four times the work takes four times as long, and sixteen times if it is quadratic.
const LINEAR: u32 = 6;
/// How often it is measured before it counts as a failure.
const ATTEMPTS: usize = 3;
/// Less time than this says nothing.
const MEASURABLE: Duration = Duration::from_secs(2);

pub(super) const CHECKS: &[Check] = &[
    Check::new(5, "hostile/pipelined", "RFC 6455 §4.2.2", pipelined)
        .hostile()
        .expects("Frames right behind the request are served, though they come early.")
        .hint("What one read returns may be a request and a frame: keep what lies behind the blank line."),
    Check::new(5, "hostile/unanswered-close", "RFC 6455 §7.1.1", unanswered_close)
        .hostile()
        .expects("A connection that has failed is over after a while, whatever the client does.")
        .hint("Do not wait for a close frame for ever: give the closing handshake a deadline."),
    Check::new(5, "hostile/half-open", "RFC 6455 §5.5.2", half_open)
        .hostile()
        .expects("A peer that has gone silent is sent a ping after a while, or dropped.")
        .hint("TCP does not tell that a peer is gone: only a ping that stays unanswered does."),
    Check::new(5, "hostile/empty-fragments", "RFC 6455 §10.4", empty_fragments)
        .hostile()
        .expects("A message of a million empty fragments is refused.")
        .hint("Each costs you time and none counts for the limit on bytes: limit their number. 1008 or 1009."),
    Check::new(5, "hostile/message-limit", "RFC 6455 §10.4", message_limit)
        .hostile()
        .expects("A message of one byte more than the limit is refused with 1009, whole or in fragments.")
        .hint("Add up the fragments, and compare before you keep them."),
    Check::new(5, "hostile/ping-flood", "RFC 6455 §5.5.3", ping_flood)
        .hostile()
        .turn(Turn::Alone)
        .fault("F21")
        .expects("Who sends pings and reads no pong delays nobody else, and gets the last pong in the end.")
        .hint("Do not collect pongs, only the latest is owed; and never write to one peer while others wait."),
    Check::new(5, "hostile/small-fragments", "RFC 6455 §5.4", small_fragments)
        .hostile()
        .turn(Turn::Alone)
        .expects("A message of 4 MiB in fragments of 64 bytes takes about four times as long as one of 1 MiB.")
        .hint("Append a fragment to what is there, and do not copy or check all of it again."),
    Check::new(5, "hostile/memory", "RFC 6455 §10.4", memory_budget)
        .hostile()
        .needs(&["tcp/accept"])
        .turn(Turn::Last)
        .expects("All of this has not cost the server more than 128 MiB at any moment.")
        .hint("Allocate for what has come and never for what is declared; bound every queue."),
];

fn pipelined(session: &Session) -> Judgement {
    let mut peer = session.connect()?;
    peer.send(&[Request::new(session).bytes(), text("Hello").bytes()].concat());
    super::handshake::opens(&mut peer)?;
    peer.expect(TEXT, b"Hello").map(drop)
}

fn unanswered_close(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frame(&text("Hello").rsv(RSV1));
    let until = Instant::now() + session.options.patience;
    loop {
        match peer.event(until.saturating_duration_since(Instant::now())) {
            Event::Ended(_) => return Ok(()),
            Event::Frame(frame) if frame.opcode < CLOSE => {
                return Err(Stop::Unseen("the server does not fail the connection".to_owned()));
            }
            Event::Frame(_) => {}
            Event::Quiet => return Err(waits(&peer, session)),
        }
    }
}

fn waits(peer: &Peer, session: &Session) -> Stop {
    peer.wrong(format!("The server waits for more than {:?}", session.options.patience), None)
}

fn half_open(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    match peer.event(session.options.patience) {
        Event::Quiet => Err(waits(&peer, session)),
        _ => Ok(()),
    }
}

/// Whether the server has ended the connection meanwhile, one way or the other.
fn has_refused(peer: &mut Peer) -> bool {
    match peer.event(Duration::ZERO) {
        Event::Ended(_) => true,
        Event::Frame(frame) => frame.opcode == CLOSE,
        Event::Quiet => false,
    }
}

fn empty_fragments(session: &Session) -> Judgement {
    const BATCH: usize = 10_000;
    let mut peer = session.open()?;
    peer.send_frame(&text("").not_final());
    let batch = Draft::new(CONTINUATION, "").not_final().bytes().repeat(BATCH);
    for _ in 0..EMPTY_FRAGMENTS / BATCH {
        peer.send(&batch);
        if has_refused(&mut peer) {
            return Ok(());
        }
    }
    peer.send_frame(&Draft::new(CONTINUATION, ""));
    loop {
        match peer.event(session.options.answer) {
            Event::Ended(_) => return Ok(()),
            Event::Frame(frame) if frame.opcode == CLOSE => return Ok(()),
            // A server may send each fragment back as it comes.
            Event::Frame(frame) if !frame.fin => {}
            Event::Frame(_) | Event::Quiet => {
                return Err(peer.wrong("The server took a million empty fragments", None));
            }
        }
    }
}

fn message_limit(session: &Session) -> Judgement {
    let Some(limit) = session.options.message_max else {
        return Err(Stop::Unseen("say what the limit is: --message-max BYTES".to_owned()));
    };
    let mut peer = session.open()?;
    let offset = peer.send(&Draft::new(BINARY, "").form(form(limit + 1)).header(limit + 1));
    peer.fails(&[TOO_BIG], sent(offset + 1))?;

    let mut peer = session.open()?;
    let mut left = limit + 1;
    let mut opcode = BINARY;
    while left > 0 {
        let length = left.min(LARGE as u64);
        left -= length;
        let draft = Draft::new(opcode, vec![0; usize::try_from(length).unwrap_or(LARGE)]);
        if left == 0 {
            return peer.refuses(&draft, 0, &[TOO_BIG]);
        }
        peer.send_frame(&draft.not_final());
        opcode = CONTINUATION;
    }
    Ok(())
}

/// The shortest form of this length, or one that the standard allows in any case.
fn form(length: u64) -> Form {
    if length > 0xffff { Form::EightBytes } else { Form::Shortest }
}

fn ping_flood(session: &Session) -> Judgement {
    let mut flooding = session.open()?;
    let ping = Draft::new(PING, [b'.'; 125]).bytes();
    let pings = ping.repeat(FLOOD / ping.len());
    let pushed = flooding.push(&pings, Instant::now() + FLOOD_TIME);
    if let Err(stop) = session.open().and_then(|mut other| other.echoes("Hello")) {
        return Err(match stop {
            Stop::Unseen(why) => flooding.wrong(format!("For others, {why}"), None),
            failed @ Stop::Failed(_) => failed,
        });
    }
    // The rest of the ping that was cut, and one that can be told from the others.
    flooding.send(&pings[pushed..pushed.next_multiple_of(ping.len()).min(pings.len())]);
    flooding.send_frame(&Draft::new(PING, "last"));
    loop {
        match flooding.event(session.options.answer) {
            // To drop such a peer is no fault.
            Event::Ended(_) => return Ok(()),
            Event::Frame(frame) if frame.opcode == CLOSE || frame.payload == b"last" => {
                return Ok(());
            }
            Event::Frame(frame) if frame.opcode == PONG || frame.opcode == PING => {}
            other => return Err(flooding.instead(&other, "the last pong has not come")),
        }
    }
}

fn small_fragments(session: &Session) -> Judgement {
    let mut times = (Duration::ZERO, Duration::ZERO);
    // Something else may keep the machine busy: one good measurement is enough.
    for _ in 0..ATTEMPTS {
        times = (time_in_fragments(session, MIB)?, time_in_fragments(session, 4 * MIB)?);
        if times.1 < MEASURABLE || times.1 < times.0 * LINEAR {
            return Ok(());
        }
    }
    let happened = format!("1 MiB took {:.1?} and 4 MiB took {:.1?}", times.0, times.1);
    Err(session.connect()?.wrong(happened, None))
}

/// How long a message of this size takes to come back, sent in small fragments.
fn time_in_fragments(session: &Session, size: usize) -> Result<Duration, Stop> {
    let mut bytes = Draft::new(BINARY, [0; SMALL]).not_final().bytes();
    let next = Draft::new(CONTINUATION, [0; SMALL]);
    bytes.extend(next.clone().not_final().bytes().repeat(size / SMALL - 2));
    bytes.extend(next.bytes());
    let mut peer = session.open()?;
    let start = Instant::now();
    peer.send(&bytes);
    let mut count = 0;
    while count < size {
        match peer.event(session.until.saturating_duration_since(Instant::now())) {
            Event::Frame(frame) if frame.opcode < CLOSE => count += frame.payload.len(),
            Event::Frame(frame) if frame.opcode == CLOSE => {
                let why = format!("a message of {size} bytes is too much for it: {frame}");
                return Err(Stop::Unseen(why));
            }
            Event::Frame(_) => {}
            Event::Ended(how) => {
                let why = format!("a message of {size} bytes is too much for it: it {how}");
                return Err(Stop::Unseen(why));
            }
            Event::Quiet => {
                let happened = format!("{size} bytes took more than {:.1?}", start.elapsed());
                return Err(peer.wrong(happened, None));
            }
        }
    }
    Ok(start.elapsed())
}

fn memory_budget(session: &Session) -> Judgement {
    let Some(pid) = session.options.pid else {
        return Err(Stop::Unseen("say which process it is: --pid PID".to_owned()));
    };
    let (Some(before), Some(peak)) = (session.memory, memory::of(pid, memory::PEAK)) else {
        return Err(Stop::Unseen("the system does not say how much memory it has".to_owned()));
    };
    let more = peak.saturating_sub(before);
    if more <= MEMORY_BUDGET {
        return Ok(());
    }
    let [more, before] = [more, before].map(|bytes| bytes / MIB as u64);
    let happened = format!("At its worst it took {more} MiB more than the {before} MiB at first");
    Err(session.connect()?.wrong(happened, None))
}
