//! Level 5, hostile: peers that take more than they should be given.

use std::time::{Duration, Instant};

use testkit::shortest_form;

use crate::checker::check::{Check, Turn};
use crate::checker::memory;
use crate::checker::session::Session;
use crate::checker::wire::frame::{Draft, Frame, Opcode, RSV1, SHORT_HEADER, TOO_BIG, text};
use crate::checker::wire::peer::Event;
use crate::checker::wire::record::{received, sent};
use crate::checker::wire::stop::{Judgement, Stop};

/// How much memory a server may have needed, at its worst moment, over what it had at the start.
const MEMORY_BUDGET: u64 = 128 * 1024 * 1024;
/// The bytes of pings that are sent without reading a pong.
const FLOOD: usize = 32 * 1024 * 1024;
/// How long the flood may take: a server that has had enough stops reading.
const FLOOD_TIME: Duration = Duration::from_secs(2);
/// How long the last answer may take, behind all others.
const FLOOD_ANSWER: Duration = Duration::from_secs(10);
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

pub(crate) const CHECKS: &[Check] = &[
    Check::hostile(5, "hostile/pipelined", "RFC 6455 §4.2.2", |session| {
        let (request, frame) = (session.request().bytes(), text("Hello").bytes());
        let mut peer = session.send(&[request.as_slice(), &frame].concat())?;
        peer.opens()?;
        session.greeted(&mut peer)?;
        peer.expect(Opcode::Text, b"Hello").map_err(|stop| match stop {
            Stop::Failed(mut finding) => {
                // If nothing has come back, the frame that was lost is what there is to see.
                finding.mark = finding.mark.or(Some(sent(request.len() as u64)));
                Stop::Failed(finding)
            }
            unseen @ Stop::Unseen(_) => unseen,
        })
    })
    .expects("A frame that arrives together with the request is answered too.")
    .hint("One read may return a request and a frame: keep what comes after the blank line."),
    Check::hostile(5, "hostile/unanswered-close", "RFC 6455 §7.1.1", |session| {
        let mut peer = session.open()?;
        peer.send_frame(&text("Hello").with_rsv(RSV1));
        match peer.event_except(session.options.patience, |frame| frame.opcode.is_control()) {
            Event::Ended(_) => Ok(()),
            Event::Frame(_) => Err(Stop::unseen("the server does not fail the connection")),
            Event::Quiet => Err(session.waits(&peer)),
        }
    })
    .expects("A connection that the server has failed ends after a while, whatever the client does.")
    .hint("Do not wait forever for a close frame: give the closing handshake a deadline."),
    Check::hostile(5, "hostile/half-open", "RFC 6455 §5.5.2", |session| {
        let mut peer = session.open()?;
        peer.answers_no_ping();
        match peer.event(session.options.patience) {
            Event::Quiet => Err(session.waits(&peer)),
            Event::Frame(frame) if frame.opcode == Opcode::Ping => {
                let goes_on = |frame: &Frame| frame.opcode != Opcode::Close;
                match peer.event_except(session.options.patience, goes_on) {
                    Event::Quiet => {
                        let happened = "The server sent a ping, and keeps the connection without a pong";
                        Err(peer.wrong(happened, received(frame.start)))
                    }
                    Event::Frame(_) | Event::Ended(_) => Ok(()),
                }
            }
            Event::Frame(_) | Event::Ended(_) => Ok(()),
        }
    })
    .expects("A peer that has gone silent is sent a ping after a while, and dropped if it does not answer.")
    .hint("TCP does not report that a peer has gone: only a ping without an answer shows it. Then end the connection."),
    Check::hostile(5, "hostile/empty-fragments", "RFC 6455 §10.4", empty_fragments)
        .expects("A message of a million empty fragments is refused.")
        .hint("Each fragment costs time, but adds nothing to the length of the message: limit the number of fragments. Close with 1008 or 1009."),
    Check::hostile(5, "hostile/early-utf8", "RFC 6455 §8.1", |session| {
        [text([b'a', 0xff]), text([0xe2, 0x28]), text([0xed, 0xa0])].into_iter().try_for_each(|draft| {
            let mut peer = session.open()?;
            let offset = peer.send_frame(&draft.not_final());
            match peer.event_except(session.options.answer, |frame| frame.opcode != Opcode::Close) {
                Event::Quiet => {
                    let happened = "The server waits for the rest of a text that is already invalid";
                    Err(peer.wrong(happened, sent(offset + SHORT_HEADER)))
                }
                _ => Ok(()),
            }
        })
    })
    .needs(&["utf8/in-fragments"])
    .expects("A fragment that is not UTF-8 fails the connection before the message ends.")
    .hint("Check the bytes of a text that have arrived, and keep only a character at the end that is not complete yet."),
    Check::hostile(5, "hostile/message-limit", "RFC 6455 §10.4", message_limit)
        .expects("A message of one byte more than the limit is refused with 1009, in one frame or in fragments.")
        .hint("Add up the fragments, and compare the sum with the limit before you keep them."),
    Check::hostile(5, "hostile/ping-flood", "RFC 6455 §5.5.3", ping_flood)
        .turn(Turn::Alone)
        .fault("F21")
        .expects("A client that sends pings and reads no pongs does not delay other clients, and receives the last pong in the end.")
        .hint("Keep only the latest pong, which is enough, and never let other clients wait while you write to one."),
    Check::hostile(5, "hostile/small-fragments", "RFC 6455 §5.4", small_fragments)
        .turn(Turn::Alone)
        .expects("A message of 4 MiB in fragments of 64 bytes takes about four times as long as one of 1 MiB.")
        .hint("Append each fragment to the earlier ones, and do not copy or check those again."),
    Check::hostile(5, "hostile/memory", "RFC 6455 §10.4", memory_budget)
        .needs(&["tcp/accept"])
        .turn(Turn::Last)
        .expects("During all of these checks the server has not used more than 128 MiB of additional memory.")
        .hint("Allocate memory for bytes that have arrived, never for a declared length, and limit every queue."),
];

fn empty_fragments(session: &Session) -> Judgement {
    const BATCH: usize = 10_000;
    let mut peer = session.open()?;
    peer.send_frame(&text("").not_final());
    let batch = Draft::continuation("").not_final().bytes().repeat(BATCH);
    for _ in 0..EMPTY_FRAGMENTS / BATCH {
        peer.send(&batch);
        match peer.event(Duration::ZERO) {
            Event::Ended(_) => return Ok(()),
            Event::Frame(frame) if frame.opcode == Opcode::Close => return Ok(()),
            Event::Frame(_) | Event::Quiet => {}
        }
    }
    peer.send_frame(&Draft::continuation(""));
    // A server may send each fragment back at once.
    match peer.event_except(FLOOD_ANSWER, |frame| !frame.fin || frame.is_ping_or_pong()) {
        Event::Ended(_) => Ok(()),
        Event::Frame(frame) if frame.opcode == Opcode::Close => Ok(()),
        _ => Err(peer.wrong("The server accepted a million empty fragments", None)),
    }
}

fn message_limit(session: &Session) -> Judgement {
    let Some(limit) = session.options.message_max else {
        return Err(Stop::unseen("the limit is not known: give it with --message-max BYTES"));
    };
    let mut peer = session.open()?;
    let header = Draft::binary("").bytes_declaring(limit + 1, shortest_form(limit + 1));
    let offset = peer.send(&header);
    peer.fails(&[TOO_BIG], sent(offset + 1))?;

    let mut peer = session.open()?;
    let mut left = limit + 1;
    let mut opcode = Opcode::Binary;
    while left > LARGE as u64 {
        peer.send_frame(&Draft::new(opcode, vec![0; LARGE]).not_final());
        left -= LARGE as u64;
        opcode = Opcode::Continuation;
    }
    let last = Draft::new(opcode, vec![0; usize::try_from(left).unwrap_or(LARGE)]);
    peer.refuses(&last, 0, &[TOO_BIG])
}

fn ping_flood(session: &Session) -> Judgement {
    let mut flooding = session.open()?;
    let ping = Draft::ping([b'.'; 125]).bytes();
    let pings = ping.repeat(FLOOD / ping.len());
    let pushed = flooding.push(&pings, Instant::now() + FLOOD_TIME);
    if let Err(stop) = session.open().and_then(|mut other| other.echoes("Hello")) {
        return Err(match stop {
            Stop::Unseen(why) => flooding.wrong(format!("For another client, {why}"), None),
            failed @ Stop::Failed(_) => failed,
        });
    }
    // The rest of the ping that was cut, and one that can be told from the others.
    flooding.send(&pings[pushed..pushed.next_multiple_of(ping.len()).min(pings.len())]);
    flooding.send_frame(&Draft::ping("last"));
    let is_early = |frame: &Frame| frame.is_ping_or_pong() && frame.payload != b"last";
    match flooding.event_except(FLOOD_ANSWER, is_early) {
        // To drop such a peer is allowed.
        Event::Ended(_) => Ok(()),
        Event::Frame(frame) if frame.opcode == Opcode::Close || frame.payload == b"last" => Ok(()),
        other => Err(flooding.instead(&other, "the last pong has not come")),
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
    let mut bytes = Draft::binary([0; SMALL]).not_final().bytes();
    let next = Draft::continuation([0; SMALL]);
    bytes.extend(next.clone().not_final().bytes().repeat(size / SMALL - 2));
    bytes.extend(next.bytes());
    let mut peer = session.open()?;
    let start = Instant::now();
    peer.send(&bytes);
    // This may take as long as the whole check.
    peer.answer_time = session.until.saturating_duration_since(start);
    let (came_back, time) = (peer.message(), start.elapsed());
    came_back.map(|_| time).map_err(|stop| match stop {
        Stop::Failed(finding) if Instant::now() < session.until => {
            Stop::Unseen(format!("{size} bytes do not come back: {}", finding.happened))
        }
        _ => peer.wrong(format!("{size} bytes took more than {time:.1?}"), None),
    })
}

fn memory_budget(session: &Session) -> Judgement {
    let Some(pid) = session.options.pid else {
        return Err(Stop::unseen("the process is not known: give it with --pid PID"));
    };
    let (Some(before), Some(peak)) = (session.memory, memory::of(pid, memory::PEAK)) else {
        return Err(Stop::unseen("the system does not say how much memory the server has"));
    };
    let more = peak.saturating_sub(before);
    if more <= MEMORY_BUDGET {
        return Ok(());
    }
    let [more, before] = [more, before].map(|bytes| bytes / MIB as u64);
    let happened = format!(
        "At its peak, the server used {more} MiB more than the {before} MiB at the beginning"
    );
    Err(session.connect()?.wrong(happened, None))
}
