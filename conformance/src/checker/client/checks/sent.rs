//! Levels 3 to 5: the frames that the client sends, on all connections of the run.

use std::collections::HashSet;
use std::sync::MutexGuard;

use testkit::shortest_form;

use crate::checker::check::{Check, ClientRun, Turn};
use crate::checker::client::seen::Seen;
use crate::checker::client::visit::Visit;
use crate::checker::wire::frame::{Draft, Frame, Opcode, RSV1, text};
use crate::checker::wire::peer::Event;
use crate::checker::wire::stop::{Judgement, Stop};

/// The longest payload of a control frame (§5.5).
const CONTROL_MAX: usize = 125;
/// How many masking keys show which bits vary.
const KEYS_MIN: usize = 40;
/// How many of the 32 bits of a masking key must vary.
const KEY_BITS_MIN: u32 = 24;
/// How many masking keys in a row show that they are counted.
const STEPS_MIN: usize = 4;

pub(crate) const CHECKS: &[Check] = &[
    sent(3, "client/masked", "RFC 6455 §5.1", |visit| {
        every_frame(visit, 1, |frame, _| {
            frame.key.is_none().then(|| format!("The client sent {frame}, without a mask"))
        })
    })
    .expects("Every frame from the client is masked, and control frames and empty ones too.")
    .hint("Set the top bit of the second byte, and send the four bytes of the key after the length."),
    sent(3, "client/mask-fresh", "RFC 6455 §5.3", |visit| {
        samples(visit).iter().try_for_each(fresh)
    })
    .expects("Each frame has a masking key of its own.")
    .hint("Draw four random bytes for each frame; a key that is zero hides nothing."),
    sent(3, "client/mask-random", "RFC 6455 §5.3", random)
        .needs(&["client/mask-fresh"])
        .expects("No masking key can be predicted from the keys before it, or from those of another connection.")
        .hint("Use the random numbers of the system, or a generator that is seeded by them."),
    sent(3, "client/minimal-length", "RFC 6455 §5.2", |visit| {
        every_frame(visit, 1, |frame, _| {
            let length = frame.payload.len();
            (frame.extended() != shortest_form(length as u64) as u64)
                .then(|| format!("The length {length} is not in its shortest form"))
        })
    })
    .expects("The client writes each length in the shortest form that holds it.")
    .hint("Up to 125 in seven bits, up to 65,535 in two bytes, the rest in eight."),
    sent(4, "client/reserved-bits-clear", "RFC 6455 §5.2", |visit| {
        every_frame(visit, 0, |frame, seen| {
            let is_compressed =
                seen.compresses && matches!(frame.opcode, Opcode::Text | Opcode::Binary);
            let allowed = if is_compressed { RSV1 } else { 0 };
            (frame.rsv & !allowed != 0)
                .then(|| format!("The client sent {frame}, with a reserved bit set"))
        })
    })
    .expects(
        "Frames from the client have RSV1, RSV2 and RSV3 clear, unless an extension uses them.",
    )
    .hint("RSV1 marks the first frame of a compressed message, and only if the server has agreed."),
    sent(4, "client/opcodes", "RFC 6455 §5.2", |visit| {
        every_frame(visit, 0, |frame, _| {
            matches!(frame.opcode, Opcode::Reserved(_)).then(|| format!("The client sent {frame}"))
        })
    })
    .expects("The client sends only opcodes that are defined.")
    .hint("0, 1, 2, 8, 9 and 10 are defined."),
    sent(4, "client/control-frames", "RFC 6455 §5.5", |visit| {
        every_frame(visit, 0, |frame, _| {
            let length = frame.payload.len();
            let is_wrong = frame.opcode.is_control() && (!frame.fin || length > CONTROL_MAX);
            is_wrong.then(|| format!("The client sent {frame}, too long or in fragments"))
        })
    })
    .expects("Control frames from the client have at most 125 bytes, and are not fragmented.")
    .hint("Cut the reason of a close frame to 123 bytes, at a character."),
    sent(4, "client/fragments-sent", "RFC 6455 §5.4", |visit| {
        samples(visit).iter().try_for_each(fragments)
    })
    .expects("Messages from the client do not overlap: a continuation follows a first fragment.")
    .hint("Only control frames may come between the fragments of a message."),
    sent(5, "client/text-sent", "RFC 6455 §5.6", |visit| {
        samples(visit).iter().try_for_each(texts)
    })
    .expects("Texts from the client are UTF-8.")
    .hint("Send other bytes as a binary message."),
    sent(5, "client/close-sent", "RFC 6455 §7.4", |visit| {
        every_frame(visit, 2, |frame, _| close(frame))
    })
    .expects("Close frames from the client have a status code that may be sent, or none.")
    .hint("1005, 1006 and 1015 are never sent; 3000 to 4999 are free to use."),
];

/// A check of all frames that were sent.
const fn sent(level: u8, id: &'static str, clause: &'static str, run: ClientRun) -> Check {
    Check::client(level, id, clause, run).turn(Turn::Last)
}

/// All connections of the run, among them two conversations that show all kinds of frames.
pub(crate) fn samples<'run>(visit: &Visit<'run>) -> MutexGuard<'run, Vec<Seen>> {
    visit.hall.samples.call_once(|| {
        for _ in 0..2 {
            // That it does not connect is for another check.
            let Ok(mut guest) = visit.open() else { return };
            let lengths = [0, 5, 125, 126, 65_535, 65_536];
            let texts = lengths.map(|length| text(vec![b'a'; length]));
            let more = [(); KEYS_MIN / 2].map(|()| text("more"));
            let others = [Draft::binary([0, 1]), Draft::ping(""), Draft::ping([b'p'; CONTROL_MAX])];
            for draft in texts.iter().chain(&others).chain(&more) {
                guest.send_frame(draft);
            }
            guest.send_frame(&Draft::close(1000, "done"));
            let wait = visit.hall.options.answer;
            while let Event::Frame(frame) = guest.event(wait) {
                if frame.opcode == Opcode::Close {
                    break;
                }
            }
        }
    });
    visit.hall.seen()
}

/// How many bits are not the same in all keys.
pub(crate) fn varying_bits<const N: usize>(keys: &[[u8; N]]) -> u32 {
    let first = keys.first().copied().unwrap_or([0; N]);
    let mut varies = [0; N];
    for key in keys {
        for (bits, (one, other)) in varies.iter_mut().zip(key.iter().zip(first)) {
            *bits |= one ^ other;
        }
    }
    varies.iter().map(|bits| bits.count_ones()).sum()
}

/// Judges every frame. `wrong` says what is wrong in one, and the mark is `index` bytes behind its
/// beginning.
fn every_frame(
    visit: &Visit,
    index: u64,
    wrong: impl Fn(&Frame, &Seen) -> Option<String>,
) -> Judgement {
    for seen in samples(visit).iter() {
        for frame in &seen.frames {
            if let Some(happened) = wrong(frame, seen) {
                let header = frame.payload_start - frame.start;
                let index = if index == 2 { header } else { index };
                return Err(seen.wrong_frame(happened, frame, index));
            }
        }
    }
    Ok(())
}

/// The masking keys of a connection, each with its frame.
fn keys(seen: &Seen) -> Vec<([u8; 4], &Frame)> {
    seen.frames.iter().filter_map(|frame| Some((frame.key?, frame))).collect()
}

/// A failure at the masking key of a frame.
fn wrong_key(seen: &Seen, frame: &Frame, happened: String) -> Stop {
    seen.wrong_frame(happened, frame, frame.payload_start - frame.start - 4)
}

fn fresh(seen: &Seen) -> Judgement {
    let mut known = HashSet::new();
    let mut repeated = 0;
    for (key, frame) in keys(seen) {
        repeated += usize::from(!known.insert(key));
        // Once may be chance.
        if repeated > 1 {
            let [a, b, c, d] = key;
            let happened = format!("The masking key {a:02x} {b:02x} {c:02x} {d:02x} is used again");
            return Err(wrong_key(seen, frame, happened));
        }
    }
    Ok(())
}

fn random(visit: &Visit) -> Judgement {
    let all = samples(visit);
    let mut first_keys = HashSet::new();
    let mut every = Vec::new();
    for seen in all.iter() {
        let keys = keys(seen);
        // Keys that repeat within a connection are for another check.
        let distinct: HashSet<[u8; 4]> = keys.iter().map(|(key, _)| *key).collect();
        if distinct.len() < keys.len() {
            continue;
        }
        if let Some(&(key, frame)) = keys.first()
            && !first_keys.insert(key)
        {
            let happened = "Two connections begin with the same masking key".to_owned();
            return Err(wrong_key(seen, frame, happened));
        }
        for read in [u32::from_be_bytes, u32::from_le_bytes] {
            let numbers: Vec<u32> = keys.iter().map(|(key, _)| read(*key)).collect();
            let steps: Vec<u32> =
                numbers.windows(2).map(|two| two[1].wrapping_sub(two[0])).collect();
            let is_counted = steps.len() >= STEPS_MIN && steps.iter().all(|step| *step == steps[0]);
            if let Some((_, frame)) = keys.get(1).filter(|_| is_counted) {
                let happened = format!("Each masking key is the one before it plus {}", steps[0]);
                return Err(wrong_key(seen, frame, happened));
            }
        }
        every.extend(keys.into_iter().map(|(key, frame)| (key, frame, seen)));
    }
    let keys: Vec<[u8; 4]> = every.iter().map(|(key, ..)| *key).collect();
    let bits = varying_bits(&keys);
    match every.last() {
        Some((_, frame, seen)) if keys.len() >= KEYS_MIN && bits < KEY_BITS_MIN => {
            let count = keys.len();
            let happened =
                format!("Between {count} masking keys, only {bits} of the 32 bits differ");
            Err(wrong_key(seen, frame, happened))
        }
        _ => Ok(()),
    }
}

fn fragments(seen: &Seen) -> Judgement {
    let mut is_open = false;
    for frame in seen.frames.iter().filter(|frame| !frame.opcode.is_control()) {
        if (frame.opcode == Opcode::Continuation) != is_open {
            let happened = format!("The client sent {frame} where it does not belong");
            return Err(seen.wrong_frame(happened, frame, 0));
        }
        is_open = !frame.fin;
    }
    Ok(())
}

fn texts(seen: &Seen) -> Judgement {
    let mut message: Option<(Vec<u8>, &Frame)> = None;
    for frame in &seen.frames {
        match (frame.opcode, &mut message) {
            (Opcode::Text, _) if frame.rsv == 0 => message = Some((frame.payload.clone(), frame)),
            (Opcode::Text | Opcode::Binary, _) => message = None,
            (Opcode::Continuation, Some((payload, _))) => payload.extend_from_slice(&frame.payload),
            _ => continue,
        }
        if let Some((payload, start)) = message.take_if(|_| frame.fin)
            && std::str::from_utf8(&payload).is_err()
        {
            let header = start.payload_start - start.start;
            return Err(seen.wrong_frame(
                "The client sent a text that is not UTF-8",
                start,
                header,
            ));
        }
    }
    Ok(())
}

fn close(frame: &Frame) -> Option<String> {
    if frame.opcode != Opcode::Close {
        return None;
    }
    let reason = frame.payload.get(2..).unwrap_or_default();
    match frame.code() {
        None if frame.payload.is_empty() => None,
        None => Some("The client sent a close frame with half a status code".to_owned()),
        Some(1000..=1003 | 1007..=1014 | 3000..=4999) if std::str::from_utf8(reason).is_ok() => {
            None
        }
        Some(1000..=1003 | 1007..=1014 | 3000..=4999) => {
            Some("The reason of the client's close frame is not UTF-8".to_owned())
        }
        Some(_) => Some(format!("The client sent {frame}, a status code that must not be sent")),
    }
}
